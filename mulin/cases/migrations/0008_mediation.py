"""Mediations (调解)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Mediations (调解)."""

    dependencies = [
        ("cases", "0007_low_rating"),
        ("people", "0005_sealed_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="mediations_open",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="Mediation",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("round", models.SmallIntegerField()),
                ("state", models.CharField(max_length=12)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("first_at", models.DateTimeField(null=True)),
                ("first_how", models.CharField(blank=True, max_length=12)),
                ("second_at", models.DateTimeField(null=True)),
                ("second_how", models.CharField(blank=True, max_length=12)),
                ("opened_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("ending", models.CharField(blank=True, max_length=12)),
                (
                    "agreement",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.sealedwords",
                    ),
                ),
                (
                    "asked_unit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mediations",
                        to="cases.case",
                    ),
                ),
                (
                    "mediator",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
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
            name="MediationSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("place", models.CharField(max_length=80)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mediation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="cases.mediation",
                    ),
                ),
                (
                    "words",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.sealedwords",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="mediation",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", False)),
                fields=["settled_at"],
                name="mediation_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="mediation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settled_at__isnull", True)),
                fields=("case",),
                name="one_running_mediation",
            ),
        ),
        migrations.AddConstraint(
            model_name="mediation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opened_at__isnull", True),
                    models.Q(("first_at__isnull", False), ("second_at__isnull", False)),
                    _connector="OR",
                ),
                name="mediation_opens_with_both",
            ),
        ),
        migrations.AddConstraint(
            model_name="mediation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at__isnull", True), ("state__in", ["proposed", "open"])),
                    models.Q(("settled_at__isnull", False), ("state__in", ["agreed", "not_agreed", "ended"])),
                    _connector="OR",
                ),
                name="mediation_over_is_settled",
            ),
        ),
    ]
