"""Observe, plan, act, in this order, and always an ``Outcome``: whatever is raised on the way becomes one."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from reconcilers import observe
from reconcilers.act import act
from reconcilers.actions import Action, CreateDeployment, Done
from reconcilers.aws.gateways import Gateways
from reconcilers.explain import chain
from reconcilers.guard_rails import judging
from reconcilers.live import Live
from reconcilers.model import Scope, Service
from reconcilers.outcome import (
    Blocked,
    BlockedBy,
    Failed,
    Finding,
    Outcome,
    Paced,
    Progressing,
    Retry,
    Stalled,
    Waiting,
)
from reconcilers.plan import decide
from reconcilers.report import Report
from reconcilers.verdict import Look, LookCloser, Order, Plan, Policy

Decide = Callable[[Service, Live, float, Policy, Order], Plan | LookCloser]
Gate = Callable[[Service, Action], Outcome | None]
_BLOCKED_BY = {
    "AccessDenied": BlockedBy.PERMISSION,
    "CredentialsRefused": BlockedBy.PERMISSION,
    "ClusterNotFound": BlockedBy.SERVICE,
}


@dataclass(slots=True)
class _Trail:
    """How far a reconcile came, for the report of one that was interrupted."""

    observed: Live | None = None
    plan: Plan | None = None
    acted: list[Done] = field(default_factory=list)


def _open(_wanted: Service, _action: Action) -> Outcome | None:
    return None


class Reconciler:
    """``gateways_for`` gives a scope's gateways, ``clock`` seconds since the epoch.

    ``gate`` is asked before every single mutation (is the lease still held? is anything frozen?): an outcome from it
    ends the reconcile with that outcome, and nothing more is done.
    """

    def __init__(
        self,
        gateways_for: Callable[[Scope], Gateways],
        clock: Callable[[], float],
        policy: Policy,
        *,
        gate: Gate = _open,
        decide: Decide = decide,
    ) -> None:
        self._gateways_for = gateways_for
        self._clock = clock
        self._policy = policy
        self._gate = gate
        self._decide = decide

    def reconcile(self, wanted: Service, order: Order | None = None) -> Report:
        """One service, at most one step. Never raises."""
        at, trail = self._clock(), _Trail()
        try:
            outcome = self._step(wanted, order or Order(), trail)
        except Paced as paced:
            outcome = _stopped(wanted, Waiting(paced.message, paced.limit, paced.after or 0.0), trail)
        except Retry as retry:
            outcome = Failed(retry.reason, retry.message, retry.after)
        except Stalled as stalled:
            outcome = _stopped(wanted, blocked(stalled, self._policy.blocked_after), trail)
        except Exception as error:  # noqa: BLE001 - one service's defect must not end the loop for all
            outcome = Failed("Unexpected", where(error))
        seconds = self._clock() - at
        return Report(wanted.key, trail.plan, outcome, tuple(trail.acted), seconds, at, trail.observed)

    def preview(self, wanted: Service, order: Order | None = None) -> Plan:
        """What ``reconcile`` would do now. Raises ``Retry`` or ``Stalled`` where AWS could not be asked."""
        return self._planned(wanted, order or Order(), _Trail())

    def _step(self, wanted: Service, order: Order, trail: _Trail) -> Outcome:
        plan = self._planned(wanted, order, trail)
        steps = act(self._gateways_for(wanted.scope), plan.actions)
        for action in plan.actions:
            shut = self._gate(wanted, action) or self._railed(wanted, action)
            if shut is not None:
                # Nothing ships: the chain must not say that it does.
                trail.plan = replace(plan, chain=chain(wanted, trail.observed, shut))
                return shut
            trail.acted.append(next(steps))
        return _with_deployment(plan.outcome, trail.acted)

    def _railed(self, wanted: Service, action: Action) -> Outcome | None:
        # Every plan was held against the guard rails already. What registers passes here, so here nothing gets by.
        return judging.shut(self._policy.guard_rails, wanted, action, self._policy.blocked_after)

    def _planned(self, wanted: Service, order: Order, trail: _Trail) -> Plan:
        gateways, now = self._gateways_for(wanted.scope), self._clock()
        live = trail.observed = observe.base(gateways, wanted, now)
        looked: frozenset[Look] = frozenset()
        while True:
            decision = self._decide(wanted, live, now, self._policy, order)
            if isinstance(decision, Plan):
                trail.plan = decision
                return decision
            unseen = decision.at - looked
            if not unseen:
                raise RuntimeError("A decision asked for what it was shown already.")
            live = trail.observed = observe.closer(gateways, wanted, live, unseen, now)
            looked |= unseen


def _with_deployment(outcome: Outcome, acted: list[Done]) -> Outcome:
    """A plan cannot know the id of the deployment that it creates; the outcome of its success can."""
    created = next((done.result for done in acted if isinstance(done.action, CreateDeployment)), None)
    if created is not None and isinstance(outcome, Progressing) and outcome.deployment is None:
        return replace(outcome, deployment=created)
    return outcome


def _stopped(wanted: Service, outcome: Waiting | Blocked, trail: _Trail) -> Outcome:
    """The plan stands, and its chain says what keeps it from being done."""
    if trail.plan is not None:
        trail.plan = replace(trail.plan, chain=chain(wanted, trail.observed, outcome))
    return outcome


def blocked(stalled: Stalled, after: float) -> Blocked:
    """What will not go on by itself, as an outcome that says who can clear it."""
    by = _BLOCKED_BY.get(stalled.reason, BlockedBy.REQUEST)
    return Blocked(by, (Finding(stalled.reason, stalled.message, stalled.remedy),), after)


def where(error: Exception) -> str:
    """An unexpected error without its words, which may hold values: its kind, and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    place = f" at {last.filename.rsplit('/', 1)[-1]}:{last.lineno} in {last.name}" if last else ""
    return f"{type(error).__name__}{place}. This is a defect of Trueup: please report it."
