"""Residents and what staff do for them: a browser without an account, and a case driven on by real acts."""

from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import count
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from mulin.cases.actions import checking, handling, intake, triage
from mulin.cases.models import Report
from mulin.cases.rules.intake import Channel, ContactGiven, Filing, PhotoGiven
from mulin.cases.rules.lifecycle import Act
from mulin.catalogue import queries as catalogue
from mulin.gateways import photos
from mulin.kernel.actor import PUBLIC, Actor, Grant, Relation
from mulin.people.models import Account, Person, Unit
from mulin.people.queries.days import day_of
from tests.make import photos as pictures

WORDS = "下水道堵塞，污水外溢，味道很大。老人出门要绕路。"
INSIDE = (118.0035, 34.0072)  # in the demo city, beside building 1 of 东苑小区
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "use", "path", "circle"}
_serial = count(1)


def upload(data: bytes | None = None, name: str = "IMG_1.jpg") -> SimpleUploadedFile:
    """A file as a phone sends it."""
    return SimpleUploadedFile(name, pictures.jpeg() if data is None else data, content_type="image/jpeg")


def said(browser: Client, text: str = WORDS, **more: object) -> HttpResponse:
    """Fill in the first screen."""
    return browser.post("/report/", {"text": text, "do": "next", **more})


def placed(browser: Client, **more: object) -> HttpResponse:
    """Fill in the second screen with a pin."""
    lon, lat = INSIDE
    return browser.post("/report/place", {"lon": lon, "lat": lat, "do": "here", **more})


def ready(browser: Client, text: str = WORDS) -> None:
    """Fill in the first two screens."""
    said(browser, text)
    placed(browser)


def sent(browser: Client, **fields: object) -> HttpResponse:
    """Send from the third screen, and open the page it leads to."""
    return browser.post("/report/contact", {"do": "send", **fields}, follow=True)


def everything_at(unit: Unit) -> Actor:
    """Somebody whose post at ``unit`` permits every act: the pages, not the posts, are on trial."""
    serial = next(_serial)
    person = Person.objects.create(staff_no=f"r{serial}", name=f"示例 {serial}")
    account = Account.objects.create(username=f"r{serial}", person=person, created_at=timezone.now())
    acts = [*(act.value for act in Act), "see_case", "reveal_contact", "file_report"]
    permits = frozenset((act, Relation.ANY) for act in acts)
    return Actor(account.pk, person.name, (Grant(unit.pk, unit.path, unit.name, "示例岗位", permits),))


def kept_photo() -> PhotoGiven:
    """A photo of the work, kept for good."""
    clean = photos.clean(pictures.saved(pictures.scene(300 + next(_serial), 200), quality=90))
    photos.keep(clean)
    return PhotoGiven(clean.digest, clean.width, clean.height)


def voice(*, text: str = WORDS, contact: bool = True, given: Sequence[PhotoGiven] = ()) -> Report:
    """A report that came in by the pages."""
    filing = Filing(
        text=text,
        channel=Channel.WEB,
        source="web",
        source_no=str(uuid4()),
        lon=INSIDE[0],
        lat=INSIDE[1],
        anonymous=not contact,
        contact=ContactGiven("13800000000", "3 号楼居民", may_call=True) if contact else None,
        photos=tuple(given),
    )
    return intake.file_report(filing=filing, actor=PUBLIC, now=timezone.now()).report


