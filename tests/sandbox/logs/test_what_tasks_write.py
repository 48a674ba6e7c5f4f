"""What the containers of a task write, and where to."""

from itertools import pairwise

from sandbox.world.calls import Caller
from sandbox.world.logs.book import LINES, STREAMS, Book
from sandbox.world.traffic import Behaviour
from tests.sandbox.logs.logged import GOOD, GROUP, Logged, Shifted, container

STARTED = 60.0


def test_a_stream_is_named_by_prefix_container_and_task() -> None:
    world = Logged()
    world.pass_time(STARTED)
    (task,) = world.tasks()
    assert world.streams() == [f"app/web/{task}"]


def test_nothing_is_written_before_the_containers_start() -> None:
    world = Logged()
    world.pass_time(STARTED)
    (task,) = world.tasks()
    arn = f"{world.built.cluster}/{task}"
    told = world.call("ecs", "DescribeTasks", cluster=world.built.cluster, tasks=[arn])["tasks"][0]
    assert world.events()[0]["timestamp"] == int(told["startedAt"].timestamp() * 1000)


def test_a_container_that_starts_says_so() -> None:
    world = Logged()
    world.pass_time(34)
    assert world.lines()[:2] == ["INFO  web 1.0 starts", "INFO  listening on port 80"]


def test_without_a_prefix_the_stream_is_named_as_docker_names_the_container() -> None:
    world = Logged(container("web", GOOD, group=GROUP))
    world.pass_time(STARTED)
    (name,) = world.streams()
    assert len(name) == 64
    assert int(name, 16)


def test_a_container_with_another_driver_writes_nothing_here() -> None:
    other = {"logConfiguration": {"logDriver": "fluentd", "options": {"fluentd-address": "localhost:24224"}}}
    world = Logged(
        container("web", GOOD) | other, container("side", GOOD, group=GROUP, stream_prefix="app") | {"portMappings": []}
    )
    world.pass_time(STARTED)
    assert [name.split("/")[1] for name in world.streams()] == ["side"]


def test_a_group_may_be_in_another_region() -> None:
    world = Logged(container("web", GOOD, group=GROUP, stream_prefix="app", region="us-east-1"))
    world.pass_time(STARTED)
    there = Caller(region="us-east-1")
    found = world.world.call("logs", "FilterLogEvents", {"logGroupName": GROUP}, there)["events"]
    assert found[-1]["message"].startswith("INFO  GET ")


def test_an_image_that_does_not_start_leaves_a_traceback() -> None:
    world = Logged(container("web", "registry/web:1-crash", group=GROUP, stream_prefix="app"))
    world.pass_time(34)
    lines = world.lines()
    assert lines[:2] == ["INFO  web 1-crash starts", "Traceback (most recent call last):"]
    assert lines[-1] == "KeyError: 'QUEUE_URL'"


def test_a_crashed_task_writes_nothing_more_and_the_next_one_has_a_stream_of_its_own() -> None:
    world = Logged(container("web", "registry/web:1-crash", group=GROUP, stream_prefix="app"))
    world.pass_time(34)
    (first,) = world.streams()
    before = world.lines(first)
    world.pass_time(120)
    assert world.lines(first) == before
    assert len(world.streams()) > 1


def test_a_sidecar_that_crashes_does_not_silence_the_rest() -> None:
    side = container("side", "registry/side:crash", group=GROUP, stream_prefix="app")
    world = Logged(container("web", GOOD, group=GROUP, stream_prefix="app"), side | {"essential": False})
    world.pass_time(300)
    by_name = {name.split("/")[1]: world.lines(name) for name in world.streams()}
    assert by_name["side"][-1].startswith("KeyError")
    assert any(" GET /notes" in line for line in by_name["web"])


def test_a_task_that_gets_requests_tells_of_them() -> None:
    world = Logged()
    world.pass_time(630)
    requests = [line for line in world.lines() if " GET " in line and "/health" not in line]
    assert len(requests) == 60
    assert all(" 200 " in line for line in requests)


def test_health_checks_are_told_too() -> None:
    world = Logged()
    world.pass_time(630)
    assert sum("GET /health 200" in line for line in world.lines()) == 20


