"""Mediation over the API: what may be seen, what is inside, how many ended how."""

from django.utils import timezone

from mulin.api.mediation import FileShown, MediationsShown
from mulin.cases.actions import mediating
from mulin.ledger.models import Entry
from tests.edges.api.conftest import Desk
from tests.make import mediation as peace


def test_others_see_that_it_runs_its_mediators_what_is_inside(desk: Desk) -> None:
    now = timezone.now()
    case = peace.opened(desk.city, now=now)
    file = peace.file_of(case)
    mediating.hold_session(
        case_id=case.pk,
        mediation_id=file.pk,
        place="社区调解室",
        text="各让一步（示例）",
        actor=desk.city.mediator,
        now=now,
    )
    path = f"/cases/{case.pk}/mediations"
    (seen,) = MediationsShown.model_validate_json(desk.handler.get(path).content).mediations
    assert (seen.stage, seen.inside) == ("open", None)
    (inside,) = MediationsShown.model_validate_json(desk.mediator.get(path).content).mediations
    assert inside.inside is not None
    assert [one.place for one in inside.inside.sessions] == ["社区调解室"]
    assert "各让一步" not in desk.mediator.get(path).content.decode()

    consult = f"{path}/{file.pk}/consult"
    read = FileShown.model_validate_json(desk.mediator.post(consult, {}).content)
    assert [one.words for one in read.sessions] == ["各让一步（示例）"]
    assert Entry.objects.filter(kind="case.mediation_read").count() == 1
    assert desk.handler.post(consult, {}).status_code == 403
    assert desk.other.post(consult, {}).status_code == 404
    assert desk.other.get(path).status_code == 404
    assert desk.public.post(consult, {}).status_code == 401


def test_figures_are_not_split_below_ten(desk: Desk) -> None:
    now = timezone.now()
    for _ in range(3):
        case = peace.opened(desk.city, now=now)
        mediating.record_agreement(
            case_id=case.pk,
            mediation_id=peace.file_of(case).pk,
            text="各让一步（示例）",
            actor=desk.city.mediator,
            now=now,
        )
    day = timezone.localdate().isoformat()
    period = f"since={day}&until={day}"
    assert desk.command.get(f"/figures/mediations?{period}").json() == {"ended": 3, "counts": None}
    assert len(desk.command.get(f"/figures/mediations/cases?{period}").json()["cases"]) == 3
    assert desk.command.get(f"/figures/mediations/cases?{period}&outcome=agreed").status_code == 409
    assert desk.handler.get(f"/figures/mediations?{period}").status_code == 403
