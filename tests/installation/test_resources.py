"""Each action is allowed on what it is needed for, and on nothing beside: by account, region, cluster and pattern."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from sandbox.clock import ManualClock
from sandbox.server.permissions.policy import Policy, Wish
from sandbox.world.world import World
from tests.installation.stack import ACCOUNT, Stack, deployed, ground

pytestmark = pytest.mark.timeout(600)  # moto's networks take seconds of a processor, which may be busy
GIVEN = {
    "LeaseTable": "yes",
    "Clusters": "clusters-*",
    "Families": "families-*",
    "TaskRoles": "app/roles-*",
    "ImageRepositories": "images/*",
    "ImageRepository": "tools/trueup",
    "Applications": "applications-*",
    "LogGroups": "/logs/*",
    "Roles": "arn:aws:iam::222222222222:role/trueup",
    "SecretsKey": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1",
}


def of(service: str, resource: str, region: str = "eu-west-1", account: str = ACCOUNT) -> str:
    return f"arn:aws:{service}:{region}:{account}:{resource}"


SERVICES = {of("ecs", "service/clusters-*/*")}
DEPLOYMENTS = {of("ecs", "service-deployment/clusters-*/*")}
GROUPS = {of("codedeploy", "deploymentgroup:applications-*/*")}
LOGS = {of("logs", "log-group:/logs/*"), of("logs", "log-group:/logs/*:*")}
# Of the Service Authorization Reference: these take no resource. ecs:ListTasks is held to clusters by its condition.
ANYWHERE = {
    "application-autoscaling:DescribeScalableTargets",
    "cloudtrail:LookupEvents",
    "cloudwatch:DescribeAlarms",
    "ecr:GetAuthorizationToken",
    "ecs:DescribeTaskDefinition",
    "ecs:ListTaskDefinitions",
    "ecs:ListTasks",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeTargetGroups",
}
TASK = {
    **{key: {"*"} for key in ANYWHERE - {"ecr:GetAuthorizationToken"}},
    "ecs:DescribeServices": SERVICES | DEPLOYMENTS | {of("ecs", "service-revision/clusters-*/*")},
    "ecs:ListServiceDeployments": SERVICES | DEPLOYMENTS | {of("ecs", "service-revision/clusters-*/*")},
    "ecs:DescribeServiceDeployments": SERVICES | DEPLOYMENTS | {of("ecs", "service-revision/clusters-*/*")},
    "ecs:DescribeServiceRevisions": SERVICES | DEPLOYMENTS | {of("ecs", "service-revision/clusters-*/*")},
    "ecs:RegisterTaskDefinition": {of("ecs", "task-definition/families-*:*")},
    "ecs:TagResource": {of("ecs", "task-definition/families-*:*"), *SERVICES},
    "ecs:UntagResource": {of("ecs", "task-definition/families-*:*")},
    "ecs:UpdateService": SERVICES | DEPLOYMENTS,
    "ecs:StopServiceDeployment": SERVICES | DEPLOYMENTS,
    "ecs:DescribeTasks": {of("ecs", "task/clusters-*/*")},
    # A repository may be another account's, which must allow it as well.
    "ecr:DescribeImages": {of("ecr", "repository/images/*", account="*")},
    "ecr:DescribeImageScanFindings": {of("ecr", "repository/images/*", account="*")},
    "iam:PassRole": {of("iam", "role/app/roles-*", region="")},
    "codedeploy:CreateDeployment": GROUPS,
    "codedeploy:BatchGetDeployments": GROUPS,
    "codedeploy:ListDeployments": GROUPS,
    "codedeploy:GetDeploymentTarget": GROUPS,
    "codedeploy:StopDeployment": GROUPS,
    "codedeploy:ContinueDeployment": GROUPS,
    "codedeploy:GetDeploymentGroup": GROUPS,
    "codedeploy:RegisterApplicationRevision": {of("codedeploy", "application:applications-*")},
    "codedeploy:GetApplicationRevision": {of("codedeploy", "application:applications-*")},
    # AWS's own have names of AWS's, and a group may name any.
    "codedeploy:GetDeploymentConfig": {of("codedeploy", "deploymentconfig:*")},
    "logs:DescribeLogStreams": LOGS,
    "logs:GetLogEvents": LOGS,
    "sts:AssumeRole": {GIVEN["Roles"]},
    **{
        f"dynamodb:{action}": {of("dynamodb", "table/trueup-leases")}
        for action in ("DeleteItem", "PutItem", "Scan", "UpdateItem")
    },
}
IMAGE = {of("ecr", "repository/tools/trueup")}
EXECUTION = {
    "logs:CreateLogStream": {of("logs", "log-group:/ecs/trueup:*")},
    "logs:PutLogEvents": {of("logs", "log-group:/ecs/trueup:*")},
    "ecr:GetAuthorizationToken": {"*"},
    "ecr:BatchCheckLayerAvailability": IMAGE,
    "ecr:BatchGetImage": IMAGE,
    "ecr:GetDownloadUrlForLayer": IMAGE,
    "kms:Decrypt": {GIVEN["SecretsKey"]},
}
OWN = of("ecs", "service/tools/trueup")
ITSELF = {
    "ecs:UpdateService": OWN,
    "ecs:StopServiceDeployment": of("ecs", "service-deployment/tools/trueup/abc"),
    "ecs:RegisterTaskDefinition": of("ecs", "task-definition/trueup:7"),
    "ecs:TagResource": OWN,
    "iam:PassRole": of("iam", "role/trueup-eu-west-1-task", region=""),
}
WIDE = {"Clusters": "*", "Families": "*", "TaskRoles": "*"}
# What a request says beside its action and its resource.
SAYS = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}


def listed(said: str | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else said


def reached(statements: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """By action all that it is allowed on."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in statements:
        if each["Effect"] == "Allow":
            for action in listed(each["Action"]):
                found[action].update(listed(each["Resource"]))
    return dict(found)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with deployed(ground(World(ManualClock())), **GIVEN) as made:
        yield made


