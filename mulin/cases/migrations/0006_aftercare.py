"""Visit-backs, appeals, exclusions and formulas."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Visit-backs, appeals, exclusions and formulas."""

    dependencies = [
        ("cases", "0005_escalation"),
        ("catalogue", "0001_initial"),
        ("people", "0003_actor_function"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("round", models.SmallIntegerField()),
                ("mark", models.CharField(max_length=16)),
                ("state", models.CharField(max_length=16)),
                ("asked_at", models.DateTimeField()),
                ("grounds", models.CharField(max_length=500)),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("advice", models.BooleanField(null=True)),
                ("review", models.CharField(blank=True, max_length=500)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("state", models.CharField(max_length=16)),
                ("reason", models.CharField(max_length=32)),
                ("grounds", models.CharField(max_length=500)),
                ("proposed_at", models.DateTimeField()),
                ("proposed_post", models.CharField(max_length=32)),
                ("settled_at", models.DateTimeField(null=True)),
                ("words", models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="Formula",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("from_on", models.DateField(unique=True)),
                ("basic_percent", models.SmallIntegerField()),
                ("partly_percent", models.SmallIntegerField()),
                ("response_weight", models.SmallIntegerField()),
                ("solution_weight", models.SmallIntegerField()),
                ("satisfaction_weight", models.SmallIntegerField()),
                ("published_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Phrase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("code", models.CharField(max_length=32)),
                ("position", models.SmallIntegerField()),
                ("text", models.CharField(max_length=200)),
                ("text_en", models.CharField(blank=True, max_length=200)),
                (
                    "choices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("round", models.SmallIntegerField()),
                ("why", models.CharField(max_length=16)),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("attempts", models.SmallIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                ("method", models.CharField(blank=True, max_length=16)),
                ("outcome", models.CharField(blank=True, max_length=16)),
                ("responded", models.BooleanField(null=True)),
                ("solved", models.CharField(blank=True, max_length=16)),
                ("satisfied", models.CharField(blank=True, max_length=24)),
                ("answers", models.JSONField(default=dict)),
                ("words", models.CharField(blank=True, max_length=500)),
                ("waived_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="VisitPlan",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("seed", models.CharField(max_length=64)),
                ("wanted", models.IntegerField()),
                ("cohort", models.IntegerField()),
                ("unreachable", models.IntegerField()),
                ("strata", models.JSONField(default=list)),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="case",
            name="excluded_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="late_waived_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="settings",
            name="low_rating",
            field=models.CharField(default="visit", max_length=8),
        ),
        migrations.AddField(
            model_name="settings",
            name="repeat_count",
            field=models.SmallIntegerField(default=3),
        ),
        migrations.AddField(
            model_name="settings",
            name="repeat_days",
            field=models.SmallIntegerField(default=30),
        ),
        migrations.AddField(
            model_name="settings",
            name="repeat_metres",
            field=models.SmallIntegerField(default=50),
        ),
        migrations.AddField(
            model_name="settings",
            name="visit_attempts",
            field=models.SmallIntegerField(default=3),
        ),
        migrations.AddField(
            model_name="settings",
            name="visit_days",
            field=models.SmallIntegerField(default=7),
        ),
        migrations.AlterField(
            model_name="case",
            name="item",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="catalogue.item"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["item", "reported_at"], name="case_item_reported"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "closed")), fields=["closed_at"], name="case_closed"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="asked_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="appeals", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="decided_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="reviewed_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="reviewed_unit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="exclusion",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="exclusions", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="exclusion",
            name="proposed_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="exclusion",
            name="settled_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="exclusion",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="phrase",
            constraint=models.UniqueConstraint(fields=("kind", "code"), name="phrase_once"),
        ),
        migrations.AddField(
            model_name="visit",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="report",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="cases.report",
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="visitplan",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="visitplan",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="plan",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="cases.visitplan",
            ),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(
                condition=models.Q(("state__in", ["asked", "reviewed"])),
                fields=["asked_at"],
                name="appeal_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(fields=("case", "round", "mark"), name="one_appeal_a_mark"),
        ),
        migrations.AddConstraint(
            model_name="exclusion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["proposed", "confirmed"])),
                fields=("case",),
                name="one_running_exclusion",
            ),
        ),
        migrations.AddIndex(
            model_name="visitplan",
            index=models.Index(fields=["unit", "at"], name="visit_plan_unit"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)), fields=["unit", "due_at"], name="visit_open"
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("done_at__isnull", False)), fields=["done_at"], name="visit_done"
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(
                fields=("case", "round", "report", "why"), name="one_visit_a_round"
            ),
        ),
    ]
