"""Where output is, and whose it is."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers.attempts import Attempt, AttemptState
from reconcilers.task_output import (
    FORGOTTEN,
    MOST_CHARACTERS,
    SKEW,
    Elsewhere,
    LogLine,
    LogPlace,
    Task,
    Which,
    chosen,
    may_be_forgotten,
    newest,
    opened_during,
    places,
    started_by,
)

NOW = 1_790_000_000.0
OLD, NEW = "arn:aws:ecs:eu-west-1:1:task-definition/web:1", "arn:aws:ecs:eu-west-1:1:task-definition/web:2"


def container(driver: str | None, name: str = "web", **options: str) -> dict[str, Any]:
    log = {"logConfiguration": {"logDriver": driver, "options": options}} if driver else {}
    return {"name": name, **log}


AWSLOGS = {"awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "app"}


def place(**options: str) -> LogPlace | Elsewhere:
    here, elsewhere = places({"containerDefinitions": [container("awslogs", **options)]})
    return here[0] if here else elsewhere[0]


def test_a_container_with_awslogs_writes_to_a_stream_by_prefix_name_and_task() -> None:
    found = place(**AWSLOGS)
    assert isinstance(found, LogPlace)
    assert found == LogPlace("web", "/ecs/web", "app", "eu-west-1")
    assert found.stream("0123") == "app/web/0123"


def test_without_a_region_it_is_the_tasks() -> None:
    found = place(**{name: value for name, value in AWSLOGS.items() if name != "awslogs-region"})
    assert isinstance(found, LogPlace)
    assert found.region is None


@pytest.mark.parametrize("missing", ["awslogs-group", "awslogs-stream-prefix"])
def test_without_a_group_or_a_prefix_it_is_said_what_to_add(missing: str) -> None:
    found = place(**{name: value for name, value in AWSLOGS.items() if name != missing})
    assert isinstance(found, Elsewhere)
    assert found.driver == "awslogs"
    assert missing in found.remedy


@pytest.mark.parametrize(
    ("driver", "said"),
    [
        (None, "Give it a logConfiguration"),
        ("none", "Give it a logConfiguration"),
        ("awsfirelens", "log router"),
        ("splunk", "where that driver sends them"),
    ],
)
def test_other_drivers_are_named_with_what_to_do(driver: str | None, said: str) -> None:
    here, (elsewhere,) = places({"containerDefinitions": [container(driver)]})
    assert here == ()
    assert (elsewhere.container, elsewhere.driver) == ("web", driver or "")
    assert said in elsewhere.remedy


def test_options_of_another_driver_are_not_shown() -> None:
    _, (found,) = places({"containerDefinitions": [container("splunk", **{"splunk-token": "hunter2"})]})
    assert "hunter2" not in str(found)


def attempt(name: str, at: float, arn: str | None = NEW, **more: Any) -> Attempt:
    state = more.pop("state", AttemptState.SUCCEEDED)
    return Attempt(name, state, "…", NOW + at, task_definition_arn=arn, **more)


FIRST = attempt("d-1", 0, OLD)
FAILED = attempt("d-2", 1000, NEW, state=AttemptState.STOPPED, finished_at=NOW + 1300)
ROLLBACK = attempt("d-3", 1310, OLD, rollback_of="d-2")
HISTORY = (ROLLBACK, FAILED, FIRST)


def test_the_newest_that_started_tasks_is_meant_unless_one_is_named() -> None:
    assert chosen(HISTORY, Which()) is FAILED


def test_the_previous_one_is_the_one_before_it() -> None:
    assert chosen(HISTORY, Which(previous=True)) is FIRST


def test_a_number_counts_the_history_as_it_is_listed() -> None:
    assert [chosen(HISTORY, Which(number=number)) for number in (1, 2, 3, 4)] == [ROLLBACK, FAILED, FIRST, None]


@pytest.mark.parametrize("name", ["d-3", "d-2", "d-1"])
def test_a_deployment_is_found_by_its_id(name: str) -> None:
    found = chosen(HISTORY, Which(deployment=name))
    assert found is not None
    assert found.id == name


def test_a_service_deployment_is_found_by_its_arn_and_by_the_end_of_it() -> None:
    arn = "arn:aws:ecs:eu-west-1:1:service-deployment/prod/web/abc"
    rolled = (replace(FIRST, id=arn),)
    assert chosen(rolled, Which(deployment=arn)) is rolled[0]
    assert chosen(rolled, Which(deployment="abc")) is rolled[0]


def test_what_is_not_there_is_not_found() -> None:
    assert chosen(HISTORY, Which(deployment="d-9")) is None
    assert chosen((), Which()) is None
    assert chosen((FIRST,), Which(previous=True)) is None


def task(name: str, at: float, arn: str = NEW, **more: Any) -> Task:
    return Task(name, arn, NOW + at, more.pop("last_status", "RUNNING"), **more)


def test_a_deployments_tasks_are_those_of_its_revision_since_it_began() -> None:
    tasks = (task("b", 1020), task("a", 1010), task("old", 1015, OLD), task("before", 1000 - SKEW - 1))
    assert [each.id for each in started_by(FAILED, HISTORY, tasks)] == ["a", "b"]


def test_a_task_that_replaces_one_later_is_still_its_own() -> None:
    assert [each.id for each in started_by(FIRST, HISTORY, (task("a", 5000, OLD),))] == ["a"]


def test_when_the_same_revision_ships_again_the_later_tasks_are_the_later_ones() -> None:
    again = attempt("d-4", 4000, OLD)
    tasks = (task("a", 10, OLD), task("b", 4010, OLD))
    history = (again, *HISTORY)
    assert [each.id for each in started_by(FIRST, history, tasks)] == ["a"]
    assert [each.id for each in started_by(again, history, tasks)] == ["b"]


@pytest.mark.parametrize("revision", [None, "", OLD])
def test_a_rollback_by_codedeploy_started_no_tasks(revision: str | None) -> None:
    back = replace(ROLLBACK, task_definition_arn=revision)
    later = (task("a", 1400, OLD), task("b", 5000, NEW))
    assert started_by(back, (back, FAILED, FIRST), later) == ()


@pytest.mark.parametrize("revision", [None, ""])
def test_of_an_attempt_whose_revision_is_not_known_no_task_is_told_to_be_its_own(revision: str | None) -> None:
    unknown = attempt("d-5", 2000, revision)
    assert started_by(unknown, (unknown,), (task("a", 2010), task("b", 10))) == ()


def test_streams_of_a_failed_attempt_were_opened_until_it_ended() -> None:
    assert opened_during(FAILED, HISTORY, NOW + 9000) == (NOW + 1000 - SKEW, NOW + 1300)


def test_streams_of_one_that_succeeded_were_opened_until_the_next_began() -> None:
    assert opened_during(replace(FIRST, finished_at=NOW + 300), HISTORY, NOW + 9000) == (NOW - SKEW, NOW + 1000)


def test_streams_of_the_newest_are_opened_until_now() -> None:
    assert opened_during(FIRST, (FIRST,), NOW + 9000) == (NOW - SKEW, NOW + 9000)


def test_a_failed_attempt_that_never_ended_is_bounded_by_the_next() -> None:
    endless = replace(FAILED, finished_at=None)
    later = attempt("d-4", 4000)
    assert opened_during(endless, (later, endless), NOW + 9000)[1] == NOW + 4000


def test_streams_of_an_attempt_are_not_those_of_the_one_that_began_a_moment_before() -> None:
    close = attempt("d-4", 1000 + SKEW - 1)
    assert opened_during(close, (close, FAILED), NOW + 9000)[0] == close.created_at


def test_streams_of_an_attempt_are_not_those_of_one_that_failed_a_moment_before() -> None:
    close = attempt("d-4", 1310)
    assert opened_during(close, (close, FAILED, FIRST), NOW + 9000)[0] == FAILED.finished_at


def test_no_rollback_takes_from_the_time_of_the_attempt_after_it() -> None:
    after = attempt("d-4", 1310 + SKEW / 2)
    earlier = replace(FAILED, finished_at=NOW + 1200)
    assert opened_during(after, (after, ROLLBACK, earlier), NOW + 9000)[0] == after.created_at - SKEW


def test_two_that_ship_the_same_a_moment_apart_have_no_task_in_common() -> None:
    close = attempt("d-4", 1000 + SKEW / 2)
    tasks = (task("a", 1001), task("b", 1000 + SKEW / 2))
    assert [each.id for each in started_by(FAILED, (close, FAILED), tasks)] == ["a"]
    assert [each.id for each in started_by(close, (close, FAILED), tasks)] == ["b"]


def test_ecs_forgets_after_an_hour() -> None:
    assert not may_be_forgotten(FIRST, NOW + FORGOTTEN - 1)
    assert may_be_forgotten(FIRST, NOW + FORGOTTEN)


@pytest.mark.parametrize(
    ("said", "stopped"),
    [({}, False), ({"last_status": "STOPPED"}, True), ({"stop_code": "UserInitiated"}, True)],
)
def test_a_task_is_stopped_once_it_is_told_to(said: dict[str, Any], stopped: bool) -> None:
    assert task("a", 0, **said).stopped is stopped


def line(at: float, text: str = "x") -> LogLine:
    return LogLine(at, text)


def test_the_newest_lines_are_shown_oldest_first() -> None:
    assert newest([line(3), line(1), line(2)], 2) == ((line(2), line(3)), True)
    assert newest([line(2), line(1)], 2) == ((line(1), line(2)), False)
    assert newest([], 2) == ((), False)


def test_too_long_lines_leave_the_older_ones_out() -> None:
    long = "x" * (MOST_CHARACTERS - 1)
    assert newest([line(1, "old"), line(2, long)], 5) == ((line(2, long),), True)


def test_lines_of_one_moment_keep_their_order() -> None:
    lines = [line(1, text) for text in "abc"]
    assert newest(lines, 2)[0] == tuple(lines[1:])


def test_a_lines_text_is_in_no_representation() -> None:
    assert "hunter2" not in repr(line(1, "hunter2"))
