"""GetLogEvents, FilterLogEvents and DescribeLogStreams: what can be asked of them."""

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox import clients
from sandbox.errors import AwsError
from sandbox.server import serve
from sandbox.switches import Switches
from tests.sandbox.logs.logged import GOOD, GROUP, Logged, container

FAR = 1030.0


def running(**said: Any) -> Logged:
    world = Logged(**said)
    world.pass_time(FAR)
    return world


def refused(world: Logged, operation: str, **asked: Any) -> tuple[str, str]:
    with pytest.raises(AwsError) as error:
        world.call("logs", operation, **{"logGroupName": GROUP} | asked)
    return error.value.code, error.value.message


@pytest.mark.parametrize("operation", ["DescribeLogStreams", "FilterLogEvents"])
def test_a_group_that_nobody_wrote_to_does_not_exist(operation: str) -> None:
    said = refused(running(), operation, logGroupName="/ecs/other")
    assert said == ("ResourceNotFoundException", "The specified log group does not exist.")


def test_a_stream_that_nobody_opened_does_not_exist() -> None:
    wanted = ("ResourceNotFoundException", "The specified log stream does not exist.")
    assert refused(running(), "GetLogEvents", logStreamName="app/web/1") == wanted
    assert refused(running(), "FilterLogEvents", logStreamNames=["app/web/1"]) == wanted


def test_a_group_is_found_by_its_arn_as_well() -> None:
    world = running()
    arn = world.call("logs", "DescribeLogStreams", logGroupName=GROUP)["logStreams"][0]["arn"]
    group = arn.rpartition(":log-stream:")[0]
    assert world.call("logs", "FilterLogEvents", logGroupIdentifier=group)["events"]


def test_without_a_token_the_newest_lines_come_oldest_first() -> None:
    world = running()
    (stream,) = world.streams()
    shown = [each["message"] for each in world.get(stream, limit=3)["events"]]
    assert shown == world.lines()[-3:]


def test_a_stream_can_be_read_from_its_head() -> None:
    world = running()
    (stream,) = world.streams()
    shown = [each["message"] for each in world.get(stream, limit=3, startFromHead=True)["events"]]
    assert shown == world.lines()[:3]


def walk(world: Logged, stream: str, way: str, **asked: Any) -> list[str]:
    """Every line of a stream, page by page, until the token repeats."""
    token: dict[str, str] = {}
    lines: list[str] = []
    while True:
        answer = world.get(stream, limit=7, **asked, **token)
        found = [each["message"] for each in answer["events"]]
        lines = lines + found if way == "nextForwardToken" else found + lines
        if token.get("nextToken") == answer[way]:
            return lines
        token = {"nextToken": answer[way]}


@pytest.mark.parametrize("empty", [False, True])
def test_pages_lead_through_the_whole_stream_in_both_ways(empty: bool) -> None:
    world = running(switches=Switches(log_pages_may_be_empty=empty))
    (stream,) = world.streams()
    assert walk(world, stream, "nextForwardToken", startFromHead=True) == world.lines()
    assert walk(world, stream, "nextBackwardToken") == world.lines()


def test_a_forward_token_leads_to_what_is_written_later() -> None:
    world = running()
    (stream,) = world.streams()
    token = world.get(stream)["nextForwardToken"]
    assert world.get(stream, nextToken=token)["events"] == []
    before = len(world.lines())
    world.pass_time(60)
    assert [each["message"] for each in world.get(stream, nextToken=token)["events"]] == world.lines()[before:]


def test_between_two_times_the_end_is_left_out_of_a_stream_and_not_of_a_search() -> None:
    world = running()
    (stream,) = world.streams()
    times = [each["timestamp"] for each in world.events()]
    start, end = times[10], times[20]
    assert [each["timestamp"] for each in world.get(stream, startTime=start, endTime=end)["events"]] == [
        at for at in times if start <= at < end
    ]
    assert [each["timestamp"] for each in world.events(startTime=start, endTime=end)] == [
        at for at in times if start <= at <= end
    ]


def two_tasks() -> Logged:
    world = Logged()
    world.pass_time(60)
    for task in world.tasks():
        world.stop(task)
    world.pass_time(600)
    return world


def test_a_search_mixes_streams_by_time() -> None:
    events = two_tasks().events()
    assert len({each["logStreamName"] for each in events}) == 2
    assert [each["timestamp"] for each in events] == sorted(each["timestamp"] for each in events)
    assert len({each["eventId"] for each in events}) == len(events)


def test_a_search_may_name_streams_or_a_prefix_of_them() -> None:
    world = two_tasks()
    one, _ = world.streams()
    assert {each["logStreamName"] for each in world.events(logStreamNames=[one])} == {one}
    assert {each["logStreamName"] for each in world.events(logStreamNamePrefix=one[:20])} == {one}
    assert world.events(logStreamNamePrefix="other/") == []
    both = refused(world, "FilterLogEvents", logStreamNames=[one], logStreamNamePrefix="app/")
    assert both[0] == "InvalidParameterException"


