"""One event: the record that CloudTrail writes, and what it is found by."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.world.calls import Answer, Caller, Params
from sandbox.world.cloudtrail.identity import access_key, identity, username
from sandbox.world.cloudtrail.resources import Resource, resources
from sandbox.world.cloudtrail.shown import shown
from sandbox.world.moments import moment

LARGEST = 256 * 1024  # an event's own limit; CloudTrail leaves out what was answered rather than cut it
SOURCES = {"elbv2": "elasticloadbalancing", "cloudwatch": "monitoring"}
_VERSIONS = {"elbv2": "2015-12-01", "cloudwatch": "2010-08-01"}


@dataclass(frozen=True, slots=True)
class Call:
    """``service`` as botocore names it. ``error``: AWS's code and words, where it was refused."""

    service: str
    operation: str
    params: Params
    caller: Caller
    answer: Answer | None = None
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A kept event. ``order`` counts them; ``at`` in whole seconds since the epoch; ``text`` is its record, packed."""

    order: int
    id: str
    at: float
    name: str
    source: str
    username: str
    access_key: str
    resources: tuple[Resource, ...]
    text: bytes

    def to_answer(self) -> Answer:
        """The shape ``Event`` of LookupEvents."""
        return {
            "EventId": self.id,
            "EventName": self.name,
            "ReadOnly": "false",
            "AccessKeyId": self.access_key,
            "EventTime": moment(self.at),
            "EventSource": self.source,
            "Username": self.username,
            "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in self.resources],
            "CloudTrailEvent": zlib.decompress(self.text).decode(),
        }


def event(call: Call, order: int, ids: tuple[str, str], at: float, region: str) -> Event:
    """The event of a call that was made at ``at``. ``ids``: the event's and the request's, if the door gave none."""
    made = _record(call, ids, float(int(at)), region)
    source, request, response = made["eventSource"], made["requestParameters"], made["responseElements"]
    return Event(
        order=order,
        id=ids[0],
        at=float(int(at)),
        name=call.operation,
        source=source,
        username=username(call.caller),
        access_key=access_key(call.caller),
        resources=resources(request or {}, response),
        text=zlib.compress(_text(made).encode(), 1),
    )


def _record(call: Call, ids: tuple[str, str], at: float, region: str) -> dict[str, Any]:
    caller, origin = call.caller, call.caller.origin
    who = identity(caller, at)
    record: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": who | ({"invokedBy": origin.invoked_by} if origin.invoked_by else {}),
        "eventTime": moment(at).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{SOURCES.get(call.service, call.service)}.amazonaws.com",
        "eventName": call.operation,
        "awsRegion": region,
        "sourceIPAddress": origin.invoked_by or origin.source_ip,
        "userAgent": origin.invoked_by or origin.user_agent[:1024],
    }
    if call.error is not None:
        record |= {"errorCode": call.error[0], "errorMessage": call.error[1]}
    return record | {
        "requestParameters": shown(call.params) or None,
        "responseElements": shown(call.answer) if call.answer else None,
        "requestID": origin.request_id or ids[1],
        "eventID": ids[0],
        "readOnly": False,
        "eventType": "AwsApiCall",
        **({"apiVersion": _VERSIONS[call.service]} if call.service in _VERSIONS else {}),
        "managementEvent": True,
        "recipientAccountId": caller.account,
        "eventCategory": "Management",
    }


def _text(record: Mapping[str, Any]) -> str:
    text = json.dumps(record, default=_strange)
    if len(text) > LARGEST:
        text = json.dumps({**record, "responseElements": None}, default=_strange)
    return text if len(text) <= LARGEST else json.dumps({**record, "responseElements": None, "requestParameters": None})


def _strange(value: object) -> None:
    """What JSON has no word for, as a layer's bytes, is not part of a record."""
    del value
