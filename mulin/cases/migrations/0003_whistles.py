"""Whistles (吹哨报到) and what hangs on them."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Whistles (吹哨报到) and what hangs on them."""

    dependencies: ClassVar = [("cases", "0002_number_sequence")]
    operations: ClassVar[list[Operation]] = []
