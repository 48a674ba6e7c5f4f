"""Wanted against live, compared once: from what was read to a ``Situation``."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconcilers.declared import declared, field_of
from reconcilers.diff import Change, carry_ignored, service_changes, task_definition_changes
from reconcilers.digest import Digest
from reconcilers.live import Live
from reconcilers.live_service import LiveService, RegisteredRevision
from reconcilers.model import Service
from reconcilers.rollout import fields, history
from reconcilers.rollout.situation import Situation
from reconcilers.task_definition import revision_digest
from reconcilers.verdict import Order, Policy


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where a service and what is wanted of it differ: what a deployment puts right, and what UpdateService does."""

    by_deployment: tuple[Change, ...]
    by_update: tuple[Change, ...]


def compare(
    wanted: Service, service: LiveService, running: RegisteredRevision, *, scalable: bool = False
) -> Comparison:
    """The leaves that differ, ignored ones apart. ``scalable``: autoscaling owns the desired count."""
    named = service_changes(declared(wanted), service.definition, scalable=scalable, ignore=wanted.ignore)
    carried = tuple(each for each in named if fields.by_deployment(wanted, field_of(each)))
    updated = tuple(each for each in named if each not in carried)
    return Comparison((*_content_changes(wanted, running), *carried), updated)


def _content_changes(wanted: Service, running: RegisteredRevision) -> tuple[Change, ...]:
    # Both digests are computed now, of the canonical forms that are compared below: where they are equal nothing can
    # differ, ignored or not, and a sweep of a thousand services compares none of them leaf by leaf.
    if running.digest == wanted.revision:
        return ()
    return task_definition_changes(wanted.task_definition, running.definition, wanted.ignore)


def to_ship(wanted: Service, running: RegisteredRevision | None) -> tuple[Mapping[str, Any], Digest]:
    """What a deployment would ship, live's values in the leaves that are ignored, and the digest of its content."""
    if running is None or not wanted.ignore:
        return wanted.task_definition, wanted.revision
    definition = carry_ignored(wanted.task_definition, running.definition, wanted.ignore)
    return definition, revision_digest(definition)


def survey(wanted: Service, live: Live, now: float, policy: Policy, order: Order) -> Situation | None:
    """Everything that one decision stands on; ``None`` where service, revision or attempts were not read."""
    if live.service is None or live.running is None or live.attempts is None:
        return None
    definition, shipped = to_ship(wanted, live.running)
    differing = compare(wanted, live.service, live.running, scalable=live.scalable is True)
    situation = Situation(
        wanted=wanted,
        live=live,
        service=live.service,
        running=live.running,
        attempts=live.attempts,
        now=now,
        policy=policy,
        order=order,
        declared=declared(wanted),
        definition=definition,
        shipped=shipped,
        content=_content(live, wanted, shipped),
        changes=differing.by_deployment,
        field_changes=differing.by_update,
    )
    if not _carried_out(situation):
        return situation
    return replace(situation, order=Order(field_heals=order.field_heals, applied=order.applied), spent=True)


def _content(live: Live, wanted: Service, shipped: Digest) -> history.Content:
    digests = frozenset({wanted.revision, shipped})
    seen = (live.running, *(live.candidates or ()))
    return history.Content(digests, frozenset(each.arn for each in seen if each and each.digest in digests))


def _carried_out(situation: Situation) -> bool:
    """Whether a deployment was made since a person spoke, and only the answer to its creation was lost."""
    at = situation.order.at
    if at is None or not situation.order.given:
        return False
    return any(attempt.mark is not None and attempt.created_at >= at for attempt in situation.tries)
