"""A commit's files in, a Snapshot out: every service that is described soundly, and what is wrong with the rest.

Pure, but for the rendering, which is handed in. A good service beside a broken one is there; of a broken one the last
good version stays in force (`kept`), because what cannot be read is not the same as what is not wanted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

from controller.source.claims import clashes
from controller.source.declarations import Declaration, Declarations, declarations
from controller.source.defects import guarded
from controller.source.definitions import checked
from controller.source.objects import Tree, around
from controller.source.problem import Problem
from controller.source.rendering import Render
from controller.source.services import service
from controller.source.settled import Outcome, outcome
from controller.source.sources import Source, sources
from reconcilers.model import Revision, Service, ServiceKey

_NAMED = 3  # manifests that a shared problem names


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one commit says should run.

    `services` are those without an error. `spoiled` are the others whose name is known, with what is wrong with each.
    `unread` are paths, files or whole folders, that may hold services whose names are not known, because they could
    not be read. `stale` are services that stand here as an earlier commit had them. Warnings spoil nothing.
    """

    revision: Revision
    services: Mapping[ServiceKey, Service]
    problems: tuple[Problem, ...] = ()
    spoiled: Mapping[ServiceKey, tuple[Problem, ...]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    stale: frozenset[ServiceKey] = frozenset()
    by_file: Mapping[str, tuple[Problem, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the problems by file once: thousands of services ask for their own."""
        found: dict[str, list[Problem]] = defaultdict(list)
        for problem in self.problems:
            found[problem.file].append(problem)
        by_file = MappingProxyType({file: tuple(problems) for file, problems in found.items()})
        object.__setattr__(self, "by_file", by_file)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that are errors."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def compile_tree(
    tree: Tree, revision: Revision, render: Render, folder: str = "desired", paths: Collection[str] = ()
) -> Snapshot:
    """Compile the manifests below `folder`. `paths` are all of the commit's, to name what may have been meant.

    `tree` holds the folder and all that its manifests need (`Declarations.needed`); what it could not read becomes
    problems of the snapshot. Raises nothing, whatever the files hold.
    """
    declared = declarations(tree.files, folder)
    return compiled(Material(tree, declared, folder, paths), revision, render)[0]


@dataclass(frozen=True, slots=True)
class Material:
    """What a commit is compiled from: `tree` and what it declares below `folder`.

    `settled` is what came of manifests that are not compiled again, and so are not in `tree`.
    """

    tree: Tree
    declared: Declarations
    folder: str
    paths: Collection[str] = ()
    settled: tuple[Outcome, ...] = ()


def compiled(material: Material, revision: Revision, render: Render) -> tuple[Snapshot, tuple[Outcome, ...]]:
    """Give the snapshot, and what came of each manifest that was compiled now. Raises nothing, as above."""
    tree, declared = material.tree, material.declared
    found = sources(declared.sound, tree, render, material.paths)
    fresh = [_outcome(one, source, revision) for one, source in found]
    disputes = [outcome(one, None, (problem,)) for one, problem in clashes(declared.sound)]
    outcomes = [*sorted((*material.settled, *fresh), key=lambda one: one.chart_and_file), *disputes]
    empty = () if material.settled else _empty(tree, material.folder)
    general = (*tree.problems, *declared.problems, *empty)
    unread = frozenset(problem.file for problem in (*tree.problems, *empty)) | declared.spoiled
    return _snapshot(revision, outcomes, general, unread, declared.named), (*fresh, *disputes)


def kept(previous: Snapshot, fresh: Snapshot) -> Snapshot:
    """Give `fresh` with what it could not read as `previous` had it.

    A service that `fresh` does not describe, though nothing of it was unreadable, is gone.
    """
    taken = {_claim(now) for now in fresh.services.values()}
    stale = {
        key: before
        for key, before in previous.services.items()
        if key not in fresh.services and _claim(before) not in taken and _is_spoiled(before, fresh)
    }
    return replace(fresh, services=MappingProxyType({**fresh.services, **stale}), stale=frozenset(stale))


def _outcome(one: Declaration, source: Source, revision: Revision) -> Outcome:
    """Give what came of one manifest. Where we fail at it, that is its own problem, and not all the others'."""
    made = guarded(one.file, partial(_made, one, source, revision))
    return outcome(one, None, made) if isinstance(made, tuple) else made


def _made(one: Declaration, source: Source, revision: Revision) -> Outcome:
    if isinstance(source, tuple):
        return outcome(one, None, source)
    found = checked(source, one.manifest, one.document)
    if any(problem.severity == "error" for problem in found.problems):
        return outcome(one, None, found.problems)
    return outcome(one, service(one.manifest, found.definition, revision, one.file), found.problems)


def _snapshot(
    revision: Revision,
    outcomes: Sequence[Outcome],
    general: Iterable[Problem],
    unread: frozenset[str],
    named: Mapping[ServiceKey, tuple[Problem, ...]],
) -> Snapshot:
    reported = _reported(outcomes, general)
    spoiled: dict[ServiceKey, tuple[Problem, ...]] = {}
    for one in outcomes:
        if one.service is None:
            spoiled[one.key] = (*spoiled.get(one.key, ()), *(reported[problem] for problem in one.problems))
    services = {one.service.key: one.service for one in outcomes if one.service and one.service.key not in spoiled}
    # A manifest that cannot be read claims nothing: a sound one of the same name stands.
    for key in named.keys() - services.keys():
        spoiled[key] = (*spoiled.get(key, ()), *named[key])
    return Snapshot(
        revision, MappingProxyType(services), tuple(sorted(reported.values())), MappingProxyType(spoiled), unread
    )


def _reported(outcomes: Iterable[Outcome], general: Iterable[Problem]) -> dict[Problem, Problem]:
    """Give every problem once. One that stands outside the manifests it concerns says which they are."""
    users: dict[Problem, dict[str, None]] = defaultdict(dict)  # as a set that keeps its order
    for problem in general:
        users[problem] = {}
    for one in outcomes:
        for problem in one.problems:
            if problem.file == one.file:
                users[problem] = {}
            else:
                users[problem][one.file] = None
    return {problem: _for(problem, tuple(files)) for problem, files in users.items()}


def _for(problem: Problem, files: Sequence[str]) -> Problem:
    if not files:
        return problem
    more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    message = f"{problem.message.rstrip('.')} (for {', '.join(files[:_NAMED])}{more})"
    return replace(problem, message=message)


def _empty(tree: Tree, folder: str) -> tuple[Problem, ...]:
    if folder in {"", "."} or any(path.startswith(f"{folder}/") for path in tree.files):
        return ()
    if any(_inside(folder, problem.file) or _inside(problem.file, folder) for problem in tree.problems):
        return ()
    return (Problem(folder, None, None, "There is no such folder in the repository", "Name the folder of manifests."),)


def _is_spoiled(before: Service, fresh: Snapshot) -> bool:
    return before.key in fresh.spoiled or not fresh.unread.isdisjoint(around(before.source))


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _claim(one: Service) -> tuple[str, str | None, str, str]:
    return one.scope.region, one.scope.role_arn, one.cluster, one.name
