"""What a deployment's tasks wrote, read from the sandbox as a person asks for it."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconcilers.attempts import AttemptState
from reconcilers.history import History
from reconcilers.outcome import Retry
from reconcilers.task_logs import (
    AT_ONCE,
    READING,
    STREAMS,
    LogQuestion,
    LogReader,
    NoSuchAttempt,
    NoSuchContainer,
    Reach,
    TaskLogs,
)
from sandbox.blueprints import Rolling
from sandbox.switches import Switches
from sandbox.world.traffic import Behaviour
from tests.reconcilers.logged import GROUP, Logged, container, logged, of, workload
from tests.reconcilers.sandboxed import client_of, rolled

BAD, GOOD, CRASH = "2.0-bad", "2.0", "2.0-crash"
HOUR = 3600.0


def texts(found: TaskLogs) -> str:
    return "\n".join(each.text for each in found.lines)


def test_of_a_service_that_was_never_deployed_its_tasks_are_shown() -> None:
    world = logged()
    found = world.read(limit=2000)
    assert found.attempt is None
    assert {each.task for each in found.lines} == set(world.tasks())
    assert {each.container for each in found.lines} == {"proxy", "backend"}
    assert all(each.stream == f"app/{each.container}/{each.task}" for each in found.lines)
    assert found.notes == ("AWS remembers no deployment: these are the service's tasks.",)
    assert found.live


def test_during_a_shift_greens_lines_are_shown_and_blues_are_not() -> None:
    world = logged()
    blue = set(world.tasks())
    world.ship(GOOD, minutes=6)
    found = world.read()
    assert found.attempt is not None
    assert found.attempt.active
    assert {each.task for each in found.lines} == set(world.tasks()) - blue
    assert f"backend {GOOD} starts" in texts(found)


def test_of_a_bad_release_the_errors_are_shown_after_it_was_rolled_back() -> None:
    world = logged()
    world.ship(BAD, minutes=12)
    found = world.read()
    assert found.attempt is not None
    assert found.attempt.rollback is not None
    assert "RuntimeError" in texts(found)
    assert not found.live


def test_stopped_tasks_say_why() -> None:
    world = logged()
    world.ship(BAD, minutes=12)
    found = world.read()
    assert len(found.tasks) == 2
    for task in found.tasks:
        assert task.stop_code == "ServiceSchedulerInitiated"
        assert {each.name: each.exit_code for each in task.containers} == {"proxy": 0, "backend": 0}


def test_of_a_release_that_crashes_the_traceback_and_the_exit_code_are_shown() -> None:
    world = logged()
    world.ship(CRASH, minutes=10)
    found = world.read(limit=2000)
    assert "KeyError: 'QUEUE_URL'" in texts(found)
    ended = [each for each in found.tasks if each.stop_code]
    assert ended
    assert all(each.stop_code == "EssentialContainerExited" for each in ended)
    assert {end.exit_code for each in ended for end in each.containers} == {1}


def test_of_a_rolling_update_that_the_circuit_breaker_took_back_the_traceback_is_shown() -> None:
    world = of(rolled(Rolling(workload=workload(container("proxy", port=80)))))
    world.ship(CRASH, minutes=6)
    found = world.read(limit=2000)
    assert found.attempt is not None
    assert found.attempt.state is AttemptState.ROLLED_BACK
    assert "KeyError: 'QUEUE_URL'" in texts(found)
    assert f"{CRASH} starts" in texts(found)
    assert {each.task for each in found.lines}.isdisjoint(world.tasks())
    name = found.attempt.id.rpartition("/")[2]
    assert world.read(deployment=name, limit=2000).lines == found.lines


def test_when_ecs_has_forgotten_the_tasks_their_streams_are_found() -> None:
    world = logged()
    world.ship(BAD, minutes=12)
    soon = world.read(limit=2000)
    world.account.clock.advance(2 * HOUR)
    late = world.read(limit=2000)
    assert late.tasks == ()
    assert late.lines == soon.lines
    assert not late.live
    assert not any("found by when" in each for each in soon.notes)
    assert [each for each in late.notes if f"may hold those of others that write to {GROUP}" in each]


def test_streams_are_looked_for_as_soon_as_ecs_knows_no_task() -> None:
    world = logged()
    world.ship(BAD, minutes=12)
    soon = world.read(limit=2000)
    now = world.account.clock.now()
    world.account.clock.advance(2 * HOUR)  # an ECS that forgets sooner than ours thinks, as a sandbox in a hurry does
    early = of(world.account, lambda: now).read(limit=2000)
    assert (early.tasks, early.lines) == ((), soon.lines)


def test_of_a_release_that_serves_for_days_lines_of_today_are_shown() -> None:
    world = logged()
    world.ship(GOOD, minutes=22)
    world.account.clock.advance(30 * HOUR)
    found = world.read(limit=4)
    assert found.lines[-1].at > world.account.clock.now() - 31
    assert {each.task for each in found.lines} <= set(world.tasks())


def test_the_previous_deployment_and_any_other_can_be_asked_for() -> None:
    world = logged()
    world.ship(GOOD, minutes=22)
    world.ship(BAD, minutes=12)
    newest, previous = world.read(), world.read(previous=True)
    assert newest.attempt is not None
    assert previous.attempt is not None
    assert f"{GOOD} starts" in texts(world.read(previous=True, limit=2000))
    assert world.read(deployment=previous.attempt.id).attempt == previous.attempt
    assert world.read(number=2).attempt == newest.attempt


def test_a_rollback_says_that_it_started_no_tasks() -> None:
    world = logged()
    world.ship(BAD, minutes=12)
    found = world.read(number=1)
    assert found.attempt is not None
    assert found.attempt.rollback_of is not None
    assert found.lines == ()
    assert "is a rollback" in found.notes[0]


def test_a_rollback_has_no_tasks_of_the_deployments_after_it() -> None:
    world = logged()
    world.ship(BAD, minutes=12)
    undone, back = world.read().attempt, world.read(number=1).attempt
    assert undone is not None
    assert back is not None
    world.ship(GOOD, minutes=22)
    found = world.read(deployment=back.id, limit=2000)
    assert (found.tasks, found.lines, found.live) == ((), (), False)
    assert found.notes[0].endswith(f"--deployment {undone.id}.")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"deployment": "d-NOSUCH"}, "no deployment d-NOSUCH of prod/notes-app. Known, newest first: d-"),
        ({"number": 9}, "none with the number 9"),
        ({"previous": True}, "no earlier deployment"),
    ],
)
def test_what_aws_does_not_remember_is_said_with_what_it_does(asked: dict[str, Any], said: str) -> None:
    world = logged()
    world.ship(GOOD, minutes=22)
    with pytest.raises(NoSuchAttempt, match=said):
        world.read(**asked)


def test_a_container_and_a_task_can_be_named() -> None:
    world = logged()
    one = world.tasks()[0]
    found = world.read(container="proxy", task=one[:6])
    assert {(each.task, each.container) for each in found.lines} == {(one, "proxy")}


def test_where_nothing_fits_it_is_said_what_there_is() -> None:
    world = logged()
    found = world.read(task="zzz")
    assert found.lines == ()
    assert "containers backend, proxy" in found.notes[0]
    assert world.tasks()[0][:8] in found.notes[0]


def test_a_container_that_no_task_definition_has_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(NoSuchContainer, match=r"no container sidecar in this deployment\. It has backend, proxy\."):
        logged().read(container="sidecar")


def test_a_container_of_a_deployment_that_has_started_no_task_yet_is_looked_up() -> None:
    world = logged()
    world.ship(GOOD, minutes=0)
    begun = world.read(container="proxy")
    assert begun.attempt is not None
    assert begun.tasks == ()
    with pytest.raises(NoSuchContainer, match=r"It has backend, proxy\."):
        world.read(container="sidecar")


def test_lines_come_oldest_first_and_no_more_than_asked_for() -> None:
    world = logged()
    found = world.read(limit=7)
    assert len(found.lines) == 7
    assert found.cut
    assert [each.at for each in found.lines] == sorted(each.at for each in found.lines)
    assert found.lines == world.read(limit=2000).lines[-7:]


def test_lines_before_a_time_are_left_out() -> None:
    world = logged()
    since = world.account.clock.now() - 60
    found = world.read(since=since, limit=2000)
    assert found.lines
    assert found.lines[0].at >= since


def follow(world: Logged, first: TaskLogs, seconds: float) -> TaskLogs:
    world.account.clock.advance(seconds)
    return world.read(after=first.cursor, limit=2000)


@pytest.mark.parametrize("empty", [False, True])
def test_who_follows_sees_each_line_once_and_none_is_left_out(empty: bool) -> None:
    world = logged(switches=Switches(log_pages_may_be_empty=empty))
    found = world.read(limit=2000)
    lines = list(found.lines)
    for seconds in (7, 0, 31, 120):
        found = follow(world, found, seconds)
        lines += found.lines
    assert sorted(lines, key=lambda each: each.at) == list(world.read(limit=2000).lines)
    assert len(set(lines)) == len(lines)


def test_who_follows_sees_tasks_that_start_meanwhile_from_their_first_line() -> None:
    world = logged()
    first = world.read()
    ecs = client_of(world.account.world, "ecs", world.account.wanted.scope)
    ecs.stop_task(cluster=world.account.wanted.cluster, task=world.tasks()[0])
    more = follow(world, first, 120)
    assert "backend 1.0.0 starts" in texts(more)


def test_where_output_goes_elsewhere_that_is_said() -> None:
    other = {"logDriver": "fluentd", "options": {"fluentd-address": "hunter2:24224"}}
    found = logged(container("proxy", port=80), container("backend", log=other), container("side", log={})).read()
    assert {each.container for each in found.lines} == {"proxy"}
    assert [(each.container, each.driver) for each in sorted(found.elsewhere, key=lambda each: each.container)] == [
        ("backend", "fluentd"),
        ("side", ""),
    ]
    assert "hunter2" not in str(found.elsewhere)


def test_a_group_in_another_region_is_read_there() -> None:
    there = {"awslogs-group": GROUP, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app"}
    world = logged(container("proxy", port=80, log={"logDriver": "awslogs", "options": there}))
    assert "proxy 1.0.0 starts" in texts(world.read(limit=2000))


def test_nothing_written_is_an_empty_answer() -> None:
    world = logged(container("proxy", port=80, log={}))
    found = world.read()
    assert found.lines == ()
    assert [each.container for each in found.elsewhere] == ["proxy"]


def test_a_service_that_crashes_all_the_time_is_read_within_limits() -> None:
    world = logged()
    world.account.world.place("123456789012", "eu-west-1").traffic.behave("*", Behaviour(starts=False))
    ecs = client_of(world.account.world, "ecs", world.account.wanted.scope)
    for task in world.tasks():
        ecs.stop_task(cluster=world.account.wanted.cluster, task=task)
    world.account.clock.advance(1500)
    world.account.world.calls.clear()
    found = world.read(limit=2000)
    assert world.account.count("GetLogEvents") <= 5 * STREAMS
    assert f"The newest {STREAMS} of " in found.notes[0]


def test_the_same_question_is_not_asked_of_aws_twice_in_a_moment() -> None:
    world = logged()
    found = world.read()
    world.account.world.calls.clear()
    assert world.reader.read(world.account.wanted, LogQuestion()) == found
    assert world.account.count("GetLogEvents") == 0
    assert world.reader.read(world.account.wanted, LogQuestion(limit=3)) != found


class Slow:
    """A clock that lets a whole deadline go by at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += READING
        return self.now


