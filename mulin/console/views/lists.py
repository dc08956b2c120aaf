"""Lists (清单): editions, items, a sheet read and checked, its effect seen, then published."""

import base64
import binascii
from datetime import date
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from mulin.cases.queries import tables
from mulin.catalogue import queries
from mulin.catalogue.actions import publish_edition
from mulin.catalogue.queries import Draft
from mulin.console import clock_faces, door, fields
from mulin.console.door import StaffRequest, show, staff
from mulin.console.views.queue import XLSX
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, Refusal
from mulin.people.queries.days import day_of

PUBLISH: Final = "publish_list"
# A list is a few hundred rows; what is larger is imported from the command line.
MOST_BYTES: Final = 1_200_000
ERRORS_SHOWN: Final = 200


@require_safe
@staff
def lists(request: StaffRequest) -> HttpResponse:
    """Show the lists in force as a tree, and every edition there is."""
    on = day_of(request.now)
    text = request.GET.get("find", "").strip()[:40]
    context = {
        "section": "lists",
        "editions": queries.editions(),
        "in_force": set(queries.editions_in_force(on)),
        "tree": () if text else queries.tree(on),
        "find": text,
        "found": queries.search(text, on=on, limit=50) if text else [],
        "may_publish": request.actor.may(PUBLISH),
    }
    return show(request, "console/lists/lists.html", context)


@require_safe
@staff
def edition(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Show the items of one edition."""
    chosen = next((one for one in queries.editions() if one.pk == edition_id), None)
    if chosen is None:
        raise NotFound(gettext_noop("没有这一版清单"))
    kinds = {kind.code: kind.name for kind in queries.unit_kinds()}
    rows = [
        {
            "item": item,
            "path": " › ".join(item.path),
            "limit": clock_faces.limit_words(item.limit_kind, item.limit_value),
            "lead": kinds.get(item.lead_kind, item.lead_kind),
            "levels": " → ".join(kinds.get(level, level) for level in item.levels),
            "evidence": "、".join(evidence_words(item.evidence)),
        }
        for item in queries.items_of(edition_id)
    ]
    context = {
        "section": "lists",
        "edition": chosen,
        "rows": rows,
        "is_in_force": edition_id in queries.editions_in_force(day_of(request.now)),
    }
    return show(request, "console/lists/edition.html", context)


EVIDENCE: Final = {
    "photo_before": gettext_noop("处置前照片"),
    "photo_after": gettext_noop("处置后照片"),
    "document": gettext_noop("文书"),
}


def evidence_words(kinds: list[str]) -> list[str]:
    """Return the kinds of evidence in words."""
    return [_(EVIDENCE[kind]) if kind in EVIDENCE else kind for kind in kinds]


@require_safe
@staff
def edition_sheet(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Give an edition as a sheet that can be read again as it is."""
    return _sheet(queries.export(edition_id), f"list-{edition_id}.xlsx")


@require_safe
@staff
def template_sheet(request: StaffRequest) -> HttpResponse:
    """Give an empty sheet: headers, help and an example."""
    return _sheet(queries.template(), "list-template.xlsx")


def _sheet(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class ListForm(forms.Form):
    """What a new edition is called, from when it holds, and its sheet."""

    list_code = fields.words(
        gettext_lazy("清单编码"),
        most=32,
        one_line=True,
        hint=gettext_lazy("已有清单的编码，或新清单的编码。"),
    )
    list_name = fields.words(gettext_lazy("清单名称"), most=80, one_line=True)
    name = fields.words(
        gettext_lazy("这一版叫什么"), most=80, one_line=True, hint=gettext_lazy("例如：2026 版")
    )
    from_on = forms.DateField(
        label=gettext_lazy("从哪天起"), widget=forms.DateInput({"class": "field", "type": "date"})
    )
    file = forms.FileField(
        label=gettext_lazy("清单表格"), required=False,
        widget=forms.FileInput({"class": "field", "accept": ".xlsx,.csv"}),
        help_text=gettext_lazy("xlsx 或 csv，先下载模板照着填。"),
    )  # fmt: skip
    file.widget.needed = True  # the second time the sheet comes back by itself
    held = forms.CharField(widget=forms.HiddenInput, required=False)
    held_name = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def publish(request: StaffRequest) -> HttpResponse:
    """Read a sheet, show what is wrong or what it would change, then publish it."""
    if not request.actor.may(PUBLISH):
        raise NotAllowed(gettext_noop("您的岗位不能发布清单"))
    context: dict[str, Any] = {"section": "lists"}
    if request.method != "POST":
        form = ListForm(initial=_usual(request))
        return show(request, "console/lists/publish.html", {**context, "form": form})
    form = ListForm(request.POST, request.FILES)
    context["form"] = form
    try:
        if not form.is_valid():
            return show(request, "console/lists/publish.html", context, status=422)
        data, name = _uploaded(form)
        draft = queries.read_list(data, name=name)
        if "publish" in request.POST and not draft.problems:
            return _published(request, form, draft)
        context |= _effect(form, draft, data, name)
    except Refusal as refusal:
        where = getattr(refusal, "where", "")
        form.add_error(where if where in form.fields else None, door.worded(refusal))
        return show(request, "console/lists/publish.html", context, status=door.status_of(refusal))
    return show(request, "console/lists/publish.html", context, status=422 if draft.problems else 200)


def _usual(request: StaffRequest) -> dict[str, object]:
    """Return what is most likely meant: the newest edition's list, from tomorrow."""
    newest = next(iter(queries.editions()), None)
    known: dict[str, object] = {"from_on": date.fromordinal(day_of(request.now).toordinal() + 1).isoformat()}
    if newest is not None:
        known |= {"list_code": newest.item_list.code, "list_name": newest.item_list.name}
    return known


def _uploaded(form: ListForm) -> tuple[bytes, str]:
    """Return the sheet: the one just sent, or the one that was checked a moment ago."""
    upload = form.cleaned_data["file"]
    if upload is not None:
        if upload.size > MOST_BYTES:
            raise BadInput(gettext_noop("文件太大，请用命令行 mulin list publish 导入"), where="file")
        return upload.read(), upload.name
    try:
        data = base64.b64decode(form.cleaned_data["held"], validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data:
        raise BadInput(gettext_noop("请选择表格文件"), where="file")
    return data, form.cleaned_data["held_name"] or "list.xlsx"


def _effect(form: ListForm, draft: Draft, data: bytes, name: str) -> dict[str, object]:
    said = form.cleaned_data
    context: dict[str, object] = {
        "draft": draft,
        "file_name": name,
        "problems": draft.problems[:ERRORS_SHOWN],
        "problems_more": max(len(draft.problems) - ERRORS_SHOWN, 0),
    }
    if not draft.problems:
        context["effect"] = queries.preview(
            said["list_code"], draft.items, on=said["from_on"], open_cases=tables.open_cases_by_item()
        )
        context["held"] = base64.b64encode(data).decode()
    return context


def _published(request: StaffRequest, form: ListForm, draft: Draft) -> HttpResponse:
    said = form.cleaned_data
    done = publish_edition(
        list_code=said["list_code"].strip(),
        list_name=said["list_name"].strip(),
        name=said["name"].strip(),
        from_on=said["from_on"],
        items=draft.items,
        digest=draft.digest,
        actor=request.actor,
        now=request.now,
    )
    messages.success(request, _("已发布 %(n)d 项") % {"n": done.items}, extra_tags="ok")
    return HttpResponseRedirect(reverse("console:edition", args=[done.edition.pk]))
