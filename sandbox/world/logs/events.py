"""GetLogEvents and FilterLogEvents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import NamedTuple

from sandbox.errors import AwsError
from sandbox.switches import Switches
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.logs.book import NO_STREAM, Book, Group, Stream
from sandbox.world.logs.patterns import pattern
from sandbox.world.logs.streams import invalid, limit

PAGE = 10_000
NAMED = 100  # streams that a search may name
LOOKED_AT = 2_000  # events that one page of a search looks at
STRANGE = "The specified nextToken is invalid."


class Found(NamedTuple):
    """An event, in the order in which a search shows them."""

    at: int
    stream: str
    number: int
    text: str


class Events:
    """The calls that read events."""

    def __init__(self, book: Book, switches: Switches) -> None:
        self._book = book
        self._switches = switches
        self.operations: dict[str, Handler] = {"GetLogEvents": self.get, "FilterLogEvents": self.search}

    def get(self, params: Params, _: Caller) -> Answer:
        """One page of a stream: the newest, or from a token on, forwards or back. At an end the token repeats."""
        stream = self._book.asked(params).streams.get(params["logStreamName"])
        if stream is None:
            raise AwsError("ResourceNotFoundException", NO_STREAM)
        size = limit(params, PAGE)
        start, end = int(params.get("startTime") or 0), params.get("endTime")
        kept = [one for one in stream.numbered() if one[1] >= start and (end is None or one[1] < int(end))]
        shown, low, high = self._page(stream, kept, params, size)
        return {
            "events": [{"timestamp": at, "message": text, "ingestionTime": at} for _, at, text in shown],
            "nextForwardToken": f"f/{high:056}/s",
            "nextBackwardToken": f"b/{low:056}/s",
        }

    def _page(
        self, stream: Stream, kept: list[tuple[int, int, str]], params: Params, size: int
    ) -> tuple[list[tuple[int, int, str]], int, int]:
        """What is shown, and between which numbers it stands: from the first one shown to before the next."""
        token, newest = params.get("nextToken"), stream.first + len(stream.lines)
        if token:
            forward, position = _position(token)
        else:
            forward = bool(params.get("startFromHead"))
            position = stream.first if forward else newest
            if self._switches.log_pages_may_be_empty:
                return [], position, position
        if forward:
            shown = [one for one in kept if one[0] >= position][:size]
            return shown, position, shown[-1][0] + 1 if shown else position
        shown = [one for one in kept if one[0] < position][-size:]
        return shown, shown[0][0] if shown else position, position

    def search(self, params: Params, _: Caller) -> Answer:
        """One page of what all streams, or those asked for, have: oldest first. It may be empty and not the last."""
        group = self._book.asked(params)
        streams = _streams(group, params)
        wanted = pattern(params.get("filterPattern") or "")
        size = limit(params, PAGE)
        after = _after(params)
        candidates = sorted(found for found in _between(group, params) if after is None or found[:3] > after)
        shown: list[Found] = []
        looked_at = candidates[:LOOKED_AT]
        for place, each in enumerate(looked_at):
            if each.stream in streams and wanted(each.text):
                shown.append(each)
            if len(shown) == size:
                looked_at = looked_at[: place + 1]
                break
        more = {"nextToken": _token(params, looked_at[-1])} if len(looked_at) < len(candidates) else {}
        return {"events": [_shape(each) for each in shown], "searchedLogStreams": [], **more}


def _position(token: str) -> tuple[bool, int]:
    way, _, rest = token.partition("/")
    number = rest.removesuffix("/s")
    if way not in {"f", "b"} or not number.isdecimal():
        raise invalid(STRANGE)
    return way == "f", int(number)


def _streams(group: Group, params: Params) -> set[str]:
    names, prefix = params.get("logStreamNames"), params.get("logStreamNamePrefix")
    if names and prefix:
        raise invalid("logStreamNamePrefix and logStreamNames cannot be specified together.")
    if names and len(names) > NAMED:
        raise invalid(f"At most {NAMED} log streams can be named.")
    unknown = set(names or ()) - group.streams.keys()
    if unknown:
        raise AwsError("ResourceNotFoundException", NO_STREAM)
    return set(names) if names else {name for name in group.streams if name.startswith(prefix or "")}


def _between(group: Group, params: Params) -> Iterator[Found]:
    start, end = int(params.get("startTime") or 0), params.get("endTime")
    for stream in group.streams.values():
        for number, at, text in stream.numbered():
            if at >= start and (end is None or at <= int(end)):
                yield Found(at, stream.name, number, text)


def _after(params: Params) -> tuple[int, str, int] | None:
    """A token names the last event that was looked at, so that what is written meanwhile moves no page."""
    token = params.get("nextToken")
    if not token:
        return None
    digest, _, said = token.partition(".")
    at, _, rest = said.partition(".")
    number, _, stream = rest.partition(".")
    if digest != _digest(params) or not at.isdecimal() or not number.isdecimal():
        raise invalid(STRANGE)
    return int(at), stream, int(number)


def _token(params: Params, last: Found) -> str:
    return f"{_digest(params)}.{last.at}.{last.number}.{last.stream}"


def _digest(params: Params) -> str:
    same = {name: value for name, value in params.items() if name not in {"nextToken", "limit"}}
    return hashlib.sha256(json.dumps(same, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _shape(found: Found) -> Answer:
    identity = hashlib.sha256(f"{found.stream}/{found.number}".encode()).hexdigest()[:16]
    return {
        "logStreamName": found.stream,
        "timestamp": found.at,
        "message": found.text,
        "ingestionTime": found.at,
        "eventId": f"{found.at}{int(identity, 16):020}",
    }
