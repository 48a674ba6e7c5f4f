"""Which permissions the services of a repository need: what is called for what, and on which resource.

Which resource an action takes is from the Service Authorization Reference. Where it takes none, the regions are pinned.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from controller.permissions.names import Place, account_of, accounts_of, exactly, infrastructure_roles, task_roles
from controller.permissions.statement import EVERYTHING, Statement, statement
from reconcilers.aws.ecr import parsed
from reconcilers.model import CodeDeployRollout, RollingRollout, Service, SyncPolicy
from reconcilers.task_output import places

ECS_TASKS, ECS = "ecs-tasks.amazonaws.com", "ecs.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Using:
    """What is switched on beside the services themselves.

    ``account``: where Trueup runs, ``None`` where the services' roles are to tell. ``lease_table`` and ``secrets`` are
    ARNs, the secrets those that Trueup itself reads. ``despite_alarm``: people may ship while an alarm fires.
    """

    account: str | None = None
    cloudtrail: bool = True
    logs: bool = True
    notifications: bool = False
    despite_alarm: bool = False
    lease_table: str | None = None
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Role:
    """Whose policy it is: of the role that a manifest has assumed, or (``""``) of the one that Trueup runs as."""

    account: str
    arn: str = ""


class AccountUnknownError(Exception):
    """Nothing tells in which account services are."""


def needed(services: Iterable[Service], using: Using) -> Mapping[Role, tuple[Statement, ...]]:
    """The statements of each role's policy, Trueup's own first.

    Raises ``AccountUnknownError``, and ``MisnamedError`` where a name would allow more than itself.
    """
    every = tuple(services)
    home = _home(every, using)
    mine: dict[Role, list[Service]] = {Role(home): []}
    for each in every:
        arn = each.scope.role_arn
        mine.setdefault(Role(account_of(arn), arn) if arn else Role(home), []).append(each)
    assumed = tuple(sorted(each.arn for each in mine if each.arn))
    return {
        role: (*_of(tuple(kept), role.account, using), *(() if role.arn else _own(assumed, using)))
        for role, kept in sorted(mine.items(), key=lambda each: (bool(each[0].arn), each[0]))
    }


def _home(services: tuple[Service, ...], using: Using) -> str:
    if using.account is not None:
        return using.account
    told = frozenset(account for each in services if each.scope.role_arn is None for account in accounts_of(each))
    if len(told) != 1:
        seen = f"The services' roles are in {', '.join(sorted(told))}" if told else "No service's role tells it"
        raise AccountUnknownError(f"The account in which Trueup runs is not known. {seen}: name it with --account.")
    return next(iter(told))


def _own(assumed: tuple[str, ...], using: Using) -> Iterator[Statement]:
    yield from statement("AssumeRoles", ["sts:AssumeRole"], assumed)
    table = ["dynamodb:Scan", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
    yield from statement("HoldLease", table, [using.lease_table] if using.lease_table else [])
    parameters = [each for each in using.secrets if ":ssm:" in each]
    secrets = [each for each in using.secrets if each not in parameters]
    yield from statement("ReadOwnSecrets", ["secretsmanager:GetSecretValue"], secrets)
    yield from statement("ReadOwnParameters", ["ssm:GetParameter"], parameters)


def _of(services: tuple[Service, ...], account: str, using: Using) -> Iterator[Statement]:
    written = tuple(each for each in services if each.sync is not SyncPolicy.OBSERVE)
    yield from _read(services, account, using)
    yield from _read_rollouts(services, account)
    yield from _read_images(services, account)
    yield from _read_logs(services if using.logs else (), account)
    yield from _register(written, account)
    yield from _update(written, account, using)
    yield from _deploy(written, account, using)


def _read(services: tuple[Service, ...], account: str, using: Using) -> Iterator[Statement]:
    yield from statement("ReadServices", ["ecs:DescribeServices"], _each(services, account, _service))
    unscoped = ["ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "elasticloadbalancing:DescribeTargetGroups"]
    unscoped += ["cloudwatch:DescribeAlarms"]
    if any(isinstance(each.rollout, CodeDeployRollout) for each in services):
        unscoped.append("elasticloadbalancing:DescribeListeners")
    if any("desiredCount" in each.service_definition for each in services):
        unscoped.append("application-autoscaling:DescribeScalableTargets")
    if using.cloudtrail:
        unscoped.append("cloudtrail:LookupEvents")
    regions = tuple(sorted({exactly(each.scope.region) for each in services}))
    pinned = {"StringEquals": {"aws:RequestedRegion": regions}}
    yield from statement("ReadWithoutResources", unscoped, EVERYTHING if services else (), pinned)


def _read_rollouts(services: tuple[Service, ...], account: str) -> Iterator[Statement]:
    rolling = tuple(each for each in services if isinstance(each.rollout, RollingRollout))
    yield from statement("ListRollouts", ["ecs:ListServiceDeployments"], _each(rolling, account, _service))
    deployments = _each(rolling, account, _service_deployment)
    yield from statement("ReadRollouts", ["ecs:DescribeServiceDeployments"], deployments)
    revisions = _each(rolling, account, _service_revision)
    yield from statement("ReadServiceRevisions", ["ecs:DescribeServiceRevisions"], revisions)
    shifted = tuple(each for each in services if isinstance(each.rollout, CodeDeployRollout))
    read = ["BatchGetDeployments", "ListDeployments", "GetDeploymentTarget", "GetDeploymentGroup"]
    groups = _each(services, account, _deployment_group)
    yield from statement("ReadDeployments", [f"codedeploy:{each}" for each in read], groups)
    applications = _each(services, account, _application)
    yield from statement("ReadDeployedRevisions", ["codedeploy:GetApplicationRevision"], applications)
    paces = _each(shifted, account, lambda _, place: (place.arn("codedeploy", "deploymentconfig:", "*"),))
    yield from statement("ReadDeploymentConfigs", ["codedeploy:GetDeploymentConfig"], paces)


def _read_images(services: tuple[Service, ...], account: str) -> Iterator[Statement]:
    scanned = tuple(each for each in services if each.scan_severity is not None)
    yield from statement("ReadImages", ["ecr:DescribeImages"], _each(services, account, _repositories))
    yield from statement("ReadScans", ["ecr:DescribeImageScanFindings"], _each(scanned, account, _repositories))


def _read_logs(services: tuple[Service, ...], account: str) -> Iterator[Statement]:
    clusters = _each(services, account, lambda each, place: (place.arn("ecs", f"cluster/{each.cluster}"),))
    here = {"ArnEquals": {"ecs:cluster": tuple(sorted(set(clusters)))}}
    yield from statement("FindTasks", ["ecs:ListTasks"], EVERYTHING if clusters else (), here)
    tasks = _each(services, account, lambda each, place: (place.arn("ecs", f"task/{each.cluster}/", "*"),))
    yield from statement("ReadTasks", ["ecs:DescribeTasks"], tasks)
    yield from statement(
        "ReadLogs", ["logs:DescribeLogStreams", "logs:GetLogEvents"], _each(services, account, _groups)
    )


def _register(services: tuple[Service, ...], account: str) -> Iterator[Statement]:
    families = _each(services, account, _family)
    plain = not any(_privileged(each) for each in services)
    unprivileged = {"BoolIfExists": {"ecs:privileged": "false"}} if plain else {}
    yield from statement("RegisterRevisions", ["ecs:RegisterTaskDefinition"], families, unprivileged)
    yield from statement("LabelRevisions", ["ecs:TagResource", "ecs:UntagResource"], families)
    roles = _each(services, account, task_roles)
    yield from statement("PassTaskRoles", ["iam:PassRole"], roles, _passed_to(ECS_TASKS))


def _update(services: tuple[Service, ...], account: str, using: Using) -> Iterator[Statement]:
    rolling = tuple(each for each in services if isinstance(each.rollout, RollingRollout))
    updated = tuple(each for each in services if each in rolling or each.service_definition)
    families = {"ArnLikeIfExists": {"ecs:task-definition": tuple(sorted(set(_each(updated, account, _family))))}}
    yield from statement("UpdateServices", ["ecs:UpdateService"], _each(updated, account, _service), families)
    stopped = _each(rolling, account, _service_deployment)
    yield from statement("StopRollouts", ["ecs:StopServiceDeployment"], stopped)
    roles = _each(updated, account, lambda each, _: _of_fields(each))
    yield from statement("PassInfrastructureRoles", ["iam:PassRole"], roles, _passed_to(ECS))
    told = _each(services if using.notifications else (), account, _service)
    yield from statement("KeepWhatWasTold", ["ecs:TagResource", "ecs:UntagResource"], told)


def _deploy(services: tuple[Service, ...], account: str, using: Using) -> Iterator[Statement]:
    actions = ["codedeploy:CreateDeployment", "codedeploy:StopDeployment", "codedeploy:ContinueDeployment"]
    if using.despite_alarm:
        actions.append("codedeploy:UpdateDeploymentGroup")  # which ignoring a group's alarms is, to CodeDeploy
    yield from statement("Deploy", actions, _each(services, account, _deployment_group))
    applications = _each(services, account, _application)
    yield from statement("DeployRevisions", ["codedeploy:RegisterApplicationRevision"], applications)


def _each(
    services: Iterable[Service], account: str, names: Callable[[Service, Place], Iterable[str]]
) -> tuple[str, ...]:
    return tuple(name for each in services for name in names(each, Place(account, each.scope.region)))


def _service(each: Service, place: Place) -> Iterator[str]:
    yield place.arn("ecs", f"service/{each.cluster}/{each.name}")


def _service_deployment(each: Service, place: Place) -> Iterator[str]:
    yield place.arn("ecs", f"service-deployment/{each.cluster}/{each.name}/", "*")


def _service_revision(each: Service, place: Place) -> Iterator[str]:
    yield place.arn("ecs", f"service-revision/{each.cluster}/{each.name}/", "*")


def _family(each: Service, place: Place) -> Iterator[str]:
    yield place.arn("ecs", f"task-definition/{each.family}:", "*")


def _deployment_group(each: Service, place: Place) -> tuple[str, ...]:
    match each.rollout:
        case CodeDeployRollout(application=application, deployment_group=group):
            return (place.arn("codedeploy", f"deploymentgroup:{application}/{group}"),)
        case RollingRollout():
            return ()
        case _:
            assert_never(each.rollout)


def _application(each: Service, place: Place) -> tuple[str, ...]:
    match each.rollout:
        case CodeDeployRollout(application=application):
            return (place.arn("codedeploy", f"application:{application}"),)
        case RollingRollout():
            return ()
        case _:
            assert_never(each.rollout)


def _repositories(each: Service, place: Place) -> Iterator[str]:
    """The ECR repositories of its images, in their own accounts; only the service's region is asked."""
    for container in each.task_definition.get("containerDefinitions") or ():
        found = parsed(str(container.get("image")))
        if found is not None and found.region == place.region:
            yield Place(found.registry, found.region).arn("ecr", f"repository/{found.repository}")


def _groups(each: Service, place: Place) -> Iterator[str]:
    here, _ = places(each.task_definition)
    for found in here:
        group = place.arn("logs", f"log-group:{found.group}", region=found.region or place.region)
        yield from (group, f"{group}:*")


def _of_fields(each: Service) -> Iterator[str]:
    yield from infrastructure_roles(each.service_definition)
    if isinstance(each.rollout, RollingRollout):
        yield from infrastructure_roles(each.rollout.configuration)


def _privileged(each: Service) -> bool:
    return any(container.get("privileged") for container in each.task_definition.get("containerDefinitions") or ())


def _passed_to(service: str) -> Mapping[str, Mapping[str, str]]:
    return {"StringEquals": {"iam:PassedToService": service}}
