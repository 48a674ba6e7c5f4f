"""Gateways in, ``Live`` out: first what every decision needs, then whatever one asked to look at more closely.

Raises ``Retry`` or ``Stalled`` where AWS could not be asked: what is unknown never looks empty.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, assert_never

from reconcilers.attempts import Attempt, AttemptState
from reconcilers.aws.arns import cluster_name
from reconcilers.aws.gateways import Gateways
from reconcilers.aws.marks import says_release
from reconcilers.declared import deployment_configuration
from reconcilers.digest import Digest
from reconcilers.live import Live
from reconcilers.live_service import LiveService, RegisteredRevision, RollingDeployment
from reconcilers.model import CodeDeployRollout, RollingRollout, Service
from reconcilers.outcome import Retry, Stalled
from reconcilers.preflight_facts import Alarm, DeploymentGroup, PreflightFacts, TargetGroup
from reconcilers.progress import Colour, Progress
from reconcilers.rollout.holds import by_hand
from reconcilers.rollout.pace import expected_end, gives_up_at, took_before
from reconcilers.rollout.survey import to_ship
from reconcilers.verdict import Look


def base(gateways: Gateways, wanted: Service, now: float) -> Live:
    """The service as it is now, and the content of what it runs: one call, and one for each content never seen."""
    described = gateways.ecs.describe_services(wanted.cluster, (wanted.name,))
    service = described.found.get(wanted.name)
    return Live(now, service, running(gateways, service), replaced=_replaced(gateways, service))


def running(gateways: Gateways, service: LiveService | None) -> RegisteredRevision | None:
    """The content of what a service runs; its status and tags may be old."""
    if service is None or not service.task_definition_arn:
        return None
    return gateways.ecs.task_definition(service.task_definition_arn)


def _replaced(gateways: Gateways, service: LiveService | None) -> RegisteredRevision | None:
    """The content that a rolling update replaces, while tasks of it run: good to know, and nothing rests on it."""
    deployments = service.deployments if service is not None else ()
    leaving = [each for each in deployments if each.status != "PRIMARY" and each.running]
    if not leaving:
        return None
    with suppress(Retry, Stalled):
        return gateways.ecs.task_definition(max(leaving, key=lambda each: each.running).task_definition_arn)
    return None


def closer(gateways: Gateways, wanted: Service, live: Live, at: frozenset[Look], now: float) -> Live:
    """``live`` with the fields of ``at`` filled in. Attempts come first: what else is looked at may rest on them."""
    for look in Look:
        if look in at:
            live = _look(gateways, wanted, live, look, now)
    return live


def _look(gateways: Gateways, wanted: Service, live: Live, look: Look, now: float) -> Live:
    match look:
        case Look.ATTEMPTS:
            return replace(live, attempts=attempts(gateways, wanted, now))
        case Look.CANDIDATES:
            return replace(live, candidates=_candidates(gateways, wanted, live))
        case Look.PROGRESS:
            return replace(live, progress=_progress(gateways, wanted, live, now))
        case Look.SCALING:
            return replace(live, scalable=gateways.autoscaling.scales(cluster_name(wanted.cluster), wanted.name))
        case Look.PREFLIGHT:
            return replace(live, preflight=_preflight(gateways, wanted, live))
        case Look.LABELS:
            return replace(live, running=_labelled(gateways, live.running))
        case _:
            assert_never(look)


def attempts(gateways: Gateways, wanted: Service, now: float) -> tuple[Attempt, ...]:
    """What was tried, newest first, each with its content where a decision may rest on it."""
    match wanted.rollout:
        case CodeDeployRollout(application=application, deployment_group=group):
            found = gateways.codedeploy.attempts(application, group, now, wanted.release)
            ended = (_with_end(gateways, each) for each in found)
            return _dated(gateways, wanted, [_with_content(gateways, each, wanted.release) for each in ended])
        case RollingRollout():
            return gateways.ecs.service_deployments(wanted.cluster, wanted.name, str(wanted.key))
        case _:
            assert_never(wanted.rollout)


def _dated(gateways: Gateways, wanted: Service, found: list[Attempt]) -> tuple[Attempt, ...]:
    """With the moment at which production moved, of the newest that moved it: AWS is asked for each apart."""
    newest = next((each for each in found if each.shift_over and not each.rollback and not each.rollback_of), None)
    if newest is None:
        return tuple(found)
    moved_at = None
    with suppress(Retry, Stalled):  # good to know, and nothing that is decided rests on it
        moved_at = gateways.codedeploy.moved_at(newest.id, cluster_name(wanted.cluster), wanted.name)
    return tuple(replace(each, moved_at=moved_at) if each is newest else each for each in found)


def _with_content(gateways: Gateways, attempt: Attempt, release: Digest) -> Attempt:
    """What somebody else, or an older version of ours, shipped is known by its content alone."""
    if says_release(attempt.mark, release) or attempt.task_definition_arn is None:
        return attempt
    shipped = gateways.ecs.task_definition(attempt.task_definition_arn)
    return replace(attempt, revision=shipped.digest) if shipped else attempt


def _with_end(gateways: Gateways, attempt: Attempt) -> Attempt:
    """Of a stop CodeDeploy does not say whose it was; the revision's tag says if it was ours, for a newer release."""
    if attempt.mark is None or attempt.task_definition_arn is None or not by_hand(attempt):
        return attempt
    return replace(attempt, gives_way=gateways.ecs.gave_way(attempt.task_definition_arn, attempt.id))


