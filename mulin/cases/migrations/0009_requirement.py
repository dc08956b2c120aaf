"""Things residents are asked to bring (一次性告知)."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Things residents are asked to bring (一次性告知)."""

    dependencies = [
        ("cases", "0008_mediation"),
        ("people", "0004_secondment"),
    ]

    operations = [
        migrations.CreateModel(
            name="Requirement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("item", models.CharField(blank=True, max_length=32)),
                ("text", models.CharField(max_length=100)),
                ("is_late", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requirements",
                        to="cases.case",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                    ),
                ),
            ],
            options={
                "indexes": [django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="requirement_at")],
            },
        ),
    ]
