"""What can be done to units, posts, accounts and contacts: one name per act, permission, ledger entry."""

from enum import StrEnum
from typing import Final


class Act(StrEnum):
    """An act of this package; roles permit it under a relation to the unit it touches."""

    SEE_UNIT = "see_unit"
    FOUND_UNIT = "found_unit"
    RENAME_UNIT = "rename_unit"
    MOVE_UNIT = "move_unit"
    DISSOLVE_UNIT = "dissolve_unit"
    COVER = "cover_territory"
    END_COVER = "end_cover"
    SEE_STAFF = "see_staff"
    APPOINT = "appoint"
    END_APPOINTMENT = "end_appointment"
    RENEW_APPOINTMENT = "renew_appointment"
    SECOND_STAFF = "second_staff"
    END_SECONDMENT = "end_secondment"
    LIST_PUBLICLY = "list_publicly"
    WITHDRAW_LISTING = "withdraw_listing"
    CREATE_ACCOUNT = "create_account"
    DISABLE_ACCOUNT = "disable_account"
    ENABLE_ACCOUNT = "enable_account"
    RESET_PASSWORD = "reset_password"  # noqa: S105 the name of an act
    RESET_SECOND_FACTOR = "reset_second_factor"
    ISSUE_TOKEN = "issue_token"  # noqa: S105 the name of an act
    REVOKE_TOKEN = "revoke_token"  # noqa: S105 the name of an act
    REVEAL_CONTACT = "reveal_contact"
    ERASE_CONTACT = "erase_contact"
    REWRAP_CONTACTS = "rewrap_contacts"
    IMPORT_PEOPLE = "import_people"


# What shows the words or the people of a case. The three administrators run the machine: none may hold these.
CONTENT: Final = frozenset({"see_case", "reveal_contact", "export_cases", "file_report"})
