"""Two-way reviews in the little city: the street and the department, each with somebody who submits."""

from dataclasses import replace
from datetime import datetime

from mulin.judgement import actions
from mulin.judgement.models import Review
from mulin.judgement.rules.reviews import Act, ReviewRule
from mulin.kernel.actor import SYSTEM, Actor, Relation
from mulin.people.models import Unit
from tests.make import cases as make
from tests.make.cases import NOON, City

ASPECTS = ("履职", "配合")
RULE = ReviewRule("street", "department", ASPECTS, 5, 15, True)
SCORES = {"履职": 4, "配合": 2}


def actor(unit: Unit, *acts: Act, relation: Relation = Relation.DESK) -> Actor:
    """Make somebody at a unit who may do ``acts``."""
    made = make.actor("reader", unit)
    permits = frozenset((act.value, relation) for act in acts)
    return replace(
        made, grants=(replace(made.grants[0], post=f"{acts[0].name.lower()}-{relation}", permits=permits),)
    )


def side(unit: Unit) -> Actor:
    """Make somebody who submits for a unit and sees its reviews."""
    return actor(unit, Act.SUBMIT, Act.SEE)


def above(unit: Unit) -> Actor:
    """Make somebody who opens and sees reviews below a unit."""
    return actor(unit, Act.OPEN, Act.SEE, relation=Relation.BRANCH)


def opened(here: City, *, term: str = "2026 上半年", now: datetime = NOON) -> Review:
    """Return a review between the street and the department."""
    actions.adopt_review_rules(rows=[RULE], actor=SYSTEM, now=now)
    return actions.open_review(
        first=here.street.code, second=here.department.code, term=term, actor=above(here.county), now=now
    )


def submitted(
    review: Review, unit: Unit, secret: str, *, by: Actor | None = None, now: datetime = NOON
) -> Review:
    """Let a side submit, with words one would find again wherever they leaked."""
    return actions.submit_report_and_rating(
        review_id=review.pk,
        unit=unit.code,
        report=f"述职{secret}",
        scores=SCORES,
        words=f"理由{secret}",
        actor=by or side(unit),
        now=now,
    )
