"""Git as a history of generated commits, and what each replica has read of it.

Commits are whole: every file by its path. What a manifest compiles to depends on its bytes alone, so it is compiled
once in a process, by the controller's own compiler, and put together with the others of its commit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from controller.source.git import Fetched, GitSource, Kept
from controller.source.git_errors import SourceError
from controller.source.objects import Tree
from controller.source.rendering import render_in_process
from controller.source.repository import Repository
from controller.source.snapshot import Snapshot, compile_tree
from reconcilers.model import Revision
from tests.simulation.fleet import Declared, Plan, files

BROKEN = b"apiVersion: trueup/v1\nkind: Service\nmetadata: {name: ["


@dataclass(frozen=True, slots=True)
class Commit:
    """``says``: by service, what it declares; ``None`` for a manifest that cannot be read, no entry for none."""

    id: str
    at: float
    says: Mapping[str, Declared | None]
    parent: "Commit | None" = None

    def follows(self, other: str) -> bool:
        one: Commit | None = self
        while one is not None and one.id != other:
            one = one.parent
        return one is not None


@dataclass
class Origin:
    """The repository that everybody pulls from."""

    plans: tuple[Plan, ...]
    head: Commit
    made: int = 1
    away: set[str] = field(default_factory=set)  # for whom it does not answer, by replica; empty: for everybody
    disks: dict[str, tuple[Commit, float]] = field(default_factory=dict)  # by replica, over its lives: see ``Kept``
    compiled: dict[str, Snapshot] = field(default_factory=dict)  # by commit: all replicas read the same of it
    graces: dict[str, set[int]] = field(default_factory=dict)  # what was ever declared of each service's own field

    def commit(self, at: float, says: Mapping[str, Declared | None], *, onto: Commit | None = None) -> Commit:
        """A new tip; ``onto`` another commit than the one before, it was forced."""
        self.made += 1
        for name, declared in says.items():
            if declared is not None:
                self.graces.setdefault(name, {Declared().grace}).add(declared.grace)
        self.head = Commit(f"{self.made:040x}", at, says, onto or self.head)
        return self.head

    def force(self, at: float) -> Commit:
        """Somebody takes back the last commits by force."""
        line = self._line()
        back = line[min(3, len(line) - 1)]
        return self.commit(at, back.says, onto=back.parent or back)

    def has_changed_fields(self, name: str) -> bool:
        """Whether any commit declared other fields of the service than another."""
        return len(self.graces.get(name, ())) > 1

    def earlier(self, name: str, now: Declared) -> Declared:
        """What a service had before it had what it has ``now``."""
        said = (one.says.get(name) for one in self._line())
        return next((each for each in said if each is not None and each.content != now.content), now)

    def _line(self) -> list[Commit]:
        """The commits from the tip back to the first."""
        line: list[Commit] = []
        one: Commit | None = self.head
        while one is not None:
            line.append(one)
            one = one.parent
        return line


def origin(plans: tuple[Plan, ...], at: float) -> Origin:
    """A repository that wants what runs."""
    return Origin(plans, Commit(f"{1:040x}", at, {plan.name: Declared() for plan in plans}))


class Known(NamedTuple):
    """What a replica must want of a service: what a commit declares, which ``brought`` it, and the newest by which the
    replica knows that, since its manifest was ``sound`` in it.
    """

    declared: Declared
    brought: Commit
    sound: Commit


@dataclass
class Clone:
    """What a ``GitSource`` is to ``Repository``, for one replica. ``exchange`` is where a call may come to harm.

    ``known``: what this replica must now want of each service; of what its disk alone knows, nothing. ``disk``: by
    which name that goes.
    """

    origin: Origin
    exchange: Callable[[Callable[[], Commit]], Commit]
    disk: str
    now: Callable[[], float]
    last: Commit | None = None
    known: dict[str, Known] = field(default_factory=dict)
    recalled: Commit | None = None

    @property
    def shown(self) -> dict[str, Known]:
        """What this replica must show as wanted."""
        kept = self.recalled
        said = kept.says.items() if kept is not None else ()
        recalled = {name: Known(one, kept, kept) for name, one in said if one is not None and kept is not None}
        return self.known or recalled

    def fetch(self) -> Fetched:
        tip, last = self.exchange(self._tip), self.last
        self.last = tip
        rewritten = last is not None and not tip.follows(last.id)
        return Fetched(_revision(tip), last is not tip, rewritten, last.id if last else None)

    def verify(self, revision: Revision, applied: str | None) -> None:
        pass

    def applied(self, revision: Revision) -> None:
        if self.last is not None:
            self.origin.disks[self.disk] = self.last, self.now()

    def looked(self) -> None:
        commit, _ = self.origin.disks[self.disk]
        self.origin.disks[self.disk] = commit, self.now()

    def alone(self) -> "Clone":
        return self

    def kept(self) -> Kept | None:
        commit, at = self.origin.disks.get(self.disk, (None, 0.0))
        self.recalled = commit
        return Kept(_revision(commit), min(at, self.now())) if commit is not None else None

    def close(self) -> None:
        pass

    def adopted(self) -> None:
        """The tip was taken: of what cannot be read, what was known before stands."""
        if self.last is None:
            return
        fresh: dict[str, Known] = {}
        for name, declared in self.last.says.items():
            before = self.known.get(name)
            if declared is None:
                if before is not None:
                    fresh[name] = before
            elif before is not None and before.declared.content == declared.content:
                fresh[name] = Known(declared, before.brought, self.last)
            else:
                fresh[name] = Known(declared, self.last, self.last)
        self.known, self.recalled = fresh, None

    def _tip(self) -> Commit:
        if self.origin.away & {"", self.disk}:
            raise SourceError("unreachable", "The host cannot be reached.", "Check the network.")
        return self.origin.head


class Compiling(Repository):
    """``Repository``, which compiles what it never saw."""

    def __init__(self, clone: Clone) -> None:
        git: Any = clone
        super().__init__(git, "desired", render_in_process)
        self._clone = clone

    def _compiled(self, git: GitSource, fetched: Fetched) -> Snapshot:
        compiled, commit = self._clone.origin.compiled, fetched.revision.commit
        if commit not in compiled:
            compiled[commit] = self._compiled_whole(fetched)
        return compiled[commit]

    def _compiled_whole(self, fetched: Fetched) -> Snapshot:
        says, revision = (self._clone.last or self._clone.origin.head).says, fetched.revision
        parts = [_compiled_alone(plan, says[plan.name]) for plan in self._clone.origin.plans if plan.name in says]
        services = {key: replace(one, commit=revision) for part in parts for key, one in part.services.items()}
        return Snapshot(
            revision,
            MappingProxyType(services),
            tuple(sorted(problem for part in parts for problem in part.problems)),
            MappingProxyType({key: why for part in parts for key, why in part.spoiled.items()}),
            frozenset(path for part in parts for path in part.unread),
        )


def _revision(commit: Commit) -> Revision:
    return Revision(commit.id, commit.at, "dev", f"commit {int(commit.id, 16)}", "main")


@cache
def _compiled_alone(plan: Plan, declared: Declared | None) -> Snapshot:
    (path, manifest), definition = files(plan, declared or Declared())
    return _compiled_files((path, manifest if declared is not None else BROKEN), definition)


@cache
def _compiled_files(*content: tuple[str, bytes]) -> Snapshot:
    """What not every detail of a plan is told by: of two that differ in others, the files are the same."""
    return compile_tree(Tree(dict(content), ()), Revision("", 0.0), render_in_process)
