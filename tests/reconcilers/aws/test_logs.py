"""CloudWatch Logs' gateway, and that of tasks: over the wire's own client."""

from typing import Any

import pytest

from reconcilers.aws.logs import CHARACTERS, LISTED, PAGES, LogsGateway, OpenedStream
from reconcilers.aws.tasks import TasksGateway
from reconcilers.outcome import Retry, Stalled
from reconcilers.task_output import ContainerEnd, LogLine, Task
from tests.reconcilers.aws.wire import Params, Refusal, Wire

GROUP, STREAM = "/ecs/web", "app/web/1"
ABSENT = Refusal("ResourceNotFoundException", "The specified log group does not exist.")


def page(*texts: str, back: str = "b/0", forward: str = "f/9", at: int = 1000) -> dict[str, Any]:
    events = [{"timestamp": at + place, "message": text} for place, text in enumerate(texts)]
    return {"events": events, "nextBackwardToken": back, "nextForwardToken": forward}


class Pages:
    """Answers by the token that they are asked with."""

    def __init__(self, **pages: dict[str, Any]) -> None:
        self._pages = {name.replace("_", "/"): said for name, said in pages.items()}

    def __call__(self, params: Params) -> dict[str, Any]:
        return self._pages[params.get("nextToken", "first")]


def logs(reply: Any) -> tuple[LogsGateway, Wire]:
    wire = Wire({"GetLogEvents": reply, "DescribeLogStreams": reply})
    return LogsGateway(wire.client("logs")), wire


def test_the_tail_is_asked_for_from_a_time_on() -> None:
    gateway, wire = logs(page("a", "b"))
    read = gateway.tail(GROUP, STREAM, 2, since=12.5)
    assert read is not None
    assert read.lines == (LogLine(1.0, "a"), LogLine(1.001, "b"))
    assert wire.asked("GetLogEvents") == [
        {"logGroupName": GROUP, "logStreamName": STREAM, "limit": 2, "startTime": 12500}
    ]


def test_a_page_that_is_empty_is_not_the_last() -> None:
    gateway, _ = logs(
        Pages(
            first=page(back="b/5", forward="f/5"),
            b_5=page("b", "c", back="b/3", forward="f/5"),
            b_3=page("a", back="b/2"),
            b_2=page(back="b/2"),
        )
    )
    read = gateway.tail(GROUP, STREAM, 10)
    assert read is not None
    assert [each.text for each in read.lines] == ["a", "b", "c"]
    assert read.token == "f/5"


def test_of_the_tail_no_more_is_read_than_is_asked_for() -> None:
    gateway, wire = logs(Pages(first=page("a", "b", back="b/3")))
    read = gateway.tail(GROUP, STREAM, 1)
    assert read is not None
    assert [each.text for each in read.lines] == ["b"]
    assert len(wire.calls) == 1


def test_empty_pages_have_an_end() -> None:
    count = iter(range(100))
    gateway, wire = logs(lambda params: page(back=f"b/{next(count)}"))
    read = gateway.tail(GROUP, STREAM, 10)
    assert read is not None
    assert len(wire.calls) == PAGES


def test_after_a_token_comes_what_was_written_since_until_it_repeats() -> None:
    gateway, wire = logs(
        Pages(f_1=page(forward="f/2"), f_2=page("a", forward="f/3"), f_3=page(forward="f/3")),
    )
    read = gateway.after(GROUP, STREAM, 5, "f/1")
    assert read is not None
    assert ([each.text for each in read.lines], read.token) == (["a"], "f/3")
    assert [each["limit"] for each in wire.asked("GetLogEvents")] == [5, 5, 4]


def test_the_head_is_read_from_the_first_line() -> None:
    gateway, wire = logs(Pages(first=page("a", forward="f/1"), f_1=page(forward="f/1")))
    read = gateway.head(GROUP, STREAM, 5)
    assert read is not None
    assert read.token == "f/1"
    assert all(each["startFromHead"] for each in wire.asked("GetLogEvents"))


def test_a_stream_that_was_not_opened_is_no_error() -> None:
    gateway, _ = logs(ABSENT)
    assert gateway.tail(GROUP, STREAM, 1) is None
    assert gateway.head(GROUP, STREAM, 1) is None
    assert gateway.streams(GROUP, 0.0) is None


