"""What an item asks a resident to bring."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """What an item asks a resident to bring."""

    dependencies = [
        ("catalogue", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="item",
            name="checklist",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=100), default=list, size=None
            ),
        ),
    ]
