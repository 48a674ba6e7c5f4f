"""LookupEvents: what can be asked, how often, and what has been delivered by now."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from sandbox.errors import AwsError
from sandbox.switches import Switches
from sandbox.world.calls import Answer, Caller, Params
from sandbox.world.cloudtrail.records import Event
from sandbox.world.moments import seconds
from sandbox.world.timeline import Timeline

DAYS = 90
PAGE = 50
A_SECOND = 2  # calls of one account in one region

_MATCHES: Mapping[str, Callable[[Event, str], bool]] = {
    "EventId": lambda event, value: event.id == value,
    "EventName": lambda event, value: event.name == value,
    "ReadOnly": lambda _, value: value == "false",
    "Username": lambda event, value: event.username == value,
    "ResourceType": lambda event, value: any(kind == value for kind, _ in event.resources),
    "ResourceName": lambda event, value: any(name == value for _, name in event.resources),
    "EventSource": lambda event, value: event.source == value,
    "AccessKeyId": lambda event, value: event.access_key == value,
}


class Lookups:
    """Answers out of ``events``, which somebody else fills."""

    def __init__(self, timeline: Timeline, events: deque[Event], switches: Switches) -> None:
        self._timeline = timeline
        self._events = events
        self._switches = switches
        self._asked: deque[float] = deque(maxlen=A_SECOND)

    def answer(self, params: Params, _: Caller) -> Answer:
        """One page, newest first."""
        self._throttle()
        wanted = _wanted(params)
        start, end = _times(params)
        size = _size(params)
        before = _before(params)
        found = (
            event
            for event in self._delivered()
            if start <= event.at <= end and wanted(event) and (before is None or event.order < before)
        )
        shown = list(islice(found, size + 1))
        more = {"NextToken": _token(params, shown[size - 1].order)} if len(shown) > size else {}
        return {"Events": [self._told(event) for event in shown[:size]], **more}

    def _throttle(self) -> None:
        now, second = self._timeline.now, 1.0 / self._timeline.speed
        if len(self._asked) == A_SECOND and now - self._asked[0] < second:
            raise AwsError("ThrottlingException", "Rate exceeded")
        self._asked.append(now)

    def _delivered(self) -> Iterator[Event]:
        now, speed = self._timeline.now, self._timeline.speed
        newest, oldest = now - self._switches.trail_delivery_seconds / speed, now - DAYS * 86400 / speed
        return (event for event in reversed(self._events) if oldest <= event.at <= newest)

    def _told(self, event: Event) -> Answer:
        answer = event.to_answer()
        if not self._switches.trail_names_resources:
            answer["Resources"] = []
        return answer


def _wanted(params: Params) -> Callable[[Event], bool]:
    attributes = params.get("LookupAttributes") or []
    if len(attributes) > 1:
        raise AwsError("InvalidLookupAttributesException", "You can specify only one lookup attribute.")
    if params.get("EventCategory"):
        return lambda _: False  # Insights, which no trail here has
    if not attributes:
        return lambda _: True
    key, value = attributes[0].get("AttributeKey"), attributes[0].get("AttributeValue")
    if key not in _MATCHES:
        raise AwsError("InvalidLookupAttributesException", "The lookup attribute is not valid.")
    matches = _MATCHES[key]
    return lambda event: matches(event, value)


def _times(params: Params) -> tuple[float, float]:
    start = seconds(params["StartTime"]) if params.get("StartTime") else float("-inf")
    end = seconds(params["EndTime"]) if params.get("EndTime") else float("inf")
    if start > end:
        raise AwsError("InvalidTimeRangeException", "The start time must be before or equal to the end time.")
    return start, end


def _size(params: Params) -> int:
    size = int(params.get("MaxResults", PAGE))
    if not 1 <= size <= PAGE:
        raise AwsError("InvalidMaxResultsException", f"The max results value must be between 1 and {PAGE}.")
    return size


def _before(params: Params) -> int | None:
    """A token names the last event that was shown, so that what happens meanwhile moves no page."""
    token = params.get("NextToken")
    if not token:
        return None
    digest, _, order = token.partition(".")
    if digest != _digest(params) or not order.isdecimal():
        raise AwsError("InvalidNextTokenException", "The next token is not valid for this request.")
    return int(order)


def _token(params: Params, order: int) -> str:
    return f"{_digest(params)}.{order}"


def _digest(params: Params) -> str:
    same: dict[str, Any] = {name: value for name, value in params.items() if name not in {"NextToken", "MaxResults"}}
    return hashlib.sha256(json.dumps(same, sort_keys=True, default=str).encode()).hexdigest()[:32]
