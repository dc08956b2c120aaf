"""Defects of permissions, locks, the ledger and idempotency."""

from tests.make.defects.shape import Defect

HEART = [
    Defect(
        "policy: everybody may",
        "mulin/cases/policy.py",
        "    if grant is None:\n        raise NotAllowed",
        "    if grant is None:\n        return actor.grants[0].unit_id\n        raise NotAllowed",
        "tests/domain/cases/test_acts.py",
        "wrong_role and accept",
    ),
    Defect(
        "policy: the filter shows the whole city",
        "mulin/cases/policy.py",
        "    Relation.PLACE: lambda grant: Q(place_unit__in=_units_below(grant)),",
        "    Relation.PLACE: lambda grant: Q(pk__isnull=False),",
        "tests/domain/cases/test_policy.py",
        "agree",
    ),
    Defect(
        "row lock: the case is read without it",
        "mulin/cases/queries/doors.py",
        '"where id = %s for update"',
        '"where id = %s"',
        "tests/domain/cases/test_acts.py",
        "locks_the_row and accept",
    ),
    Defect(
        "ledger trigger: entries can be changed",
        "mulin/ledger/migrations/0002_append_only.py",
        "create trigger ledger_no_change before update or delete on ledger_entry",
        "create trigger ledger_no_change before delete on ledger_entry",
        "tests/domain/ledger",
        "",
    ),
    Defect(
        "idempotency: a number already used is not looked up",
        "mulin/cases/actions/intake.py",
        "    if found is None:\n        return None\n",
        "    if found is None or found:\n        return None\n",
        "tests/domain/cases/test_intake.py",
        "same_number",
    ),
    Defect(
        "idempotency: other words under the same number pass",
        "mulin/cases/actions/intake.py",
        "    if found[1] != digest:",
        "    if found[1] == digest:",
        "tests/domain/cases/test_intake.py",
        "same_number",
    ),
    Defect(
        "metadata: the photo keeps its EXIF",
        "mulin/gateways/photo_decoder.py",
        'quality=QUALITY, optimize=True, exif=b"", icc_profile=None)',
        'quality=QUALITY, optimize=True, exif=b"Exif\\0\\0 34.77N", icc_profile=None)',
        "tests/domain/photos",
        "",
    ),
]
