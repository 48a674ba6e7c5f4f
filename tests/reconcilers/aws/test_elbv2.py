from collections.abc import Mapping
from typing import Any

import pytest

from reconcilers.aws.elbv2 import Elbv2Gateway
from reconcilers.preflight_facts import Listener, TargetGroup
from tests.reconcilers.aws.wire import Params, Refusal, Reply, Wire


def listener(action: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"Listeners": [{"ListenerArn": "arn:listener", "DefaultActions": [action]}]}


def gateway(replies: dict[str, Reply]) -> tuple[Elbv2Gateway, Wire]:
    wire = Wire(replies)
    return Elbv2Gateway(wire.client("elbv2")), wire


def test_a_listener_has_the_weights_of_its_forward_action() -> None:
    groups = [{"TargetGroupArn": "blue", "Weight": 90}, {"TargetGroupArn": "green", "Weight": 10}]
    elbv2, _ = gateway({"DescribeListeners": listener({"Type": "forward", "ForwardConfig": {"TargetGroups": groups}})})

    assert elbv2.listeners(("arn:listener",)) == (Listener("arn:listener", {"blue": 90, "green": 10}),)


def test_a_single_target_group_has_all_of_it() -> None:
    elbv2, _ = gateway({"DescribeListeners": listener({"Type": "forward", "TargetGroupArn": "blue"})})

    assert elbv2.listeners(("arn:listener",))[0].weights == {"blue": 1}


def test_a_target_group_that_is_named_twice_keeps_its_weight() -> None:
    groups = {"TargetGroups": [{"TargetGroupArn": "blue", "Weight": 100}]}
    action = {"Type": "forward", "TargetGroupArn": "blue", "ForwardConfig": groups}
    elbv2, _ = gateway({"DescribeListeners": listener(action)})

    assert elbv2.listeners(("arn:listener",))[0].weights == {"blue": 100}


@pytest.mark.parametrize(
    "action",
    [
        {"TargetGroupArn": "blue"},
        {"TargetGroupArn": "blue", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "blue", "Weight": 1}]}},
        {
            "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": "green", "Weight": 0}, {"TargetGroupArn": "blue", "Weight": 100}],
                "TargetGroupStickinessConfig": {"Enabled": False},
            }
        },
    ],
    ids=["as declared", "as AWS fills it in", "as a deployment leaves it"],
)
def test_however_aws_spells_it_production_is_wholly_on_one_target_group(action: Mapping[str, Any]) -> None:
    elbv2, _ = gateway({"DescribeListeners": listener({"Type": "forward", **action})})

    weights = elbv2.listeners(("arn:listener",))[0].weights
    assert [group for group, weight in weights.items() if weight] == ["blue"]


def test_a_listener_that_redirects_has_no_weights() -> None:
    elbv2, _ = gateway({"DescribeListeners": listener({"Type": "redirect"})})

    assert elbv2.listeners(("arn:listener",))[0].weights == {}


def by_name(params: Params) -> Mapping[str, Any]:
    if "gone" in params["Names"]:
        raise Refusal("TargetGroupNotFound", "One or more target groups not found")
    return {"TargetGroups": [{"TargetGroupName": name, "TargetGroupArn": f"arn:{name}"} for name in params["Names"]]}


def test_target_groups_are_found_by_their_names_in_one_call() -> None:
    elbv2, wire = gateway({"DescribeTargetGroups": by_name})

    assert elbv2.target_groups(("blue", "green")) == (
        TargetGroup("arn:blue", "blue"),
        TargetGroup("arn:green", "green"),
    )
    assert len(wire.calls) == 1


def test_one_that_is_missing_does_not_hide_the_others() -> None:
    elbv2, _ = gateway({"DescribeTargetGroups": by_name})

    assert elbv2.target_groups(("blue", "gone")) == (TargetGroup("arn:blue", "blue"),)
    assert elbv2.target_groups(("gone",)) == ()


def test_target_groups_are_found_by_their_arns() -> None:
    answer = {"TargetGroups": [{"TargetGroupName": "blue", "TargetGroupArn": "arn:blue"}]}
    elbv2, wire = gateway({"DescribeTargetGroups": answer})

    assert elbv2.target_groups(arns=("arn:blue",)) == (TargetGroup("arn:blue", "blue"),)
    assert wire.calls == [("DescribeTargetGroups", {"TargetGroupArns": ["arn:blue"]})]


def test_nothing_to_look_for_is_no_call() -> None:
    elbv2, wire = gateway({})

    assert elbv2.listeners(()) == ()
    assert wire.calls == []
