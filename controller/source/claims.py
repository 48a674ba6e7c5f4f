"""Manifests that want the same thing: one name twice, or one ECS service twice. Neither of them is to be believed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from controller.source.declarations import Declaration
from controller.source.located import PartPath
from controller.source.problem import Problem
from controller.source.services import account_of, cluster_of, region_of

Clash = tuple[Declaration, Problem]


def clashes(declared: Iterable[Declaration]) -> Iterator[Clash]:
    """Give each manifest that is in another's way, with the problem of it."""
    everything = tuple(declared)
    for group in _groups(everything, lambda one: one.key):
        yield from _said(group, ("metadata", "name"), f"The name {group[0].key} is taken")
    for group in _groups(everything, claim):
        spec = group[0].manifest.spec
        what = f"The ECS service {spec.service} of the cluster {cluster_of(spec)} is claimed"
        yield from _said(group, ("spec", "service"), what)


def claim(one: Declaration) -> Hashable:
    """Give what only one manifest may want: the ECS service."""
    spec = one.manifest.spec
    return account_of(spec), region_of(spec), cluster_of(spec), spec.service


def _groups(declared: Iterable[Declaration], by: Callable[[Declaration], Hashable]) -> list[list[Declaration]]:
    grouped: dict[Hashable, list[Declaration]] = defaultdict(list)
    for one in declared:
        grouped[by(one)].append(one)
    return [group for group in grouped.values() if len(group) > 1]


def _said(group: Sequence[Declaration], path: PartPath, what: str) -> Iterator[Clash]:
    for one in group:
        others = ", ".join(other.document.problem(path, "", "").place for other in group if other is not one)
        yield one, one.document.problem(path, f"{what} by {others} too", "Keep one of them, or name them apart.")
