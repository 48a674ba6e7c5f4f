"""A service in a line of the fleet: small, since there may be a thousand and each change is sent to every reader."""

from collections.abc import Mapping
from typing import Any

from controller.loop import words
from controller.loop.attribution import author
from controller.loop.author import together
from controller.loop.status import ServiceStatus
from controller.web.fleet_views import FleetRow
from controller.web.views import ServiceView


def row(status: ServiceStatus, *, stale: bool) -> FleetRow:
    """A status in a line. ``stale``: the newest commit's manifest is broken, and an earlier one is in force."""
    wanted, outcome = status.wanted, status.outcome
    running = status.live.serving if status.live is not None else None
    drifted = status.drift_since
    progress = status.rollout.progress if status.rollout is not None else None
    return FleetRow(
        environment=wanted.key.environment,
        name=wanted.key.name,
        cluster=wanted.cluster,
        region=wanted.scope.region,
        sync=status.sync,
        health=status.health,
        ready=status.ready and not stale,
        stale=stale,
        outcome=words.kind(outcome),
        text=words.state(status),
        reason=words.reason(outcome),
        since=words.since(status),
        drift_since=min(drifted.values(), default=None),
        drift_at_least=bool(drifted) and bool(status.drift_stood),
        drift_fields=len(drifted),
        drift_by=_drift_by(status) if drifted else "",
        failing_since=status.failing_since,
        running=version(running.definition) if running is not None else "",
        wanted=version(wanted.task_definition),
        commit=wanted.commit.commit,
        author=wanted.commit.author,
        traffic=progress.traffic if progress is not None else None,
    )


def broken_row(view: ServiceView) -> FleetRow:
    """The line of a service whose manifest never could be read."""
    return FleetRow(
        environment=view.environment,
        name=view.name,
        cluster=None,
        region=None,
        sync=view.sync,
        health=view.health,
        ready=False,
        outcome=view.outcome,
        text=view.text,
        reason=view.reason,
    )


def _drift_by(status: ServiceStatus) -> str:
    return together(author(status, each).who for each in status.changes)


def version(definition: Mapping[str, Any], most: int = 3) -> str:
    """What a task definition runs, in a word: the one tag of all its images, or ``name:tag`` of each where they differ.

    A digest is cut to twelve digits.
    """
    tags = {
        str(container.get("name", "")): _tag(str(container.get("image", "")))
        for container in definition.get("containerDefinitions", ())
    }
    if len(set(tags.values())) <= 1:
        return next(iter(tags.values()), "")
    shown = [f"{name}:{tag}" for name, tag in sorted(tags.items())]
    return ", ".join(shown[:most]) + (f" +{len(shown) - most}" if len(shown) > most else "")


def _tag(image: str) -> str:
    name, at, digest = image.partition("@")
    _, colon, tag = name.rpartition(":")
    if colon and "/" not in tag:
        return tag
    return digest.rpartition(":")[2][:12] if at else "latest"
