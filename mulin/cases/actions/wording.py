"""What a pack words for after-care: the visit script, the reasons to exclude, the three rates' formula."""

from collections.abc import Sequence
from datetime import datetime

from mulin.cases import policy
from mulin.cases.actions.setup import ADOPT
from mulin.cases.models import Formula, Phrase
from mulin.cases.queries import script
from mulin.cases.rules.aftercare import Question
from mulin.cases.rules.rates import FormulaRow
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotPossible
from mulin.ledger.actions import record, whole


@whole
def adopt_script(
    *, questions: Sequence[Question], reasons: Sequence[Question], actor: Actor, now: datetime
) -> None:
    """Word the visit script and the reasons to exclude; answers given to earlier questions stay.

    :raises NotAllowed: no post of the actor permits it
    """
    unit_id = policy.require_anywhere(actor, ADOPT)
    if (script.questions(), script.reasons()) == (tuple(questions), tuple(reasons)):
        return
    Phrase.objects.all().delete()
    Phrase.objects.bulk_create(
        Phrase(
            kind=kind,
            code=line.code,
            position=position,
            text=line.text,
            text_en=line.text_en,
            choices=list(line.choices),
        )
        for kind, lines in ((script.QUESTION, questions), (script.EXCLUSION, reasons))
        for position, line in enumerate(lines, start=1)
    )
    record(
        "script.adopted",
        subject=1,
        actor=actor,
        at=now,
        as_unit=unit_id,
        questions=[line.code for line in questions],
        reasons=[line.code for line in reasons],
    )


@whole
def publish_formula(*, row: FormulaRow, actor: Actor, now: datetime) -> Formula:
    """Publish an edition of the formula of the three rates, in force from a day on; earlier ones stay.

    :raises BadInput: a weight or a share is not between 0 and 100, or all weights are 0
    :raises NotPossible: another edition of that day exists
    """
    unit_id = policy.require_anywhere(actor, ADOPT)
    numbers = {name: value for name in row.__slots__ if isinstance(value := getattr(row, name), int)}
    for name, value in numbers.items():
        if not 0 <= value <= 100:
            raise BadInput("要在 0 到 100 之间", where=name)
    if not row.response_weight + row.solution_weight + row.satisfaction_weight:
        raise BadInput("三项权重不能都是 0", where="response_weight")
    if Formula.objects.filter(from_on=row.from_on).exists():
        raise NotPossible("%(day)s 起的公式已经有了", day=row.from_on.isoformat())
    formula = Formula.objects.create(name=row.name, from_on=row.from_on, published_at=now, **numbers)
    record(
        "formula.published",
        subject=formula.pk,
        actor=actor,
        at=now,
        as_unit=unit_id,
        from_on=row.from_on.isoformat(),
        **numbers,
    )
    return formula
