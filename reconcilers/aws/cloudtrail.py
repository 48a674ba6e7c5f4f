"""AWS CloudTrail: who did what. It is late, by minutes, and it is slow: two lookups a second for an account and region,
which everybody there shares (AWS, API reference, LookupEvents). So one call is one page, and whoever asks says when.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from math import ceil, floor
from typing import Any

from reconcilers.aws.calls import ask
from reconcilers.aws.moments import seconds
from reconcilers.trail import Lookup, TrailEvent, TrailPage

PAGE = 50
DAYS = 90  # after which AWS forgets


class CloudTrailGateway:
    """One account and region of CloudTrail, as ``client`` reaches it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def page(self, lookup: Lookup, token: str | None = None) -> TrailPage:
        """One page of what ``lookup`` finds, newest first; ``token`` of the page before asks for the next.

        Raises ``Retry`` (``Throttled``: somebody asks too often) or ``Stalled`` (``AccessDenied``).
        """
        parameters: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": str(lookup.by), "AttributeValue": lookup.value}],
            # CloudTrail keeps whole seconds.
            "StartTime": datetime.fromtimestamp(floor(lookup.start), UTC),
            "EndTime": datetime.fromtimestamp(ceil(lookup.end), UTC),
            "MaxResults": PAGE,
        }
        if token is not None:
            parameters["NextToken"] = token
        answer = ask(self._client, "lookup_events", parameters, about=f"{lookup.value} events")
        return TrailPage(tuple(_events(answer)), answer.get("NextToken"))


def _events(answer: Mapping[str, Any]) -> Iterator[TrailEvent]:
    for each in answer.get("Events", ()):
        try:
            record = json.loads(each.get("CloudTrailEvent") or "{}")
        except ValueError:
            record = None
        if isinstance(record, dict):
            yield _event(each, record)


def _event(answer: Mapping[str, Any], record: Mapping[str, Any]) -> TrailEvent:
    identity = _mapping(record.get("userIdentity"))
    return TrailEvent(
        id=str(answer.get("EventId", "")),
        name=str(answer.get("EventName", "")),
        service=str(answer.get("EventSource", "")).removesuffix(".amazonaws.com"),
        at=seconds(answer.get("EventTime")) or 0.0,
        who=_who(identity, answer),
        source=str(identity.get("invokedBy") or record.get("sourceIPAddress") or ""),
        user_agent=str(record.get("userAgent") or ""),
        console=str(record.get("sessionCredentialFromConsole", "")).lower() == "true",
        failed=bool(record.get("errorCode")),
        request=_mapping(record.get("requestParameters")),
        response=_mapping(record.get("responseElements")),
    )


def _who(identity: Mapping[str, Any], answer: Mapping[str, Any]) -> str | None:
    """The principal's ARN; where a service acts for itself, or somebody comes from another account, what there is."""
    issuer = _mapping(_mapping(identity.get("sessionContext")).get("sessionIssuer"))
    known = (identity.get("arn"), identity.get("principalId"), issuer.get("arn"), identity.get("invokedBy"))
    found = next((each for each in (*known, answer.get("Username")) if each), None)
    return str(found) if found is not None else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
