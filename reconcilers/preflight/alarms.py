"""What must hold of the alarms that watch a rollout, and of ECS's own safeguards.

An alarm on one target group watches the new version every other time only, because the colours change places with every
deployment: a bad release behind the other group is never rolled back, and errors of the old version stop a good one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from reconcilers.declared import deployment_configuration
from reconcilers.live_service import LiveService
from reconcilers.model import Service
from reconcilers.outcome import Finding
from reconcilers.preflight_facts import Alarm, DeploymentGroup, PreflightFacts

BOTH = "Add an alarm on the errors of both target groups, and enable alarms."
ALONE = "what tells that it fails, such as errors in its logs or the length of its queue"
NAME_IT = "name it in rollout.ecs: alarms {alarmNames: […], enable: true, rollback: true}."


def of_group(wanted: Service, group: DeploymentGroup, facts: PreflightFacts) -> Iterator[Finding]:
    """The alarms of a CodeDeploy deployment group."""
    watching = group.alarm_names if group.alarms_enabled else ()
    if not watching:
        yield _unwatched(f"Deployment group {group.name}", BOTH)
    yield from _watching(wanted, f"Deployment group {group.name}", watching, facts)
    if watching:
        yield from _half_blind(group, facts)


def of_rolling(wanted: Service, service: LiveService, facts: PreflightFacts) -> Iterator[Finding]:
    """The alarms and the circuit breaker of a rolling update, as they will be when what Git declares is live."""
    configuration = deployment_configuration(wanted, service.definition)
    alarms: Mapping[str, Any] = configuration.get("alarms") or {}
    watching = tuple(alarms.get("alarmNames") or ()) if alarms.get("enable") else ()
    if not watching:
        yield _unwatched(f"Service {service.name}", _advice(service))
    yield from _watching(wanted, f"Service {service.name}", watching, facts)
    if watching and not alarms.get("rollback"):
        yield Finding(
            "RollbackOff",
            f"Service {service.name} does not roll back when one of its alarms fires.",
            "Set rollback: true beside the alarms in rollout.ecs.",
            blocking=False,
        )
    breaker: Mapping[str, Any] = configuration.get("deploymentCircuitBreaker") or {}
    if not (breaker.get("enable") and breaker.get("rollback")):
        yield Finding(
            "CircuitBreakerOff",
            f"Service {service.name} has no deployment circuit breaker that rolls back.",
            "Set deploymentCircuitBreaker {enable: true, rollback: true} in rollout.ecs.",
            blocking=False,
        )


def _unwatched(whose: str, advice: str) -> Finding:
    said = f"{whose} has no alarm, so that nothing stops a release that starts and does not work."
    return Finding("NoAlarm", said, advice, blocking=False)


def _advice(service: LiveService) -> str:
    """Which alarm a rolling service wants: it has no second colour, and may have no target group."""
    groups = {each.target_group_arn for each in service.load_balancers if each.target_group_arn}
    on = f"the errors of its target group{'s' * (len(groups) > 1)}" if groups else ALONE
    return f"Add an alarm on {on}, and {NAME_IT}"


def _watching(wanted: Service, whose: str, names: tuple[str, ...], facts: PreflightFacts) -> Iterator[Finding]:
    known = {each.name: each for each in facts.alarms}
    for name in _with_children(names, known):
        if name not in known:
            yield Finding(
                "AlarmMissing",
                f"{whose} is watched by alarm {name}, which does not exist.",
                "Create the alarm, or take it off: AWS stops a deployment whose alarm it cannot read.",
            )
    for name in names:
        if name in known and known[name].state == "ALARM":
            yield Finding(
                "AlarmFiring",
                f"Alarm {name} is in ALARM: the deployment would be stopped at once, or not be watched.",
                "Wait until it is OK. To ship a fix for what it tells of: "
                f"trueup sync {wanted.key} --despite-alarm REASON.",
            )


def _with_children(names: tuple[str, ...], known: Mapping[str, Alarm]) -> tuple[str, ...]:
    """The names, and those of all alarms that a composite one is made of, each once."""
    seen: dict[str, None] = {}
    left = list(names)
    while left:
        name = left.pop(0)
        if name not in seen:
            seen[name] = None
            left.extend(known[name].children if name in known else ())
    return tuple(seen)


def _half_blind(group: DeploymentGroup, facts: PreflightFacts) -> Iterator[Finding]:
    known = {each.name: each for each in facts.alarms}
    watching = [known[name] for name in _with_children(group.alarm_names, known) if name in known]
    if any(_stands_before(balancer, group) for each in watching for balancer in each.load_balancers):
        return
    watched = {dimension for each in watching for dimension in each.target_groups}
    pair = [each for each in facts.target_groups if each.name in group.target_group_names]
    blind = sorted(each.name for each in pair if not any(_names(each.arn, dimension) for dimension in watched))
    if blind:
        yield Finding(
            "AlarmsHalfBlind",
            f"No alarm of deployment group {group.name} watches target group {', '.join(blind)}: the new version is "
            "behind it every other time.",
            "Let the alarms together watch both target groups, or the whole load balancer.",
            blocking=False,
        )


def _stands_before(balancer: str, group: DeploymentGroup) -> bool:
    """Whether a metric's LoadBalancer dimension, ``app/<name>/<id>``, is of a production listener of the group."""
    return any(f":listener/{balancer}/" in arn for arn in group.prod_listener_arns)


def _names(arn: str, dimension: str) -> bool:
    """Whether a metric's TargetGroup dimension, ``targetgroup/<name>/<id>``, or an ARN, names a target group."""
    return arn == dimension or arn.endswith(f":{dimension}")