def test_a_denial_names_the_permission() -> None:
    gateway, _ = logs(Refusal("AccessDeniedException", "User x is not authorized to perform: logs:GetLogEvents"))
    with pytest.raises(Stalled, match="Allow logs:GetLogEvents"):
        gateway.tail(GROUP, STREAM, 1)


def test_a_throttle_is_worth_another_try() -> None:
    gateway, _ = logs(Refusal("ThrottlingException", "Rate exceeded"))
    with pytest.raises(Retry):
        gateway.after(GROUP, STREAM, 1, "f/1")


def test_a_line_of_a_megabyte_is_cut() -> None:
    gateway, _ = logs(page("x" * (CHARACTERS + 7)))
    read = gateway.tail(GROUP, STREAM, 1)
    assert read is not None
    assert read.lines[0].text == "x" * CHARACTERS + "… (7 characters more)"


def stream(number: int, last: int | None = 9_000_000_000) -> dict[str, Any]:
    told = {"logStreamName": f"s{number}", "creationTime": number * 1000}
    return told if last is None else told | {"lastEventTimestamp": last}


def test_streams_are_asked_for_by_their_last_event_and_listed_as_far_back_as_is_wanted() -> None:
    pages = {
        "first": {"logStreams": [stream(1), stream(2, None)], "nextToken": "t"},
        "t": {"logStreams": [stream(3, 1_000)], "nextToken": "u"},
    }
    gateway, wire = logs(lambda params: pages[params.get("nextToken", "first")])
    found = gateway.streams(GROUP, 8_000_000.0)
    assert found == (OpenedStream("s1", 1.0), OpenedStream("s2", 2.0), OpenedStream("s3", 3.0))
    assert wire.asked("DescribeLogStreams")[0] == {
        "logGroupName": GROUP,
        "orderBy": "LastEventTime",
        "descending": True,
        "limit": 50,
    }
    assert len(wire.calls) == 2


def test_the_listing_of_streams_has_an_end() -> None:
    gateway, wire = logs({"logStreams": [stream(1)], "nextToken": "t"})
    assert gateway.streams(GROUP, 0.0)
    assert len(wire.calls) == LISTED


TASK = "arn:aws:ecs:eu-west-1:1:task/prod/{}"


def told(name: str, **more: Any) -> dict[str, Any]:
    return {
        "taskArn": TASK.format(name),
        "taskDefinitionArn": "web:2",
        "createdAt": 12.5,
        "lastStatus": "RUNNING",
    } | more


def test_running_and_stopped_tasks_are_read() -> None:
    ended = {"stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited"}
    containers = [{"name": "web", "exitCode": 1, "reason": "OOM"}, {"name": "side"}]
    wire = Wire(
        {
            "ListTasks": lambda params: {"taskArns": [TASK.format(params["desiredStatus"].lower())]},
            "DescribeTasks": {
                "tasks": [
                    told("running"),
                    told("stopped", lastStatus="STOPPED", stoppedAt=20.0, containers=containers, **ended),
                ]
            },
        }
    )
    assert TasksGateway(wire.client("ecs")).of_service("prod", "web") == (
        Task("running", "web:2", 12.5, "RUNNING"),
        Task(
            "stopped",
            "web:2",
            12.5,
            "STOPPED",
            20.0,
            "EssentialContainerExited",
            "Essential container in task exited",
            (ContainerEnd("web", 1, "OOM"), ContainerEnd("side")),
        ),
    )
    assert wire.asked("DescribeTasks") == [
        {"cluster": "prod", "tasks": [TASK.format("running"), TASK.format("stopped")]}
    ]


def test_tasks_come_in_pages_and_are_described_by_hundreds() -> None:
    def listed(params: Params) -> dict[str, Any]:
        start = int(params.get("nextToken", "0"))
        arns = [f"{params['desiredStatus']}{number}" for number in range(start, start + 60)]
        return {"taskArns": arns} | ({"nextToken": str(start + 60)} if start == 0 else {})

    wire = Wire({"ListTasks": listed, "DescribeTasks": {"tasks": []}})
    TasksGateway(wire.client("ecs")).of_service("prod", "web")
    assert [len(each["tasks"]) for each in wire.asked("DescribeTasks")] == [100, 100, 40]


def test_no_service_has_no_tasks() -> None:
    wire = Wire({"ListTasks": Refusal("ServiceNotFoundException")})
    assert TasksGateway(wire.client("ecs")).of_service("prod", "web") == ()
