"""Services that a commit names no more, and when that was read. Pure; all of it can be lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from controller.source.snapshot import Snapshot
from reconcilers.model import Revision, Service, ServiceKey

MOST = 1000  # that are remembered; the oldest are forgotten


@dataclass(frozen=True, slots=True)
class Departure:
    """A service that left Git. ``commit``: the one that was read without it, ``at``: when, in seconds since the epoch.

    ``release``: what was wanted of it last. ``heir``: who has its service in ECS from now on, if another manifest does.
    """

    service: ServiceKey
    release: str
    commit: Revision
    at: float
    heir: ServiceKey | None = None


Departures = Mapping[ServiceKey, Departure]


def departures(known: Departures, before: Snapshot | None, after: Snapshot, now: float) -> Departures:
    """Those that were ``known`` and have not come back, and those that ``before`` had and ``after`` does not name.

    A broken manifest names its service still. Nothing has left by what is read first.
    """
    gone = {key: each for key, each in known.items() if not _names(after, key)}
    if before is not None:
        gone |= {each.service: each for each in _left(before, after, now)}
    return dict(list(gone.items())[-MOST:])


def _left(before: Snapshot, after: Snapshot, now: float) -> Iterator[Departure]:
    missing = [each for key, each in before.services.items() if not _names(after, key)]
    owners = {_in_ecs(each): each.key for each in after.services.values()} if missing else {}
    for each in missing:
        yield Departure(each.key, each.release, after.revision, now, owners.get(_in_ecs(each)))


def _names(snapshot: Snapshot, key: ServiceKey) -> bool:
    return key in snapshot.services or key in snapshot.spoiled


def _in_ecs(service: Service) -> tuple[object, str, str]:
    return service.scope, service.cluster, service.name
