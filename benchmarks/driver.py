"""A closed load of HTTP clients: keep-alive sockets, no library between, so that the driver costs little."""

import asyncio
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Seen:
    """What one run saw: milliseconds by step, statuses by step, flows finished."""

    millis: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[str] = field(default_factory=Counter)
    first_bad: dict[str, str] = field(default_factory=dict)
    flows: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the figures a table needs."""
        everything = sorted(ms for step in self.millis.values() for ms in step)
        return {
            "flows": self.flows,
            "seconds": round(self.seconds, 3),
            "flows_per_second": round(self.flows / self.seconds, 1) if self.seconds else 0.0,
            "requests_per_second": round(len(everything) / self.seconds, 1) if self.seconds else 0.0,
            "all": quantiles(everything),
            "steps": {step: quantiles(sorted(values)) for step, values in self.millis.items()},
            "statuses": dict(self.statuses),
            "first_bad": self.first_bad,
        }


def quantiles(ordered: list[float]) -> dict[str, float]:
    """Return count, mean, p50, p95, p99 and the worst of ``ordered`` milliseconds."""
    if not ordered:
        return {"count": 0}

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {
        "count": len(ordered),
        "mean": round(sum(ordered) / len(ordered), 1),
        "p50": at(0.50),
        "p95": at(0.95),
        "p99": at(0.99),
        "max": round(ordered[-1], 1),
    }


class Client:
    """One keep-alive connection that asks one thing at a time."""

    def __init__(self, host: str, port: int, seen: Seen) -> None:
        self._host, self._port, self._seen = host, port, seen
        self._link: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, step: str, method: str, path: str, *, body: Any = None, token: str = "", key: str = ""
    ) -> Any:
        """Send one request, note how long it took and return the JSON answered (None unless 2xx)."""
        data = json.dumps(body).encode() if body is not None else b""
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self._host}:{self._port}",
            f"Content-Length: {len(data)}",
        ]
        if data:
            head.append("Content-Type: application/json")
        if token:
            head.append(f"Authorization: Bearer {token}")
        if key:
            head.append(f"Idempotency-Key: {key}")
        began = time.perf_counter()
        status, answer = await self._exchange("\r\n".join(head).encode() + b"\r\n\r\n" + data)
        self._seen.millis[step].append((time.perf_counter() - began) * 1000)
        self._seen.statuses[f"{step} {status}"] += 1
        if not 200 <= status < 300:
            self._seen.first_bad.setdefault(f"{step} {status}", answer[:500].decode(errors="replace"))
            return None
        return json.loads(answer) if answer else {}

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        if self._link is None:
            self._link = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._link
        writer.write(request)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
        except (asyncio.IncompleteReadError, ConnectionError):
            await self.close()
            return 0, b"connection closed"
        status = int(head[9:12])
        if b"transfer-encoding: chunked" in head:
            body = await _chunks(reader)
        else:
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            body = await reader.readexactly(int(length or 0))
        if b"connection: close" in head:
            await self.close()
        return status, body

    async def close(self) -> None:
        """Let go of the connection."""
        if self._link is not None:
            self._link[1].close()
        self._link = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return body


Flow = Callable[[Client, int], Awaitable[bool]]


@asynccontextmanager
async def _clients(host: str, port: int, count: int, seen: Seen) -> AsyncIterator[list[Client]]:
    clients = [Client(host, port, seen) for _ in range(count)]
    try:
        yield clients
    finally:
        for client in clients:
            await client.close()


async def run_closed(
    *, host: str, port: int, clients: int, seconds: float, warm_up: float, flow: Flow
) -> Seen:
    """Let ``clients`` repeat ``flow`` without pause; what happens during ``warm_up`` does not count.

    A flow counts when it ends inside the window: half-done ones at both ends cancel out.
    """
    seen = Seen()
    number = 0
    deadline = time.perf_counter() + warm_up + seconds
    began = time.perf_counter() + warm_up

    async def live(client: Client) -> None:
        nonlocal number
        while time.perf_counter() < deadline:
            number += 1
            done = await flow(client, number)
            if done and began <= time.perf_counter() <= deadline:
                seen.flows += 1

    async def forget_warm_up() -> None:
        await asyncio.sleep(warm_up)
        seen.millis.clear()

    async with _clients(host, port, clients, seen) as all_clients:
        await asyncio.gather(forget_warm_up(), *(live(client) for client in all_clients))
    seen.seconds = seconds
    return seen


def main() -> None:
    """Read a plan from standard input, run it, print the figures: the driver is a process of its own."""
    from benchmarks import flows  # noqa: PLC0415 - flows imports this module for its types

    plan = json.load(sys.stdin)
    seen = asyncio.run(
        run_closed(
            host=plan["host"],
            port=plan["port"],
            clients=plan["clients"],
            seconds=plan["seconds"],
            warm_up=plan["warm_up"],
            flow=flows.FLOWS[plan["flow"]](plan),
        )
    )
    json.dump({**seen.as_json(), "driver_cpu_seconds": round(time.process_time(), 1)}, sys.stdout)


if __name__ == "__main__":
    main()
