"""Alarms and supervision (督办)."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

# A miss is a fact: written once, by the sweep, and never changed.
KEPT = """
create function cases_alarm_kept() returns trigger language plpgsql as $$
begin
    raise exception 'an alarm is never changed: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger cases_alarm_kept before update or delete on cases_alarm
    for each row execute function cases_alarm_kept();
"""
UNDO = "drop function cases_alarm_kept cascade"


class Migration(migrations.Migration):
    """Alarms and supervision (督办)."""

    dependencies: ClassVar = [
        ("cases", "0004_clocks"),
        ("people", "0003_actor_function"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Rung",
            fields=[
                ("level", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("after_hours", models.IntegerField()),
                ("to", models.CharField(max_length=40)),
                ("supervise", models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField(
            model_name="case",
            name="supervisions_open",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="settings",
            name="supervision_days",
            field=models.SmallIntegerField(db_default=2, default=2),
        ),
        migrations.CreateModel(
            name="Bulletin",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=120)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("issued_at", models.DateTimeField()),
                (
                    "issued_by",
                    models.ForeignKey(
                        db_index=False,
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
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("clock", models.CharField(max_length=80)),
                ("due_at", models.DateTimeField()),
                ("kind", models.CharField(max_length=16)),
                ("level", models.SmallIntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alarms",
                        to="cases.case",
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
            options={
                "indexes": [models.Index(fields=["unit", "at"], name="alarm_unit")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "kind", "level", "clock", "due_at"), name="alarm_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Supervision",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("state", models.CharField(max_length=8)),
                ("raised_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("replied_at", models.DateTimeField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("returns", models.SmallIntegerField(default=0)),
                (
                    "asked",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.remark",
                    ),
                ),
                (
                    "bulletin",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="cases.bulletin",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervisions",
                        to="cases.case",
                    ),
                ),
                (
                    "raised_unit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                    ),
                ),
                (
                    "replied_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reply",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.remark",
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
                (
                    "verdict",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.remark",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["raised_at"], name="supervision_raised"),
                    models.Index(
                        condition=models.Q(("state", "settled"), _negated=True),
                        fields=["unit", "due_at"],
                        name="supervision_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "settled"), _negated=True),
                        fields=("case", "unit"),
                        name="one_open_supervision",
                    )
                ],
            },
        ),
        migrations.RunSQL(KEPT, UNDO),
    ]
