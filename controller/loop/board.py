"""Where everybody looks: the snapshot, every service's status, what people asked for. All of it can be lost.

One lock, held for a moment; records are frozen and replaced whole, so that a reader never sees half of a change.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from controller.loop.applied import puts_back
from controller.loop.attribution import dated
from controller.loop.author import Author
from controller.loop.departures import Departures, departures
from controller.loop.events import Event, events
from controller.loop.handover import Handover
from controller.loop.learnt import (
    after_commit,
    after_recollection,
    after_report,
    after_sharing,
    after_unread,
    still_in_sync,
    with_commit,
)
from controller.loop.recalling import alike, also
from controller.loop.status import Brought, ServiceStatus
from controller.source.recalled import Recalled
from controller.source.snapshot import Snapshot
from reconcilers.attempts import Attempt
from reconcilers.leases import Shard
from reconcilers.live import Live
from reconcilers.model import Cluster, Revision, Scope, Service, ServiceKey
from reconcilers.outcome import Retry, Stalled
from reconcilers.report import Report
from reconcilers.verdict import Order

KeptBy = Callable[[Scope], str | None]  # None: this replica
MOST_AUTHORS = 100  # of one service; the oldest are forgotten


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How the repository stands. ``good_at``: when Git last answered, in seconds since the epoch.

    ``arriving``: how far the commit is that takes longer to fetch or to compile than one should; empty where none does.
    ``recalled``: Git was never read since the start, and what stands is what an earlier process applied last.
    """

    good_at: float | None = None
    failing_since: float | None = None
    reason: str = ""
    message: str = ""
    remedy: str = ""
    arriving: str = ""
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One service's status before and after something was learnt, and what happened in between."""

    before: ServiceStatus
    after: ServiceStatus
    events: tuple[Event, ...]


