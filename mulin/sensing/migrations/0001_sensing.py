"""Devices, models, scene events, stills."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0014_thing"),
        ("people", "0005_sealed_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="SceneEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("source_no", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=200)),
                ("type", models.CharField(max_length=24)),
                ("at", models.DateTimeField()),
                ("lon", models.FloatField()),
                ("lat", models.FloatField()),
                ("confidence", models.FloatField()),
                ("state", models.CharField(max_length=16)),
                ("dismissal", models.CharField(blank=True, max_length=16)),
                ("received_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DetectionModel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, unique=True)),
                ("title", models.CharField(max_length=80)),
                ("detects", models.JSONField(default=list)),
                ("error_rate", models.FloatField()),
                ("tested_on", models.DateField()),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("error_rate__gte", 0), ("error_rate__lte", 1)),
                        name="model_error_rate",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, unique=True)),
                ("kind", models.CharField(max_length=16)),
                ("place", models.CharField(max_length=120)),
                ("lon", models.FloatField()),
                ("lat", models.FloatField()),
                ("purpose", models.CharField(max_length=120)),
                ("has_sign", models.BooleanField()),
                ("retention_days", models.SmallIntegerField()),
                ("is_example", models.BooleanField(default=False)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(null=True)),
                (
                    "operator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RefusedMessages",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("cause", models.CharField(max_length=16)),
                ("n", models.IntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("on", "cause"), name="refused_once")],
            },
        ),
        migrations.CreateModel(
            name="Still",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="still",
                        serialize=False,
                        to="sensing.sceneevent",
                    ),
                ),
                ("jpeg", models.BinaryField()),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="sceneevent",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sensing.device"
            ),
        ),
        migrations.AddField(
            model_name="sceneevent",
            name="model",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sensing.detectionmodel",
            ),
        ),
        migrations.AddField(
            model_name="sceneevent",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(("retention_days__gte", 0), ("retention_days__lte", 30)),
                name="device_retention",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"
                ),
                name="device_period",
            ),
        ),
        migrations.AddIndex(
            model_name="sceneevent",
            index=models.Index(fields=["state", "-at"], name="event_state"),
        ),
        migrations.AddConstraint(
            model_name="sceneevent",
            constraint=models.UniqueConstraint(fields=("device", "source_no"), name="event_once"),
        ),
    ]
