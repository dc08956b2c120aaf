"""Visit-backs, appeals, exclusions and formulas."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Visit-backs, appeals, exclusions and formulas."""

    dependencies: ClassVar = [("cases", "0005_escalation")]
    operations: ClassVar[list[Operation]] = []
