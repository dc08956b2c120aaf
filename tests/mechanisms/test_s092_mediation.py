"""Mediation: both agree before a word is written down, only mediators read it, every outcome is counted."""

from datetime import timedelta

import pytest
from django.db import connection

from mulin.cases.actions import checking, handling, mediating, voice
from mulin.cases.models import Case, Mediation
from mulin.cases.queries import marks, mediations
from mulin.cases.queries.page import case_page
from mulin.cases.rules.closing import NotYet
from mulin.cases.rules.lifecycle import Act, State
from mulin.cases.rules.mediation import Consent, Ending, ImpossibleStep, MediationStage, Party
from mulin.kernel.actor import PUBLIC, SYSTEM
from mulin.kernel.errors import NotAllowed, NotPossible
from mulin.ledger import queries as ledger
from mulin.ledger.models import Entry
from tests.make import cases as make
from tests.make import mediation as peace
from tests.make.cases import NOON

pytestmark = pytest.mark.django_db
SAID = "三楼晚上装修太吵，四楼的孩子睡不着（示例）"
AGREED = "晚上八点后不再施工，噪音大的活周末白天做（示例）"
DAY = timedelta(days=1)


@pytest.mark.mechanism("S-092")
def test_a_file_opens_with_both_parties_only_and_only_its_mediators_read_it() -> None:
    here = make.city()
    case = peace.proposed(here)
    file = peace.file_of(case)
    on = {"case_id": case.pk, "mediation_id": file.pk, "actor": here.mediator, "now": NOON}
    with pytest.raises(ImpossibleStep):  # not a word before both have agreed
        mediating.hold_session(place="社区调解室", text=SAID, **on)
    mediating.record_consent(party=Party.FIRST, how=Consent.IN_PERSON, **on)
    with pytest.raises(ImpossibleStep):
        mediating.record_agreement(text=AGREED, **on)
    mediating.record_consent(party=Party.SECOND, how=Consent.PHONE, **on)
    mediating.hold_session(place="社区调解室", text=SAID, **on)
    mediating.record_agreement(text=AGREED, **on)

    read = mediating.consult_mediation(**on)
    assert ([each.words for each in read.sessions], read.agreement) == ([SAID], AGREED)
    looks = Entry.objects.filter(kind="case.mediation_read")
    assert [(look.account_id, look.unit_id) for look in looks] == [
        (here.mediator.account_id, here.community.pk)
    ]
    for other in (here.dispatcher, here.handler, here.checker, here.command, SYSTEM):
        with pytest.raises(NotAllowed):
            mediating.consult_mediation(case_id=case.pk, mediation_id=file.pk, actor=other, now=NOON)
        (row,) = mediations.rows_of(other, case)
        assert (row.stage, row.unit, row.inside) == (MediationStage.AGREED, "东一社区", None)
    assert looks.count() == 1
    (row,) = mediations.rows_of(here.mediator, case)
    assert row.inside is not None
    assert (row.inside.first_how, row.inside.second_how) == ("in_person", "phone")

    with connection.cursor() as cursor:  # neither in clear in the database, nor in the ledger at all
        cursor.execute("select string_agg(sealed::text, '') from people_sealedwords")
        (stored,) = cursor.fetchone()
    assert SAID.encode().hex() not in stored
    told = str([entry.facts for entry in ledger.entries_of(case.pk)])
    assert "first" not in told
    assert "装修" not in told
    assert "装修" not in str(case_page(here.handler, case.pk, now=NOON))


