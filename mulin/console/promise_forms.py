"""The forms of public promises (公开承诺) and of comments on them."""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from mulin.cases.rules.intake import PhotoGiven
from mulin.console import fields
from mulin.console.asking import AskForm
from mulin.console.words import Text
from mulin.publications.actions import comments, promises
from mulin.publications.rules import promises as rules
from mulin.publications.rules.comments import WORDS_MOST
from mulin.publications.rules.promises import Act


def day(label: Text, hint: Text = "") -> forms.DateField:
    """Return a field of one day."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"class": "field", "type": "date"})
    return forms.DateField(label=label, help_text=hint, widget=widget, error_messages=fields.SAY)


class Publish(AskForm):
    """What a unit promises to everybody."""

    unit = fields.choice(_("以哪个单位的名义"))
    title = fields.words(_("承诺什么"), most=rules.TITLE_MOST, one_line=True, hint=_("一句话，居民看得懂。"))
    what = fields.words(_("具体办什么、办到什么程度"), most=rules.WHAT_MOST, rows=4)
    due_on = day(_("哪天前办好"))
    address = fields.words(_("在哪里"), most=rules.ADDRESS_MOST, required=False, one_line=True)
    case = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def do(self, **who: Any) -> object:
        """Promise it."""
        said = self.cleaned_data
        return promises.publish_promise(
            unit=said["unit"], title=said["title"], what=said["what"], due_on=said["due_on"],
            address=said["address"], case_id=said["case"], **who,
        )  # fmt: skip


class PromiseForm(AskForm):
    """A form of an act on one promise."""

    name: ClassVar[Act]
    word: ClassVar[Text]
    call: ClassVar[Callable[..., object]]

    def said(self, given: tuple[PhotoGiven, ...]) -> dict[str, Any]:
        """Return what was said as the act takes it."""
        asked = {name: value for name, value in self.cleaned_data.items() if name not in ("key", "photos")}
        return {**asked, "photos": given} if self.takes_photos else asked


class Keep(PromiseForm):
    """How everybody can see that it is kept."""

    name, word, call = Act.KEEP, _("兑现"), promises.keep_promise
    effect = _("马上公开；之后不能再改期或撤回。")
    takes_photos = True
    evidence = fields.words(_("办到了什么，凭什么看得出来"), most=rules.WHAT_MOST, rows=4)
    photos = fields.PhotosField(
        label=_("照片"), required=False, help_text=_("会公开：请别拍到人脸、车牌和门牌。")
    )


class Postpone(PromiseForm):
    """A later day, and why."""

    name, word, call = Act.POSTPONE, _("改期"), promises.postpone_promise
    effect = _("原来的日期一直看得见，连同理由。")
    due_on = day(_("改到哪天"))
    reason = fields.words(_("为什么要改"), most=rules.WORDS_MOST)


class Withdraw(PromiseForm):
    """Why it is taken back."""

    name, word, call = Act.WITHDRAW, _("撤回"), promises.withdraw_promise
    effect = _("承诺仍然看得见，注明已撤回和理由。")
    reason = fields.words(_("为什么撤回"), most=rules.WORDS_MOST)


class Decision(AskForm):
    """What two decisions on a comment share: the promise whose page it was taken on, if it was."""

    back = forms.UUIDField(required=False, widget=forms.HiddenInput)


class Release(Decision):
    """The words everybody will read."""

    words = fields.words(
        _("公开成这样"), most=WORDS_MOST, hint=_("去掉人名、电话、门牌；不改意思。诉求人的原话留在事项里。")
    )

    def do(self, **who: Any) -> object:
        """Let everybody read it."""
        return comments.release_comment(words=self.cleaned_data["words"], **who)


class Withhold(Decision):
    """Why it is not shown."""

    because = fields.words(_("为什么不公开"), most=300, one_line=True)

    def do(self, **who: Any) -> object:
        """Hold it back."""
        return comments.withhold_comment(because=self.cleaned_data["because"], **who)


FORMS: Final[dict[str, type[PromiseForm]]] = {form.name.value: form for form in (Keep, Postpone, Withdraw)}
DECISIONS: Final[dict[str, type[Release | Withhold]]] = {
    Act.RELEASE.value: Release,
    Act.WITHHOLD.value: Withhold,
}
