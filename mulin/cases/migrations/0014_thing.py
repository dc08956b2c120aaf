"""The component a case is about."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_cells"),
        ("catalogue", "0002_checklist"),
        ("people", "0005_sealed_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="thing_code",
            field=models.CharField(blank=True, db_default="", default="", max_length=32),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("thing_code", ""), _negated=True),
                fields=["thing_code"],
                name="case_thing",
            ),
        ),
    ]
