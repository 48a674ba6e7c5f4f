"""LookupEvents: what can be asked of it, and when it knows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.server import Server, serve
from sandbox.switches import Switches
from sandbox.world.calls import Caller
from tests.sandbox.cloudtrail.trailed import LATE, RUN, Trailed


def refused(around: Trailed, **asked: Any) -> str:
    """The code with which a lookup is refused."""
    with pytest.raises(ClientError) as error:
        around.trail.lookup_events(**asked)
    return str(error.value.response["Error"]["Code"])


def by(key: str, value: str) -> dict[str, Any]:
    return {"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]}


def test_an_event_is_seen_once_it_was_delivered() -> None:
    around = Trailed()
    around.cluster("prod")
    around.clock.advance(299)
    assert around.trail.lookup_events()["Events"] == []
    around.clock.advance(1)
    assert len(around.trail.lookup_events()["Events"]) == 1


def test_delivery_may_take_up_to_a_quarter_of_an_hour() -> None:
    around = Trailed(Switches(trail_delivery_seconds=900.0))
    around.cluster("prod")
    assert around.events() == []
    around.clock.advance(600)
    assert len(around.trail.lookup_events()["Events"]) == 1


def test_delivery_is_as_much_faster_as_the_world_is() -> None:
    around = Trailed(speed=60.0)
    around.cluster("prod")
    around.clock.advance(5)
    assert len(around.trail.lookup_events()["Events"]) == 1


def test_the_newest_event_comes_first_and_times_are_whole_seconds() -> None:
    around = Trailed()
    around.cluster("one")
    around.clock.advance(0.7)
    around.cluster("two")
    around.clock.advance(1)
    around.cluster("three")
    events = around.events()
    assert [each["Resources"][0]["ResourceName"] for each in events] == ["three", "two", "one"]
    assert all(each["EventTime"].microsecond == 0 for each in events)


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("EventName", "CreateCluster", ["two", "one"]),
        ("EventName", "createcluster", []),
        ("ResourceName", "one", ["one"]),
        ("ResourceType", "AWS::ECS::Cluster", ["two", "one"]),
        ("Username", "run-7", ["two"]),
        ("EventSource", "ecs.amazonaws.com", ["two", "one"]),
        ("ReadOnly", "false", ["two", "one"]),
        ("ReadOnly", "true", []),
        ("EventId", "nothing", []),
        ("AccessKeyId", "nobody", []),
    ],
)
def test_events_are_found_by_one_attribute(key: str, value: str, found: list[str]) -> None:
    around = Trailed()
    around.cluster("one")
    around.cluster("two", RUN)
    assert [each["Resources"][0]["ResourceName"] for each in around.events(**by(key, value))] == found


def test_an_event_is_found_by_its_own_id_and_key() -> None:
    around = Trailed()
    around.cluster("one")
    event = around.events()[0]
    assert around.trail.lookup_events(**by("EventId", event["EventId"]))["Events"] == [event]
    around.clock.advance(1)
    assert around.trail.lookup_events(**by("AccessKeyId", event["AccessKeyId"]))["Events"] == [event]


def test_events_need_not_list_what_they_name() -> None:
    around = Trailed(Switches(trail_names_resources=False))
    around.cluster("one")
    assert around.events()[0]["Resources"] == []


def test_both_ends_of_the_time_belong_to_it() -> None:
    around = Trailed()
    around.cluster("prod")
    at = datetime.fromtimestamp(around.clock.now(), UTC)
    assert len(around.events(StartTime=at, EndTime=at)) == 1
    assert around.events(StartTime=at + timedelta(seconds=1)) == []
    assert around.events(EndTime=at - timedelta(seconds=1)) == []


def test_after_ninety_days_nothing_is_left() -> None:
    around = Trailed()
    around.cluster("prod")
    around.clock.advance(90 * 86400)
    assert len(around.trail.lookup_events()["Events"]) == 1
    around.clock.advance(1)
    assert around.trail.lookup_events()["Events"] == []


def test_pages_follow_one_another_whatever_happens_meanwhile() -> None:
    around = Trailed()
    for number in range(5):
        around.cluster(f"c{number}")
    around.clock.advance(LATE)
    seen, asked = [], {"MaxResults": 2, **by("EventName", "CreateCluster")}
    while True:
        answer = around.trail.lookup_events(**asked)
        seen += [each["Resources"][0]["ResourceName"] for each in answer["Events"]]
        if "NextToken" not in answer:
            break
        around.cluster(f"later-{len(seen)}")
        around.clock.advance(LATE)
        asked["NextToken"] = answer["NextToken"]
    assert seen == ["c4", "c3", "c2", "c1", "c0"]


def test_the_paginator_finds_its_way() -> None:
    around = Trailed()
    for number in range(60):
        around.cluster(f"c{number}")
    around.clock.advance(LATE)
    pages = around.trail.get_paginator("lookup_events").paginate()
    assert [len(page["Events"]) for page in pages] == [50, 10]


def test_what_cannot_be_asked_is_refused_in_awss_words() -> None:
    around = Trailed()
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    two = {"LookupAttributes": [*by("EventName", "A")["LookupAttributes"], *by("EventName", "B")["LookupAttributes"]]}
    asked: list[dict[str, Any]] = [
        two,
        by("Colour", "red"),
        {"StartTime": noon, "EndTime": noon - timedelta(seconds=1)},
        {"MaxResults": 51},
        {"NextToken": "made-up"},
    ]
    codes = []
    for each in asked:
        around.clock.advance(1)
        codes.append(refused(around, **each))
    assert codes == [
        "InvalidLookupAttributesException",
        "InvalidLookupAttributesException",
        "InvalidTimeRangeException",
        "InvalidMaxResultsException",
        "InvalidNextTokenException",
    ]


def test_a_token_belongs_to_the_request_that_it_came_with() -> None:
    around = Trailed()
    around.cluster("one")
    around.cluster("two")
    around.clock.advance(LATE)
    token = around.trail.lookup_events(MaxResults=1)["NextToken"]
    assert refused(around, NextToken=token, **by("EventName", "CreateCluster")) == "InvalidNextTokenException"


def test_a_third_lookup_within_a_second_is_throttled() -> None:
    around = Trailed()
    around.trail.lookup_events()
    around.trail.lookup_events()
    assert refused(around) == "ThrottlingException"
    around.clock.advance(1)
    around.trail.lookup_events()


def test_every_account_and_region_has_a_trail_and_a_quota_of_its_own() -> None:
    around = Trailed()
    around.cluster("prod")
    around.clock.advance(LATE)
    around.trail.lookup_events()
    around.trail.lookup_events()
    elsewhere = around.client("cloudtrail", Caller(region="us-east-1"))
    assert elsewhere.lookup_events()["Events"] == []


def test_there_are_no_insights_here() -> None:
    around = Trailed()
    around.cluster("prod")
    assert around.events(EventCategory="insight") == []


def test_door_two_answers_the_same() -> None:
    around = Trailed()
    around.cluster("prod")
    around.clock.advance(LATE)
    with serve(around.world) as server:
        trail = _boto(server)
        found = trail.lookup_events(**by("EventName", "CreateCluster"))["Events"]
        trail.close()
    assert found == around.trail.lookup_events()["Events"]


def _boto(server: Server) -> Any:
    client: Any = boto3.client
    return client(
        "cloudtrail",
        endpoint_url=server.url,
        region_name="eu-west-1",
        aws_access_key_id="alice",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )
