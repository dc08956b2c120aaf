"""Alarms and supervision (督办)."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Alarms and supervision (督办)."""

    dependencies: ClassVar = [("cases", "0004_clocks")]
    operations: ClassVar[list[Operation]] = []
