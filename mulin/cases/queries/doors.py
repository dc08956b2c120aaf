"""The few doors to a case: every other query starts here."""

import time
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from mulin.cases import policy
from mulin.cases.models import Case, Report, Settings
from mulin.cases.queries import plain
from mulin.cases.rules import intake
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound, NotPossible
from mulin.people.models import Unit

UNITS: Final = ("desk", "lead", "place_unit", "first_unit", "dispatcher")
RELATED: Final = ("item", *UNITS)
RECHECK_SECONDS = 1.0  # how long another process may not notice new settings

_settings: tuple[float, Settings] = (-RECHECK_SECONDS, Settings())


class StaleCase(NotPossible):
    """Somebody else acted since the page was read; ``case`` is how it stands now."""

    def __init__(self, case: Case) -> None:
        super().__init__("刚才有人先办了一步，请看看改了什么", version=case.version)
        self.case = case


def cases_for(actor: Actor) -> QuerySet[Case]:
    """Return the cases ``actor`` may see, with the units and the item a page shows."""
    return Case.objects.filter(policy.seen_by(actor)).select_related(*RELATED)


def case_to_see(actor: Actor, case_id: UUID) -> Case:
    """Return one case.

    :raises NotFound: there is none, or not for this actor
    """
    case = cases_for(actor).filter(pk=case_id).first()
    if case is None:
        raise NotFound("没有这件事项")
    return case


def case_to_change(actor: Actor, case_id: UUID, *, version: int | None = None) -> Case:
    """Return one case with its row locked until the transaction ends.

    :raises NotFound: there is none, or not for this actor
    :raises StaleCase: ``version`` is given and is not the present one
    """
    case = _locked(case_id)
    if case is None or not policy.may(actor, policy.SEE, case):
        raise NotFound("没有这件事项")
    if version is not None and version != case.version:
        raise StaleCase(case)
    return case


def _locked(case_id: UUID) -> Case | None:
    """Return a case with its row locked and its units at hand, in two plain questions.

    Every act of the city comes through here.
    """
    case = next(iter(plain.rows(Case, "where id = %s for update", [case_id])), None)
    if case is not None:
        ids = {getattr(case, f"{role}_id") for role in UNITS} - {None}
        units = {unit.pk: unit for unit in plain.rows(Unit, "where id = any(%s)", [list(ids)])}
        for role in UNITS:
            setattr(case, role, units.get(getattr(case, f"{role}_id")))
    return case


def is_filed(source: str, source_no: str) -> bool:
    """Return whether a source's number came in before."""
    return Report.objects.filter(source=source, source_no=source_no).exists()


def report_by_code(tracking_code: str) -> Report:
    """Return the report with this tracking code, however it was typed.

    :raises NotFound: no report has it
    """
    code = intake.normal_code(tracking_code)
    report = Report.objects.select_related("case", "contact").filter(tracking_code=code).first()
    if report is None:
        raise NotFound("没有这个查询码，请核对一遍")
    return report


def voice_to_change(tracking_code: str) -> Report:
    """Return a report with its case's row locked, for what a resident does by tracking code.

    :raises NotFound: no report has it
    """
    report = report_by_code(tracking_code)
    report.case = _locked(report.case_id) or report.case
    return report


def settings() -> Settings:
    """Return what the pack sets for the heart, at most a second old; defaults until one is adopted."""
    global _settings
    if time.monotonic() - _settings[0] >= RECHECK_SECONDS:
        _settings = (time.monotonic(), next(iter(plain.rows(Settings, "limit 1")), None) or Settings())
    return _settings[1]


def forget_settings() -> None:
    """Make this process read the settings again; the act that changes them calls it."""
    global _settings
    _settings = (-RECHECK_SECONDS, Settings())
