"""Everything that a decision stands on, read and compared once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconcilers.actions import Action
from reconcilers.attempts import Attempt
from reconcilers.declared import field_of, renewed
from reconcilers.diff import Change
from reconcilers.digest import Digest
from reconcilers.live import Live
from reconcilers.live_service import LiveService, RegisteredRevision
from reconcilers.model import DriftPolicy, Service, SyncPolicy
from reconcilers.outcome import Finding, Health, Outcome, Progressing, Sync
from reconcilers.rollout import history
from reconcilers.rollout.health import health
from reconcilers.verdict import Order, Plan, Policy


@dataclass(frozen=True, slots=True)
class Situation:
    """One service, wanted and live, at one moment.

    ``changes`` are the leaves that only a deployment puts right, ``field_changes`` those that UpdateService does.
    ``declared`` are the service fields that Git names, a rolling update's configuration among them. ``definition`` is
    what a deployment would ship, with live's values where the manifest ignores a leaf, ``shipped`` its digest,
    ``content`` is by
    what the wanted content is known again. ``spent``: a person's order was carried out before we could say so.
    """

    wanted: Service
    live: Live
    service: LiveService
    running: RegisteredRevision
    attempts: tuple[Attempt, ...]
    now: float
    policy: Policy
    order: Order
    declared: Mapping[str, Any]
    definition: Mapping[str, Any]
    shipped: Digest
    content: history.Content
    changes: tuple[Change, ...]
    field_changes: tuple[Change, ...]
    spent: bool = False

    @property
    def writes(self) -> bool:
        """Whether anything may be written at all."""
        return self.wanted.sync is not SyncPolicy.OBSERVE

    @property
    def released(self) -> bool:
        """Whether a new release may ship without asking, or was asked for."""
        return self.wanted.sync is SyncPolicy.AUTO or (self.writes and self.order.sync)

    @property
    def restores(self) -> bool:
        """Whether what was changed by hand is put back."""
        return self.writes and (self.wanted.drift is DriftPolicy.HEAL or self.order.sync)

    @property
    def news(self) -> tuple[Change, ...]:
        """The field changes that Git made: it declares the field otherwise than when that was applied last."""
        return tuple(each for each in self.field_changes if self._renewed(each))

    @property
    def edits(self) -> tuple[Change, ...]:
        """The field changes that somebody else made, or of which nothing tells who did."""
        return tuple(each for each in self.field_changes if each not in self.news)

    def wants(self, attempt: Attempt) -> bool:
        """Whether an attempt ships the wanted release."""
        return history.ships(attempt, self.wanted, self.content)

    @property
    def tries(self) -> tuple[Attempt, ...]:
        """The attempts at the wanted release, newest first."""
        return tuple(attempt for attempt in self.attempts if self.wants(attempt))

    @property
    def active(self) -> Attempt | None:
        """The attempt that is under way, rollbacks included."""
        return next((attempt for attempt in self.attempts if attempt.active), None)

    def sync(self) -> Sync:
        """How Git and AWS stand to each other by content and history, holds apart."""
        if not self.changes:
            return self.sync_of_fields()
        if any(self._renewed(each) for each in self._carried):
            return Sync.OUTDATED
        ours = history.latest_success_of_ours(self.attempts)
        if ours is None:
            return self._adopted()
        return Sync.OUTDATED if not self.wants(ours) or self._ours_runs_since(ours) else Sync.DRIFTED

    def sync_of_fields(self) -> Sync:
        """How Git and AWS stand to each other by the service's fields."""
        if self.news:
            return Sync.OUTDATED
        return Sync.DRIFTED if self.field_changes else Sync.IN_SYNC

    @property
    def _carried(self) -> tuple[Change, ...]:
        """The changes of service fields that only a deployment puts right. The release does not say what all are."""
        return tuple(each for each in self.changes if each.path.startswith("/serviceDefinition/"))

    def _renewed(self, change: Change) -> bool:
        return renewed(field_of(change), self.declared, self.order.applied)

    def _adopted(self) -> Sync:
        """A service that we never shipped: whether Git moved or somebody's hand did, AWS has no record of.

        We know if we saw it in sync. If not, and the wanted content once ran, both readings are possible, and the one
        is taken that writes less: a policy that leaves drift alone is heeded.
        """
        if self.order.in_sync_before:
            return Sync.DRIFTED
        once_ran = any(history.succeeded(each) for each in self.tries)
        return Sync.DRIFTED if once_ran and self.wanted.drift is not DriftPolicy.HEAL else Sync.OUTDATED

    def _ours_runs_since(self, success: Attempt) -> bool:
        # A release of ours that failed and was not rolled back differs from Git without anybody's hand in it.
        since = self.attempts[: self.attempts.index(success)]
        return any(each.mark is not None and each.task_definition_arn == self.running.arn for each in since)

    def plan(
        self,
        outcome: Outcome,
        sync: Sync,
        *actions: Action,
        warnings: tuple[Finding, ...] = (),
        spends: bool = False,
    ) -> Plan:
        """A plan with the service's health and everything that differs. An order that was carried out is spent."""
        moving = isinstance(outcome, Progressing)
        return Plan(
            actions=actions,
            outcome=outcome,
            sync=sync,
            health=Health.PROGRESSING if moving else health(self.service, self.attempts),
            changes=() if sync is Sync.IN_SYNC else self.changes + self.field_changes,
            warnings=warnings,
            spends=self.spent or (spends and self.order.given),
            declared=self.declared,
        )
