"""What must hold of CodeDeploy's deployment group, and of the listeners and target groups that it shifts."""

from collections.abc import Iterator

from reconcilers.live_service import LiveService
from reconcilers.model import CodeDeployRollout, Service
from reconcilers.outcome import Finding
from reconcilers.preflight import alarms
from reconcilers.preflight_facts import DeploymentGroup, Listener, PreflightFacts


def findings(
    rollout: CodeDeployRollout, wanted: Service, service: LiveService, facts: PreflightFacts
) -> Iterator[Finding]:
    """Everything about the group, or that there is none."""
    group = facts.group
    if group is None:
        yield Finding(
            "DeploymentGroupMissing",
            f"There is no deployment group {rollout.deployment_group} in application {rollout.application}.",
            "Create it, or correct rollout.codeDeploy in the manifest.",
        )
        return
    yield from _mismatch(group, wanted, service)
    yield from _listeners(group, facts)
    yield from _target_groups(group, facts)
    yield from _pairing(group, service, facts)
    yield from _production(group, service, facts)
    yield from alarms.of_group(wanted, group, facts)
    yield from _rollback(group)


def _mismatch(group: DeploymentGroup, wanted: Service, service: LiveService) -> Iterator[Finding]:
    cluster = service.cluster_arn.rpartition("/")[2] or wanted.cluster
    if group.service == service.name and group.cluster.rpartition("/")[2] == cluster:
        return
    yield Finding(
        "DeploymentGroupMismatch",
        f"Deployment group {group.name} deploys {group.cluster}/{group.service}, not {cluster}/{service.name}.",
        "Correct rollout.codeDeploy in the manifest, or the group's service.",
    )


def _listeners(group: DeploymentGroup, facts: PreflightFacts) -> Iterator[Finding]:
    if not group.prod_listener_arns:
        yield Finding(
            "ListenerMissing",
            f"Deployment group {group.name} has no production listener.",
            "Give its target group pair a production listener.",
        )
    found = {each.arn for each in facts.listeners}
    for arn in (*group.prod_listener_arns, *group.test_listener_arns):
        if arn not in found:
            yield Finding(
                "ListenerMissing",
                f"Listener {arn} of deployment group {group.name} does not exist.",
                "Create the listener and give it to the group.",
            )


def _target_groups(group: DeploymentGroup, facts: PreflightFacts) -> Iterator[Finding]:
    found = {each.name for each in facts.target_groups}
    for name in group.target_group_names:
        if name not in found:
            yield Finding(
                "TargetGroupMissing",
                f"Target group {name} of deployment group {group.name} does not exist.",
                "Create the target group, or give the group another.",
            )


def _pairing(group: DeploymentGroup, service: LiveService, facts: PreflightFacts) -> Iterator[Finding]:
    if len(set(group.target_group_names)) != 2:
        yield Finding(
            "TargetGroupNotPaired",
            f"Deployment group {group.name} has {len(set(group.target_group_names))} target groups instead of a pair.",
            "Give the group two target groups, one for each colour.",
        )
        return
    names = {each.arn: each.name for each in facts.target_groups}
    behind = _behind(service)
    if not service.load_balancers or not behind:
        yield Finding(
            "TargetGroupNotPaired",
            f"Service {service.name} has no target group, so that there is no traffic to shift.",
            "Make the service anew with one of the deployment group's target groups.",
        )
    for arn in sorted(arn for arn in behind if names.get(arn, _name_in(arn)) not in group.target_group_names):
        yield Finding(
            "TargetGroupNotPaired",
            f"Service {service.name} is behind {arn}, which is not of deployment group {group.name}'s pair.",
            "Give the group the service's target group and a second one.",
        )


def _production(group: DeploymentGroup, service: LiveService, facts: PreflightFacts) -> Iterator[Finding]:
    primary = _behind(service)
    for listener in facts.listeners:
        if listener.arn in group.prod_listener_arns and not _wholly_on(listener, primary):
            shares = ", ".join(f"{_name_in(arn)} {weight}" for arn, weight in sorted(listener.weights.items()))
            yield Finding(
                "ProductionNotOnPrimary",
                f"Listener {listener.arn} does not send all production to the PRIMARY task set: {shares or 'nothing'}.",
                "Set the listener's default action to the target group of the PRIMARY task set, and nothing else.",
            )


def _wholly_on(listener: Listener, primary: frozenset[str]) -> bool:
    served = {arn for arn, weight in listener.weights.items() if weight > 0}
    return bool(served) and served <= primary


def _behind(service: LiveService) -> frozenset[str]:
    """The target groups of what serves production: the PRIMARY task set's, or the service's."""
    if service.primary is not None and service.primary.target_group_arns:
        return frozenset(service.primary.target_group_arns)
    return frozenset(each.target_group_arn for each in service.load_balancers if each.target_group_arn)


def _name_in(arn: str) -> str:
    """The name in ``…:targetgroup/<name>/<id>``."""
    parts = arn.split("/")
    return parts[1] if len(parts) == 3 else arn


def _rollback(group: DeploymentGroup) -> Iterator[Finding]:
    watched = group.alarms_enabled and bool(group.alarm_names)
    needed = {"DEPLOYMENT_FAILURE"} | ({"DEPLOYMENT_STOP_ON_ALARM"} if watched else set())
    if lacking := sorted(needed - set(group.rollback_events)):
        yield Finding(
            "RollbackOff",
            f"Deployment group {group.name} does not roll back by itself on {', '.join(lacking)}.",
            "Enable the group's automatic rollback for these events.",
            blocking=False,
        )
