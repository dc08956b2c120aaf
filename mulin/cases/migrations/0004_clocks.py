"""Holds, extensions, promises and milestones."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Holds, extensions, promises and milestones."""

    dependencies: ClassVar = [("cases", "0003_whistles")]
    operations: ClassVar[list[Operation]] = []
