"""What the clients do: a whole lifecycle, intake alone, queue pages, searches."""

import random
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from benchmarks.driver import Client, Flow

TEXT = "小区东门的路灯不亮，已经三天了，老人晚上走路不安全，请派人看看（压测示例 {number}）"
WORDS = ("路灯", "井盖", "下水道", "垃圾", "楼道", "施工", "停车", "漏水")


def lifecycle(plan: dict[str, Any]) -> Flow:
    """Create, dispatch by the table, accept, report the result: four requests, three people, no pause."""
    spots = plan["spots"]

    async def flow(client: Client, number: int) -> bool:
        spot = spots[number % len(spots)]
        dispatcher = plan["tokens"][spot["street"]]
        made = await client.ask(
            "create",
            "POST",
            "/api/v1/staff/reports",
            token=dispatcher,
            key=str(uuid.uuid4()),
            body={
                "text": TEXT.format(number=number),
                "channel": "phone",
                "longitude": spot["lon"],
                "latitude": spot["lat"],
            },
        )
        if made is None:
            return False
        path = f"/api/v1/cases/{made['case']['id']}"
        sent = await client.ask(
            "dispatch", "POST", f"{path}/dispatch_case", token=dispatcher,
            key=str(uuid.uuid4()), body={"version": made["case"]["version"]},
        )  # fmt: skip
        if sent is None:
            return False
        lead = plan["tokens"][sent["lead"]["code"]]
        taken = await client.ask(
            "accept", "POST", f"{path}/accept_case", token=lead, key=str(uuid.uuid4()),
            body={"version": sent["version"]},
        )  # fmt: skip
        if taken is None:
            return False
        done = await client.ask(
            "resolve", "POST", f"{path}/finish_case", token=lead, key=str(uuid.uuid4()),
            body={"version": taken["version"], "result": "灯已换好（压测示例）"},
        )  # fmt: skip
        return done is not None

    return flow


def intake(plan: dict[str, Any]) -> Flow:
    """Report something without an account."""
    spots = plan["spots"]

    async def flow(client: Client, number: int) -> bool:
        spot = spots[number % len(spots)]
        body = {"text": TEXT.format(number=number), "longitude": spot["lon"], "latitude": spot["lat"]}
        made = await client.ask("intake", "POST", "/api/v1/reports", key=str(uuid.uuid4()), body=body)
        return made is not None

    return flow


def queue(plan: dict[str, Any]) -> Flow:
    """Open the first page of a street's queue."""

    async def flow(client: Client, number: int) -> bool:
        tab = ("todo", "todo", "overdue", "done")[number % 4]
        page = await client.ask("queue", "GET", f"/api/v1/cases?tab={tab}", token=_street(plan, number))
        return page is not None

    return flow


def search(plan: dict[str, Any]) -> Flow:
    """Search what a street sees for one or two words of two characters."""

    async def flow(client: Client, number: int) -> bool:
        text = quote(random.choice(WORDS) + random.choice(("", random.choice(WORDS))))
        path = f"/api/v1/search?text={text}"
        found = await client.ask("search", "GET", path, token=_street(plan, number))
        return found is not None

    return flow


def _street(plan: dict[str, Any], number: int) -> str:
    return str(plan["tokens"][plan["spots"][number % len(plan["spots"])]["street"]])


FLOWS: dict[str, Callable[[dict[str, Any]], Flow]] = {
    "lifecycle": lifecycle,
    "intake": intake,
    "queue": queue,
    "search": search,
}
