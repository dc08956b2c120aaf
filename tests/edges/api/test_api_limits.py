"""Floods are slowed, a housing estate behind one address is not, and nobody is asked a puzzle."""

from typing import Any

import pytest
from django.test import Client

from mulin.api.limits import ADDRESSES_KEPT, Bucket, address_of
from mulin.cases.models import Report
from tests.make import cases as make


def post(address: str, **headers: str) -> Any:
    return Client(REMOTE_ADDR=address).post(
        "/api/v1/reports", '{"text": "路灯不亮（示例）"}', content_type="application/json", headers=headers
    )


def test_a_bucket_gives_what_it_holds_and_fills_up_again() -> None:
    bucket = Bucket(60)
    assert [bucket.wait("a", now=0.0) for _ in range(60)] == [0.0] * 60
    assert bucket.wait("a", now=0.0) == pytest.approx(1.0)
    assert bucket.wait("b", now=0.0) == 0.0
    assert bucket.wait("a", now=1.0) == 0.0
    assert bucket.wait("a", now=1.0) > 0.0
    assert [bucket.wait("a", now=1e6) for _ in range(61)][-1] > 0.0  # it never holds more than its size


def test_a_bucket_without_a_limit_lets_everything_pass() -> None:
    assert not any(Bucket(0).wait("a") for _ in range(1000))


def test_a_bucket_forgets_the_oldest_address() -> None:
    bucket = Bucket(1)
    for number in range(ADDRESSES_KEPT + 2):
        bucket.wait(str(number), now=0.0)
    assert bucket.wait("0", now=0.0) == 0.0
    assert bucket.wait(str(ADDRESSES_KEPT), now=0.0) > 0.0


def test_who_asks_too_fast_is_told_when_to_come_back(db: None, settings: Any) -> None:
    settings.API_INTAKE_PER_MINUTE = 3
    make.city()
    assert [post("203.0.113.7").status_code for _ in range(4)] == [201, 201, 201, 429]
    refused = post("203.0.113.7")
    assert int(refused["Retry-After"]) > 0
    assert refused.json()["type"] == "too-many-requests"
    assert post("203.0.113.8").status_code == 201
    assert Report.objects.count() == 4


def test_this_machine_itself_is_not_slowed_but_who_comes_through_its_proxy_is(
    db: None, settings: Any
) -> None:
    settings.API_INTAKE_PER_MINUTE = 2
    make.city()
    assert [post("127.0.0.1").status_code for _ in range(4)] == [201] * 4
    through = [post("127.0.0.1", **{"X-Forwarded-For": "198.51.100.9"}).status_code for _ in range(3)]
    assert through == [201, 201, 429]


@pytest.mark.parametrize(
    ("remote", "forwarded", "counted"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "1.2.3.4", "203.0.113.7"),  # anybody may write that header
        ("127.0.0.1", "6.6.6.6, 198.51.100.9", "198.51.100.9"),  # the last hop is our own proxy's word
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("", "", "unknown"),
        ("127.0.0.1", "<script>", "unknown"),
    ],
)
def test_the_address_that_counts(rf: Any, remote: str, forwarded: str, counted: str) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert address_of(rf.get("/", REMOTE_ADDR=remote, headers=headers)) == counted
