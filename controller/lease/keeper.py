"""The thread that keeps the lease, and what the workers ask it: is this ours, and is it still?

A question is answered from what is believed and from the clock alone; nobody waits for the table but this thread.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from controller.lease import beliefs
from controller.lease.beliefs import Belief
from controller.lease.means import Audience, Means
from controller.lease.turf import Turf
from controller.lease.view import Sharing, holdings, sharing
from reconcilers.leases import (
    Beat,
    Depart,
    Errand,
    Heard,
    Join,
    Replica,
    Send,
    Shard,
    Table,
    Write,
    shard_of,
)
from reconcilers.model import Scope
from reconcilers.outcome import Outcome, Retry, Stalled, Waiting
from reconcilers.reconcile import where


class Keeper:
    """One replica's lease. ``tick`` is one round of its thread, and takes no longer than its calls."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._audience: Audience | None = None
        self._belief: Belief | None = None
        self._beat_at = 0.0
        self._said = ("", frozenset[Shard]())
        self._commits = frozenset({""})
        self._turf = Turf()
        self._told: dict[Shard, int] = {}  # the epochs that the audience knows of
        self._trouble = ""
        self._lock = threading.Lock()  # guards what follows
        self._in_hand: Counter[Shard] = Counter()
        self._leaving: frozenset[Shard] = frozenset()
        self._refused: set[Shard] = set()
        self._step = threading.local()  # under which id and epoch the step in this thread began
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    def keeps(self, scope: Scope) -> bool:
        """Whether nobody else can be acting there, by our own clock and with the margin."""
        return self._tenure(shard_of(scope)) is not None

    def enter(self, scope: Scope) -> bool:
        """Whether a step there may begin. If so, ``leave`` must follow: nothing is given back before."""
        shard = shard_of(scope)
        with self._lock:
            tenure = self._tenure(shard) if shard not in self._leaving else None
            if tenure is None:
                self._refused.add(shard)
                return False
            self._in_hand[shard] += 1
            self._step.tenure = tenure
            return True

    def leave(self, scope: Scope) -> None:
        """The step is over."""
        with self._lock:
            self._in_hand[shard_of(scope)] -= 1

    def allows(self, scope: Scope) -> bool:
        """Whether the step in this thread may change something now: kept all the while since it looked, and still."""
        tenure = self._tenure(shard_of(scope))
        return tenure is not None and tenure == getattr(self._step, "tenure", None)

    def gate(self, scope: Scope) -> Outcome | None:
        """``None`` where something may be changed now; else how a reconcile ends instead."""
        if self.allows(scope):
            return None
        what = "Nothing is changed while the lease is not surely held."
        return Waiting(what, "the lease", self._means.terms.beat)

    def sharing(self) -> Sharing:
        """How the fleet is shared, as far as this replica knows."""
        return sharing(self._belief, self._means.clock(), self._trouble)

    def send(self, errand: Errand) -> None:
        """Leave an errand for whoever keeps the service. Raises ``Retry`` or ``Stalled``."""
        self._write(Send(errand))

    def tell(self, audience: Audience) -> None:
        """Who is told of what changes. To begin with nothing is kept."""
        self._audience = audience
        audience.shared(self._turf)

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self, *, idle: bool) -> None:
        """End; the gate is shut from now on. ``idle``: nothing is in hand, so all is given back at once; else the lease
        is left to run out.
        """
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join(4 * self._means.terms.patience)
        belief = self._belief
        if idle and belief is not None and not self._thread.is_alive():
            self._try(lambda: self._write(Depart(belief.me)))

    def tick(self) -> None:
        """Renew if it is time, read the table, take, give back, and tell the audience."""
        self._try(self._round)
        self._tell()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.tick()
            except Exception as error:  # noqa: BLE001 - whatever it was, the lease must be renewed
                say = self._means.log.error  # without its words, which may hold values
                say("a step broke", step="lease", error=where(error))
            self._ended.wait(self._means.terms.look)

    def _try(self, do: Callable[[], object]) -> None:
        before, self._trouble = self._trouble, ""
        try:
            do()
        except (Retry, Stalled) as error:
            self._trouble = error.reason
            if before != error.reason:
                remedy = {"remedy": error.remedy} if isinstance(error, Stalled) else {}
                self._means.log.warning("the lease table does not answer well", text=error.message, **remedy)
        else:
            if before:
                self._means.log.info("the lease table answers again")

    def _round(self) -> None:
        belief = self._beaten(self._belief or self._joined())
        if belief is not None:
            table = self._means.table.read()
            belief = self._believe(beliefs.looked(belief, table, self._means.clock()))
            if belief.me in table.replicas:
                self._share(self._buried(belief))
                self._hear(table)
                return
        self._means.log.warning("the lease has run out, and another replica has taken over: beginning anew")
        self._belief = None

    def _joined(self) -> Belief:
        replica = Replica(self._means.name(), self._means.terms.ttl, address=self._means.address())
        sent = self._means.clock()
        self._write(Join(replica))
        self._said, self._beat_at = ("", frozenset()), sent
        return self._believe(beliefs.renewed(Belief(replica.id, self._means.terms), sent))

    def _beaten(self, belief: Belief) -> Belief | None:
        """Renew if it is time, or if there is news to tell. ``None``: our row is out."""
        news, sent = self._means.wants(), self._means.clock()
        if news == self._said and sent < self._beat_at + self._means.terms.beat:
            return belief
        if not self._write(Beat(belief.me, *news)):
            return None
        self._said, self._beat_at = news, sent
        return self._believe(beliefs.renewed(belief, sent))

    def _buried(self, belief: Belief) -> Belief:
        for each in beliefs.burials(belief, self._means.clock()):
            if self._write(each):
                self._means.log.info("a replica has not renewed its lease", replica=each.id)
                belief = self._believe(beliefs.buried(belief, each))
        return belief

    def _share(self, belief: Belief) -> None:
        keepers = beliefs.plan(belief)
        with self._lock:
            self._leaving = beliefs.leavings(belief, keepers)
            busy = self._busy()
        for release in beliefs.releases(belief, self._leaving, busy):
            belief = self._believe(beliefs.offered(belief, release))
            self._write(release)
        for take in beliefs.takings(belief, keepers):
            if belief.sure(self._means.clock()) and self._write(take):
                belief = self._believe(beliefs.taken(belief, take))

    def _hear(self, table: Table) -> None:
        """Heard twice is no harm: what was tried since the person spoke has spent the order."""
        for errand in table.errands:
            if self._audience is not None and self._audience.hear(errand):
                self._write(Heard(errand))

    def _tell(self) -> None:
        """What is new for the audience. What is not sure for a moment stays as it was; so does, until the step in hand
        has ended, what was lost.
        """
        belief = self._belief
        sure = belief is not None and belief.sure(self._means.clock())
        epochs = belief.held if belief is not None else {}
        held = frozenset(epochs)
        taken = frozenset(shard for shard, epoch in epochs.items() if sure and self._told.get(shard) != epoch)
        with self._lock:
            ours = (held if sure else held & self._turf.ours) | (self._turf.ours & self._busy())
            again = (ours - self._turf.ours) | taken | (self._refused & held - self._leaving)
            if sure:
                self._refused &= ours - again  # what stays ours and could not be told yet: nobody else comes back to it
        known = holdings(belief) if belief is not None else {}
        others = {shard: each.holder for shard, each in known.items() if shard not in ours}
        turf = Turf(ours, others, again if sure else frozenset(), taken)
        if turf != self._turf:
            self._turf = replace(turf, again=frozenset(), taken=frozenset())
            if self._audience is not None:
                self._audience.shared(turf)
            self._told.update((shard, epochs[shard]) for shard in taken)
        self._compare(belief)

    def _compare(self, belief: Belief | None) -> None:
        rows = belief.table.replicas.values() if belief is not None else ()
        commits = frozenset(each.commit for each in rows)
        new, self._commits = commits - self._commits, commits | {""}
        if self._audience is not None and new - {self._means.wants()[0]}:
            self._audience.newer_commit()

    def _tenure(self, shard: Shard) -> tuple[str, int] | None:
        """Under which id and epoch the shard is surely ours at this moment. Not before the audience was told of it, who
        asks Git first: the table may be slow between the taking and that.
        """
        belief = self._belief
        if belief is None or self._ended.is_set() or not belief.keeps(shard, self._means.clock()):
            return None
        epoch = belief.held[shard]
        return (belief.me, epoch) if self._told.get(shard) == epoch else None

    def _busy(self) -> frozenset[Shard]:
        return frozenset(shard for shard, count in self._in_hand.items() if count > 0)

    def _believe(self, belief: Belief) -> Belief:
        """From now on, for the workers too."""
        self._belief = belief
        return belief

    def _write(self, write: Write) -> bool:
        return self._means.table.write(write)
