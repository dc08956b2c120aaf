"""Grades (分级响应)."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Grades (分级响应)."""

    dependencies = [
        ("cases", "0009_requirement"),
    ]

    operations = [
        migrations.AddField(
            model_name="whistle",
            name="grade",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="WhistleGrade",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField()),
                ("line", models.IntegerField()),
                ("grade", models.SmallIntegerField()),
                ("name", models.CharField(max_length=20)),
                ("caller_kind", models.CharField(max_length=32)),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list, size=None
                    ),
                ),
                (
                    "call",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), size=None
                    ),
                ),
                ("report_value", models.PositiveIntegerField(default=0)),
                ("report_kind", models.CharField(blank=True, max_length=16)),
                ("is_example", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("from_on", "line"), name="whistle_grade_line_once")
                ],
            },
        ),
    ]
