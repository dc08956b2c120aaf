"""The forms of all acts offered on a case's page."""

from collections.abc import Mapping
from typing import Final

from mulin.cases.rules.lifecycle import Act
from mulin.console import act_forms
from mulin.console.act_forms import ActForm
from mulin.console.whistle_forms import WhistleUp

FORMS: Final[Mapping[Act, type[ActForm]]] = {**act_forms.FORMS, WhistleUp.act: WhistleUp}
