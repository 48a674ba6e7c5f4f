"""Services compared: what counts, what does not, and how it is told."""

from typing import Any

import pytest

from reconcilers.diff import Change, service_changes
from reconcilers.pointer import Pointer
from tests.reconcilers.rows import Fields

ARN = "arn:aws:ecs:eu-west-1:111111111111:"


def network(**fields: Any) -> Fields:
    return {"networkConfiguration": {"awsvpcConfiguration": fields}}


def balancer(group: str, port: int = 80) -> Fields:
    return {"targetGroupArn": group, "containerName": "web", "containerPort": port}


def test_what_nobody_declared_is_nobodys_business() -> None:
    live = {"desiredCount": 7, "launchType": "EC2", **network(subnets=["a"]), "availabilityZoneRebalancing": "ENABLED"}
    assert service_changes({}, live, scalable=False) == ()
    assert service_changes({"desiredCount": None, "platformVersion": ""}, live, scalable=False) == ()


def test_the_desired_count_is_never_fought_over_with_autoscaling() -> None:
    assert service_changes({"desiredCount": 2}, {"desiredCount": 9}, scalable=True) == ()
    assert len(service_changes({"desiredCount": 2}, {"desiredCount": 9}, scalable=False)) == 1


def test_an_order_is_not_a_state() -> None:
    assert service_changes({"forceNewDeployment": True}, {}, scalable=False) == ()


@pytest.mark.parametrize(
    "declared",
    [{"tags": [{"key": "a", "value": "b"}]}, {"serviceConnectConfiguration": {"enabled": True}}],
    ids=["tags", "service connect"],
)
def test_what_the_answer_does_not_show_is_unknown(declared: Fields) -> None:
    assert service_changes(declared, {}, scalable=False) == ()


def test_a_namespace_that_aws_answers_by_its_arn_is_not_known_by_name() -> None:
    live = {
        "serviceConnectConfiguration": {"enabled": True, "namespace": "arn:aws:servicediscovery:x:1:namespace/ns-1"}
    }
    named = {"enabled": True, "namespace": "internal"}
    assert service_changes({"serviceConnectConfiguration": named}, live, scalable=False) == ()
    other = {"enabled": True, "namespace": "arn:aws:servicediscovery:x:1:namespace/ns-2"}
    (change,) = service_changes({"serviceConnectConfiguration": other}, live, scalable=False)
    assert change.path == "/serviceDefinition/serviceConnectConfiguration/namespace"


def test_a_declared_member_that_live_lacks_is_removed() -> None:
    live: Fields = {"deploymentConfiguration": {}, "deployments": []}
    declared = {"deploymentConfiguration": {"canaryConfiguration": {"canaryPercent": 5.0}}}
    assert service_changes(declared, live, scalable=False) == (
        Change("/serviceDefinition/deploymentConfiguration/canaryConfiguration/canaryPercent", "removed", 5, None),
    )


def test_an_ignored_field_is_not_reported() -> None:
    ignore = (Pointer.parse("/serviceDefinition/networkConfiguration"),)
    live = {"desiredCount": 2, **network(subnets=["b"])}
    changes = service_changes({"desiredCount": 1, **network(subnets=["a"])}, live, scalable=False, ignore=ignore)
    assert [change.path for change in changes] == ["/serviceDefinition/desiredCount"]


def test_two_arns_are_the_same_only_when_they_are_equal() -> None:
    declared = {"cluster": f"{ARN}cluster/prod"}
    assert service_changes(declared, {"clusterArn": declared["cluster"]}, scalable=False) == ()
    assert service_changes(declared, {"clusterArn": "arn:aws:ecs:us-east-1:1:cluster/prod"}, scalable=False) != ()


def test_a_missing_load_balancer_is_removed_and_those_alike_belong_together() -> None:
    declared = {"loadBalancers": [balancer("tg/a", 80), balancer("tg/b", 81), balancer("tg/c", 80)]}
    live = {"loadBalancers": [balancer("tg/c", 80), balancer("tg/b", 82)]}
    assert service_changes(declared, live, scalable=False) == (
        Change("/serviceDefinition/loadBalancers/web-80", "removed", balancer("tg/a", 80), None),
        Change("/serviceDefinition/loadBalancers/web-81/containerPort", "changed", 81, 82),
    )


def test_a_role_and_a_cluster_may_be_answered_by_their_names() -> None:
    declared = {"role": "ecs", "cluster": f"{ARN}cluster/prod"}
    assert service_changes(declared, {"role": "ecs", "cluster": "prod"}, scalable=False) == ()
