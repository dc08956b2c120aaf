"""What somebody is today and sets for themselves: posts, password, second factor, tokens, looks."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mulin.console import door, fields
from mulin.console.door import KEYS_OFF, STEP, THEME, StaffRequest, half_way, show, staff
from mulin.console.views.sign_in import safe_next, stay_signed_in
from mulin.kernel.errors import Refusal
from mulin.people.actions import accounts, factors, sign_in, tokens
from mulin.people.actions.sign_in import Step
from mulin.people.queries import accounts as people

YEAR: Final = 365 * 24 * 3600
LIVES: Final = ((30, gettext_lazy("30 天")), (90, gettext_lazy("90 天")), (365, gettext_lazy("一年")))


def _password(label: Any, *, new: bool) -> forms.CharField:
    words = "new-password" if new else "current-password"
    attrs = {"class": "field", "autocomplete": words, "maxlength": 200}
    return forms.CharField(label=label, strip=False, widget=forms.PasswordInput(attrs))


class PasswordForm(forms.Form):
    """Change one's own password."""

    old = _password(gettext_lazy("现在的密码"), new=False)
    password = _password(gettext_lazy("新密码"), new=True)
    again = _password(gettext_lazy("再写一遍新密码"), new=True)

    def clean_again(self) -> str:
        """Refuse two different passwords."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("两遍写的不一样"))
        return again


class TokenForm(forms.Form):
    """Issue a key for the API."""

    name = fields.words(
        gettext_lazy("给谁用"), most=60, one_line=True, hint=gettext_lazy("例如：12345 对接程序")
    )
    days = fields.choice(gettext_lazy("有效多久"), [(str(days), word) for days, word in LIVES])


@require_safe
@staff
def me(request: StaffRequest) -> HttpResponse:
    """Show posts, second factor and looks."""
    context = {
        "section": "me",
        "actor": request.actor,
        "posts": people.my_posts(request.actor, now=request.now),
        "factor": people.factor_of(request.actor.account_id),
    }
    return show(request, "console/me/me.html", context)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@half_way
def password(request: StaffRequest) -> HttpResponse:
    """Change the password; all other sessions end."""
    form = PasswordForm(request.POST or None)
    context = {"section": "me", "form": form, "owed": request.session.get(STEP) == Step.CHANGE}
    if request.method != "POST" or not form.is_valid():
        return show(request, "console/me/password.html", context, status=422 if form.is_bound else 200)
    try:
        account = sign_in.change_password(
            account_id=request.actor.account_id,
            old=form.cleaned_data["old"],
            new=form.cleaned_data["password"],
            address=request.META.get("REMOTE_ADDR", ""),
            actor=request.actor,
            now=request.now,
        )
    except Refusal as refusal:
        where = getattr(refusal, "where", "")
        form.add_error(where if where in form.fields else "old", door.worded(refusal))
        return show(request, "console/me/password.html", context, status=door.status_of(refusal))
    stay_signed_in(request, account)
    request.session[STEP] = sign_in.next_step(account, verified=True).value
    messages.success(request, _("密码已改，其他设备上的登录都已退出"), extra_tags="ok")
    return HttpResponseRedirect(reverse("console:me"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@half_way
def enrol(request: StaffRequest) -> HttpResponse:
    """Bind an authenticator app: begin, scan, confirm by the first code, keep the recovery codes."""
    context: dict[str, Any] = {"section": "me", "owed": request.session.get(STEP) == Step.ENROL}
    actor, now = request.actor, request.now
    if request.method == "POST" and request.POST.get("code"):
        try:
            context["codes"] = factors.confirm_second_factor(
                account_id=actor.account_id, code=request.POST["code"], actor=actor, now=now
            )
        except Refusal as refusal:
            context |= {"why": door.worded(refusal), "asked": True}
            return show(request, "console/me/enrol.html", context, status=door.status_of(refusal))
        if request.session.get(STEP) == Step.ENROL:
            request.session[STEP] = Step.DONE.value
    elif request.method == "POST":
        enrolment = factors.begin_second_factor(account_id=actor.account_id, actor=actor, now=now)
        context |= {"enrolment": enrolment, "asked": True}
    return show(request, "console/me/enrol.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff
def my_tokens(request: StaffRequest) -> HttpResponse:
    """List one's keys for the API, and issue one, which is shown once."""
    form = TokenForm(request.POST or None)
    context: dict[str, Any] = {"section": "me", "form": form}
    status = 200
    if request.method == "POST":
        status = _issue(request, form, context)
    context["tokens"] = list(people.tokens_of(request.actor))
    return show(request, "console/me/tokens.html", context, status=status)


def _issue(request: StaffRequest, form: TokenForm, context: dict[str, Any]) -> int:
    if not form.is_valid():
        return 422
    try:
        issued = tokens.issue_token(
            account_id=request.actor.account_id,
            name=form.cleaned_data["name"],
            expires_at=request.now + timedelta(days=int(form.cleaned_data["days"])),
            actor=request.actor,
            now=request.now,
        )
    except Refusal as refusal:
        where = getattr(refusal, "where", "")
        form.add_error(where if where in form.fields else None, door.worded(refusal))
        return door.status_of(refusal)
    context |= {"issued": issued, "form": TokenForm()}
    return 200


@require_POST
@staff
def revoke(request: StaffRequest, token_id: int) -> HttpResponse:
    """Revoke a key; the next request with it is nobody's."""
    tokens.revoke_token(token_id=token_id, actor=request.actor, now=request.now)
    messages.success(request, _("令牌已作废"), extra_tags="ok")
    return HttpResponseRedirect(reverse("console:tokens"))


@require_POST
@staff
def end_sessions(request: StaffRequest) -> HttpResponse:
    """Sign out everywhere, this browser included."""
    accounts.end_sessions(account_id=request.actor.account_id, actor=request.actor, now=request.now)
    return HttpResponseRedirect(reverse("console:sign_in"))


@require_POST
def keys(request: HttpRequest) -> HttpResponse:
    """Switch the keys on or off."""
    response = HttpResponseRedirect(safe_next(request, reverse("console:queue")))
    _keep(response, request, KEYS_OFF, "off" if request.POST.get("keys") == "off" else "on")
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Choose light, dark, or what the device says."""
    response = HttpResponseRedirect(safe_next(request, reverse("console:me")))
    value = request.POST.get("theme", "")
    if value in ("light", "dark"):
        _keep(response, request, THEME, value)
    else:
        response.delete_cookie(THEME, samesite="Lax")
    return response


def _keep(response: HttpResponse, request: HttpRequest, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