def _candidates(gateways: Gateways, wanted: Service, live: Live) -> tuple[RegisteredRevision, ...]:
    """What shipped this release before is the likeliest to have its content, however many revisions came after it."""
    ours = (each for each in live.attempts or () if each.mark is not None and each.mark.release == wanted.release)
    hints = dict.fromkeys(each.task_definition_arn for each in ours if each.task_definition_arn)
    _, shipped = to_ship(wanted, live.running)
    return gateways.ecs.candidates(wanted.family, frozenset({wanted.revision, shipped}), tuple(hints))


def _progress(gateways: Gateways, wanted: Service, live: Live, now: float) -> Progress:
    match wanted.rollout:
        case CodeDeployRollout(application=application, deployment_group=group):
            active = _active(live)
            found = active and _shift(gateways, wanted, live, active, now)
            alarms = _alarms(gateways, lambda: gateways.codedeploy.alarm_names(application, group)) if found else ()
            return replace(found, alarms=alarms) if found else Progress(0.0, 0, 0)
        case RollingRollout():
            return replace(_rolling_progress(live), alarms=_alarms(gateways, lambda: _rolling_alarms(wanted, live)))
        case _:
            assert_never(wanted.rollout)


def _shift(gateways: Gateways, wanted: Service, live: Live, active: Attempt, now: float) -> Progress | None:
    task_sets = live.service.task_sets if live.service else ()
    # While a release is taken back, people look at that release: where it failed, and that it has no traffic any more.
    shown = active.rollback_of or active.id
    found = gateways.codedeploy.progress(shown, cluster_name(wanted.cluster), wanted.name, task_sets)
    if found is not None and active.state is AttemptState.READY:
        return replace(found, gives_up_at=gives_up_at(found, active.patience))
    if found is None or not active.config or active.rollback_of:
        return found
    with suppress(Retry, Stalled):  # when it ends is good to know, and nothing rests on it
        stepped_at = gateways.codedeploy.stepped_at(shown, found.traffic, now)
        pace, before = gateways.codedeploy.pace(active.config), took_before(live.attempts or (), active.config)
        ends_at = expected_end(found, pace, stepped_at, now, before)
        return replace(found, ends_at=ends_at)
    return found


def _alarms(gateways: Gateways, names: Callable[[], tuple[str, ...]]) -> tuple[Alarm, ...]:
    """The alarms that watch a rollout, for people to see: AWS itself acts on them, so not to be able to ask is no
    failure.
    """
    with suppress(Retry, Stalled):
        return gateways.cloudwatch.alarms(names())
    return ()


