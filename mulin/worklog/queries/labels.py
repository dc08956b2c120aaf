"""The words of the city: the loop over the public steps, the types of the log, names alone."""

from mulin.worklog.models import Label
from mulin.worklog.rules.labels import Family, LabelRow


def labels(family: Family) -> list[Label]:
    """Return the words of a family in the order of the pack."""
    return list(Label.objects.filter(family=family.value, in_use=True).order_by("line"))


def rows_in_use() -> list[LabelRow]:
    """Return the words as the pack's table has them."""
    return [
        LabelRow(row.family, row.code, row.name, row.name_en, tuple(row.maps_to), row.is_example)
        for row in Label.objects.filter(in_use=True).order_by("line")
    ]
