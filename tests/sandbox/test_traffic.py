"""Requests, the errors of bad images, and the metrics that tell of both."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from sandbox.blueprints import BlueGreen, Rolling, rolling
from sandbox.world.elbv2.records import group_dimension
from sandbox.world.traffic import DEFAULT_RATE, Behaviour
from sandbox.world.visits import Answers
from tests.sandbox.answers import CheckedWorld
from tests.sandbox.stage import BAD, NEXT, Stage

MINUTE = 60


def dimensions(stage: Stage, group: str | None = None) -> list[dict[str, str]]:
    balancer = stage.built.load_balancer_arn.split(":loadbalancer/", 1)[1]
    named = [{"Name": "LoadBalancer", "Value": balancer}]
    return named if group is None else [*named, {"Name": "TargetGroup", "Value": group_dimension(group)}]


def sums(stage: Stage, metric: str, group: str | None = None, minutes: int = 1) -> list[float]:
    """A metric's sums of the last complete minutes, oldest first; minutes without a value are left out."""
    now = stage.clock.now()
    minute = now - now % MINUTE
    told = stage.call(
        "cloudwatch",
        "GetMetricStatistics",
        Namespace="AWS/ApplicationELB",
        MetricName=metric,
        Dimensions=dimensions(stage, group),
        StartTime=datetime.fromtimestamp(minute - minutes * MINUTE, UTC),
        EndTime=datetime.fromtimestamp(minute, UTC),
        Period=60,
        Statistics=["Sum"],
    )
    return [point["Sum"] for point in told["Datapoints"]]


def watched(**options: Any) -> Stage:
    """A stage whose metrics somebody has begun to read."""
    stage = Stage(**options)
    sums(stage, "RequestCount")
    return stage


def test_all_requests_come_to_blue_before_a_deployment() -> None:
    stage = watched()
    stage.pass_time(2 * MINUTE)
    whole = DEFAULT_RATE * 60
    assert sums(stage, "RequestCount") == sums(stage, "RequestCount", stage.built.blue_arn) == [whole]
    assert sums(stage, "HTTPCode_Target_2XX_Count", stage.built.blue_arn) == [whole]
    assert sums(stage, "RequestCount", stage.built.green_arn) == []


def test_no_errors_are_no_datapoint() -> None:
    stage = watched()
    stage.pass_time(5 * MINUTE)
    assert sums(stage, "HTTPCode_Target_5XX_Count", minutes=5) == []


def test_hosts_are_counted() -> None:
    stage = watched()
    stage.pass_time(2 * MINUTE)
    assert sums(stage, "HealthyHostCount", stage.built.blue_arn) == [2.0]
    assert sums(stage, "UnHealthyHostCount", stage.built.blue_arn) == [0.0]


def test_requests_follow_the_weights() -> None:
    stage = watched(plan=BlueGreen(alarms=False))
    stage.ship(deploymentConfigName="CodeDeployDefault.ECSCanary10Percent15Minutes")
    stage.until_share(10)
    stage.pass_time(3 * MINUTE)
    whole = DEFAULT_RATE * 60
    assert sums(stage, "RequestCount", stage.built.blue_arn) == [whole * 0.9]
    assert sums(stage, "RequestCount", stage.built.green_arn) == [whole * 0.1]


def test_a_bad_image_fails_its_share_of_green_and_nothing_of_blue() -> None:
    stage = watched(plan=BlueGreen(alarms=False))
    stage.ship(BAD, deploymentConfigName="CodeDeployDefault.ECSCanary10Percent15Minutes")
    stage.until_share(10)
    stage.pass_time(3 * MINUTE)
    errors = DEFAULT_RATE * 60 * 0.1 * 0.6
    assert sums(stage, "HTTPCode_Target_5XX_Count", stage.built.green_arn) == [errors]
    assert sums(stage, "HTTPCode_Target_5XX_Count") == [errors]
    assert sums(stage, "HTTPCode_Target_5XX_Count", stage.built.blue_arn) == []


def test_an_image_behaves_as_it_was_told_last() -> None:
    stage = watched(plan=BlueGreen(alarms=False))
    stage.place.traffic.behave("*:2.0", Behaviour(error_rate=1.0))
    stage.place.traffic.behave("registry/*", Behaviour(error_rate=0.5))
    stage.ship(NEXT, deploymentConfigName="CodeDeployDefault.ECSAllAtOnce")
    stage.until_share(100)
    stage.pass_time(2 * MINUTE)
    assert sums(stage, "HTTPCode_Target_5XX_Count") == [DEFAULT_RATE * 60 * 0.5]


def test_images_are_bad_or_crash_by_their_tag_and_good_otherwise() -> None:
    traffic = CheckedWorld().place.traffic
    assert traffic.error_rate(["registry/app:1.0", "registry/app:2.0-bad"]) == 0.6
    for good in ("registry/badger:1.0", "localhost:5000/bad/app", "app@sha256:bad", "bad", "bad.example:443/app:1"):
        assert traffic.error_rate([good]) == 0.0
    assert traffic.error_rate(["localhost:5000/app:bad@sha256:0123"]) == 0.6
    assert traffic.error_rate([]) == 0.0
    assert [traffic.starts(f"registry/app:{tag}") for tag in ("1.0", "bad", "crash-1")] == [True, True, False]
    assert [traffic.healthy([f"registry/app:{tag}"]) for tag in ("1.0", "bad", "crash-1")] == [True, True, False]


