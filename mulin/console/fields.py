"""Form fields of the console: words, units, photos, with the widgets the pages style."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from mulin.console.words import Text

SAY: Final = {"required": _("请写明")}
CHOOSE: Final = {"required": _("请选择"), "invalid_choice": _("请从列出的里面选")}
PHOTO_TYPES: Final = "image/jpeg,image/png,image/webp"


def words(
    label: Text,
    *,
    most: int,
    required: bool = True,
    rows: int = 3,
    hint: Text = "",
    one_line: bool = False,
) -> forms.CharField:
    """Return a field of free words; how long is judged by the act, the browser only helps."""
    attrs = {"class": "field", "maxlength": most}
    widget = forms.TextInput(attrs) if one_line else forms.Textarea({**attrs, "rows": rows})
    return forms.CharField(
        label=label, required=required, widget=widget, help_text=hint, strip=False, error_messages=SAY
    )


def tick(label: Text, hint: Text = "", *, initial: bool = False) -> forms.BooleanField:
    """Return a box to tick."""
    return forms.BooleanField(label=label, required=False, help_text=hint, initial=initial)


def choice(
    label: Text,
    options: Iterable[tuple[str, Text]] = (),
    *,
    required: bool = True,
    search: bool = False,
    hint: Text = "",
) -> forms.ChoiceField:
    """Return a choice of one; ``search`` lets one type to find it."""
    return forms.ChoiceField(
        label=label,
        choices=list(options),
        required=required,
        help_text=hint,
        error_messages=CHOOSE,
        widget=forms.Select(_attrs(search=search)),
    )


def choices(label: Text, *, hint: Text = "") -> forms.MultipleChoiceField:
    """Return a searchable choice of any number."""
    return forms.MultipleChoiceField(
        label=label, required=False, help_text=hint, widget=forms.SelectMultiple(_attrs(search=True))
    )


def _attrs(*, search: bool) -> dict[str, Any]:
    return (
        {"class": "field", "data-search": "", "data-none": _("没有相符的"), "data-remove": _("移除")}
        if search
        else {"class": "field"}
    )


def offer(
    form: forms.Form, name: str, options: Iterable[tuple[str, str]], *, first: str | None = None
) -> None:
    """Fill in what may be chosen; ``first`` is the word of the empty choice, if there is one."""
    field = cast("forms.ChoiceField", form.fields[name])
    field.choices = [*([("", first)] if first is not None else []), *options]


class PhotosInput(forms.ClearableFileInput):
    """A file input for several pictures."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several pictures; each is cleaned by the gateway, not here."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "field", "accept": PHOTO_TYPES}
        super().__init__(widget=PhotosInput(attrs), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the uploads as a list."""
        one = super().clean
        uploads: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not uploads:
            one(None, initial)
        return [one(upload, initial) for upload in uploads]
