"""Roles that a service's fields pass to ECS itself: for volumes, load balancers, hooks and certificates."""

from typing import Any

import pytest

from reconcilers.guard_rails.judging import findings, of_fields
from reconcilers.guard_rails.rails import GuardRails, Rails
from reconcilers.model import RollingRollout, Service
from tests.reconcilers.builders import wanted

OURS = "arn:aws:iam::123456789012:role/prod-ecs-infrastructure"
ADMIN = "arn:aws:iam::123456789012:role/admin"
PLACES: list[tuple[str, dict[str, Any]]] = [
    ("volumeConfigurations/managedEBSVolume/roleArn", {"volumeConfigurations": [{"managedEBSVolume": {"roleArn": 0}}]}),
    ("loadBalancers/advancedConfiguration/roleArn", {"loadBalancers": [{"advancedConfiguration": {"roleArn": 0}}]}),
    ("vpcLatticeConfigurations/roleArn", {"vpcLatticeConfigurations": [{"roleArn": 0}]}),
    (
        "serviceConnectConfiguration/services/tls/roleArn",
        {"serviceConnectConfiguration": {"services": [{}, {"tls": {"roleArn": 0}}]}},
    ),
]


def placed(part: Any, role: str) -> Any:
    """The fields with a role in the place of the number."""
    if isinstance(part, dict):
        return {name: placed(each, role) for name, each in part.items()}
    return [placed(each, role) for each in part] if isinstance(part, list) else role


def refused(service: Service, **allowed: Any) -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in of_fields(GuardRails((Rails(("prod",), **allowed),)), service)]


@pytest.mark.parametrize(("where", "fields"), PLACES)
def test_every_other_role_that_ecs_would_take_is_refused(where: str, fields: dict[str, Any]) -> None:
    service = wanted(service_definition=placed(fields, ADMIN))
    said = f"The guard rails of prod refuse serviceDefinition, {where}: {ADMIN}."
    assert refused(service, infrastructure_roles=(OURS,)) == [("InfrastructureRoleNotAllowed", said)]
    assert refused(service, infrastructure_roles=()) == [("InfrastructureRoleNotAllowed", said)]


@pytest.mark.parametrize(("where", "fields"), PLACES)
def test_a_role_that_ecs_may_take_is_not_refused(where: str, fields: dict[str, Any]) -> None:
    service = wanted(service_definition=placed(fields, OURS))
    assert refused(service, infrastructure_roles=("arn:aws:iam::123456789012:role/prod-*",)) == []
    assert refused(service) == []


def test_a_hooks_role_of_a_rolling_update_is_seen() -> None:
    hooks = {"lifecycleHooks": [{"hookTargetArn": "arn:aws:lambda:eu-west-1:1:function:f", "roleArn": ADMIN}]}
    found = refused(wanted(rollout=RollingRollout(hooks)), infrastructure_roles=(OURS,))
    said = f"The guard rails of prod refuse rollout.ecs, lifecycleHooks/roleArn: {ADMIN}."
    assert found == [("InfrastructureRoleNotAllowed", said)]


def test_a_role_of_the_fields_is_refused_with_the_task_definition_too() -> None:
    service = wanted(service_definition=placed(PLACES[0][1], ADMIN))
    rails = GuardRails((Rails(("prod",), infrastructure_roles=()),))
    assert [each.code for each in findings(rails, service, {})] == ["InfrastructureRoleNotAllowed"]