def test_a_page_of_a_search_may_be_empty_and_not_the_last() -> None:
    world = Logged()
    world.pass_time(1800)
    for _ in range(6):
        for task in world.tasks():
            world.stop(task)
        world.pass_time(7200)
    last = world.call("logs", "DescribeLogStreams", logGroupName=GROUP, orderBy="LastEventTime", descending=True)
    newest = last["logStreams"][0]["logStreamName"]
    first = world.call("logs", "FilterLogEvents", logGroupName=GROUP, logStreamNames=[newest])
    assert first["events"] == []
    assert first["nextToken"]
    assert world.lines(newest)[-1].startswith("INFO  GET ")


@pytest.mark.parametrize("limit", [1, 7, 10_000])
def test_pages_of_a_search_lead_through_all_of_it(limit: int) -> None:
    world = two_tasks()
    assert world.events(limit=limit) == world.events()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("starts", 1),
        ('"on port"', 1),
        ("starts listening", 0),
        ("?starts ?listening", 2),
        ("INFO -GET", 2),
        ('-"GET /" ?starts ?listening', 2),
    ],
)
def test_a_pattern_of_words_is_heeded(pattern: str, found: int) -> None:
    assert len(running().lines(filterPattern=pattern)) == found


@pytest.mark.parametrize("pattern", ["{ $.level = 1 }", "[a, b]", "%GET%"])
def test_other_patterns_are_refused(pattern: str) -> None:
    assert refused(running(), "FilterLogEvents", filterPattern=pattern)[0] == "InvalidParameterException"


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("FilterLogEvents", {"nextToken": "no.1.2.x"}),
        ("FilterLogEvents", {"limit": 10_001}),
        ("FilterLogEvents", {"logStreamNames": [f"app/web/{n}" for n in range(101)]}),
        ("GetLogEvents", {"logStreamName": "…", "nextToken": "x/1"}),
        ("DescribeLogStreams", {"orderBy": "Size"}),
        ("DescribeLogStreams", {"orderBy": "LastEventTime", "logStreamNamePrefix": "app"}),
        ("DescribeLogStreams", {"limit": 51}),
        ("DescribeLogStreams", {"nextToken": "x"}),
    ],
)
def test_what_aws_refuses_is_refused(operation: str, asked: dict[str, Any]) -> None:
    world = running()
    (stream,) = world.streams()
    named = {"logStreamName": stream} if "logStreamName" in asked else {}
    with pytest.raises(AwsError, match=r"^InvalidParameterException: "):
        world.world.call("logs", operation, {"logGroupName": GROUP} | asked | named)


def test_streams_come_by_name_or_by_their_last_event() -> None:
    world = two_tasks()
    by_name = world.streams()
    assert by_name == sorted(by_name)
    told = world.call("logs", "DescribeLogStreams", logGroupName=GROUP, orderBy="LastEventTime", descending=True)
    last = [each["lastEventTimestamp"] for each in told["logStreams"]]
    assert last == sorted(last, reverse=True)


def test_streams_come_in_pages_and_by_prefix() -> None:
    world = two_tasks()
    first = world.call("logs", "DescribeLogStreams", logGroupName=GROUP, limit=1)
    rest = world.call("logs", "DescribeLogStreams", logGroupName=GROUP, limit=1, nextToken=first["nextToken"])
    assert [each["logStreamName"] for each in first["logStreams"] + rest["logStreams"]] == world.streams()
    assert "nextToken" not in rest
    only = world.call("logs", "DescribeLogStreams", logGroupName=GROUP, logStreamNamePrefix="app/other")
    assert only["logStreams"] == []


def test_a_group_of_motos_own_is_found_beside_the_worlds() -> None:
    world = Logged(container("web", GOOD, group=GROUP, stream_prefix="app"))
    world.pass_time(60)
    logs = clients.client(world.world, "logs")
    logs.create_log_group(logGroupName="/mine")
    logs.create_log_stream(logGroupName="/mine", logStreamName="s")
    try:
        assert [each["logStreamName"] for each in logs.describe_log_streams(logGroupName="/mine")["logStreams"]] == [
            "s"
        ]
        assert logs.filter_log_events(logGroupName=GROUP)["events"]
        with pytest.raises(ClientError, match="The specified log group does not exist"):
            logs.describe_log_streams(logGroupName="/nobodys")
    finally:
        logs.delete_log_group(logGroupName="/mine")


def test_boto3_reads_over_the_wire_what_clients_read_in_process() -> None:
    world = running()
    (stream,) = world.streams()
    with serve(world.world) as server:
        logs = boto3.client(
            "logs",
            region_name="eu-west-1",
            endpoint_url=server.url,
            aws_access_key_id="123456789012",
            aws_secret_access_key="x",
            config=Config(retries={"total_max_attempts": 1}),
        )
        told = logs.get_log_events(logGroupName=GROUP, logStreamName=stream, limit=5)
        assert [each["message"] for each in told["events"]] == world.lines()[-5:]
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP)
        assert sum(len(page["events"]) for page in pages) == len(world.lines())
        with pytest.raises(logs.exceptions.ResourceNotFoundException):
            logs.get_log_events(logGroupName=GROUP, logStreamName="none")
