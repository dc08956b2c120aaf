"""What every form of an act shares: a key against double clicks, the version that was read, its drawing."""

from typing import ClassVar

from django import forms

from mulin.cases.rules.lifecycle import Act
from mulin.console.words import Text


class AskForm(forms.Form):
    """A form that asks what one act needs."""

    act: ClassVar[Act]
    effect: ClassVar[Text] = ""
    template: ClassVar[str] = "console/act/_fields.html"
    takes_photos: ClassVar[bool] = False

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def mark_errors(self) -> None:
        """Tell the browser which fields were refused."""
        for name in self.errors:
            if name in self.fields:
                self.fields[name].widget.attrs["aria-invalid"] = "true"
