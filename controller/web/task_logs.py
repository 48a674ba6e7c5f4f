"""The route of logs. What applications write is not for everybody who may look: it takes a role."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Response

from controller.loop.board import Board
from controller.rules.rights import Right
from controller.web.refusals import Refusal
from controller.web.task_log_views import TaskLogsView, task_logs_view
from controller.web.trust import FORBIDDEN, STRANGER, Door, Visitor
from controller.web.watching import unknown
from reconcilers.model import Service
from reconcilers.outcome import Retry, Stalled
from reconcilers.task_logs import LogQuestion, NoSuchAttempt, NoSuchContainer, TaskLogs
from reconcilers.task_output import Which

MOST_LINES = 2000
ABSENT: dict[int | str, dict[str, Any]] = {
    404: {
        "model": Refusal,
        "description": "No manifest names this service, AWS remembers no such deployment, or it has no such container.",
    },
    422: {"model": Refusal, "description": "The question is not understood."},
    502: {"model": Refusal, "description": "AWS refuses, or does not answer."},
    503: {"model": Refusal, "description": "Git has not been read yet, too many read at once, or AWS is throttled."},
}
_WORTH_WAITING = frozenset({"Busy", "Throttled"})

Reading = Callable[[Service, LogQuestion], TaskLogs]


def _which(
    deployment: Annotated[str, Query(max_length=512, description="A deployment's id.")] = "",
    attempt: Annotated[
        int, Query(ge=0, le=1000, description="The n-th of the history; 1 is the newest, 0: not by number.")
    ] = 0,
    previous: Annotated[bool, Query(description="The deployment before the newest.")] = False,
) -> Which:
    if (bool(deployment) + bool(attempt) + previous) > 1:
        raise HTTPException(422, "Name one of deployment, attempt and previous.")
    return Which(deployment, attempt, previous)


def _question(
    which: Annotated[Which, Depends(_which)],
    container: Annotated[str, Query(max_length=255)] = "",
    task: Annotated[str, Query(max_length=64, description="A task's id, or how it begins.")] = "",
    since: Annotated[float | None, Query(ge=0, le=1e11, description="Seconds since the epoch.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES, description="The newest so many lines.")] = 100,
) -> LogQuestion:
    return LogQuestion(which, container, task, since, limit)


def task_logs(board: Board, read: Reading, door: Door) -> APIRouter:
    """``GET …/logs``. ``read`` asks AWS, in the request's own thread."""
    router = APIRouter(tags=["services"], responses=STRANGER | FORBIDDEN | ABSENT)
    reading = door.for_service("logs", Right.LOGS)

    @router.get("/services/{environment}/{name}/logs", summary="What the tasks of a deployment wrote")
    def logs(
        response: Response,
        visitor: Annotated[Visitor, Depends(reading)],
        question: Annotated[LogQuestion, Depends(_question)],
        after: Annotated[str, Query(max_length=20_000, description="The cursor of an answer: what came after.")] = "",
    ) -> TaskLogsView:
        status = board.service(visitor.key)
        if status is None:
            raise unknown(board, visitor.key)
        response.headers["cache-control"] = "no-store"
        asked = LogQuestion(question.which, question.container, question.task, question.since, question.limit, after)
        if not after:
            visitor.did("", "")
        return task_logs_view(_read(read, status.wanted, asked))

    return router


def _read(read: Reading, wanted: Service, question: LogQuestion) -> TaskLogs:
    """The answer, or why there is none, in a sentence that has nothing of the lines in it."""
    try:
        return read(wanted, question)
    except (NoSuchAttempt, NoSuchContainer) as error:
        raise HTTPException(404, str(error)) from None
    except ValueError as error:
        raise HTTPException(422, f"after: {error}") from None
    except Retry as error:
        raise HTTPException(503 if error.reason in _WORTH_WAITING else 502, error.message) from None
    except Stalled as error:
        raise HTTPException(502, f"{error.message} {error.remedy}") from None