def test_the_task_role_reaches_what_the_patterns_name_and_no_more(stack: Stack) -> None:
    assert reached(stack.statements("TaskRole").values()) == TASK


def test_the_execution_role_reaches_one_log_one_image_and_its_secrets(stack: Stack) -> None:
    found = reached(stack.statements("ExecutionRole").values())
    assert found.pop("secretsmanager:GetSecretValue") == {stack.outputs["ApiTokenArn"]}
    assert found == EXECUTION


def test_only_what_takes_no_resource_is_allowed_on_everything(stack: Stack) -> None:
    found = [*stack.statements("TaskRole").values(), *stack.statements("ExecutionRole").values()]
    assert {action for action, resources in reached(found).items() if "*" in resources} == ANYWHERE


def test_what_takes_no_resource_and_has_a_condition_for_clusters_is_held_to_them(stack: Stack) -> None:
    condition = stack.statements("TaskRole")["FindTasks"]["Condition"]
    assert condition == {"ArnLike": {"ecs:cluster": of("ecs", "cluster/clusters-*")}}


def test_roles_are_passed_to_tasks_alone_and_nothing_privileged_is_registered(stack: Stack) -> None:
    found = stack.statements("TaskRole")
    assert found["PassTaskRoles"]["Condition"] == {"StringEquals": SAYS}
    assert found["RegisterRevisions"]["Condition"] == {"BoolIfExists": {"ecs:privileged": "false"}}


def itself(stack: Stack) -> dict[str, bool]:
    """What the task role may do to Trueup's own service and roles, as IAM puts the statements together."""
    return {action: may(stack, action, resource) for action, resource in ITSELF.items()}


def may(stack: Stack, action: str, resource: str) -> bool:
    """Whether the task role is allowed it, in the account that the stack is in."""
    document = {"Version": "2012-10-17", "Statement": list(stack.statements("TaskRole").values())}
    there = stack.outputs["TaskRoleArn"].split(":")[4]
    return Policy([document]).allows(Wish(action, resource.replace(ACCOUNT, there), SAYS))


def test_however_wide_the_patterns_are_it_leaves_itself_alone() -> None:
    with deployed(ground(World(ManualClock()), "222222222222"), **WIDE) as stack:
        assert itself(stack) == dict.fromkeys(ITSELF, False)
        assert may(stack, "ecs:UpdateService", of("ecs", "service/tools/trueup-web"))
        assert may(stack, "ecs:DescribeServices", OWN)


def test_it_may_change_itself_where_it_keeps_itself() -> None:
    with deployed(ground(World(ManualClock()), "222222222222"), **WIDE, KeepsItself="yes") as stack:
        assert itself(stack) == dict.fromkeys(ITSELF, True)
