"""A running `mulin serve`, watched from the outside, and clients that remember what they were promised."""

import http.client
import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from uuid import uuid4

from mulin.config.embedded import Home
from mulin.config.processes import servers_in
from tests.house.tree import ROOT
from tests.make.city import command, outside


def until(true: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@dataclass
class Served:
    """A running `mulin serve` with a folder of its own."""

    var: Path
    port: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    def __enter__(self) -> Self:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            self.port = sock.getsockname()[1]
        words = ["serve", "--port", str(self.port), "--workers", "2", "--logs", str(self.var / "logs")]
        self.out = (self.var / "out.txt").open("wb")
        environment = outside(self.var, MULIN_API_INTAKE_PER_MINUTE="0")
        self.process = subprocess.Popen(
            command(*words), env=environment, cwd=ROOT, stdout=self.out, stderr=self.out
        )
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait()
            self.out.close()

    @property
    def home(self) -> Home:
        return Home(self.var / "pg")

    def said(self) -> str:
        logs = [*self.var.glob("logs/*"), self.var / "out.txt", *self.home.folder.glob("*.log")]
        return "\n".join(f"--- {log.name}\n{log.read_text()[-2000:]}" for log in logs if log.exists())

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            words = {"Content-Type": "application/json", **headers}
            connection.request(method, path, None if body is None else json.dumps(body), words)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def up(self) -> bool:
        try:
            return self.ask("GET", "/healthz")[0] == 200
        except OSError:
            return False

    def wait_up(self) -> None:
        assert until(self.up, 60), self.said()

    def processes(self) -> dict[int, str]:
        """Return every process that works for this server, with its words; the parent is one of them."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    environment = (entry / "environ").read_bytes()
                    state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                except OSError:
                    continue
                if state != "Z" and f"MULIN_VAR={self.var}".encode() in environment.split(b"\0"):
                    found[int(entry.name)] = words
        return found | dict.fromkeys(servers_in(self.home.data), "postgres")

    def children(self, name: str) -> list[int]:
        """Return the direct children that run `mulin name`."""
        return [
            pid
            for pid, words in self.processes().items()
            if f"mulin.config.main {name}" in words and parent(pid) == self.process.pid
        ]

    def postmasters(self) -> list[int]:
        try:
            words = (self.home.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:  # between two servers
            return []
        return [int(words[0])] if words else []

    def web_workers(self) -> list[int]:
        return [pid for pid in self.processes() if parent(pid) in self.children("web")]


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@dataclass
class Client(threading.Thread):
    """Reports again and again, each report with its key until it is acknowledged; keeps what was promised."""

    served: Served
    stop: threading.Event
    acknowledged: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        while not self.stop.is_set():
            self.report(str(uuid4()))

    def report(self, key: str) -> None:
        """Send one report until it is acknowledged or we are told to stop."""
        body = {"text": f"路灯不亮 {key}", "kind": "need"}
        while not self.stop.is_set():
            try:
                status, said = self.served.ask("POST", "/api/v1/reports", body, **{"Idempotency-Key": key})
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
                continue
            if status == 201:
                self.acknowledged[key] = json.loads(said)["tracking_code"]
                return
            if status not in {502, 503, 504}:
                self.wrong.append(f"{status} {said[:200]!r}")
                return
            time.sleep(0.1)