def test_a_listener_may_get_another_rate_or_none() -> None:
    stage = watched()
    stage.place.traffic.request_rate(stage.built.production_listener_arn, 5.0)
    stage.pass_time(2 * MINUTE)
    assert sums(stage, "RequestCount") == [300.0]
    stage.place.traffic.request_rate(stage.built.production_listener_arn, 0.0)
    stage.pass_time(2 * MINUTE)
    assert sums(stage, "RequestCount") == []


def test_the_test_listener_gets_no_requests() -> None:
    stage = watched()
    stage.ship()
    stage.pass_time(2 * MINUTE)
    assert sums(stage, "RequestCount", stage.built.green_arn) == []


def test_without_a_target_the_load_balancer_answers_503_itself() -> None:
    stage = watched()
    action = {"Type": "forward", "TargetGroupArn": stage.built.green_arn}
    listener = stage.built.production_listener_arn
    stage.call("elbv2", "ModifyListener", ListenerArn=listener, DefaultActions=[action])
    stage.pass_time(2 * MINUTE)
    assert sums(stage, "HTTPCode_ELB_5XX_Count") == sums(stage, "HTTPCode_ELB_503_Count") == [DEFAULT_RATE * 60]
    assert sums(stage, "HTTPCode_Target_5XX_Count") == []


def test_a_rule_that_forwards_gets_requests_of_its_own() -> None:
    stage = watched()
    stage.call(
        "elbv2",
        "CreateRule",
        ListenerArn=stage.built.production_listener_arn,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/api"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": stage.built.blue_arn}],
    )
    stage.pass_time(2 * MINUTE)
    assert sums(stage, "RequestCount", stage.built.blue_arn) == [2 * DEFAULT_RATE * 60]


def test_a_bad_release_rings_the_alarm_on_its_own_colour_alone() -> None:
    stage = Stage()
    deployment = stage.ship(BAD)
    stage.until(deployment, "Stopped", within=900)
    states = [stage.place.cloudwatch.state_of(alarm) for alarm in stage.built.alarms]
    assert states == ["OK", "ALARM"]
    assert stage.fault(deployment)[0] == "ALARM_ACTIVE"


@pytest.mark.parametrize("speed", [1.0, 60.0])
def test_the_alarm_is_quiet_again_a_few_minutes_after_the_rollback(speed: float) -> None:
    stage = Stage(speed=speed)
    deployment = stage.ship(BAD)
    stage.until(deployment, "Stopped", within=900)
    stage.pass_time(6 * MINUTE)
    assert stage.place.cloudwatch.state_of(stage.built.alarms[1]) == "OK"
    stage.until(stage.ship("registry/notes:3.0"), "Succeeded")


def test_what_nobody_watches_is_not_kept() -> None:
    stage = Stage()
    stage.pass_time(10 * MINUTE)
    assert stage.place.cloudwatch.metrics.keys() == []


def test_a_listener_without_a_deployment_group_is_production_if_its_port_is_the_lowest() -> None:
    world = CheckedWorld()
    built = rolling(world.world, Rolling())
    balancer = str(built.load_balancer_arn)
    group = str(built.target_group_arn)
    world.call(
        "elbv2",
        "CreateListener",
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=8080,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    world.call("cloudwatch", "ListMetrics")
    world.pass_time(600)
    key = ("AWS/ApplicationELB", "RequestCount", (("LoadBalancer", balancer.split(":loadbalancer/")[1]),))
    metrics = world.place.cloudwatch.metrics
    last = metrics.period(key, metrics.minute(world.clock.now()) - 1, 1)
    assert last is not None
    assert last.total == DEFAULT_RATE * 60


class Counted:
    """A proxy that has counted these, minute by minute."""

    def __init__(self, **answers: Answers) -> None:
        self.answers: dict[str, Answers] | None = answers
        self.borders: list[tuple[float, float]] = []

    def counted(self, begin: float, end: float) -> dict[str, Answers] | None:
        self.borders.append((begin, end))
        return self.answers


@pytest.mark.parametrize("speed", [1.0, 90.0])
def test_where_a_proxy_counts_its_numbers_are_the_metrics(speed: float) -> None:
    stage = watched(speed=speed)
    counting = stage.world.counting = Counted()
    counting.answers = {
        stage.built.blue_arn: Answers(90, 0, 1),
        stage.built.green_arn: Answers(10, 6),
        stage.built.production_listener_arn: Answers(0, 0, 4),
    }
    stage.pass_time(2 * MINUTE)
    totals = [stat(stage, *key) for key in (("RequestCount",), ("HTTPCode_Target_5XX_Count",))]
    assert totals == [100.0, 6.0]
    assert stat(stage, "HTTPCode_Target_5XX_Count", stage.built.green_arn) == 6.0
    assert stat(stage, "HTTPCode_Target_5XX_Count", stage.built.blue_arn) is None
    assert stat(stage, "HTTPCode_ELB_5XX_Count") == 5.0
    assert all(end - begin == pytest.approx(MINUTE / speed) for begin, end in counting.borders)
    assert all(left[1] == right[0] for left, right in pairwise(counting.borders))


def test_a_proxy_that_has_ended_leaves_the_model() -> None:
    stage = watched()
    stage.world.counting = Counted()
    stage.world.counting.answers = None
    stage.pass_time(2 * MINUTE)
    assert sums(stage, "RequestCount") == [DEFAULT_RATE * 60]


def stat(stage: Stage, metric: str, group: str | None = None) -> float | None:
    """The sum of the last minute that has ended."""
    metrics = stage.place.cloudwatch.metrics
    pairs = tuple((one["Name"], one["Value"]) for one in dimensions(stage, group))
    found = metrics.period(("AWS/ApplicationELB", metric, pairs), metrics.minute(stage.world.timeline.now) - 1, 1)
    return None if found is None else found.total
