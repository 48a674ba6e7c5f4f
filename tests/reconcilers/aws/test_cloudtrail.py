"""CloudTrail's gateway: one page a call, over the wire's own client and over both doors of the sandbox."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from reconcilers.aws.cloudtrail import CloudTrailGateway
from reconcilers.aws.gateways import GatewayPool
from reconcilers.aws.session import AwsClients, Call
from reconcilers.outcome import Retry, Stalled
from reconcilers.trail import By, Lookup, TrailEvent, TrailPage
from sandbox import clients
from sandbox.clock import ManualClock
from sandbox.server import Server, serve
from sandbox.world.calls import Caller, Origin
from sandbox.world.world import World
from tests.reconcilers.aws.wire import Refusal, Wire
from tests.reconcilers.sandboxed import SCOPE

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
AT = NOON.timestamp()
UPDATES = Lookup(By.NAME, "UpdateService", AT - 0.4, AT + 0.4)
RUN = "arn:aws:sts::123456789012:assumed-role/ci/run-7"
IDENTITY = {"type": "AssumedRole", "arn": RUN, "principalId": "AROA:run-7"}


def record(**more: Any) -> dict[str, Any]:
    return {
        "userIdentity": IDENTITY,
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2.9.8",
        "requestParameters": {"service": "web"},
        "responseElements": {"service": {"serviceName": "web"}},
    } | more


def event(text: str | None = None, **more: Any) -> dict[str, Any]:
    """One entry of LookupEvents' answer, with a record as CloudTrail writes it."""
    told = {"EventId": "e-1", "EventName": "UpdateService", "EventSource": "ecs.amazonaws.com", "EventTime": NOON}
    return told | {"Username": "run-7", "CloudTrailEvent": json.dumps(record(**more)) if text is None else text}


def page(*events: dict[str, Any], **more: Any) -> TrailPage:
    wire = Wire({"LookupEvents": {"Events": list(events), **more}})
    return CloudTrailGateway(wire.client("cloudtrail")).page(UPDATES)


def only(**more: Any) -> TrailEvent:
    (found,) = page(event(**more)).events
    return found


def test_one_attribute_is_asked_for_within_whole_seconds() -> None:
    wire = Wire({"LookupEvents": {"Events": []}})
    CloudTrailGateway(wire.client("cloudtrail")).page(Lookup(By.RESOURCE, "web", AT - 0.4, AT + 0.4))
    (asked,) = wire.asked("LookupEvents")
    assert asked["LookupAttributes"] == [{"AttributeKey": "ResourceName", "AttributeValue": "web"}]
    assert (asked["StartTime"].timestamp(), asked["EndTime"].timestamp()) == (AT - 1, AT + 1)
    assert asked["MaxResults"] == 50
    assert "NextToken" not in asked


def test_a_page_tells_whether_there_is_another_and_is_asked_for_by_its_token() -> None:
    wire = Wire({"LookupEvents": {"Events": [], "NextToken": "t-2"}})
    trail = CloudTrailGateway(wire.client("cloudtrail"))
    assert trail.page(UPDATES, "t-1").token == "t-2"
    assert wire.asked("LookupEvents")[0]["NextToken"] == "t-1"
    assert page().token is None


def test_an_event_is_read_from_its_record() -> None:
    assert only() == TrailEvent(
        id="e-1",
        name="UpdateService",
        service="ecs",
        at=AT,
        who=RUN,
        source="203.0.113.7",
        user_agent="aws-cli/2.9.8",
        request={"service": "web"},
        response={"service": {"serviceName": "web"}},
    )


def test_a_call_that_was_refused_has_failed() -> None:
    assert only(errorCode="AccessDenied", requestParameters=None, responseElements=None).failed


def test_a_service_that_calls_in_somebodys_name_is_the_source() -> None:
    found = only(userIdentity={**IDENTITY, "invokedBy": "cloudformation.amazonaws.com"})
    assert (found.who, found.source) == (RUN, "cloudformation.amazonaws.com")


def test_a_session_of_the_console_is_told() -> None:
    assert only(sessionCredentialFromConsole="true").console
    assert not only().console