def reader(world: Logged, monotonic: Callable[[], float], history: History | None = None) -> LogReader:
    told = history or History(as_of=1.0)
    return LogReader(Reach(world.pool, lambda _: told, world.account.world.clock.now, monotonic))


def test_an_aws_that_is_slow_is_not_waited_for() -> None:
    world = logged()
    found = reader(world, Slow()).read(world.account.wanted, LogQuestion(limit=2000))
    assert len({(each.task, each.container) for each in found.lines}) == 1
    assert any("3 of 4 streams were not read" in note for note in found.notes)


def test_a_history_that_never_could_be_read_is_no_empty_one() -> None:
    world = logged()
    with pytest.raises(Retry, match="no answer"):
        reader(world, Slow(), History(error="no answer")).read(world.account.wanted, LogQuestion())


def test_a_history_that_is_older_is_used_and_it_is_said() -> None:
    world = logged()
    found = reader(world, Slow(), History(as_of=1.0, error="no answer.")).read(world.account.wanted, LogQuestion())
    assert found.notes[0] == "There may be newer deployments, for which AWS could not be asked: no answer."


def test_where_no_container_started_that_is_said_with_what_to_see_to() -> None:
    world = logged(container("proxy", port=80))
    world.ship(GOOD, minutes=0.25)
    (note,) = world.read().notes
    assert note.startswith(f"No container has opened its stream in {GROUP}. A stream is opened when")


