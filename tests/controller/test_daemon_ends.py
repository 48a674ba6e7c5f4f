"""SIGTERM ends the daemon, cleanly, whatever it is doing; and nothing of it is left behind."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.web.server import LAST_ANSWERS
from controller.wiring import LAST_STEP, LAST_WORDS
from sandbox.clock import HostClock
from sandbox.server import Server, serve
from sandbox.world.world import World
from tests.controller.daemons import ENDLESS, PLAIN, TOKEN, DaemonProcess, alive, silence, until
from tests.controller.source.repository import Repository


@pytest.fixture(scope="module")
def aws() -> Iterator[Server]:
    with serve(World(HostClock())) as server:
        yield server


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "gitops.git")
    made.commit(PLAIN)
    return made


def ended_well(daemon: DaemonProcess, children: set[int]) -> bool:
    assert daemon.terminate() == 0
    assert "Traceback" not in daemon.log_file.read_text()
    until("all children to be gone", lambda: not alive(children))
    return True


def test_what_the_daemon_allows_itself_for_ending_is_less_than_orchestrators_give() -> None:
    assert LAST_STEP + LAST_WORDS + LAST_ANSWERS < 10


def test_an_idle_daemon_ends_and_leaves_nothing(tmp_path: Path, repository: Repository, aws: Server) -> None:
    with DaemonProcess(tmp_path, repository=repository.path.as_uri(), endpoint_url=aws.url) as daemon:
        until("the daemon to be ready", lambda: daemon.asks("/readyz")[0] == 200)
        children = daemon.children()
        assert daemon.terminate() == 0
        assert alive(children) == set()
        assert daemon.lines()[-1]["event"] == "ended"


def test_a_daemon_that_waits_for_aws_ends_all_the_same(tmp_path: Path, repository: Repository) -> None:
    with (
        silence() as aws,
        DaemonProcess(tmp_path, repository=repository.path.as_uri(), endpoint_url=aws.url, api_token=TOKEN) as daemon,
    ):
        until("a sweep that waits", lambda: aws.connections == 1)
        assert daemon.asks("/api/v1/services/prod/notes/sync", "POST")[0] == 202
        until("a reconcile that waits as well", lambda: aws.connections == 2)
        assert ended_well(daemon, daemon.children())
        assert daemon.lines()[-1]["event"] == "ended with a step in hand that took too long"


def test_a_daemon_that_waits_for_git_takes_git_with_it_and_says_nothing_of_trouble(tmp_path: Path) -> None:
    with silence() as host, DaemonProcess(tmp_path, repository=f"{host.url}/gitops.git") as daemon:
        children = until("git to wait", lambda: daemon.children() if host.connections else None)
        assert daemon.asks("/readyz")[0] == 503
        assert daemon.asks("/healthz")[0] == 200
        assert ended_well(daemon, children)
        assert not [line for line in daemon.lines() if line["level"] in ("warning", "error")]


def test_a_rendering_does_not_outlive_the_daemon(tmp_path: Path, aws: Server) -> None:
    repository = Repository(tmp_path / "gitops.git")
    repository.commit(ENDLESS)
    with DaemonProcess(tmp_path, repository=repository.path.as_uri(), endpoint_url=aws.url) as daemon:
        children = until("a rendering", lambda: [pid for pid in daemon.children() if _renders(pid)])
        assert ended_well(daemon, set(children))


def test_a_client_that_says_nothing_does_not_keep_the_daemon(
    tmp_path: Path, repository: Repository, aws: Server
) -> None:
    with DaemonProcess(tmp_path, repository=repository.path.as_uri(), endpoint_url=aws.url) as daemon:
        host, _, port = daemon.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"POST /api/v1/services HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            assert ended_well(daemon, daemon.children())


def _renders(pid: int) -> bool:
    try:
        return b"render_child" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
