"""What is read off the world."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sandbox.blueprints import BlueGreen, Rolling, rolling
from sandbox.traffic import alarm_threshold, gate_id
from sandbox.traffic.scene import Gate, Pool, Scene
from sandbox.traffic.sight import MOST_TOGETHER, pool_id, scene_of
from sandbox.world.traffic import Behaviour
from sandbox.world.world import Place
from tests.sandbox.answers import CheckedWorld
from tests.sandbox.stage import BAD, NEXT, Stage


@pytest.fixture
def stage() -> Stage:
    return Stage(plan=BlueGreen(alarms=False))


def seen(world: CheckedWorld, visits: float = 40.0) -> Scene:
    def look(places: Sequence[Place]) -> Scene:
        return scene_of(places, visits)

    return world.world.read(look)


def gate(stage: Stage, listener: str | None = None) -> Gate:
    wanted = gate_id(listener or stage.built.production_listener_arn)
    return next(each for each in seen(stage).gates if each.id == wanted)


def pool(stage: Stage, group: str) -> Pool:
    return next(each for each in seen(stage).pools if each.id == pool_id(group))


def test_production_and_test_are_told_apart(stage: Stage) -> None:
    assert gate(stage).production
    assert gate(stage).visits == 40.0
    assert not gate(stage, stage.built.test_listener_arn).production
    assert gate(stage, stage.built.test_listener_arn).visits == 0.0


def test_weights_are_the_listeners_own(stage: Stage) -> None:
    stage.ship(deploymentConfigName="CodeDeployDefault.ECSCanary10Percent15Minutes")
    stage.until_share(10)
    blue, green = pool_id(stage.built.blue_arn), pool_id(stage.built.green_arn)
    assert dict(gate(stage).routes[-1].shares) == {blue: 90, green: 10}


def test_a_target_is_the_task_behind_it(stage: Stage) -> None:
    tasks = stage.call("ecs", "ListTasks", cluster=stage.built.cluster)["taskArns"]
    members = pool(stage, stage.built.blue_arn).members
    assert {each.task for each in members} == {arn.rsplit("/", 1)[1] for arn in tasks}
    assert {(each.service, each.version, each.serving, each.silent, each.error_rate) for each in members} == {
        ("notes-app", "1.0.0", True, False, 0.0)
    }
    assert dict(members[0].images) == {"proxy": "1.0.0", "frontend": "1.0.0", "backend": "1.0.0"}
    assert pool(stage, stage.built.blue_arn).colour == "blue"


def test_a_target_that_is_not_healthy_yet_gets_no_requests(stage: Stage) -> None:
    stage.ship()
    stage.pass_time(40)
    members = pool(stage, stage.built.green_arn).members
    # AWS fails open where none is healthy; with one that is, the others wait.
    assert [each.serving for each in members] == [True, True]
    stage.place.elbv2.set_health(stage.built.green_arn, members[0].key.partition(":")[0], verdict=True)
    assert [each.serving for each in pool(stage, stage.built.green_arn).members] == [True, False]


def test_a_draining_target_is_there_and_gets_no_requests(stage: Stage) -> None:
    address = pool(stage, stage.built.blue_arn).members[0].key.partition(":")[0]
    stage.place.elbv2.deregister_targets(stage.built.blue_arn, [(address, 80)])
    assert [each.serving for each in pool(stage, stage.built.blue_arn).members] == [False, True]


def test_images_behave_as_the_world_was_told(stage: Stage) -> None:
    stage.place.elbv2.register_targets(stage.built.green_arn, [("10.9.9.9", 80)], [BAD])
    stage.place.elbv2.register_targets(stage.built.green_arn, [("10.9.9.8", 80)], [NEXT])
    stage.place.traffic.behave(NEXT, Behaviour(healthy=False))
    bad, silent = pool(stage, stage.built.green_arn).members
    assert (bad.error_rate, bad.silent, bad.task) == (0.6, False, "")
    assert silent.silent


def test_a_rule_and_a_fixed_answer_are_routes(stage: Stage) -> None:
    stage.call(
        "elbv2",
        "CreateRule",
        ListenerArn=stage.built.production_listener_arn,
        Priority=5,
        Conditions=[{"Field": "host-header", "HostHeaderConfig": {"Values": ["old.example.com"]}}],
        Actions=[
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "410", "MessageBody": "It has moved."}}
        ],
    )
    rule, default = gate(stage).routes
    assert rule.conditions == (("host-header", ("old.example.com",)),)
    assert (rule.status, rule.body, rule.shares) == (410, "It has moved.", ())
    assert (default.conditions, default.status) == ((), None)


def test_a_rate_that_was_asked_for_holds_up_to_the_visitors_own(stage: Stage) -> None:
    listener = stage.built.production_listener_arn
    for asked, visits in ((5.0, 5.0), (0.0, 0.0), (1000.0, 40.0)):
        stage.place.traffic.request_rate(listener, asked)
        assert gate(stage).visits == visits


def test_all_visitors_together_are_bounded() -> None:
    world = CheckedWorld()
    for number in range(10):
        rolling(world.world, replace(Rolling(), name=f"web{number}"))
    assert sum(each.visits for each in seen(world).gates) == pytest.approx(MOST_TOGETHER)


def test_a_network_load_balancer_is_not_a_proxy(stage: Stage) -> None:
    before = len(seen(stage).gates)
    stage.call("elbv2", "CreateLoadBalancer", Name="flat", Type="network", Subnets=["subnet-1"])
    assert len(seen(stage).gates) == before


def test_an_alarm_asks_for_as_large_a_share_of_errors_at_any_speed() -> None:
    assert [alarm_threshold(speed, 40.0) for speed in (1.0, 10.0, 90.0)] == [20.0, 2.0, 0.0]