def test_more_than_a_few_at_once_are_sent_away() -> None:
    world, begun, end = logged(), threading.Semaphore(0), threading.Event()

    def history(_: object) -> History:
        begun.release()
        end.wait(20)
        return History(as_of=1.0)

    busy = LogReader(Reach(world.pool, history, world.account.world.clock.now, lambda: 0.0, patience=0.05))
    readers = [
        threading.Thread(target=busy.read, args=(world.account.wanted, LogQuestion(limit=number + 1)))
        for number in range(AT_ONCE)
    ]
    for each in readers:
        each.start()
    try:
        assert all(begun.acquire(timeout=10) for _ in readers)
        with pytest.raises(Retry, match="too many"):
            busy.read(world.account.wanted, LogQuestion())
    finally:
        end.set()
        for each in readers:
            each.join(10)
    assert busy.read(world.account.wanted, LogQuestion()).lines


def test_a_cursor_that_is_none_is_refused_before_aws_is_asked() -> None:
    world = logged()
    with pytest.raises(ValueError, match="cursor"):
        world.read(after="no cursor")


def test_a_cursor_leads_to_no_stream_of_somebody_else() -> None:
    world = logged()
    first = world.read()
    elsewhere = replace(world.account.wanted, name="other")
    assert world.reader.read(elsewhere, LogQuestion(after=first.cursor)).lines == ()


def test_no_line_is_in_the_representation_of_an_answer() -> None:
    found = logged().read()
    assert "GET /" in texts(found)
    assert "GET /" not in repr(found)
