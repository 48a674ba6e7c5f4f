"""Keys in, outcomes out: workers take a key, look, and say when to come back.

No step waits for anything but one call: a shift that takes an hour is an hour of short looks. What came of a look is
one frozen record, handed to the observers; when to look again is decided from it alone.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import assert_never

from controller.lease.sole import Sole
from controller.lease.turf import Turf
from controller.loop.again import SILENCE, again, heard, worth_a_look
from controller.loop.backoff import Backoff, jittered
from controller.loop.board import Board, Told, cluster_of
from controller.loop.commits import Commits
from controller.loop.gate import DOUBTED, TAKEN
from controller.loop.judged import in_sync
from controller.loop.keys import Key, Recollect, SyncSource, word
from controller.loop.queue import Priority, WorkQueue
from controller.loop.recollection import EVERY, Recollection
from controller.loop.status import ServiceStatus
from controller.loop.surroundings import Clocks, Observer, Rhythm, Swept, Tenancy, Work
from controller.source.defects import unread
from controller.source.git_errors import SourceError
from controller.source.snapshot import Snapshot
from reconcilers.leases import Errand, Shard, shard_of
from reconcilers.model import Cluster, Scope, ServiceKey
from reconcilers.outcome import Retry, Stalled
from reconcilers.sweep import SweepResult
from reconcilers.verdict import Order

HINTS = 1.0  # seconds between looks at Git that are asked for: a Git that answers fast would be asked for each push


class Loop:
    """The workers and what they do with a key. ``beat_at`` tells when a worker last finished one (monotonic)."""

    def __init__(  # noqa: PLR0913 - all that it stands on
        self,
        work: Work,
        board: Board,
        observer: Observer,
        rhythm: Rhythm,
        clocks: Clocks,
        *,
        tenancy: Tenancy | None = None,
    ) -> None:
        self.queue: WorkQueue[Key] = WorkQueue(clocks.monotonic, lane_of=self._lane)
        self.board = board
        self._work = work
        self._observer = observer
        self._rhythm = rhythm
        self._clocks = clocks
        self._backoff: Backoff[Key] = Backoff(clocks.chance)
        self._tenancy = tenancy or Sole()
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()
        self._commits = Commits(board, work.history)
        self._recollection = Recollection()
        self._looked_at = float("-inf")
        self.beat_at = clocks.monotonic()

    def start(self, workers: int) -> None:
        """Begin: the repository first, everything else follows from it."""
        self.queue.staff(workers)
        self.queue.add(SyncSource(), priority=Priority.COMMIT)
        for n in range(workers):
            thread = threading.Thread(target=self._run, name=f"worker-{n}", daemon=True)
            thread.start()
            self._threads.append(thread)  # only now: one that has not begun is not one that died

    def stop(self, within: float) -> bool:
        """Hand out nothing new and let the step in hand end. Whether it did ``within`` so many seconds."""
        self._stopped.set()
        self.queue.shut()
        until = self._clocks.monotonic() + within
        for thread in self._threads:
            thread.join(max(0.0, until - self._clocks.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def beats(self, within: float, moved_at: float = float("-inf")) -> bool:
        """Whether every worker is alive and one of them finished a step in the last ``within`` seconds.

        ``moved_at``: when a step that may take longer was last seen to make headway.
        """
        alive = all(thread.is_alive() for thread in self._threads)
        return alive and self._clocks.monotonic() - max(self.beat_at, moved_at) <= within

    def look_at_source(self) -> None:
        """Somebody says there is something new in Git: look now, or a second after the look before."""
        wait = self._looked_at + HINTS - self._clocks.monotonic()
        self.queue.add(SyncSource(), after=max(0.0, wait), priority=Priority.PERSON)

    def ask(self, key: ServiceKey, order: Order) -> bool:
        """A person wants ``key`` synced or retried. False if there is no such service.

        What another replica keeps is passed on to it; raises ``Retry`` or ``Stalled`` where that cannot be.
        """
        status = self.board.service(key)
        if status is not None and status.kept_by is not None:
            self._tenancy.send(Errand(key, status.wanted.release, order))
            return True
        known = self.board.ask(key, order)
        if known:
            self.queue.add(key, priority=Priority.PERSON)
        return known

    def shared(self, turf: Turf, /) -> None:
        """Some of the fleet came to this replica, or left it: look at once at what came."""
        self.board.shared(turf.keeper)
        if turf.taken:
            self.board.handover.took(turf.taken)
            self.queue.add(SyncSource(), priority=Priority.COMMIT)
        for status in self.board.services():
            if shard_of(status.wanted.scope) in turf.again:
                self.queue.add(cluster_of(status))
                looked_at = status.seen_at is not None or status.report is not None  # a look may have seen nothing
                if looked_at and not status.settled:
                    self.queue.add(status.wanted.key)  # it was to be looked at while that was refused

    def hear(self, errand: Errand, /) -> bool:
        """Somebody asked another replica. What was asked of a release that is not wanted any more is let go."""
        status = self.board.service(errand.service)
        if status is None or status.kept_by is not None:
            return False
        if status.wanted.release == errand.release:
            self.ask(errand.service, errand.order)
        return True

    def newer_commit(self) -> None:
        """Another replica has read a newer commit."""
        self.queue.add(SyncSource(), priority=Priority.COMMIT)

    def step(self, key: Key) -> None:
        """Do what ``key`` stands for, and say when to look at it again."""
        match key:
            case SyncSource():
                self._sync_source()
            case Cluster():
                self._if_ours(key.scope, partial(self._sweep, key))
            case ServiceKey():
                self._look(key)
            case Recollect():
                self._recollect()
            case _:
                assert_never(key)

    def _if_ours(self, scope: Scope, do: Callable[[], None]) -> None:
        """What another replica keeps is not looked at, and not come back to: see ``shared``."""
        if self._tenancy.enter(scope):
            try:
                do()
            finally:
                self._tenancy.leave(scope)

    def _run(self) -> None:
        while (key := self.queue.take()) is not None:
            try:
                self.step(key)
            except Exception as error:  # noqa: BLE001 - a defect in one step must not end the worker
                self._observer.broke(word(key), error)
                self.queue.add(key, after=self._backoff.failed(key))
            finally:
                self.queue.give_back(key)
                self.beat_at = self._clocks.monotonic()

    def _sync_source(self) -> None:
        started = self._looked_at = self._clocks.monotonic()
        result, taken = "unchanged", self.board.handover.unread()
        try:
            # What was recalled is nothing to go on from: what a commit spoils must not stand as that had it.
            snapshot = self._work.source(None if self.board.source.recalled else self.board.snapshot)
        except Exception as failure:
            error = failure if isinstance(failure, SourceError) else unread(failure)
            result = error.reason
            self.board.source_failed(error.reason, error.message, error.remedy, self._clocks.now())
            self._recall(error)
            if error is not failure:  # a defect of ours: everybody knows, and it still ends this step
                self._observer.polled(result, self._clocks.monotonic() - started)
                raise
        else:
            if snapshot is None:
                self.board.source_unchanged(self._clocks.now())
            else:
                result = "changed"
                self._adopt(snapshot)
            self._may_act(taken)
            self._commits.ask()
        self._observer.polled(result, self._clocks.monotonic() - started)
        self.queue.add(SyncSource(), after=jittered(self._rhythm.poll, self._clocks.chance()))

    def _may_act(self, taken: Mapping[Shard, int]) -> None:
        """Look at once at what might not be changed since its shard was taken."""
        self.board.git_read(taken)
        for status in self.board.services() if taken else ():
            if shard_of(status.wanted.scope) in taken and status.outcome == TAKEN:
                self.queue.add(status.wanted.key, priority=Priority.COMMIT)

    def _recall(self, error: SourceError) -> None:
        """Where Git was never read since the start, begin with what an earlier process applied last.

        Not where Git answered and its newest commit may not be applied.
        """
        if self._work.recall is None or self.board.snapshot is not None or error.reason in ("unverified", "stopped"):
            return
        if (recalled := self._work.recall()) is not None:
            self.board.recall(recalled)
            self._begin(frozenset())

    def _adopt(self, snapshot: Snapshot) -> None:
        swept, recalled = frozenset(map(cluster_of, self.board.services())), self.board.source.recalled
        changed = self.board.adopt(snapshot, self._clocks.now())
        for key in changed:
            self._backoff.forget(key)
            # At the start nothing is known of anything: one sweep tells more than a look at each.
            if swept:
                self.queue.add(key, priority=Priority.COMMIT)
        mended = self.board.handover.mended(snapshot.stale)
        for status in self.board.services() if mended else ():
            if status.wanted.key in mended and status.outcome == DOUBTED:
                self.queue.add(status.wanted.key, priority=Priority.COMMIT)
        for status in self.board.services() if recalled else ():
            if status.outcome is not None and not status.settled:
                self.queue.add(status.wanted.key, priority=Priority.COMMIT)  # nothing of it might be changed until now
        self._begin(swept)

    def _begin(self, swept: frozenset[Cluster]) -> None:
        """Sweep the clusters that nobody sweeps yet."""
        # In the order of their services, so that the same snapshot is always begun with in the same place.
        for cluster in dict.fromkeys(cluster_of(status) for status in self.board.services()):
            if cluster not in swept:
                self.queue.add(cluster)

    def _sweep(self, cluster: Cluster) -> None:
        statuses = self.board.in_cluster(cluster)
        if not statuses:
            return  # the last service of this cluster has left: nothing to come back for
        started = self._clocks.monotonic()
        found = self._work.sweep(cluster, tuple(status.wanted for status in statuses))
        for status in statuses:
            self._swept(status, found)
        seconds = self._clocks.monotonic() - started
        failed = next((error.reason for error in found.errors.values()), "")
        self.queue.heard(shard_of(cluster.scope), answered=bool(found.live) or failed not in SILENCE)
        self._observer.swept(Swept(cluster, len(statuses), len(found.differing), seconds, failed))
        if self._commits.due:
            self.queue.add(SyncSource())
        self.queue.add(cluster, after=jittered(self._rhythm.sweep, self._clocks.chance()))
        if self._work.attempts is not None:
            self.queue.add(Recollect(), after=EVERY)

    def _swept(self, status: ServiceStatus, found: SweepResult) -> None:
        key = status.wanted.key
        if key in found.in_sync and status.settled:
            self.board.glanced(key, found.live[key])
        elif key in found.in_sync:
            self._tell(self.board.reported(in_sync(status.wanted, found.live[key]), Order()))
        elif key in found.errors:
            self._tell(self.board.unread(key, found.errors[key], self._clocks.now()))
            if status.report is None and isinstance(found.errors[key], Stalled):
                self.queue.add(key)  # a look of its own says what blocks it, and who can clear that
        elif key in found.differing and worth_a_look(status, found.live[key], self._rhythm.recheck):
            self.queue.add(key)

    def _recollect(self) -> None:
        status = self._recollection.next(self.board.services())
        if status is not None:
            self._if_ours(status.wanted.scope, partial(self._remember, status))
            self.queue.add(Recollect(), after=EVERY)

    def _remember(self, status: ServiceStatus) -> None:
        """Nothing rests on it: where AWS does not answer, the service is as it was."""
        if self._work.attempts is None:
            return
        with suppress(Retry):
            with suppress(Stalled):
                self._tell(self.board.recollected(status.wanted, self._work.attempts(status.wanted)))
            self._recollection.done(status.wanted.key)

    def _look(self, key: ServiceKey) -> None:
        status = self.board.service(key)
        if status is not None:  # else removed from Git meanwhile: its service is left running
            self._if_ours(status.wanted.scope, partial(self._reconcile, status))

    def _reconcile(self, status: ServiceStatus) -> None:
        key = status.wanted.key
        order = self.board.order(key)
        report = self._work.reconcile(status.wanted, order)
        self._tell(self.board.reported(report, order))
        self.queue.heard(shard_of(status.wanted.scope), answered=heard(report))
        wish = again(report)
        if wish is None or wish.after is not None:
            self._backoff.forget(key)
        if wish is not None:
            self.queue.add(
                key, after=self._backoff.failed(key) if wish.after is None else wish.after, priority=wish.priority
            )

    def _lane(self, key: Key) -> Shard | None:
        """What AWS answers, or does not, together."""
        match key:
            case Cluster(scope=scope):
                return shard_of(scope)
            case ServiceKey():
                status = self.board.service(key)
                return shard_of(status.wanted.scope) if status is not None else None
            case _:
                return None

    def _tell(self, told: Told | None) -> None:
        if told is not None:
            self._observer.told(told)
