"""Asking for things to bring: the item's checklist is offered whole, the figure opens its cases."""

import pytest
from django.utils import timezone

from mulin.cases.actions import handling, triage
from mulin.cases.models import Case, Requirement
from mulin.catalogue.models import Item
from mulin.kernel.actor import PUBLIC
from tests.make import console

pytestmark = pytest.mark.usefixtures("city")


def leaking() -> Case:
    case = console.case("in_hand")
    item = Item.objects.filter(is_public=True).first()
    assert item is not None
    Item.objects.filter(pk=item.pk).update(checklist=["现场照片", "报修记录"])
    triage.match_item(case_id=case.pk, item=item.code, actor=console.actor(console.SEAT), now=timezone.now())
    return Case.objects.get(pk=case.pk)


def said(case: Case, **more: object) -> dict[str, object]:
    return {"key": console.key(), "version": Case.objects.get(pk=case.pk).version, **more}


def test_the_checklist_is_offered_whole_and_what_is_asked_later_counts() -> None:
    case, firm = leaking(), console.browser(console.FIRM)
    address = f"/console/cases/{case.pk}/acts/ask_resident/"
    form = firm.get(address).content.decode()
    assert form.count("selected") >= 2
    assert firm.post(address, said(case)).status_code == 422  # nothing asked at all
    assert firm.post(address, said(case, checklist=["别的"])).status_code == 422
    assert firm.post(address, said(case, checklist=["现场照片"])).status_code == 302
    code = case.reports.get().tracking_code
    page = firm.get(f"/track/{code}").content.decode()
    assert "要准备的，一次说全" in page
    assert "请您提供" in page
    assert "报修记录" in page
    handling.hear_resident(tracking_code=code, text="给您", actor=PUBLIC, now=timezone.now())
    assert firm.post(address, said(case, more="产权证明\n报修记录")).status_code == 302
    assert Requirement.objects.filter(is_late=True).count() == 2
    assert "其中 2 样前面没有告知" in firm.get(f"/console/cases/{case.pk}/").content.decode()

    seat = console.browser(console.SEAT)
    assert "没有一次性告知的事项" in seat.get("/console/figures/?as_of=now").content.decode()
    counted = seat.get("/console/figures/cases/?count=told_late").content.decode()
    assert case.number in counted
