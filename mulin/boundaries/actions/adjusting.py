"""Adjust boundaries: merge, split, redraw, rename areas with their units and open cases, as one act."""

import hashlib
from datetime import datetime
from typing import Final

from mulin.boundaries import policy
from mulin.boundaries.models import Adjustment, Succession
from mulin.boundaries.queries import previews
from mulin.boundaries.queries.previews import Effect, Preview
from mulin.boundaries.rules.plan import Plan
from mulin.cases.actions.replacing import replace_cases
from mulin.cases.queries.handovers import Moves
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput
from mulin.ledger.actions import record, whole
from mulin.people.actions.successions import succeed_units
from mulin.people.queries.days import day_of
from mulin.people.rules.rows import BadRows
from mulin.places.actions.redrawing import redraw_ground, take_ground
from mulin.places.queries import ground as places

KEY_MAX: Final = 200


@whole
def adjust_boundaries(*, plan: Plan, key: str, actor: Actor, now: datetime) -> Adjustment:
    """Carry a plan out from its day on; if that day is to come, open cases change hands when it comes.

    :raises NotAllowed: no post of the actor permits it
    :raises BadPlan: naming every line that does not fit
    :raises LaterChange: something is already drawn from a later day on
    """
    unit_id = policy.require(actor)
    digest = _digest(plan)
    if not 0 < len(key) <= KEY_MAX:
        raise BadInput("请给出幂等键，最多 %(most)s 个字符", where="key", most=KEY_MAX)
    take_ground(actor=actor, now=now)
    done = Adjustment.objects.filter(key=key).first()
    if done is not None:
        if done.digest != digest:
            raise BadInput("这个幂等键已经用于另一个方案", where="key")
        return done
    ground = places.ground_to_change(plan.on)
    effect = previews.effect_of(plan, ground)
    try:
        units = succeed_units(changed=effect.changed, on=plan.on, actor=actor, now=now)
    except BadRows as bad:
        raise previews.of_units(bad) from bad
    outcome = effect.outcome
    redraw_ground(
        begun=outcome.begun, ended=outcome.ended, things=effect.things, on=plan.on, actor=actor, now=now
    )
    made = Adjustment.objects.create(
        on=plan.on,
        reason=plan.reason,
        document=plan.document,
        key=key,
        digest=digest,
        made_by_id=actor.staff_id,
        at=now,
    )
    Succession.objects.bulk_create(_successions(made, effect))
    is_due = plan.on <= day_of(now)
    moves = _hand_over(made, actor=actor, now=now) if is_due else previews.moves_of(effect)
    made.lines = previews.line_rows(effect, moves)
    made.counts = Preview(effect, units, moves).counts()
    made.save(update_fields=["lines", "counts"])
    record(
        "boundaries.adjusted",
        subject=made.pk,
        actor=actor,
        at=now,
        as_unit=unit_id,
        on=plan.on.isoformat(),
        lines=len(plan.lines),
        **made.counts,
    )
    return made


@whole
def begin_adjustments(*, actor: Actor, now: datetime) -> int:
    """Hand open cases over by adjustments whose day has come; return how many. Once, whoever asks again.

    :raises NotAllowed: no post of the actor permits it
    """
    policy.require(actor)
    waiting = Adjustment.objects.filter(applied_at__isnull=True, on__lte=day_of(now)).order_by("on", "id")
    return sum(
        len(_hand_over(made, actor=actor, now=now).cases) for made in list(waiting.select_for_update())
    )


def _hand_over(made: Adjustment, *, actor: Actor, now: datetime) -> Moves:
    """Hand the open cases over by the ground as it was drawn, and say that it is done."""
    handing = previews.handing_of(made)
    moves = replace_cases(
        reform=handing.reform,
        areas=handing.areas,
        buildings=handing.buildings,
        compounds=handing.compounds,
        adjustment=made.pk,
        document=made.document,
        actor=actor,
        now=now,
    )
    made.applied_at = now
    made.save(update_fields=["applied_at"])
    counts = {"cases": len(moves.cases), "records": len(moves.sides)}
    record("boundaries.applied", subject=made.pk, actor=actor, at=now, **counts)
    return moves


def _digest(plan: Plan) -> str:
    return hashlib.sha256(repr(plan).encode()).hexdigest()


def _successions(made: Adjustment, effect: Effect) -> list[Succession]:
    return [
        Succession(
            adjustment=made,
            line=link.line,
            kind=link.kind.value,
            from_code=link.source,
            to_code=link.target,
            from_unit=link.source_unit,
            to_unit=link.target_unit,
            share=link.share,
            back=link.back,
            hectares=link.hectares,
        )
        for link in effect.outcome.links
    ]
