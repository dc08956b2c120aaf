"""Case numbers come from a sequence: no counter row that every intake of the city would queue for."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.RunSQL("create sequence cases_number as bigint", "drop sequence cases_number"),
    ]
