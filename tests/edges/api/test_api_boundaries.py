"""Boundaries by API: previewed, adjusted once per key, listed, compared, counted; refused to other posts."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import timezone

from mulin.boundaries.models import Adjustment
from mulin.cli.boundaries import boundaries as command
from tests.make import console, packs
from tests.make.api import Caller, token_of

FIRST, SECOND = "990101001001001", "990101001001002"


def plan() -> dict[str, object]:
    return {
        "on": timezone.localdate().isoformat(),
        "reason": "示例",
        "document": "示例〔2026〕1号",
        "lines": [{"kind": "merge", "from": [FIRST, SECOND], "into": [{"code": FIRST, "name": "一网格"}]}],
    }


def caller(staff_no: str) -> Caller:
    return Caller(token_of(console.actor(staff_no), now=timezone.now()))


@pytest.mark.django_db
def test_previewed_adjusted_once_listed_compared_and_counted() -> None:
    packs.city()
    steward, officer = caller(console.STEWARD), caller(console.GRID)
    seen = steward.post("/boundaries/preview", plan())
    assert seen.status_code == 200, seen.content
    assert (seen.json()["counts"]["units_ended"], Adjustment.objects.count()) == (1, 0)
    assert seen.json()["successions"][1]["to_code"] == FIRST
    assert officer.post("/boundaries/preview", plan()).status_code == 403
    assert officer.post("/boundaries/adjustments", plan()).status_code == 403
    made = steward.post("/boundaries/adjustments", plan(), key="k")
    assert made.status_code == 200, made.content
    assert steward.post("/boundaries/adjustments", plan(), key="k").json() == made.json()
    assert made.json()["counts"] == seen.json()["counts"]
    again = steward.post("/boundaries/adjustments", plan(), key="k2")
    assert (again.status_code, again.json()["mistakes"][0]["where"]) == (422, "lines[1].from")
    assert [one["id"] for one in officer.get("/boundaries/adjustments").json()["adjustments"]] == [
        made.json()["id"]
    ]
    today = timezone.localdate().isoformat()
    differ = officer.get("/boundaries/differences", old="2026-02-01", new=today, kind="grid").json()
    assert (differ["of_kind"], differ["differences"][0]["document"]) == ({"merge": 1}, "示例〔2026〕1号")
    assert officer.get(f"/boundaries/adjustments/{made.json()['id']}/cases").json()["cases"] == []
    asked = {"since": "2026-01-01", "until": "2026-02-01"}
    assert officer.get("/boundaries/counts", **asked).status_code == 403
    assert Caller().get("/boundaries/adjustments").status_code == 401


@pytest.mark.django_db
def test_a_broken_plan_is_told_line_by_line_and_a_file_is_carried_out(tmp_path: Path) -> None:
    packs.city()
    file = tmp_path / "plan.json"
    bad = plan() | {"lines": [{"kind": "merge", "from": [FIRST, "nowhere"], "into": [{"code": "x" * 40}]}]}
    file.write_text(json.dumps(bad))
    told = CliRunner().invoke(command, ["preview", str(file)])
    assert told.exit_code == 1
    assert "第 1 行 code" in told.output
    file.write_text(json.dumps(plan()))
    seen = CliRunner().invoke(command, ["preview", str(file), "--json"])
    assert json.loads(seen.output)["counts"]["units_ended"] == 1, seen.output
    assert CliRunner().invoke(command, ["adjust", str(file)]).exit_code == 0
    assert CliRunner().invoke(command, ["adjust", str(file)]).exit_code == 0
    assert Adjustment.objects.count() == 1