def test_an_image_that_fails_its_health_checks_says_so() -> None:
    world = Logged()
    world.place.traffic.behave("*:1.0", Behaviour(healthy=False))
    world.pass_time(90)
    assert any("GET /health 503" in line for line in world.lines())


def test_an_image_that_errs_fails_its_share_and_says_why() -> None:
    world = Logged(container("web", "registry/web:1-bad", group=GROUP, stream_prefix="app"))
    world.pass_time(1030)
    lines = world.lines()
    failed = sum(" 500 " in line for line in lines)
    assert 40 <= failed <= 80  # 60 of 100
    assert failed == sum("RuntimeError" in line for line in lines)


def test_the_container_at_fault_says_why_and_the_one_in_front_answers() -> None:
    behind = container("app", "registry/app:bad", group=GROUP, stream_prefix="app") | {"portMappings": []}
    world = Logged(container("web", GOOD, group=GROUP, stream_prefix="app"), behind)
    world.pass_time(1030)
    by_name = {name.split("/")[1]: world.lines(name) for name in world.streams()}
    assert any("RuntimeError" in line for line in by_name["app"])
    assert any(" 500 " in line for line in by_name["web"])
    assert not any("RuntimeError" in line for line in by_name["web"])


def test_a_task_without_a_load_balancer_says_that_it_is_there() -> None:
    world = Logged(balanced=False)
    world.pass_time(120)
    assert world.lines()[-1] == "INFO  at work, nothing waits"
    assert not any("GET" in line for line in world.lines())


def test_no_requests_no_request_lines() -> None:
    world = Logged()
    listener = world.call("elbv2", "DescribeListeners", LoadBalancerArn=world.built.load_balancer_arn)["Listeners"][0]
    world.place.traffic.request_rate(listener["ListenerArn"], 0.0)
    world.pass_time(600)
    assert all("/health" in line for line in world.lines() if "GET" in line)


def test_a_stopped_task_ends_with_a_word_and_is_silent() -> None:
    world = Logged()
    world.pass_time(120)
    (task,) = world.tasks()
    world.stop(task)
    world.pass_time(300)
    assert world.lines(f"app/web/{task}")[-1] == "INFO  SIGTERM: ends"


def test_what_happened_before_nobody_looked_is_told_all_the_same() -> None:
    looked, not_looked = Logged(), Logged()
    for world in (looked, not_looked):
        for _ in range(12):
            world.pass_time(47)
            if world is looked:
                world.lines()
    assert looked.lines() == not_looked.lines()


def test_times_are_the_worlds_and_as_much_closer_as_it_is_faster() -> None:
    world = Logged(speed=60.0)
    world.pass_time(630)
    times = [each["timestamp"] for each in world.events() if "/health" in each["message"]]
    assert {later - earlier for earlier, later in pairwise(times)} <= {499, 500, 501}
    assert times[-1] <= world.clock.now() * 1000


def test_of_a_long_stream_the_newest_lines_are_kept() -> None:
    world = Logged()
    world.pass_time(86_400)
    assert len(world.lines()) == LINES
    assert world.events()[-1]["timestamp"] > (world.clock.now() - 11) * 1000


def test_of_many_streams_the_newest_are_kept() -> None:
    book = Book(lambda service, resource: f"arn:aws:{service}:::{resource}", lambda _: None)
    for number in range(STREAMS + 20):
        book.open(GROUP, f"app/web/{number}", 0.0)
    assert [*book.asked({"logGroupName": GROUP}).streams][:: STREAMS - 1] == ["app/web/20", f"app/web/{STREAMS + 19}"]


def test_a_bad_green_logs_errors_while_it_has_traffic() -> None:
    stage = Shifted()
    begun = stage.clock.now()
    shipped = stage.ship("registry/web:2-bad")
    stage.until(shipped, "Stopped")
    (green,) = stage.written(begun).values()
    assert any(" 500 " in line for line in green)


def test_a_good_green_logs_requests_as_traffic_comes_to_it() -> None:
    stage = Shifted()
    begun = stage.clock.now()
    shipped = stage.ship("registry/web:2")
    stage.until_share(10)
    (early,) = stage.written(begun).values()
    assert not any("GET" in line and "/health" not in line for line in early)
    stage.until_shifted(shipped)
    (late,) = stage.written(begun).values()
    requests = [line for line in late if "GET" in line and "/health" not in line]
    assert len(requests) > 40