def _rolling_progress(live: Live) -> Progress:
    """A rolling update's share of production is its share of the running tasks."""
    deployments = live.service.deployments if live.service else ()
    new = _coming(deployments, _active(live))
    everything = sum(each.running for each in deployments)
    colours = tuple(_rolling_colour(each, everything, new=each is new) for each in deployments)
    if new is None:
        return Progress(0.0, 0, 0, colours=colours)
    share = 100.0 * new.running / everything if everything else 0.0
    return Progress(share, new.running, new.desired, colours=colours)


def _coming(deployments: tuple[RollingDeployment, ...], active: Attempt | None) -> RollingDeployment | None:
    """The new side. ECS makes the old one PRIMARY again as soon as it takes the new one back, whose tasks then go."""
    primary = next((each for each in deployments if each.status == "PRIMARY"), None)
    if active is None or active.state is not AttemptState.STOPPING or primary is None:
        return primary
    shipped = active.task_definition_arn
    if shipped is None or primary.task_definition_arn == shipped:
        return primary
    return next((each for each in deployments if each.task_definition_arn == shipped), None)


def _rolling_colour(deployment: RollingDeployment, everything: int, *, new: bool) -> Colour:
    weight = 100.0 * deployment.running / everything if everything else 0.0
    return Colour(new, weight, deployment.running, deployment.desired, deployment.task_definition_arn)


def _active(live: Live) -> Attempt | None:
    return next((each for each in live.attempts or () if each.active), None)


def _preflight(gateways: Gateways, wanted: Service, live: Live) -> PreflightFacts:
    group = _group(gateways, wanted)
    listeners = (*group.prod_listener_arns, *group.test_listener_arns) if group else ()
    return PreflightFacts(
        group=group,
        listeners=gateways.elbv2.listeners(listeners),
        target_groups=_target_groups(gateways, group, live.service),
        alarms=gateways.cloudwatch.alarms(group.alarm_names if group else _rolling_alarms(wanted, live)),
        images=gateways.ecr.images(_images(wanted.task_definition), scans=wanted.scan_severity is not None),
        rollback_target=_fresh(gateways, live.running),
    )


def _group(gateways: Gateways, wanted: Service) -> DeploymentGroup | None:
    match wanted.rollout:
        case CodeDeployRollout(application=application, deployment_group=name):
            return gateways.codedeploy.group(application, name)
        case RollingRollout():
            return None
        case _:
            assert_never(wanted.rollout)


def _target_groups(
    gateways: Gateways, group: DeploymentGroup | None, service: LiveService | None
) -> tuple[TargetGroup, ...]:
    if group is not None:
        return gateways.elbv2.target_groups(names=group.target_group_names)
    balancers = service.load_balancers if service else ()
    return gateways.elbv2.target_groups(
        arns=tuple(each.target_group_arn for each in balancers if each.target_group_arn)
    )


def _rolling_alarms(wanted: Service, live: Live) -> tuple[str, ...]:
    """The alarms that will watch a rolling update: those that Git declares, or else those that the service has."""
    if not isinstance(wanted.rollout, RollingRollout):
        return ()
    alarms = deployment_configuration(wanted, live.service.definition if live.service else {}).get("alarms") or {}
    return tuple(alarms.get("alarmNames") or ())


def _images(task_definition: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    containers = task_definition.get("containerDefinitions", ())
    return tuple((each["name"], each["image"]) for each in containers if "name" in each and "image" in each)


def _labelled(gateways: Gateways, revision: RegisteredRevision | None) -> RegisteredRevision | None:
    """What runs, with its tags: with none where AWS has it no more."""
    return _fresh(gateways, revision) or (replace(revision, tags={}) if revision is not None else None)


def _fresh(gateways: Gateways, revision: RegisteredRevision | None) -> RegisteredRevision | None:
    # Tags are only there on what was read a moment ago: what comes from memory has none.
    if revision is None or revision.tags is not None:
        return revision
    return gateways.ecs.revision(revision.arn)
