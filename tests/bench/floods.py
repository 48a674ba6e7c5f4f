"""What floods cost: ``python -m tests.bench.floods [MEBIBYTES]``.

Signed deliveries over a real socket, a commit with 5,000 broken manifests, and a repository with so many mebibytes of
what no manifest needs (1,024 unless told).
"""

import http.client
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from controller.source.git_errors import SourceError
from controller.source.repository import Repository
from controller.source.snapshot import Snapshot
from controller.web import webhook
from controller.web.app import build
from controller.web.server import HttpServer
from tests.bench.fleet import Fleet, source_of
from tests.bench.sweep import peak
from tests.controller.web.served import Served

DELIVERIES, BROKEN, MEBIBYTES = 2_000, 5_000, 1024
_BODY, _SECRET = b'{"ref": "refs/heads/main"}', "bench"


def webhooks() -> str:
    """Deliver one after the other over one connection."""
    served = Served()
    server = HttpServer(build(served.face(), None, _SECRET), "127.0.0.1", 0)
    sealed = webhook.seal(_SECRET)
    sealed.update(_BODY)
    headers = {"x-hub-signature-256": f"sha256={sealed.hexdigest()}", "x-github-event": "push"}
    server.start()
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    started = time.perf_counter()
    for _ in range(DELIVERIES):
        connection.request("POST", "/webhook", _BODY, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 202:
            raise RuntimeError(f"A delivery was answered with {answer.status}.")
    seconds = time.perf_counter() - started
    connection.close()
    server.stop()
    return f"{60 * DELIVERIES / seconds:,.0f} a minute"


def broken() -> str:
    """Compile a commit in which every manifest is broken, after one in which each was sound."""
    with TemporaryDirectory(prefix="trueup-bench-") as folder:
        for number in range(BROKEN):
            _write(Path(folder) / f"desired/e{number}/notes.yaml", b"kind: [\n")
        snapshot, seconds = _polled(Fleet(Path(folder), 0).url)
    return f"{len(snapshot.problems):,} problems in {seconds:.1f} s"


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
