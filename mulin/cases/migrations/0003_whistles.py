"""Whistles (吹哨报到) and what hangs on them."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Whistles (吹哨报到) and what hangs on them."""

    dependencies: ClassVar = [
        ("cases", "0002_number_sequence"),
        ("catalogue", "0001_initial"),
        ("people", "0003_actor_function"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("role", models.CharField(max_length=8)),
                ("task", models.CharField(max_length=300)),
                ("state", models.CharField(max_length=16)),
                ("called_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("report_due_at", models.DateTimeField(null=True)),
                ("report_why", models.JSONField(default=dict)),
                ("handle_due_at", models.DateTimeField(null=True)),
                ("handle_why", models.JSONField(default=dict)),
                ("reported_at", models.DateTimeField(null=True)),
                ("arrives_at", models.DateTimeField(null=True)),
                ("crew", models.CharField(blank=True, max_length=120)),
                ("refused_at", models.DateTimeField(null=True)),
                ("refusal_rule", models.CharField(blank=True, max_length=200)),
                ("documents", models.CharField(blank=True, max_length=300)),
                ("replied_at", models.DateTimeField(null=True)),
                (
                    "evidence",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                ("urged", models.SmallIntegerField(default=0)),
                ("urged_at", models.DateTimeField(null=True)),
                ("escalated_at", models.DateTimeField(null=True)),
                ("returns", models.SmallIntegerField(default=0)),
                ("is_ruled", models.BooleanField(default=False)),
                ("released_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Evaluation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("scores", models.JSONField(default=dict)),
                ("words", models.CharField(max_length=500)),
                ("given_at", models.DateTimeField()),
                ("objected_at", models.DateTimeField(null=True)),
                ("objection", models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("item_code", models.CharField(blank=True, max_length=32)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("due_why", models.JSONField(default=dict)),
                ("ruled_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=16)),
                ("rule_cited", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Whistle",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("round", models.SmallIntegerField()),
                ("off_list", models.BooleanField(default=False)),
                ("off_list_why", models.CharField(blank=True, max_length=300)),
                ("state", models.CharField(max_length=16)),
                ("raised_at", models.DateTimeField()),
                ("report_due_at", models.DateTimeField(null=True)),
                ("handle_due_at", models.DateTimeField(null=True)),
                ("summed_up_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("evaluate_until", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="WhistleStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField()),
                ("line", models.IntegerField()),
                ("caller_kind", models.CharField(max_length=32)),
                (
                    "called_kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), size=None
                    ),
                ),
                ("report_value", models.PositiveIntegerField()),
                ("report_kind", models.CharField(max_length=16)),
                ("handle_value", models.PositiveIntegerField(default=0)),
                ("handle_kind", models.CharField(blank=True, max_length=16)),
                ("ruling_value", models.PositiveIntegerField()),
                ("ruling_kind", models.CharField(max_length=16)),
                ("evaluate_value", models.PositiveIntegerField()),
                ("evaluate_kind", models.CharField(max_length=16)),
                (
                    "aspects",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None
                    ),
                ),
                ("scale", models.SmallIntegerField(default=5)),
                ("is_example", models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField(
            model_name="case",
            name="rulings_open",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="case",
            name="whistles_open",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["given_at"], name="assignment_given"),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("returned_at__isnull", False)),
                fields=["returned_at"],
                name="assignment_returned",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="better_unit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="escalated_to",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="follows",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.call",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="refusal",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.remark",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="result",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.remark",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="given_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="judge",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="judged",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="asker",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="better_unit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="call",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rulings",
                to="cases.call",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rulings", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="refuser",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="ruled_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="superior",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="words",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.remark",
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="ask",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.remark",
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="caller",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="whistles", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="item",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.item"
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="lead_unit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="raised_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="whistle",
            name="summary",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.remark",
            ),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="whistle",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="evaluations", to="cases.whistle"
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="whistle",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="calls", to="cases.whistle"
            ),
        ),
        migrations.AddConstraint(
            model_name="whistlestep",
            constraint=models.UniqueConstraint(fields=("from_on", "line"), name="whistle_step_line_once"),
        ),
        migrations.AddField(
            model_name="whistle",
            name="step",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.whistlestep",
            ),
        ),
        migrations.AddIndex(
            model_name="ruling",
            index=models.Index(
                condition=models.Q(("ruled_at__isnull", True)),
                fields=["superior", "due_at"],
                name="ruling_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="ruling",
            index=models.Index(
                condition=models.Q(("ruled_at__isnull", False)),
                fields=["item_code", "ruled_at"],
                name="ruling_item",
            ),
        ),
        migrations.AddIndex(
            model_name="ruling",
            index=models.Index(
                condition=models.Q(("ruled_at__isnull", False)),
                fields=["refuser", "ruled_at"],
                name="ruling_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ruled_at__isnull", True)),
                fields=("call",),
                name="one_open_ruling_a_call",
            ),
        ),
        migrations.AddIndex(
            model_name="evaluation",
            index=models.Index(fields=["judged", "given_at"], name="evaluation_judged"),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.UniqueConstraint(
                fields=("whistle", "judge", "judged"), name="judged_once_a_whistle"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(("judge", models.F("judged")), _negated=True),
                name="nobody_judges_themselves",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["unit", "called_at"], name="call_unit"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("escalated_at__isnull", True), ("state", "calling")),
                fields=["report_due_at"],
                name="call_silent",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "released"), _negated=True),
                fields=("whistle", "unit"),
                name="called_once_a_whistle",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role", "lead"), models.Q(("state", "released"), _negated=True)),
                fields=("whistle",),
                name="one_lead_a_whistle",
            ),
        ),
        migrations.AddIndex(
            model_name="whistle",
            index=models.Index(fields=["caller", "raised_at"], name="whistle_caller"),
        ),
        migrations.AddIndex(
            model_name="whistle",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False), ("opened_at__isnull", True)),
                fields=["evaluate_until"],
                name="whistle_sealed",
            ),
        ),
        migrations.AddIndex(
            model_name="whistle",
            index=models.Index(fields=["raised_at"], name="whistle_raised"),
        ),
        migrations.AddConstraint(
            model_name="whistle",
            constraint=models.UniqueConstraint(fields=("case", "round"), name="whistle_round_once"),
        ),
        migrations.AddConstraint(
            model_name="whistle",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("case", "caller"),
                name="one_open_whistle_a_caller",
            ),
        ),
        migrations.AddConstraint(
            model_name="whistle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("item__isnull", False), ("off_list", False)),
                    models.Q(("item__isnull", True), ("off_list", True)),
                    _connector="OR",
                ),
                name="whistle_cites_an_item_or_none",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="returns",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("returns__gte", 2)), fields=["reported_at"], name="case_returned_twice"
            ),
        ),
    ]
