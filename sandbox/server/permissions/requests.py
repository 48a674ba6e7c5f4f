"""What a request wants to be allowed: actions, resources and condition keys, by the Service Authorization Reference."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.server.permissions.policy import Wish
from sandbox.world.calls import Caller, Params

# How IAM calls what botocore calls otherwise.
_PREFIXES = {"elbv2": "elasticloadbalancing", "elb": "elasticloadbalancing"}
Named = Callable[[Params, Caller], Iterable[str]]


def wishes(service: str, operation: str, params: Params, caller: Caller) -> tuple[Wish, ...]:
    """Everything that must be allowed for the request to pass."""
    action = f"{_PREFIXES.get(service, service)}:{operation}"
    named = _RESOURCES.get(action)
    found = tuple(named(params, caller)) if named else ()
    context = {"aws:RequestedRegion": caller.region, **_context(service, params, caller)}
    own = tuple(Wish(action, each, context) for each in found or (None,))
    return (*own, *_beside(action, found, params, caller))


def _beside(action: str, found: tuple[str, ...], params: Params, caller: Caller) -> Iterable[Wish]:
    """What else a registration is: roles are passed, and tags are put on."""
    if action != "ecs:RegisterTaskDefinition":
        return
    for field in ("taskRoleArn", "executionRoleArn"):
        if params.get(field):
            role = str(params[field])
            arn = role if role.startswith("arn:") else f"arn:aws:iam::{caller.account}:role/{role}"
            yield Wish("iam:PassRole", arn, {"iam:PassedToService": "ecs-tasks.amazonaws.com"})
    if params.get("tags"):
        yield from (Wish("ecs:TagResource", each, {"aws:RequestedRegion": caller.region}) for each in found)


def _context(service: str, params: Params, caller: Caller) -> Mapping[str, str]:
    if service != "ecs":
        return {}
    context: dict[str, str] = {}
    if "cluster" in params:
        context["ecs:cluster"] = _arn("ecs", caller, f"cluster/{_last(params['cluster'])}")
    if "taskDefinition" in params:
        named = str(params["taskDefinition"])
        context["ecs:task-definition"] = (
            named if named.startswith("arn:") else _arn("ecs", caller, f"task-definition/{named}")
        )
    if "containerDefinitions" in params:
        privileged = any(each.get("privileged") for each in params["containerDefinitions"])
        context["ecs:privileged"] = str(privileged).lower()
    return context


def _arn(service: str, caller: Caller, resource: str) -> str:
    return f"arn:aws:{service}:{caller.region}:{caller.account}:{resource}"


def _last(named: Any) -> str:
    return str(named).rpartition("/")[2]


def _in_cluster(kind: str, field: str) -> Named:
    """What a cluster has: a name is one of the request's cluster, an ARN is itself."""

    def named(params: Params, caller: Caller) -> Iterable[str]:
        said = params.get(field) or ()
        for each in [said] if isinstance(said, str) else said:
            cluster = _last(params.get("cluster", "default"))
            yield each if str(each).startswith("arn:") else _arn("ecs", caller, f"{kind}/{cluster}/{each}")

    return named


def _as_said(field: str) -> Named:
    def named(params: Params, _: Caller) -> Iterable[str]:
        said = params.get(field) or ()
        yield from [said] if isinstance(said, str) else said

    return named


def _made(service: str, kind: str, *fields: str) -> Named:
    """An ARN made of one or several fields; none where a field is not said."""

    def named(params: Params, caller: Caller) -> Iterable[str]:
        said = [str(params[each]) for each in fields if params.get(each)]
        if len(said) == len(fields):
            yield _arn(service, caller, f"{kind}{'/'.join(said)}")

    return named


def _repository(params: Params, caller: Caller) -> Iterable[str]:
    account = params.get("registryId", caller.account)
    yield f"arn:aws:ecr:{caller.region}:{account}:repository/{params.get('repositoryName')}"


def _family(params: Params, caller: Caller) -> Iterable[str]:
    yield _arn("ecs", caller, f"task-definition/{params.get('family')}:*")


_GROUP = _made("codedeploy", "deploymentgroup:", "applicationName", "deploymentGroupName")
_APPLICATION = _made("codedeploy", "application:", "applicationName")
_RESOURCES: Mapping[str, Named] = {
    "ecs:DescribeServices": _in_cluster("service", "services"),
    "ecs:UpdateService": _in_cluster("service", "service"),
    "ecs:DeleteService": _in_cluster("service", "service"),
    "ecs:ListServiceDeployments": _in_cluster("service", "service"),
    "ecs:DescribeTasks": _in_cluster("task", "tasks"),
    "ecs:DescribeServiceDeployments": _as_said("serviceDeploymentArns"),
    "ecs:DescribeServiceRevisions": _as_said("serviceRevisionArns"),
    "ecs:StopServiceDeployment": _as_said("serviceDeploymentArn"),
    "ecs:RegisterTaskDefinition": _family,
    "ecs:TagResource": _as_said("resourceArn"),
    "ecs:UntagResource": _as_said("resourceArn"),
    "codedeploy:CreateDeployment": _GROUP,
    "codedeploy:ListDeployments": _GROUP,
    "codedeploy:GetDeploymentGroup": _GROUP,
    "codedeploy:UpdateDeploymentGroup": _GROUP,
    "codedeploy:GetApplicationRevision": _APPLICATION,
    "codedeploy:RegisterApplicationRevision": _APPLICATION,
    "codedeploy:GetDeploymentConfig": _made("codedeploy", "deploymentconfig:", "deploymentConfigName"),
    "ecr:DescribeImages": _repository,
    "ecr:DescribeImageScanFindings": _repository,
    "logs:DescribeLogStreams": _made("logs", "log-group:", "logGroupName"),
    "logs:GetLogEvents": _made("logs", "log-group:", "logGroupName"),
    "sts:AssumeRole": _as_said("RoleArn"),
    "dynamodb:Scan": _made("dynamodb", "table/", "TableName"),
    "dynamodb:PutItem": _made("dynamodb", "table/", "TableName"),
    "dynamodb:UpdateItem": _made("dynamodb", "table/", "TableName"),
    "dynamodb:DeleteItem": _made("dynamodb", "table/", "TableName"),
}
