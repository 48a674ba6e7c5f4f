"""The only place that decides: what is wanted, what is live, the time and the operator's numbers in, a plan out."""

from dataclasses import replace
from typing import assert_never

from reconcilers.declared import DESIRED_COUNT, field_of
from reconcilers.explain import chain
from reconcilers.guard_rails import judging
from reconcilers.live import Live
from reconcilers.live_service import LiveService, RegisteredRevision
from reconcilers.model import CodeDeployRollout, RollingRollout, Service
from reconcilers.outcome import Blocked, BlockedBy, Failed, Finding, Health, Sync
from reconcilers.preflight.service import inactive
from reconcilers.rollout import transition
from reconcilers.rollout.health import health
from reconcilers.rollout.survey import compare, survey
from reconcilers.verdict import Look, LookCloser, Order, Plan, Policy

NO_ORDER = Order()


def decide(wanted: Service, live: Live, now: float, policy: Policy, order: Order = NO_ORDER) -> Plan | LookCloser:
    """The next step for one service, at most one, or what to look at first.

    ``now`` is in seconds since the epoch. The same arguments give the same answer. What is unread (``None``) is never
    taken for empty: it is asked for, each field once.
    """
    decided = _decided(wanted, live, now, policy, order)
    if isinstance(decided, LookCloser):
        return decided
    return replace(decided, chain=chain(wanted, live, decided.outcome))


def glance(wanted: Service, live_service: LiveService | None, running: RegisteredRevision | None) -> bool:
    """Whether a service is worth a closer look: the sweep's question, answered from what the sweep has read.

    ``False``: it is ACTIVE and in sync, nothing is under way, and what the manifest declares of the service is live.
    """
    if live_service is None or running is None or unfit(wanted, live_service):
        return True
    if not _at_rest(wanted, live_service):
        return True
    differing = compare(wanted, live_service, running)
    return bool(differing.by_deployment or differing.by_update)


def unfit(wanted: Service, service: LiveService | None) -> Finding | None:
    """Why nothing can be deployed to a service at all."""
    if service is None:
        return Finding(
            "ServiceMissing",
            f"There is no service {wanted.name} in cluster {wanted.cluster}.",
            f"Create it, for Trueup makes no services, or correct service, cluster or region in {wanted.source}.",
        )
    if service.status != "ACTIVE":
        return inactive(service)
    return _other_controller(wanted, service)


def _other_controller(wanted: Service, service: LiveService) -> Finding | None:
    match wanted.rollout:
        case CodeDeployRollout():
            controller, way = "CODE_DEPLOY", "rollout.codeDeploy"
        case RollingRollout():
            controller, way = "ECS", "rollout.ecs"
        case _:
            assert_never(wanted.rollout)
    if service.controller == controller:
        return None
    return Finding(
        "ControllerMismatch",
        f"Service {service.name} is deployed by {service.controller}, and {wanted.source} says {way} ({controller}).",
        f"Give the manifest the rollout that fits {service.controller}, or migrate the service to {controller}.",
    )


def _decided(wanted: Service, live: Live, now: float, policy: Policy, order: Order) -> Plan | LookCloser:
    if (finding := unfit(wanted, live.service)) is not None:
        state = Health.MISSING if live.service is None else health(live.service)
        return Plan((), Blocked(BlockedBy.SERVICE, (finding,), policy.blocked_after), Sync.UNKNOWN, state)
    if live.service is not None and (misplaced := judging.place(policy.guard_rails, wanted)):
        outcome = Blocked(BlockedBy.GUARD_RAILS, misplaced, policy.blocked_after)
        return Plan((), outcome, Sync.UNKNOWN, health(live.service))
    if live.attempts is None:
        return LookCloser(frozenset({Look.ATTEMPTS}))
    situation = survey(wanted, live, now, policy, order)
    if situation is None:
        unread = Failed("RevisionUnread", f"What {wanted.name} runs could not be read.")
        return Plan((), unread, Sync.UNKNOWN, Health.UNKNOWN)
    if live.scalable is None and DESIRED_COUNT in {field_of(each) for each in situation.field_changes}:
        # It may be autoscaling's, and then is no difference.
        return LookCloser(frozenset({Look.SCALING}))
    return transition(situation)


def _at_rest(wanted: Service, service: LiveService) -> bool:
    match wanted.rollout:
        case CodeDeployRollout():
            return all(each.status == "PRIMARY" for each in service.task_sets)
        case RollingRollout():
            return len(service.deployments) == 1 and service.deployments[0].rollout_state in ("COMPLETED", None)
        case _:
            assert_never(wanted.rollout)
