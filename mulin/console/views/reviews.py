"""Two-way reviews (双向述职双评) on screen: open one, submit for one's side, read both when both are in."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods

from mulin.console import door, fields, posted
from mulin.console.asking import AskForm
from mulin.console.door import StaffRequest, show, staff
from mulin.judgement import actions, queries
from mulin.judgement.queries import ReviewRow
from mulin.judgement.rules import reviews as rules
from mulin.judgement.rules.reviews import Act, ReviewStage
from mulin.kernel.errors import NotAllowed, Refusal
from mulin.ledger.actions import once

STAGES: Final = {
    ReviewStage.SEALED: gettext_lazy("封存中"),
    ReviewStage.SHOWN: gettext_lazy("已公布"),
    ReviewStage.LAPSED: gettext_lazy("已过期"),
}
TONES: Final = {ReviewStage.SEALED: "warn", ReviewStage.SHOWN: "ok"}


class OpenForm(AskForm):
    """Which two units, for which term."""

    use_required_attribute = False  # nothing is wrong yet while nothing is chosen

    first = fields.choice(gettext_lazy("一方"), search=True)
    second = fields.choice(gettext_lazy("另一方"), search=True)
    term = fields.words(
        gettext_lazy("哪一期"), most=rules.TERM_MOST, one_line=True, hint=gettext_lazy("例如：2026 年上半年")
    )


class SubmitForm(AskForm):
    """One side's report, its scores for the other side, and why."""

    unit = forms.CharField(widget=forms.HiddenInput, max_length=32)
    report = fields.words(gettext_lazy("述职：这一期做了什么"), most=rules.REPORT_MOST, rows=6)

    def __init__(self, *args: Any, row: ReviewRow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        marks = [(str(mark), str(mark)) for mark in range(row.scale, 0, -1)]
        self.aspects = {f"score_{number}": aspect for number, aspect in enumerate(row.aspects)}
        for name, aspect in self.aspects.items():
            field = fields.choice(_("%(aspect)s（满分 %(scale)d）") % {"aspect": aspect, "scale": row.scale})
            field.choices = [("", _("请选择")), *marks]
            self.fields[name] = field
        self.fields["words"] = fields.words(gettext_lazy("给对方打分的理由"), most=rules.WORDS_MOST)

    def scores(self) -> dict[str, int]:
        """Return the scores by aspect."""
        return {aspect: int(self.cleaned_data[name]) for name, aspect in self.aspects.items()}


def _asked(request: StaffRequest) -> int:
    asked = request.GET.get("page", "1")
    return min(max(int(asked), 1), queries.PAGES_MOST) if asked.isascii() and asked.isdigit() else 1


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def reviews(request: StaffRequest) -> HttpResponse:
    """Show the reviews I may see; a post opens one."""
    if not request.actor.may(Act.SEE):
        raise NotAllowed(gettext_noop("您的岗位不能做这一步"))
    form = OpenForm(request.POST) if request.method == "POST" else OpenForm(initial={"key": uuid4().hex})
    may_open = request.actor.may(Act.OPEN)
    if may_open:
        firsts, seconds = queries.units_to_pair(request.actor)
        for name, units in (("first", firsts), ("second", seconds)):
            fields.offer(form, name, [(unit.code, unit.name) for unit in units], first=_("请选择"))
    status = 200
    if request.method == "POST":
        said = ("first", "second", "term")
        status = _done(
            request,
            form,
            lambda: actions.open_review(
                **{name: form.cleaned_data[name] for name in said}, actor=request.actor, now=request.now
            ),
        )
        if not status:
            messages.success(request, _("已发起，双方现在可以提交"), extra_tags="ok")
            return HttpResponseRedirect(reverse("console:reviews"))
    found = queries.reviews(request.actor, now=request.now, page=_asked(request))
    context = {
        "section": "reviews",
        "rows": [_face(row) for row in found.rows],
        "found": found,
        "form": form if may_open else None,
    }
    return show(request, "console/reviews/reviews.html", context, status=status)


def _face(row: ReviewRow) -> dict[str, object]:
    return {"it": row, "word": STAGES[row.stage], "tone": TONES.get(row.stage, "")}


def _done(request: StaffRequest, form: AskForm, act: Callable[[], object]) -> int:
    """Do the act once per form; return 0, or the status of what was refused, said in the form."""

    def do() -> bytes:
        act()
        return b"done"

    if not form.is_valid():
        form.mark_errors()
        return 422
    try:
        key, scope = form.cleaned_data["key"], f"console:{request.actor.account_id}"
        once(scope=scope, key=key, digest=posted.digest(request), act=do)
    except Refusal as refusal:
        where = getattr(refusal, "where", "")
        form.add_error(where if where in form.fields else None, door.worded(refusal))
        form.mark_errors()
        return door.status_of(refusal)
    return 0


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def review(request: StaffRequest, review_id: UUID) -> HttpResponse:
    """Show one review; a post submits for my side."""
    row = queries.review(request.actor, review_id, now=request.now)
    status = 200
    if request.method == "POST":
        tried = SubmitForm(request.POST, row=row)
        status = _done(
            request,
            tried,
            lambda: actions.submit_report_and_rating(
                review_id=review_id,
                unit=tried.cleaned_data["unit"],
                report=tried.cleaned_data["report"],
                scores=tried.scores(),
                words=tried.cleaned_data["words"],
                actor=request.actor,
                now=request.now,
            ),
        )
        if not status:
            messages.success(request, _("已提交，封存到双方都交"), extra_tags="ok")
            return HttpResponseRedirect(reverse("console:review", args=[review_id]))
        forms_shown = [tried]
    else:
        forms_shown = [
            SubmitForm(initial={"key": uuid4().hex, "unit": code}, row=row, auto_id=f"{code}_%s")
            for code in row.may_submit
        ]
    names = {side.code: side.unit for side in row.sides}
    context = {
        "section": "reviews",
        **_face(row),
        "sides": [
            {"side": side, "scores": [(aspect, side.scores.get(aspect)) for aspect in row.aspects]}
            for side in row.sides
        ],
        "forms": [{"form": form, "unit": names.get(str(form["unit"].value()), "")} for form in forms_shown],
    }
    return show(request, "console/reviews/review.html", context, status=status)
