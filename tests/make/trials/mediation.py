"""Trials of the acts on a mediation."""

from collections.abc import Callable

from mulin.cases.actions import mediating
from mulin.cases.models import Case, Mediation
from mulin.cases.rules.lifecycle import Act, State
from mulin.cases.rules.mediation import Consent, Ending, Party
from tests.make import cases as make
from tests.make import mediation as peace
from tests.make.trials.shape import Trial


def of_file(act: Callable[..., Case]) -> Callable[..., Case]:
    """Do an act on the mediation of a case."""
    return lambda **said: act(mediation_id=Mediation.objects.get(case=said["case_id"]).pk, **said)


TRIALS = [
    Trial(
        Act.PROPOSE_MEDIATION,
        mediating.propose_mediation,
        make.in_hand,
        "dispatcher",
        "reader",
        State.IN_HAND,
        "firm",
        "case.mediation_proposed",
    ),
    Trial(
        Act.CONSENT,
        of_file(mediating.record_consent),
        peace.proposed,
        "mediator",
        "dispatcher",
        State.IN_HAND,
        "firm",
        "case.mediation_consented",
        (("party", Party.FIRST), ("how", Consent.PHONE)),
    ),
    Trial(
        Act.HOLD_SESSION,
        of_file(mediating.hold_session),
        peace.opened,
        "mediator",
        "dispatcher",
        State.IN_HAND,
        "firm",
        "case.mediation_session",
        (("place", "社区调解室"), ("text", "双方各让一步（示例）")),
        "text",
    ),
    Trial(
        Act.AGREE,
        of_file(mediating.record_agreement),
        peace.opened,
        "mediator",
        "dispatcher",
        State.IN_HAND,
        "firm",
        "case.mediation_agreed",
        (("text", "晚上十点后不再施工（示例）"),),
        "text",
    ),
    Trial(
        Act.END_MEDIATION,
        of_file(mediating.end_mediation),
        peace.opened,
        "mediator",
        "dispatcher",
        State.IN_HAND,
        "firm",
        "case.mediation_failed",
        (("ending", Ending.NOT_AGREED),),
    ),
]
