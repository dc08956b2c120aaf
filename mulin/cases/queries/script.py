"""What a city words itself: questions of a visit-back, reasons to leave a case out of the figures."""

from mulin.cases.models import Formula, Phrase
from mulin.cases.rules.aftercare import Question
from mulin.cases.rules.rates import FormulaRow

QUESTION = "question"
EXCLUSION = "exclusion"


def questions() -> tuple[Question, ...]:
    """Return the script's own questions, in order; the three that make the rates are asked always."""
    return _of(QUESTION)


def reasons() -> tuple[Question, ...]:
    """Return why a case may be left out."""
    return _of(EXCLUSION)


def _of(kind: str) -> tuple[Question, ...]:
    return tuple(
        Question(line.code, line.text, line.text_en, tuple(line.choices))
        for line in Phrase.objects.filter(kind=kind).order_by("position")
    )


def formulas() -> tuple[FormulaRow, ...]:
    """Return every edition of the formula, newest first."""
    return tuple(
        FormulaRow(
            one.name,
            one.from_on,
            one.basic_percent,
            one.partly_percent,
            one.response_weight,
            one.solution_weight,
            one.satisfaction_weight,
        )
        for one in Formula.objects.order_by("-from_on")
    )
