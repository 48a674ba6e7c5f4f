"""A lease table in memory: what DynamoDB's conditional writes amount to, and what may become of one on its way."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import assert_never

from reconcilers.leases import (
    Beat,
    Bury,
    Depart,
    Errand,
    Heard,
    Holding,
    Join,
    OfReplica,
    Release,
    Replica,
    Send,
    Shard,
    Table,
    Take,
    Write,
)
from reconcilers.model import ServiceKey
from reconcilers.outcome import Retry


@dataclass
class Rows:
    """The rows, and what was done to them."""

    replicas: dict[str, Replica] = field(default_factory=dict)
    holdings: dict[Shard, Holding] = field(default_factory=dict)
    errands: dict[ServiceKey, Errand] = field(default_factory=dict)
    written: list[Write] = field(default_factory=list)

    def read(self) -> Table:
        return Table(dict(self.replicas), dict(self.holdings), tuple(self.errands.values()))

    def write(self, write: Write) -> bool:
        done = self._do(write)
        if done:
            self.written.append(write)
        return done

    def _do(self, write: Write) -> bool:
        match write:
            case Take(shard, _, found):
                return self._put(shard, found, write.taken)
            case Release(shard, held):
                return self._put(shard, held, Holding("", held.epoch))
            case Send(errand):
                self.errands[errand.service] = errand
                return True
            case Heard(errand):
                same = self.errands.get(errand.service) == errand
                return self._only_if(same, lambda: self.errands.pop(errand.service))
            case _:
                return self._of_replica(write)

    def _of_replica(self, write: OfReplica) -> bool:
        match write:
            case Join(replica):
                new = replica.id not in self.replicas
                return self._only_if(new, lambda: self.replicas.update({replica.id: replica}))
            case Beat(id_, commit, shards):
                row = self.replicas.get(id_)
                if row is not None:
                    self.replicas[id_] = replace(row, beat=row.beat + 1, commit=commit, shards=shards)
                return row is not None
            case Bury(id_, beat):
                row = self.replicas.get(id_)
                return self._only_if(row is not None and row.beat == beat, lambda: self.replicas.pop(id_))
            case Depart(id_):
                self.replicas.pop(id_, None)
                return True
            case _:
                assert_never(write)

    def _put(self, shard: Shard, found: Holding | None, then: Holding) -> bool:
        return self._only_if(self.holdings.get(shard) == found, lambda: self.holdings.update({shard: then}))

    @staticmethod
    def _only_if(holds: bool, do: Callable[[], object]) -> bool:
        if holds:
            do()
        return holds


@dataclass
class Line:
    """One replica's way to the table. ``fate`` says what becomes of the next call: ``ok``, ``lost`` (it is not heard),
    ``unanswered`` (it is heard and the answer is lost), ``late`` (it is heard only when ``deliver`` is called).
    """

    rows: Rows
    fate: Callable[[], str] = lambda: "ok"
    under_way: list[Write] = field(default_factory=list)
    torn: Table | None = None  # what the next reading gives, each row as of another moment

    def read(self) -> Table:
        if self.fate() != "ok":
            raise Retry("Timeout", "no answer in time")
        torn, self.torn = self.torn, None
        return torn or self.rows.read()

    def write(self, write: Write) -> bool:
        match self.fate():
            case "ok":
                return self.rows.write(write)
            case "unanswered":
                self.rows.write(write)
            case "late":
                self.under_way.append(write)
            case _:
                pass
        raise Retry("Timeout", "no answer in time")

    def deliver(self) -> None:
        """What is under way arrives."""
        for each in self.under_way:
            self.rows.write(each)
        self.under_way.clear()