@pytest.mark.mechanism("S-092")
def test_it_holds_the_closing_ends_whenever_a_party_wants_and_nobody_is_the_worse_for_it() -> None:
    here = make.city()
    make.profiled(here)
    case = make.answered(here)
    before = Case.objects.values().get(pk=case.pk)
    peace.opened(here, case=case)
    with pytest.raises(NotYet) as wait:
        checking.close_case(case_id=case.pk, actor=here.checker, now=NOON)
    assert [each.missing for each in wait.value.blockers] == ["mediation"]
    code = make.code_of(case)  # a party goes on complaining meanwhile: the mediation stands in nobody's way
    handling.hear_resident(tracking_code=code, text="又吵了", actor=here.dispatcher, now=NOON)
    with pytest.raises(NotPossible):
        mediating.propose_mediation(case_id=case.pk, actor=here.dispatcher, now=NOON)

    file = peace.file_of(case)
    on = {"case_id": case.pk, "mediation_id": file.pk, "now": NOON}
    with pytest.raises(NotAllowed):  # who only proposed it does not end what has begun
        mediating.end_mediation(ending=Ending.WITHDRAWN, actor=here.dispatcher, **on)
    mediating.end_mediation(ending=Ending.NOT_AGREED, actor=here.mediator, **on)
    after = Case.objects.values().get(pk=case.pk)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"version", "mediations_open"}  # no mark, no other deadline, no other desk
    closed = checking.close_case(case_id=case.pk, actor=here.checker, now=NOON)
    assert closed.state == State.CLOSED
    assert not marks.marks_of(closed)
    voice.ask_reopen(tracking_code=code, reason="没有解决", actor=PUBLIC, now=NOON + DAY)  # the way back


@pytest.mark.mechanism("S-092")
def test_a_proposal_can_be_taken_back_and_every_outcome_is_counted_never_split_below_ten() -> None:
    here = make.city()
    endings = [*[MediationStage.AGREED] * 5, *[MediationStage.NOT_AGREED] * 4, *[MediationStage.ENDED]]
    cases = []
    for number, stage in enumerate(endings):
        case = peace.proposed(here) if stage is MediationStage.ENDED else peace.opened(here)
        on = {"case_id": case.pk, "mediation_id": peace.file_of(case).pk, "now": NOON + number * DAY}
        if stage is MediationStage.AGREED:
            mediating.record_agreement(text=AGREED, actor=here.mediator, **on)
        elif stage is MediationStage.NOT_AGREED:
            mediating.end_mediation(ending=Ending.NOT_AGREED, actor=here.mediator, **on)
        else:
            mediating.end_mediation(ending=Ending.WITHDRAWN, actor=here.dispatcher, **on)
        cases.append(case.pk)
    period = {"since": NOON, "until": NOON + 30 * DAY}
    found = mediations.outcomes(here.command, **period)
    assert (found.ended, found.is_shown) == (10, True)
    assert dict(found.counts) == {
        MediationStage.AGREED: 5,
        MediationStage.NOT_AGREED: 4,
        MediationStage.ENDED: 1,
    }
    for stage in (MediationStage.AGREED, MediationStage.NOT_AGREED, MediationStage.ENDED):
        counted = mediations.cases_mediated(here.command, outcome=stage, **period)
        assert set(counted) == {pk for pk, each in zip(cases, endings, strict=True) if each is stage}
    fewer = {"since": NOON + DAY, "until": NOON + 30 * DAY}
    assert not mediations.outcomes(here.command, **fewer).is_shown
    with pytest.raises(NotPossible):
        mediations.cases_mediated(here.command, outcome=MediationStage.ENDED, **fewer)
    assert len(mediations.cases_mediated(here.command, outcome=None, **fewer)) == 9
    with pytest.raises(NotAllowed):
        mediations.outcomes(here.handler, **period)


@pytest.mark.mechanism("S-092")
def test_the_deadline_is_the_staffs_milestone_and_met_however_it_ends() -> None:
    here = make.city()
    case = make.profiled(here)
    case.milestones.filter(code="mediate").update(met_by=Act.END_MEDIATION)
    case = peace.opened(here, case=case)
    file = peace.file_of(case)
    assert file.due_at == NOON + timedelta(hours=5)
    late = NOON + timedelta(hours=6)
    mediating.end_mediation(
        case_id=case.pk, mediation_id=file.pk, ending=Ending.COURT, actor=here.mediator, now=late
    )
    milestone = case.milestones.get(code="mediate")
    assert (milestone.met_at, milestone.met_unit) == (late, here.community)
    assert Mediation.objects.get().state == MediationStage.ENDED