class Board:
    """What the daemon knows, for the loop to write and everybody to read."""

    def __init__(self) -> None:
        self.handover = Handover()
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._source = SourceStatus()
        self._services: dict[ServiceKey, ServiceStatus] = {}
        self._orders: dict[ServiceKey, Order] = {}
        self._field_heals: dict[ServiceKey, tuple[float, ...]] = {}
        self._kept_by: KeptBy = _this_one
        self._departed: Departures = {}

    @property
    def snapshot(self) -> Snapshot | None:
        return self._snapshot

    @property
    def source(self) -> SourceStatus:
        return self._source

    def services(self) -> tuple[ServiceStatus, ...]:
        """Every service's status, by key."""
        with self._lock:
            return tuple(self._services.values())

    def service(self, key: ServiceKey) -> ServiceStatus | None:
        with self._lock:
            return self._services.get(key)

    def departures(self) -> Departures:
        """The services that left Git since the start, as far as they are remembered."""
        return self._departed

    def in_cluster(self, cluster: Cluster) -> tuple[ServiceStatus, ...]:
        """The services that one sweep reads."""
        return tuple(each for each in self.services() if cluster_of(each) == cluster)

    def adopt(self, snapshot: Snapshot, now: float) -> tuple[ServiceKey, ...]:
        """Swap in a new snapshot. The keys whose service is new or wants something else than before."""
        with self._lock:
            before = None if self._source.recalled else self._snapshot
            self._departed = departures(self._departed, before, snapshot, now)
            changed = self._swap(snapshot)
            self._source = SourceStatus(good_at=now)
            return changed

    def recall(self, recalled: Recalled) -> None:
        """Begin with what an earlier process applied last. Git has not answered well since that was looked at."""
        with self._lock:
            self._swap(recalled.snapshot)
            at, message = recalled.looked_at, also(self._source.message, recalled.snapshot.revision.commit)
            before = replace(self._source, message=message, arriving="")
            self._source = replace(before, good_at=at, failing_since=at, recalled=True)

    def shared(self, kept_by: KeptBy) -> None:
        """Who keeps what is new. What is known of a service ends with the keeping of it."""
        with self._lock:
            self._kept_by = kept_by
            self._share()

    def source_unchanged(self, now: float) -> None:
        """Git answered, and nothing is new."""
        with self._lock:
            self._source = SourceStatus(good_at=now)

    def git_read(self, taken: Mapping[Shard, int]) -> None:
        """Git has answered a look, and what it answered is adopted: see ``Handover``, of which ``taken`` was unread."""
        stands = self._snapshot
        stale = [stands.services[key] for key in stands.stale] if stands is not None and taken else ()
        self.handover.read(taken, stale)

    def source_arriving(self, how_far: str) -> None:
        """A commit is still fetched or compiled, and gets on."""
        with self._lock:
            self._source = replace(self._source, arriving=how_far)

    def source_failed(self, reason: str, message: str, remedy: str, now: float) -> None:
        """Git did not answer, or not well: the last good snapshot stands."""
        with self._lock:
            before, stands = self._source, self._snapshot
            if before.recalled and stands is not None:
                message = also(message, stands.revision.commit)
            self._source = replace(
                before,
                arriving="",
                failing_since=before.failing_since if before.failing_since is not None else now,
                reason=reason,
                message=message,
                remedy=remedy,
            )

    def reported(self, report: Report, order: Order) -> Told | None:
        """A service was looked at on its own, under ``order``. ``None`` if it has been removed meanwhile."""
        with self._lock:
            before = self._services.get(report.key)
            if before is None:
                return None
            if puts_back(before, report):
                self._field_heals[report.key] = (*self._field_heals.get(report.key, ())[-9:], report.at)
            if report.spent:
                self._spend(report.key, order)
            return self._tell(before, after_report(before, report), report.at)

    def recollected(self, wanted: Service, attempts: tuple[Attempt, ...]) -> Told | None:
        """AWS told what was tried with a service before. ``None`` where something else is wanted meanwhile."""
        with self._lock:
            before = self._services.get(wanted.key)
            if before is None or before.wanted.release != wanted.release:
                return None
            after = after_recollection(before, attempts)
            self._services[wanted.key] = after
            return Told(before, after, ())

    def glanced(self, key: ServiceKey, live: Live) -> None:
        """A sweep found again that nothing differs."""
        with self._lock:
            before = self._services.get(key)
            if before is not None:
                self._services[key] = still_in_sync(before, live)

    def unread(self, key: ServiceKey, error: Retry | Stalled, now: float) -> Told | None:
        """A sweep could not read a service: what is known of it stands."""
        with self._lock:
            before = self._services.get(key)
            return None if before is None else self._tell(before, after_unread(before, error, now), now)

    def attributed(self, key: ServiceKey, about: str, author: Author) -> None:
        """Keep who did something, as far as it is known by now."""
        with self._lock:
            before = self._services.get(key)
            if before is not None:
                kept = {**{name: each for name, each in before.authors.items() if name != about}, about: author}
                newest = dict(list(kept.items())[-MOST_AUTHORS:])
                self._services[key] = dated(replace(before, authors=newest), about, author)

    def nameless(self) -> frozenset[str]:
        """The commits that brought what is wanted, of which only the ids are known."""
        return frozenset(
            each.wanted.commit.commit for each in self.services() if each.wanted.commit.committed_at is None
        )

    def untold(self) -> dict[ServiceKey, tuple[str, ...]]:
        """The services that AWS was asked about, of which nobody told the commit yet: with what they are made of."""
        return {
            each.wanted.key: (each.wanted.source, *each.wanted.made_of)
            for each in self.services()
            if each.brought is Brought.SUPPOSED and each.live is not None
        }

    def dated(self, commits: Mapping[ServiceKey, Revision]) -> None:
        """Keep the commits that Git's history names for those of which nobody told one meanwhile."""
        with self._lock:
            for key, commit in commits.items():
                each = self._services.get(key)
                if each is not None and each.brought is Brought.SUPPOSED:
                    self._services[key] = replace(with_commit(each, commit), brought=Brought.TOLD)

    def named(self, commits: Mapping[str, Revision]) -> None:
        """Keep what Git says of commits, by their ids."""
        with self._lock:
            for key, each in self._services.items():
                found = commits.get(each.wanted.commit.commit)
                if found is not None:
                    self._services[key] = with_commit(each, found)

    def ask(self, key: ServiceKey, order: Order) -> bool:
        """Keep what a person asked for until a plan spends it. False if there is no such service."""
        with self._lock:
            if key not in self._services:
                return False
            self._orders[key] = order
            return True

    def order(self, key: ServiceKey) -> Order:
        """What is to be kept in mind of a service: what a person asked for, and our own edits of its fields."""
        with self._lock:
            status = self._services.get(key)
            before = status is not None and status.in_sync_release == status.wanted.release
            applied = status.applied if status is not None else None
            kept = self._orders.get(key, Order())
            return replace(kept, field_heals=self._field_heals.get(key, ()), in_sync_before=before, applied=applied)

    def _swap(self, snapshot: Snapshot) -> tuple[ServiceKey, ...]:
        known = self._services
        self._services = {
            key: after_commit(self._known(snapshot.services[key]), snapshot.services[key], self._brought(key))
            for key in sorted(snapshot.services)  # once, since whoever asks wants them in this order
        }
        changed = [key for key, each in self._services.items() if key not in known or known[key].wanted != each.wanted]
        self._share()
        # What was asked for was asked of the release that was wanted then.
        self._orders = {
            key: order for key, order in self._orders.items() if key in self._services and key not in changed
        }
        self._field_heals = {key: at for key, at in self._field_heals.items() if key in self._services}
        self._snapshot = snapshot
        return tuple(changed)

    def _known(self, wanted: Service) -> ServiceStatus | None:
        """What is known of a service by the time that a commit wants this of it. What was recalled and is wanted
        otherwise now tells nothing of what was applied in between.
        """
        known = self._services.get(wanted.key)
        return known if known is None or not self._source.recalled or alike(known.wanted, wanted) else None

    def _spend(self, key: ServiceKey, order: Order) -> None:
        kept = self._orders.get(key)
        asked = replace(order, field_heals=(), in_sync_before=False, applied=None)
        if kept is not None and kept == asked:  # one that came meanwhile stays
            del self._orders[key]

    def _share(self) -> None:
        self._services = {
            key: after_sharing(each, self._kept_by(each.wanted.scope)) for key, each in self._services.items()
        }
        left = [key for key, each in self._services.items() if each.kept_by is not None]
        for key in left:
            self._orders.pop(key, None)
            self._field_heals.pop(key, None)

    def _brought(self, key: ServiceKey) -> Brought:
        """Where Git did not describe a service before, broken or sound, what is there now is this commit's."""
        before = self._snapshot if not self._source.recalled else None
        return Brought.SUPPOSED if before is None or key in before.spoiled else Brought.SURE

    def _tell(self, before: ServiceStatus, after: ServiceStatus, now: float) -> Told:
        self._services[after.wanted.key] = after
        return Told(before, after, events(before, after, now))


def _this_one(_: Scope) -> str | None:
    return None


def cluster_of(status: ServiceStatus) -> Cluster:
    """Which sweep reads the service."""
    return Cluster(status.wanted.scope, status.wanted.cluster)
