"""What floods cost: ``python -m tests.bench.floods [MEBIBYTES]``.

Signed deliveries over a real socket, a commit with 5,000 broken manifests, and a repository with so many mebibytes of
what no manifest needs (1,024 unless told).
"""

import http.client
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from controller.loop.board import Board
from controller.loop.loop import Loop
from controller.loop.surroundings import Clocks, Rhythm, Work
from controller.metrics import Metrics
from controller.source.git_errors import SourceError
from controller.source.repository import Repository
from controller.source.snapshot import Snapshot
from controller.web import webhook
from controller.web.app import build
from controller.web.server import HttpServer
from reconcilers.sweep import SweepResult
from tests.bench.fleet import Fleet, fleet_of, source_of
from tests.bench.sweep import peak
from tests.controller.builders import report
from tests.controller.daemons import until
from tests.controller.web.served import Served
from tests.controller.web.test_app import Client

DELIVERIES, BROKEN, MEBIBYTES = 10_000, 5_000, 1024
_BODY, _SECRET = b'{"ref": "refs/heads/main"}', "bench"
_SEAL = webhook.seal(_SECRET)
_SEAL.update(_BODY)
_SIGNED = {"x-hub-signature-256": f"sha256={_SEAL.hexdigest()}", "x-github-event": "push"}


def webhooks() -> str:
    """Deliver them one after the other over one connection to a loop that looks at Git, which moves meanwhile."""
    with fleet_of(10) as fleet, looking_at(fleet.url) as (loop, looks):
        face = replace(Served().face(), board=loop.board, asked=loop, ready=lambda: loop.board.snapshot is not None)
        server = HttpServer(build(face, None, _SECRET), "127.0.0.1", 0)
        server.start()
        until("the first look", lambda: loop.board.snapshot is not None)
        looks.clear()
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
        started = time.perf_counter()
        for number in range(DELIVERIES):
            _expect(connection, 202, "POST", "/webhook")
            if number % 100 == 0:
                _expect(connection, 200, "GET", "/readyz")
            if number == DELIVERIES // 2:
                fleet.bump(0, "7c31f0e")
        seconds = time.perf_counter() - started
        found = len(looks)
        until("the commit", lambda: "7c31f0e" in str(loop.board.services()[0].wanted.task_definition))
        connection.close()
        server.stop()
    return f"all answered, {60 * DELIVERIES / seconds:,.0f} a minute; ready all the while; {found:,} looks at Git"


@contextmanager
def looking_at(url: str) -> Iterator[tuple[Loop, list[float]]]:
    """A loop at work that looks at Git, and when it did. Nothing is asked of AWS."""
    looks: list[float] = []
    with TemporaryDirectory(prefix="trueup-bench-") as folder:
        repository = Repository(source_of(url, Path(folder)), "desired")

        def source(before: Snapshot | None) -> Snapshot | None:
            looks.append(time.perf_counter())
            return repository.poll(before)

        work = Work(source, lambda *_: SweepResult(frozenset(), frozenset(), {}, {}), lambda *_: report())
        loop = Loop(work, Board(), Metrics(), Rhythm(), Clocks(time.time, time.monotonic, random.random))
        loop.start(1)
        yield loop, looks
        loop.stop(10)
        repository.close()


def _expect(connection: http.client.HTTPConnection, status: int, method: str, path: str) -> None:
    connection.request(method, path, _BODY if method == "POST" else None, _SIGNED)
    answer = connection.getresponse()
    answer.read()
    if answer.status != status:
        raise RuntimeError(f"{method} {path} was answered with {answer.status}.")


def broken() -> str:
    """Compile a commit in which every manifest is broken, after one in which each was sound."""
    with TemporaryDirectory(prefix="trueup-bench-") as folder:
        for number in range(BROKEN):
            _write(Path(folder) / f"desired/e{number}/notes.yaml", b"kind: [\n")
        cpu = time.process_time()
        snapshot, _ = _polled(Fleet(Path(folder), 0).url)
        cpu = time.process_time() - cpu
    served = Served()
    served.adopt(snapshot)
    sizes = {path: len(Client(served.app).get(f"/api/v1/{path}").content) >> 10 for path in ("source", "fleet")}
    said = ", ".join(f"/api/v1/{path} {size} KiB" for path, size in sizes.items())
    return f"{len(snapshot.problems):,} problems in {cpu:.1f} s of CPU; {said}"


def large(mebibytes: int) -> str:
    """Fetch a repository with a lot of what nothing needs."""
    with TemporaryDirectory(prefix="trueup-bench-") as folder:
        for number in range(mebibytes):
            _write(Path(folder) / f"large/{number}", os.urandom(1 << 20))
        try:
            snapshot, seconds = _polled(Fleet(Path(folder), 10).url)
        except SourceError as error:
            return error.message
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return f"{len(snapshot.services)} services in {seconds:.1f} s; git held {children:.0f} MiB at most"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _polled(url: str) -> tuple[Snapshot, float]:
    with TemporaryDirectory(prefix="trueup-bench-") as folder:
        repository = Repository(source_of(url, Path(folder)), "desired")
        started = time.perf_counter()
        snapshot = repository.poll(None)
        seconds = time.perf_counter() - started
        repository.close()
    if snapshot is None:
        raise RuntimeError("The repository says nothing.")
    return snapshot, seconds


def _main(mebibytes: int) -> None:
    table = Table(title="Floods", title_justify="left")
    for heading in ("what", "result", "peak MiB"):
        table.add_column(heading)
    rows: tuple[tuple[str, Callable[[], str]], ...] = (
        (f"{DELIVERIES:,} signed deliveries", webhooks),
        (f"a commit with {BROKEN:,} broken manifests", broken),
        (f"a repository of {mebibytes:,} MiB", lambda: large(mebibytes)),
    )
    for what, do in rows:
        table.add_row(what, do(), f"{peak():.0f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    _main(int(sys.argv[1]) if len(sys.argv) > 1 else MEBIBYTES)
