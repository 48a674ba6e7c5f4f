"""Amazon CloudWatch Logs: what the containers of a task wrote.

GetLogEvents reads one stream and gives a token that leads to what is written later, exactly. Its pages may be empty
although there is more; an end is reached when the token of an answer is the one that was asked with (AWS, API
reference). So a page here is a few of theirs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconcilers.aws.calls import ask_or_none
from reconcilers.task_output import LogLine

PAGES = 5  # of a stream, for one answer
LISTED = 10  # pages of fifty streams
CHARACTERS = 16_384  # of an event; one may have a megabyte
EVENTUALLY = 3600.0  # seconds by which a stream's last time may be late (AWS: "typically less than an hour")
_ABSENT = frozenset({"ResourceNotFoundException"})


@dataclass(frozen=True, slots=True)
class Read:
    """Lines, oldest first, and the token that leads to what is written after them."""

    lines: tuple[LogLine, ...]
    token: str = ""


@dataclass(frozen=True, slots=True)
class OpenedStream:
    """A stream by name, and when it was opened, in seconds since the epoch."""

    name: str
    created_at: float


class LogsGateway:
    """One account and region of CloudWatch Logs, as ``client`` reaches it.

    Each method raises ``Retry`` or ``Stalled``, and answers ``None`` where there is no such group or stream: a stream
    is opened when its container starts, and a group that tasks cannot make is somebody's to make.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def tail(self, group: str, stream: str, limit: int, since: float | None = None) -> Read | None:
        """The newest lines of a stream, at most ``limit`` of them, none before ``since``."""
        parameters = _parameters(group, stream, limit, since)
        lines: list[LogLine] = []
        token = ""
        for _ in range(PAGES):
            answer = self._events(parameters)
            if answer is None:
                return None
            token = token or answer.get("nextForwardToken", "")
            lines = [*_lines(answer), *lines]
            back = answer.get("nextBackwardToken")
            if len(lines) >= limit or back in {None, parameters.get("nextToken")}:
                break
            parameters["nextToken"] = back
        return Read(tuple(lines[-limit:]), token)

    def head(self, group: str, stream: str, limit: int) -> Read | None:
        """The first lines of a stream, to go on from."""
        return self._forward(_parameters(group, stream, limit, None) | {"startFromHead": True}, limit)

    def after(self, group: str, stream: str, limit: int, token: str) -> Read | None:
        """What was written after ``token`` was given."""
        asked = _parameters(group, stream, limit, None) | {"nextToken": token, "startFromHead": True}
        return self._forward(asked, limit)

    def _forward(self, parameters: dict[str, Any], limit: int) -> Read | None:
        lines: list[LogLine] = []
        token = str(parameters.get("nextToken", ""))
        for _ in range(PAGES):
            answer = self._events({**parameters, "limit": limit - len(lines)})
            if answer is None:
                return None
            lines += _lines(answer)
            token = answer.get("nextForwardToken", token)
            if len(lines) >= limit or token == parameters.get("nextToken"):
                break
            parameters["nextToken"] = token
        return Read(tuple(lines), token)

    def _events(self, parameters: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return ask_or_none(self._client, "get_log_events", parameters, _ABSENT, about=parameters["logGroupName"])

    def streams(self, group: str, written_since: float) -> tuple[OpenedStream, ...] | None:
        """The streams of a group in which something was written since then, the latest 500."""
        parameters = {"logGroupName": group, "orderBy": "LastEventTime", "descending": True, "limit": 50}
        found: list[OpenedStream] = []
        for _ in range(LISTED):
            answer = ask_or_none(self._client, "describe_log_streams", parameters, _ABSENT, about=group)
            if answer is None:
                return None
            listed = answer.get("logStreams", ())
            found += [OpenedStream(each["logStreamName"], each.get("creationTime", 0) / 1000) for each in listed]
            if not answer.get("nextToken") or any(_silent(each, written_since) for each in listed):
                break
            parameters["nextToken"] = answer["nextToken"]
        return tuple(found)


def _parameters(group: str, stream: str, limit: int, since: float | None) -> dict[str, Any]:
    asked: dict[str, Any] = {"logGroupName": group, "logStreamName": stream, "limit": limit}
    return asked if since is None else asked | {"startTime": max(0, int(since * 1000))}


def _lines(answer: Mapping[str, Any]) -> Iterator[LogLine]:
    for each in answer.get("events", ()):
        text = str(each.get("message", ""))
        shown = text if len(text) <= CHARACTERS else f"{text[:CHARACTERS]}… ({len(text) - CHARACTERS} characters more)"
        yield LogLine(at=each.get("timestamp", 0) / 1000, text=shown)


def _silent(stream: Mapping[str, Any], since: float) -> bool:
    last = stream.get("lastEventTimestamp")
    return last is not None and last / 1000 < since - EVENTUALLY
