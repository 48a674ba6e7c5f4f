"""What of a snapshot is new against another one of the same files: what a pull request changes."""

from dataclasses import dataclass, replace

from controller.source.problem import Problem
from controller.source.snapshot import Snapshot
from reconcilers.model import Service, ServiceKey


@dataclass(frozen=True, slots=True)
class Changed:
    """``services`` have another release or manifest, or are new. ``removed`` were there, and are not wanted any more.

    ``problems`` are new; ``known`` counts those that were there before.
    """

    services: dict[ServiceKey, Service]
    removed: tuple[ServiceKey, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    known: int


def changed(before: Snapshot, after: Snapshot) -> Changed:
    """What ``after`` has that ``before`` has not. Comments, order and an earlier line of a problem change nothing."""
    services = {
        key: wanted
        for key, wanted in sorted(after.services.items())
        if key not in before.services or not _same(before.services[key], wanted)
    }
    known = {_said(each) for each in before.problems}
    problems = tuple(each for each in after.problems if _said(each) not in known)
    gone = before.services.keys() - after.services.keys() - after.spoiled.keys()
    return Changed(
        services=services,
        removed=tuple(sorted(key for key in gone if not _unread(before.services[key].source, after))),
        unchanged=len(after.services) - len(services),
        problems=problems,
        known=len(after.problems) - len(problems),
    )


def _same(before: Service, after: Service) -> bool:
    return replace(before, commit=after.commit) == after


def _said(problem: Problem) -> tuple[str, str, str]:
    return problem.severity, problem.file, problem.message


def _unread(path: str, after: Snapshot) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in after.unread)
