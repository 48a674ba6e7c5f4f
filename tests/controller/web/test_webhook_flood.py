"""A flood of deliveries, with the real loop behind the app: one look in hand, and one that waits."""

import asyncio
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from controller.loop.board import Board
from controller.loop.keys import SyncSource
from controller.loop.loop import HINTS, Loop
from controller.loop.surroundings import Clocks, Rhythm, Work
from controller.metrics import Metrics
from controller.source.snapshot import Snapshot
from controller.web import webhook
from controller.web.app import build
from reconcilers.sweep import SweepResult
from tests.controller.builders import NOW, report
from tests.controller.web.served import Served

SECRET, BODY, FLOOD = "s3cret", b'{"ref": "refs/heads/main"}', 500


class Git:
    """A repository that counts who looks."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self, _: Snapshot | None) -> None:
        self.looks += 1


@pytest.fixture
def git() -> Git:
    return Git()


@pytest.fixture
def time() -> list[float]:
    """What the loop's clock shows, last."""
    return [0.0]


@pytest.fixture
def loop(git: Git, time: list[float]) -> Loop:
    work = Work(git, lambda *_: SweepResult(frozenset(), frozenset(), {}, {}), lambda *_: report())
    return Loop(work, Board(), Metrics(), Rhythm(), Clocks(lambda: NOW, lambda: time[-1], lambda: 0.0))


def signed() -> dict[str, str]:
    sealed = webhook.seal(SECRET)
    sealed.update(BODY)
    return {"x-hub-signature-256": f"sha256={sealed.hexdigest()}", "x-github-event": "push"}


@pytest.fixture
def app(loop: Loop) -> FastAPI:
    return build(replace(Served().face(), asked=loop), None, SECRET)


def delivered(app: FastAPI, times: int) -> set[int]:
    """The statuses of so many deliveries."""

    async def deliver() -> set[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://trueup") as client:
            return {(await client.post("/webhook", content=BODY, headers=signed())).status_code for _ in range(times)}

    return asyncio.run(deliver())


def work_off(loop: Loop) -> None:
    """Take the steps that are due now."""
    while loop.queue.depth():
        key = loop.queue.take()
        assert key is not None
        loop.step(key)
        loop.queue.give_back(key)


def test_a_flood_of_pushes_is_taken_and_leads_to_one_look(app: FastAPI, loop: Loop, git: Git) -> None:
    assert delivered(app, FLOOD) == {202}
    work_off(loop)
    assert git.looks == 1


def test_a_flood_that_goes_on_leads_to_a_look_a_second(app: FastAPI, loop: Loop, git: Git, time: list[float]) -> None:
    for moment in range(30):
        time.append(moment / 10)
        delivered(app, 10)
        work_off(loop)
    assert git.looks == 3


def test_a_flood_during_a_look_leads_to_one_more(app: FastAPI, loop: Loop, git: Git, time: list[float]) -> None:
    loop.look_at_source()
    assert loop.queue.take() == SyncSource()
    delivered(app, FLOOD)
    assert loop.queue.depth() == 0
    loop.step(SyncSource())
    loop.queue.give_back(SyncSource())
    time.append(HINTS)
    work_off(loop)
    assert git.looks == 2


@pytest.mark.parametrize("headers", [{}, {"x-gitlab-token": "other"}], ids=["unsigned", "another token"])
def test_what_proves_nothing_is_refused_before_its_body_is_read(
    app: FastAPI, loop: Loop, headers: dict[str, str]
) -> None:
    read = 0

    async def receive() -> dict[str, object]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": BODY, "more_body": True}

    sent: list[int] = []

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            sent.append(int(str(message["status"])))

    asyncio.run(app(scope(headers), receive, send))  # type: ignore[arg-type]
    assert (sent, read, loop.queue.depth()) == ([401], 0, 0)


def scope(headers: dict[str, str]) -> dict[str, object]:
    """A delivery as uvicorn hands it over."""
    given = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "method": "POST",
        "path": "/webhook",
        "raw_path": b"/webhook",
        "query_string": b"",
        "headers": given,
        "http_version": "1.1",
        "scheme": "http",
        "server": ("t", 1),
        "client": ("t", 2),
    }
