"""The division table."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """Create the table."""

    dependencies = [("places", "0003_area_source_system")]

    operations = [
        migrations.CreateModel(
            name="Division",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12)),
                ("level", models.CharField(max_length=8)),
                ("name", models.CharField(max_length=80)),
                ("short_name", models.CharField(blank=True, max_length=40)),
                ("parent_code", models.CharField(blank=True, max_length=12)),
                ("source", models.CharField(blank=True, max_length=80)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "from_on"), name="division_edition_once"),
                    models.UniqueConstraint(
                        condition=Q(until_on__isnull=True),
                        fields=("code",),
                        name="division_one_running_edition",
                    ),
                    models.CheckConstraint(
                        condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
                        name="division_period",
                    ),
                ],
            },
        ),
    ]
