"""Listeners and rules: what AWS makes of their actions."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.world.elbv2.forwarding import normalised, reweighted, weights
from tests.examples import examples
from tests.sandbox.answers import CheckedWorld
from tests.sandbox.stage import refused


class Balanced(CheckedWorld):
    """A load balancer with a listener and two target groups."""

    def __init__(self) -> None:
        super().__init__()
        self.balancer = self.call("elbv2", "CreateLoadBalancer", Name="alb", Subnets=["subnet-1", "subnet-2"])[
            "LoadBalancers"
        ][0]["LoadBalancerArn"]
        self.one, self.two = self.group("one"), self.group("two")
        self.listener = self.listen(80, self.forward(self.one))["ListenerArn"]

    def group(self, name: str, **options: Any) -> str:
        made = self.call("elbv2", "CreateTargetGroup", Name=name, Protocol="HTTP", Port=80, TargetType="ip", **options)
        return str(made["TargetGroups"][0]["TargetGroupArn"])

    def listen(self, port: int, *actions: dict[str, Any]) -> dict[str, Any]:
        made = self.call(
            "elbv2",
            "CreateListener",
            LoadBalancerArn=self.balancer,
            Protocol="HTTP",
            Port=port,
            DefaultActions=list(actions),
        )
        return dict(made["Listeners"][0])

    def forward(self, arn: str) -> dict[str, Any]:
        return {"Type": "forward", "TargetGroupArn": arn}

    def weigh(self, **shares: int) -> dict[str, Any]:
        groups = [{"TargetGroupArn": getattr(self, name), "Weight": weight} for name, weight in shares.items()]
        return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}

    def modify(self, *actions: dict[str, Any]) -> dict[str, Any]:
        changed = self.call("elbv2", "ModifyListener", ListenerArn=self.listener, DefaultActions=list(actions))
        return dict(changed["Listeners"][0]["DefaultActions"][0])

    def read(self) -> dict[str, Any]:
        told = self.call("elbv2", "DescribeListeners", ListenerArns=[self.listener])
        return dict(told["Listeners"][0]["DefaultActions"][0])


def test_one_target_group_reads_back_in_both_forms() -> None:
    world = Balanced()
    config = {
        "TargetGroups": [{"TargetGroupArn": world.one, "Weight": 1}],
        "TargetGroupStickinessConfig": {"Enabled": False},
    }
    assert world.read() == {"Type": "forward", "TargetGroupArn": world.one, "ForwardConfig": config}


def test_two_target_groups_read_back_weighed_alone() -> None:
    world = Balanced()
    action = world.modify(world.weigh(one=90, two=10))
    assert "TargetGroupArn" not in action
    assert weights([action]) == {world.one: 90, world.two: 10}
    assert world.read() == action


@pytest.mark.parametrize("weight", [-1, 1000])
def test_a_weight_outside_0_to_999_is_refused(weight: int) -> None:
    world = Balanced()
    with refused("ValidationError"):
        world.modify(world.weigh(one=weight, two=1))
    assert weights([world.read()]) == {world.one: 1}


def test_an_unknown_target_group_is_refused() -> None:
    world = Balanced()
    with refused("TargetGroupNotFound"):
        world.modify(world.forward("arn:nobody"))


def test_another_action_reads_back_as_it_was_given() -> None:
    world = Balanced()
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}}
    assert world.modify(fixed) == fixed


def test_an_answer_cannot_be_used_to_change_the_listener() -> None:
    world = Balanced()
    world.read()["ForwardConfig"]["TargetGroups"].clear()
    assert weights([world.read()]) == {world.one: 1}


def test_listeners_are_found_by_arn_or_by_load_balancer() -> None:
    world = Balanced()
    other = world.listen(8080, world.forward(world.two))["ListenerArn"]
    both = world.call("elbv2", "DescribeListeners", LoadBalancerArn=world.balancer)["Listeners"]
    assert [one["ListenerArn"] for one in both] == [world.listener, other]
    with refused("ListenerNotFound"):
        world.call("elbv2", "DescribeListeners", ListenerArns=[world.listener, "arn:nobody"])
    with refused("ValidationError"):
        world.call("elbv2", "DescribeListeners")


def test_a_port_is_taken_once() -> None:
    world = Balanced()
    with refused("DuplicateListener"):
        world.listen(80, world.forward(world.two))


def test_a_listener_changes_its_port_and_keeps_its_actions() -> None:
    world = Balanced()
    changed = world.call("elbv2", "ModifyListener", ListenerArn=world.listener, Port=81)["Listeners"][0]
    assert (changed["Port"], weights(changed["DefaultActions"])) == (81, {world.one: 1})


def path(pattern: str) -> list[dict[str, Any]]:
    return [{"Field": "path-pattern", "Values": [pattern]}]


def rule(world: Balanced, priority: int, arn: str) -> dict[str, Any]:
    made = world.call(
        "elbv2",
        "CreateRule",
        ListenerArn=world.listener,
        Priority=priority,
        Conditions=path("/x"),
        Actions=[world.forward(arn)],
    )
    return dict(made["Rules"][0])


def test_rules_are_described_by_priority_and_the_default_comes_last() -> None:
    world = Balanced()
    rule(world, 20, world.one)
    rule(world, 10, world.two)
    rules = world.call("elbv2", "DescribeRules", ListenerArn=world.listener)["Rules"]
    assert [one["Priority"] for one in rules] == ["10", "20", "default"]
    assert rules[-1]["IsDefault"]
    assert rules[-1]["Actions"] == [world.read()]


def test_a_rule_is_changed_moved_and_deleted() -> None:
    world = Balanced()
    arn = rule(world, 10, world.one)["RuleArn"]
    changed = world.call("elbv2", "ModifyRule", RuleArn=arn, Actions=[world.weigh(one=1, two=2)])["Rules"][0]
    assert weights(changed["Actions"]) == {world.one: 1, world.two: 2}
    moved = world.call("elbv2", "SetRulePriorities", RulePriorities=[{"RuleArn": arn, "Priority": 5}])["Rules"][0]
    assert moved["Priority"] == "5"
    world.call("elbv2", "DeleteRule", RuleArn=arn)
    with refused("RuleNotFound"):
        world.call("elbv2", "DescribeRules", RuleArns=[arn])


def test_priorities_are_unique_and_the_default_rule_stays() -> None:
    world = Balanced()
    rule(world, 10, world.one)
    with refused("PriorityInUse"):
        rule(world, 10, world.two)
    default = world.call("elbv2", "DescribeRules", ListenerArn=world.listener)["Rules"][-1]["RuleArn"]
    with refused("OperationNotPermitted"):
        world.call("elbv2", "DeleteRule", RuleArn=default)
    assert world.call("elbv2", "DescribeRules", RuleArns=[default])["Rules"][0]["IsDefault"]


def test_a_shift_reaches_the_rules_that_forward_to_the_pair_and_no_others() -> None:
    world = Balanced()
    other = world.group("other")
    mine, foreign = rule(world, 10, world.one)["RuleArn"], rule(world, 20, other)["RuleArn"]
    world.place.elbv2.shift(world.listener, {world.one: 30, world.two: 70})
    rules = {
        one["RuleArn"]: weights(one["Actions"])
        for one in world.call("elbv2", "DescribeRules", ListenerArn=world.listener)["Rules"]
    }
    assert rules[mine] == {world.one: 30, world.two: 70}
    assert rules[foreign] == {other: 1}
    assert weights([world.read()]) == {world.one: 30, world.two: 70}


SHARES = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 999), min_size=1)


@settings(max_examples=examples(100))
@given(SHARES, SHARES)
def test_reweighing_gives_exactly_the_shares_that_were_asked_for(before: dict[str, int], after: dict[str, int]) -> None:
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in before.items()]
    actions = normalised([{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}], lambda _: True)
    changed = reweighted(actions, after)
    assert weights(changed) == after
    assert "TargetGroupArn" not in changed[0]
    assert weights(actions) == before


@settings(max_examples=examples(100))
@given(SHARES)
def test_what_aws_reads_back_can_be_written_again(shares: dict[str, int]) -> None:
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in shares.items()]
    once = normalised([{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}], lambda _: True)
    assert normalised(once, lambda _: True) == once
