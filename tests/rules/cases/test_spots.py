"""Cases as columns: counting them gives what counting them one by one gives, after any change too."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mulin.cases.rules.spots import OPEN, Sight, Span, Spots


@dataclass(frozen=True)
class Row:
    cell: int
    key: int
    reported: int
    ended: int
    place: int
    desk: int
    lead: int


UNIT = st.integers(0, 4)
ROWS = st.lists(
    st.builds(
        Row,
        cell=st.integers(0, 255),
        key=st.integers(0, 2**63 - 1),
        reported=st.integers(0, 20),
        ended=st.sampled_from([5, 10, 15, OPEN]),
        place=UNIT,
        desk=UNIT,
        lead=UNIT,
    ),
    max_size=30,
    unique_by=lambda row: row.key,
)
UNITS = st.frozensets(st.integers(1, 6), max_size=3)
SIGHTS = st.builds(Sight, is_whole=st.booleans(), places=UNITS, desks=UNITS, leads=UNITS)
SPANS = st.builds(
    Span, since=st.integers(0, 10), before=st.integers(5, 25), open_at=st.sampled_from([None, 5, 11, OPEN])
)


def spots(rows: list[Row]) -> Spots:
    names = Row.__dataclass_fields__
    return Spots.sorted(
        {name: np.array([getattr(row, name) for row in rows], dtype=np.int64) for name in names}
    )


def expected(rows: list[Row], span: Span, sight: Sight, first: int, after: int, shift: int) -> Counter[int]:
    return Counter(
        row.cell >> shift
        for row in rows
        if first <= row.cell < after
        and span.since <= row.reported < span.before
        and (span.open_at is None or row.ended >= span.open_at)
        and (
            sight.is_whole
            or row.place in sight.places
            or row.desk in sight.desks
            or row.lead in sight.leads
            or row.key in sight.keys
        )
    )


@given(
    rows=ROWS, span=SPANS, sight=SIGHTS, first=st.integers(0, 200), shift=st.integers(0, 6), data=st.data()
)
def test_counting_columns_is_counting_cases(
    rows: list[Row], span: Span, sight: Sight, first: int, shift: int, data: st.DataObject
) -> None:
    keys = (
        data.draw(st.frozensets(st.sampled_from([row.key for row in rows]), max_size=3))
        if rows
        else frozenset()
    )
    seen = replace(sight, keys=keys)
    counted = dict(spots(rows).counted(first, first + 64, shift, span=span, sight=seen))
    assert counted == expected(rows, span, seen, first, first + 64, shift)


@given(rows=ROWS, more=ROWS, data=st.data())
def test_after_changes_it_is_as_if_read_anew(rows: list[Row], more: list[Row], data: st.DataObject) -> None:
    gone = data.draw(st.frozensets(st.sampled_from([row.key for row in rows]))) if rows else frozenset()
    fresh = [row for row in more if row.key not in {each.key for each in rows}]
    again = spots(rows).changed(gone, spots(fresh))
    left = [row for row in rows if row.key not in gone] + fresh
    assert (np.diff(again.cell) >= 0).all()
    whole = Sight(is_whole=True)
    assert dict(again.counted(0, 256, 0, span=Span(), sight=whole)) == expected(
        left, Span(), whole, 0, 256, 0
    )