class Staff:
    """Two people of a street: one gives out and checks, the other does the work."""

    def __init__(self) -> None:
        street = Unit.objects.filter(kind_id="street").order_by("code").first()
        assert street is not None
        self.giver, self.worker = everything_at(street), everything_at(street)
        self.lead = Unit.objects.filter(kind_id="community").order_by("code").first()

    def drive(self, report: Report, *acts: str) -> None:
        """Do the named acts to the report's case, one after another."""
        for act in acts:
            getattr(self, act)(report)

    def dispatch(self, report: Report) -> None:
        """Match it to an item and give it to a community."""
        now, lead = timezone.now(), self.lead
        assert lead is not None
        item = catalogue.items_in_force(day_of(now))[0].code
        triage.match_item(case_id=report.case_id, item=item, actor=self.giver, now=now)
        triage.dispatch_case(case_id=report.case_id, lead=lead.code, reason="示例", actor=self.giver, now=now)

    def accept(self, report: Report) -> None:
        """Take it in hand."""
        handling.accept_case(case_id=report.case_id, actor=self.worker, now=timezone.now())

    def note(self, report: Report, text: str = "已放警示锥") -> None:
        """Say something in public."""
        handling.add_public_note(case_id=report.case_id, text=text, actor=self.worker, now=timezone.now())

    def whisper(self, report: Report, text: str = "只给同事看") -> None:
        """Say something among staff."""
        handling.add_note(case_id=report.case_id, text=text, actor=self.worker, now=timezone.now())

    def ask(self, report: Report) -> None:
        """Ask the resident."""
        handling.ask_resident(
            case_id=report.case_id, question="井盖破了没有？", actor=self.worker, now=timezone.now()
        )

    def finish(self, report: Report) -> None:
        """Finish with a photo."""
        handling.finish_case(
            case_id=report.case_id,
            result="已经疏通",
            photos=(kept_photo(),),
            actor=self.worker,
            now=timezone.now(),
        )

    def check(self, report: Report) -> None:
        """Look whether it is so."""
        checking.pass_check(case_id=report.case_id, actor=self.giver, now=timezone.now())

    def answer(self, report: Report) -> None:
        """Tell everybody who asked."""
        for voice_of in Report.objects.filter(case_id=report.case_id):
            checking.answer_report(
                case_id=report.case_id,
                report_id=voice_of.pk,
                text="今天下午已经疏通",
                actor=self.giver,
                now=timezone.now(),
            )

    def close(self, report: Report) -> None:
        """Close it."""
        checking.close_case(case_id=report.case_id, actor=self.giver, now=timezone.now())

    def decline(self, report: Report) -> None:
        """Refuse it."""
        triage.decline_case(
            case_id=report.case_id,
            reason="示例：户内管道由供水公司负责",
            actor=self.giver,
            now=timezone.now(),
        )

    def look(self, report: Report) -> None:
        """Look at the contact."""
        handling.reveal_contact(
            case_id=report.case_id,
            report_id=report.pk,
            reason="约上门时间",
            actor=self.worker,
            now=timezone.now(),
        )


class Page(HTMLParser):
    """What a page is made of, as far as its form can be judged without looking."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.lang = self.title = ""
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str]] = []
        self.inline: list[str] = []
        self.images: list[dict[str, str]] = []
        self.buttons: list[dict[str, str]] = []
        self.links: list[str] = []
        self.landmarks: list[str] = []
        self._stack: list[str] = []
        self._in_label = 0
        self.feed(response.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag down."""
        have = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._stack.append(tag)
        if "id" in have:
            self.ids.append(have["id"])
        if "style" in have or any(name.startswith("on") for name in have):
            self.inline.append(f"<{tag} {have}>")
        if tag in ("script", "style") and "src" not in have:
            self.inline.append(f"<{tag}>")
        match tag:
            case "html":
                self.lang = have.get("lang", "")
            case "h1" | "h2" | "h3":
                self.headings.append(int(tag[1]))
            case "label":
                self._in_label += 1
                self.labelled.add(have.get("for", ""))
            case "input" | "textarea" | "select":
                if have.get("type") != "hidden":
                    self.fields.append({**have, "in_label": "1" if self._in_label else ""})
            case "img":
                self.images.append(have)
            case "button":
                self.buttons.append(have)
            case "a":
                self.links.append(have.get("href", ""))
            case "main" | "header" | "footer" | "nav":
                self.landmarks.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close a tag, and complain about one never opened."""
        if tag == "label":
            self._in_label -= 1
        if tag in VOID:
            return
        assert self._stack, f"</{tag}> closes nothing"
        opened = self._stack.pop()
        assert opened == tag, f"<{opened}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        """Take the title down."""
        if self._stack and self._stack[-1] == "title":
            self.title += data
