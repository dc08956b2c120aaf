"""Tables of kinds, roles, posts and terms: each broken cell is named, administrators see no cases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from mulin.people.rules.acts import CONTENT
from mulin.people.rules.rows import BadRows
from mulin.people.rules.structure import (
    KindRow,
    PostRow,
    RoleRow,
    TermRow,
    check_kinds,
    check_posts,
    check_roles,
    check_terms,
)
from mulin.people.rules.terms import PostRule

KIND = KindRow("grid", "网格", "Grid", "territory", ("grid",), 5)
ROLE = RoleRow("r", "角色", "Role", "government", frozenset({("see_unit", "branch")}))
POST = PostRow("lead", "网格长", "Grid lead", "grid", frozenset({("r", "")}))
TERM = TermRow("s1", "某某", "g1", "lead", date(2026, 1, 1), source="worker")
RULE = PostRule("lead", "网格长", "grid", sources=("worker",))
OTHER = PostRule("boss", "主任", "community")


def columns(refused: pytest.ExceptionInfo[BadRows]) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (replace(KIND, code=""), "code"),
        (replace(KIND, code=" grid"), "code"),
        (replace(KIND, family="clan"), "family"),
        (replace(KIND, parents=("tower",)), "parents"),
    ],
)
def test_a_broken_kind(row: KindRow, column: str) -> None:
    check_kinds([KIND], known=())
    with pytest.raises(BadRows) as refused:
        check_kinds([replace(KIND, code="k"), row], known=("grid",))
    assert columns(refused) == [(1, column)]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (replace(ROLE, area="sports"), "area"),
        (replace(ROLE, administers="all"), "administers"),
        (replace(ROLE, permits=frozenset({("see_unit", "cousin")})), "permits"),
        (replace(ROLE, permits=frozenset({("", "any")})), "permits"),
    ],
)
def test_a_broken_role(row: RoleRow, column: str) -> None:
    check_roles([ROLE])
    with pytest.raises(BadRows) as refused:
        check_roles([replace(ROLE, code="other"), row])
    assert columns(refused) == [(1, column)]


@pytest.mark.parametrize("act", sorted(CONTENT))
@pytest.mark.parametrize("kind", ["system", "security", "audit"])
def test_no_administrator_reads_cases(kind: str, act: str) -> None:
    role = replace(ROLE, area="technical", administers=kind)
    check_roles([role])
    with pytest.raises(BadRows) as refused:
        check_roles([replace(role, permits=frozenset({(act, "any")}))])
    assert columns(refused) == [(0, "permits")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (replace(POST, unit_kind="tower"), "unit_kind"),
        (replace(POST, roles=frozenset({("nobody", "")})), "roles"),
        (replace(POST, roles=frozenset({("r", "half")})), "roles"),
        (replace(POST, norm_min=-1), "norm_max"),
        (replace(POST, norm_min=2, norm_max=1), "norm_max"),
        (replace(POST, norm_min=2, seats_max=1), "seats_max"),
        (replace(POST, seats_max=0), "seats_max"),
    ],
)
def test_a_broken_post(row: PostRow, column: str) -> None:
    check_posts([POST], kinds=["grid"], roles=["r"])
    with pytest.raises(BadRows) as refused:
        check_posts([replace(POST, code="other"), row], kinds=["grid"], roles=["r"])
    assert columns(refused) == [(1, column)]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (replace(TERM, staff_no=" "), "staff_no"),
        (replace(TERM, name=""), "name"),
        (replace(TERM, until_on=date(2026, 1, 1)), "until_on"),
        (replace(TERM, unit="nowhere"), "unit"),
        (replace(TERM, unit="c1"), "post"),
        (replace(TERM, post="king"), "post"),
        (replace(TERM, post="boss"), "post"),
        (replace(TERM, source="police"), "source"),
        (replace(TERM, source_unit="nowhere"), "source_unit"),
    ],
)
def test_a_broken_term(row: TermRow, column: str) -> None:
    posts, kinds = {"lead": RULE, "boss": OTHER}, {"g1": "grid", "c1": "community"}
    check_terms([TERM], posts=posts, kinds=kinds)
    with pytest.raises(BadRows) as refused:
        check_terms([replace(TERM, staff_no="s0"), row], posts=posts, kinds=kinds)
    assert (1, column) in columns(refused)


def test_one_number_is_one_person() -> None:
    with pytest.raises(BadRows) as refused:
        check_terms([TERM, replace(TERM, name="另一人")], posts={"lead": RULE}, kinds={"g1": "grid"})
    assert columns(refused) == [(1, "name")]


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(lambda: check_kinds([KIND, KIND], known=()), id="kinds"),
        pytest.param(lambda: check_roles([ROLE, ROLE]), id="roles"),
        pytest.param(lambda: check_posts([POST, POST], kinds=["grid"], roles=["r"]), id="posts"),
    ],
)
def test_a_code_twice_is_refused_where_it_comes_again(check: Callable[[], None]) -> None:
    with pytest.raises(BadRows) as refused:
        check()
    assert columns(refused) == [(1, "code")]