@pytest.mark.parametrize(
    ("identity", "who"),
    [
        ({"principalId": "AIDA1"}, "AIDA1"),
        ({"type": "AWSService", "invokedBy": "ecs.amazonaws.com"}, "ecs.amazonaws.com"),
        ({"sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::1:role/ci"}}}, "arn:aws:iam::1:role/ci"),
        ({}, "run-7"),
        (None, "run-7"),
    ],
)
def test_whoever_has_no_arn_is_told_by_what_there_is(identity: Any, who: str) -> None:
    assert only(userIdentity=identity).who == who


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_record_that_cannot_be_read_does_not_hide_the_others(text: str) -> None:
    found = page(event(text), event()).events
    assert found[-1].who == RUN
    assert len(found) <= 2


def test_what_was_asked_and_answered_does_not_show_in_a_log() -> None:
    assert "hunter2" not in repr(only(requestParameters={"environment": "hunter2"}))


def test_errors_are_ours() -> None:
    def refused(code: str) -> CloudTrailGateway:
        return CloudTrailGateway(Wire({"LookupEvents": Refusal(code)}).client("cloudtrail"))

    with pytest.raises(Retry) as throttled:
        refused("ThrottlingException").page(UPDATES)
    with pytest.raises(Stalled) as denied:
        refused("AccessDeniedException").page(UPDATES)
    assert throttled.value.reason == "Throttled"
    assert denied.value.reason == "AccessDenied"
    assert "cloudtrail:LookupEvents" in denied.value.remedy


def edited() -> World:
    """A world in which somebody made a cluster, long enough ago."""
    clock = ManualClock(AT)
    world = World(clock)
    caller = Caller(principal=RUN, origin=Origin("ASIA1", "203.0.113.7", "aws-cli/2.9.8"))
    for name in ("prod", "test"):
        world.call("ecs", "CreateCluster", {"clusterName": name}, caller)
    clock.advance(600)
    return world


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(edited()) as running:
        yield running


CLUSTERS = Lookup(By.NAME, "CreateCluster", AT, AT)


def told(found: TrailPage) -> list[tuple[str, str | None, str, str]]:
    return [(each.call, each.who, each.source, each.request["clusterName"]) for each in found.events]


BOTH = [("ecs:CreateCluster", RUN, "203.0.113.7", "test"), ("ecs:CreateCluster", RUN, "203.0.113.7", "prod")]


def test_door_one_tells_who_did_it() -> None:
    trail = CloudTrailGateway(clients.client(edited(), "cloudtrail"))
    assert told(trail.page(CLUSTERS)) == BOTH
    assert told(trail.page(Lookup(By.RESOURCE, "prod", AT, AT))) == BOTH[1:]


def test_door_two_tells_the_same_to_the_daemons_own_clients(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "trueup")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    calls: list[Call] = []
    trail = GatewayPool(AwsClients("test", calls.append, endpoint_url=server.url))(SCOPE).cloudtrail
    assert told(trail.page(CLUSTERS)) == BOTH
    trail.page(CLUSTERS)
    with pytest.raises(Retry, match="Rate exceeded"):
        trail.page(CLUSTERS)
    assert [each.result for each in calls] == ["ok", "ok", "throttled"], "a lookup is never repeated by itself"


def test_the_aws_cli_finds_it_too(server: Server) -> None:
    aws = shutil.which("aws")
    if aws is None:
        pytest.skip("The aws CLI is not installed: pip install awscli")
    attribute = "AttributeKey=ResourceName,AttributeValue=prod"
    command = [aws, "--endpoint-url", server.url, "cloudtrail", "lookup-events", "--lookup-attributes", attribute]
    keys = {"AWS_ACCESS_KEY_ID": "alice", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "eu-west-1"}
    ran = subprocess.run(command, env=_environment() | keys, capture_output=True, text=True, timeout=60, check=False)
    if ran.returncode == 127:
        pytest.skip("The aws CLI does not start here: pip install awscli")
    assert ran.returncode == 0, ran.stderr
    (found,) = json.loads(ran.stdout)["Events"]
    assert (found["EventName"], found["Username"]) == ("CreateCluster", "run-7")


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
