"""The demo city's people at their screens: a signed-in browser, and cases brought as far as a test needs."""

from datetime import datetime
from itertools import count
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from mulin.cases.actions import answering, checking, handling, intake, triage, whistling
from mulin.cases.models import Case, Report, Ruling, Whistle
from mulin.cases.rules.intake import Channel, ContactGiven, Filing, Kind
from mulin.cases.rules.whistles import Asked
from mulin.kernel.actor import SYSTEM, Actor
from mulin.people.actions.accounts import create_account
from mulin.people.models import Account
from mulin.people.queries.actors import actor_of
from tests.make import photos as pictures

PASSWORD = "tigers-over-the-wall-7"
INSIDE = (118.0035, 34.0072)  # beside building 1 of 东苑小区, street 990101001, community …001
DISPATCHER, COMMUNITY, FIRM, SEAT = "S011", "S022", "S081", "S002"
MEDIATOR, MEDIATORS = "S100", "990101001001"  # the people's mediator, and their community
STEWARD, AUDITOR, ORGANISER, GRID = "S005", "S008", "S004", "S042"
HOUSING, CITY_LAW, POLICE = "S071", "S072", "S073"  # the three departments of the demo county
WORDS = "下水道堵塞，污水外溢，味道很大。老人出门要绕路。"

_serial = count(1)


def account(staff_no: str) -> Account:
    """Return the sign-in of somebody of the demo pack; made at first use."""
    found = Account.objects.filter(person__staff_no=staff_no).first()
    if found is None:
        name = staff_no.lower()
        found = create_account(
            username=f"u-{name}", staff_no=staff_no, password=PASSWORD, actor=SYSTEM, now=timezone.now()
        ).account
    return found


def actor(staff_no: str) -> Actor:
    """Return somebody of the demo pack with what their post permits."""
    return actor_of(account(staff_no).pk, now=timezone.now())


def browser(staff_no: str, *, language: str = "zh-CN") -> Client:
    """Return a browser in which somebody of the demo pack has signed in."""
    client = Client(headers={"accept-language": language})
    client.force_login(account(staff_no))
    return client


def filed(
    *, text: str = WORDS, contact: bool = False, joins: Case | None = None, now: datetime | None = None
) -> Report:
    """File a report as a resident would."""
    filing = Filing(
        text=text,
        channel=Channel.WEB,
        source="test",
        source_no=f"c{next(_serial)}",
        kind=Kind.NEED,
        lon=INSIDE[0],
        lat=INSIDE[1],
        contact=ContactGiven("13800001234", "王先生", may_call=True) if contact else None,
        joins=joins.pk if joins else None,
    )
    return intake.file_report(filing=filing, actor=SYSTEM, now=now or timezone.now()).report


def case(state: str = "received", **more: object) -> Case:
    """Return a case brought to ``state`` by the acts of the people it takes."""
    report = filed(**more)  # type: ignore[arg-type]
    steps = ("dispatched", "in_hand", "handled", "checked", "closed")
    for step in steps[: steps.index(state) + 1] if state in steps else ():
        _STEPS[step](report.case_id)
    return Case.objects.get(pk=report.case_id)


def _dispatch(case_id: UUID) -> None:
    now, who = timezone.now(), actor(DISPATCHER)
    triage.dispatch_case(case_id=case_id, lead="990101-WY01", reason="示例", actor=who, now=now)


def _accept(case_id: UUID) -> None:
    handling.accept_case(case_id=case_id, actor=actor(FIRM), now=timezone.now())


def _finish(case_id: UUID) -> None:
    handling.finish_case(
        case_id=case_id,
        result="已经疏通，冲洗干净。",
        actor=actor(FIRM),
        now=timezone.now(),
    )


def _check(case_id: UUID) -> None:
    checking.pass_check(case_id=case_id, actor=actor(COMMUNITY), now=timezone.now())


def _close(case_id: UUID) -> None:
    for report in Report.objects.filter(case_id=case_id):
        checking.answer_report(
            case_id=case_id,
            report_id=report.pk,
            text="已办好",
            actor=actor(COMMUNITY),
            now=timezone.now(),
        )
    checking.close_case(case_id=case_id, actor=actor(COMMUNITY), now=timezone.now())


_STEPS = {
    "dispatched": _dispatch,
    "in_hand": _accept,
    "handled": _finish,
    "checked": _check,
    "closed": _close,
}


def brought(case: Case, *states: str) -> Case:
    """Return a case after the acts that lead it through ``states``."""
    for state in states:
        _STEPS[state](case.pk)
    return Case.objects.get(pk=case.pk)


def key() -> str:
    """Return a fresh key of a form."""
    return uuid4().hex


def upload(data: bytes | None = None, name: str = "IMG_1.jpg") -> SimpleUploadedFile:
    """Return a photo as a browser sends it."""
    return SimpleUploadedFile(name, pictures.jpeg() if data is None else data, content_type="image/jpeg")


def whistled(case: Case | None = None, *, now: datetime | None = None) -> Whistle:
    """Return a whistle of the street to three departments; ``HOUSING`` leads."""
    on = case or globals()["case"]("in_hand")
    whistling.whistle_units(
        case_id=on.pk,
        units=(
            Asked("990101-ZJ", "疏通主管，查明堵点", lead=True),
            Asked("990101-CG", "查沿街餐饮是否倒油污"),
            Asked("990101-GA", "到场警戒，维持秩序"),
        ),
        ask="到东苑小区 1 号楼，抽排、疏通并查明原因",
        item="04-04",
        actor=actor(DISPATCHER),
        now=now or timezone.now(),
    )
    return Whistle.objects.get(case=on)


def reported_in(whistle: Whistle, staff_no: str) -> None:
    """Let a called department report in."""
    answering.report_in(
        case_id=whistle.case_id,
        whistle_id=whistle.pk,
        arrives_at=timezone.now(),
        crew="2 人，疏通车 1 台",
        actor=actor(staff_no),
        now=timezone.now(),
    )


def refused(whistle: Whistle, staff_no: str) -> Ruling:
    """Let a called department refuse, naming the property firm; return the ruling that is asked for."""
    answering.refuse_whistle(
        case_id=whistle.case_id,
        whistle_id=whistle.pk,
        reason="小区内部秩序由物业负责",
        rule="权责清单 示例 3-08",
        better_unit="990101-WY02",
        documents="移交单（示例）",
        actor=actor(staff_no),
        now=timezone.now(),
    )
    return Ruling.objects.filter(call__whistle=whistle, ruled_at__isnull=True).latest("pk")


def replied(whistle: Whistle, staff_no: str) -> None:
    """Let a called department report its result."""
    answering.reply_whistle(
        case_id=whistle.case_id,
        whistle_id=whistle.pk,
        result="已办完本单位这一部分",
        actor=actor(staff_no),
        now=timezone.now(),
    )
