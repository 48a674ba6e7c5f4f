"""The route of logs: who may read, what is asked, and how a refusal is told."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from controller.loop.board import Board
from controller.loop.journal import Journal
from controller.web.app import build
from controller.web.face import Face
from controller.web.stream import Hub
from reconcilers.attempts import AttemptState
from reconcilers.history import History
from reconcilers.model import Service, ServiceKey
from reconcilers.outcome import Retry, Stalled
from reconcilers.task_logs import LogQuestion, NoSuchAttempt, NoSuchContainer, TaskLogs
from reconcilers.task_output import ContainerEnd, Elsewhere, LogLine, Task, Which
from reconcilers.verdict import Order
from tests.controller.builders import NOW, attempt, report, snapshot

TOKEN = "t0ken"
LOGS = "/api/v1/services/prod/notes/logs"
ENDED = Task(
    "0123abcd", "arn:aws:ecs:eu-west-1:1:task-definition/notes:7", NOW, "STOPPED", NOW + 60,
    "EssentialContainerExited", "Essential container in task exited", (ContainerEnd("proxy", 137, "OutOfMemory"),),
)  # fmt: skip
FOUND = TaskLogs(
    attempt("v2", state=AttemptState.STOPPED, rollback="d-back"),
    tasks=(ENDED,),
    lines=(LogLine(NOW, "hunter2 \x1b[31m", "0123abcd", "proxy", "app/proxy/1"),),
    elsewhere=(Elsewhere("side", "fluentd", "Read them there."),),
    notes=("A note.",),
    cursor="abc",
    live=True,
    cut=True,
)


@dataclass
class Reader:
    """Answers, and notes what it is asked."""

    answer: TaskLogs | Exception = FOUND
    asked: list[tuple[ServiceKey, LogQuestion]] = field(default_factory=list)

    def read(self, wanted: Service, question: LogQuestion) -> TaskLogs:
        self.asked.append((wanted.key, question))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Nobody:
    """A loop that is asked nothing here."""

    def look_at_source(self) -> None: ...

    def ask(self, key: ServiceKey, order: Order) -> bool:
        return False


def app(reader: Reader, token: str | None = TOKEN) -> FastAPI:
    board = Board()
    board.adopt(snapshot(), NOW)
    board.reported(report(), Order())
    face = Face(
        board, Nobody(), CollectorRegistry(), lambda: True, lambda: True, lambda: NOW, "1", Journal(board, lambda: NOW),
        Hub(), lambda *_: History(), logs=reader.read,
    )  # fmt: skip
    return build(face, token, None)


def get(reader: Reader, path: str = LOGS, *, known: bool = True, token: str | None = TOKEN) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app(reader, token))
        headers = {"authorization": f"Bearer {TOKEN}"} if known else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://trueup") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


def test_without_the_token_no_line_is_shown_and_aws_is_not_asked() -> None:
    reader = Reader()
    answer = get(reader, known=False)
    assert answer.status_code == 401
    assert "hunter2" not in answer.text
    assert reader.asked == []


def test_a_daemon_without_a_token_has_no_such_route() -> None:
    answer = get(Reader(), token=None)
    assert answer.status_code == 404
    assert answer.json() == {"detail": "Not Found"}


def test_lines_tasks_and_notes_are_told() -> None:
    answer = get(Reader())
    assert answer.headers["cache-control"] == "no-store"
    said = answer.json()
    assert said["lines"] == [
        {"at": NOW, "task": "0123abcd", "container": "proxy", "stream": "app/proxy/1", "text": "hunter2 \x1b[31m"}
    ]
    (task,) = said["tasks"]
    assert (task["taskDefinition"], task["stopCode"]) == ("notes:7", "EssentialContainerExited")
    assert task["containers"] == [{"name": "proxy", "exitCode": 137, "reason": "OutOfMemory"}]
    assert said["elsewhere"] == [{"container": "side", "driver": "fluentd", "remedy": "Read them there."}]
    rest = {name: said[name] for name in ("deployment", "state", "notes", "cursor", "live", "cut")}
    assert rest == {
        "deployment": "d-v2", "state": "rolled-back", "notes": ["A note."], "cursor": "abc", "live": True, "cut": True,
    }  # fmt: skip


def test_of_a_service_without_a_deployment_there_is_no_name() -> None:
    said = get(Reader(TaskLogs(None))).json()
    assert (said["deployment"], said["state"], said["lines"]) == (None, "", [])


@pytest.mark.parametrize(
    ("query", "question"),
    [
        ("", LogQuestion()),
        ("deployment=d-1", LogQuestion(Which("d-1"))),
        ("attempt=2", LogQuestion(Which(number=2))),
        ("previous=true", LogQuestion(Which(previous=True))),
        (
            "container=proxy&task=0123&since=12.5&limit=7&after=abc",
            LogQuestion(container="proxy", task="0123", since=12.5, limit=7, after="abc"),
        ),
    ],
)
def test_what_is_asked_for_is_handed_on(query: str, question: LogQuestion) -> None:
    reader = Reader()
    assert get(reader, f"{LOGS}?{query}").status_code == 200
    assert reader.asked == [(ServiceKey("prod", "notes"), question)]


@pytest.mark.parametrize(
    "query", ["deployment=d-1&previous=true", "attempt=1&previous=true", "limit=0", "limit=99999", "since=yesterday"]
)
def test_a_question_that_makes_no_sense_is_refused(query: str) -> None:
    reader = Reader()
    assert get(reader, f"{LOGS}?{query}").status_code == 422
    assert reader.asked == []


def test_an_unknown_service_is_404() -> None:
    answer = get(Reader(), "/api/v1/services/prod/other/logs")
    assert answer.status_code == 404
    assert "No manifest names prod/other" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (NoSuchAttempt("AWS remembers no deployment d-9."), 404, "AWS remembers no deployment d-9."),
        (NoSuchContainer("There is no container nope."), 404, "There is no container nope."),
        (ValueError("This is no cursor of an answer."), 422, "after: This is no cursor of an answer."),
        (Retry("Throttled", "slow down."), 503, "slow down."),
        (Retry("Busy", "too many."), 503, "too many."),
        (Retry("Timeout", "no answer in time."), 502, "no answer in time."),
        (Stalled("AccessDenied", "denied.", "Allow logs:GetLogEvents."), 502, "denied. Allow logs:GetLogEvents."),
    ],
)
def test_why_there_is_no_answer_is_told(error: Exception, status: int, said: str) -> None:
    answer = get(Reader(error))
    assert (answer.status_code, answer.json()["detail"]) == (status, said)


def test_the_route_is_described() -> None:
    paths: dict[str, Any] = app(Reader()).openapi()["paths"]
    told = paths["/api/v1/services/{environment}/{name}/logs"]["get"]
    assert {each["name"] for each in told["parameters"]} == {
        "environment", "name", "deployment", "attempt", "previous", "container", "task", "since", "limit", "after",
    }  # fmt: skip
    assert told["security"]
