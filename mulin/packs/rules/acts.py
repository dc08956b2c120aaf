"""The acts and relations a pack may give to roles: those the product has, and no others."""

from typing import Final

from mulin.cases.rules.lifecycle import Act as CaseAct
from mulin.judgement.rules.reviews import Act as ReviewAct
from mulin.kernel.actor import Relation
from mulin.people.rules.acts import Act as PeopleAct
from mulin.places.rules.acts import Act as PlacesAct
from mulin.publications.rules.promises import Act as PromiseAct
from mulin.sensing.rules.events import Act as SensingAct
from mulin.worklog.rules.logs import Act as LogAct

# Permissions that are no act on one case, unit or place: intake, reading, publishing, adopting.
CITY_ACTS: Final = frozenset(
    (
        "see_case",
        "reveal_contact",
        "file_report",
        "import_reports",
        "export_cases",
        "draw_visits",
        "see_rates",
        "publish_list",
        "publish_dispatch",
        "publish_calendar",
        "see_calendars",
        "publish_profiles",
        "adopt_pack",
        "read_ledger",
        "see_supervisions",
        "issue_bulletin",
        "read_outbox",
        "resend_message",
        "give_up_message",
        "acknowledge_message",
    )
)
_VOCABULARIES: Final = (CaseAct, PeopleAct, PlacesAct, PromiseAct, ReviewAct, LogAct, SensingAct)
KNOWN_ACTS: Final = CITY_ACTS | {act.value for acts in _VOCABULARIES for act in acts}
RELATIONS: Final = frozenset(relation.value for relation in Relation)
