"""Manifests that need not be compiled again: nothing of what they were compiled from has changed since.

What came of a manifest rests on its own file, on whatever lies at the places of which its service may be made, and on
no other manifest having the same name or claim. Git names content by its id, so the first two are compared without
reading anything. Only what is sound is kept: what is wrong may hint at names from anywhere in the commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from controller.source.charts import folders
from controller.source.claims import claim
from controller.source.declarations import Declaration, Declarations
from controller.source.objects import MAX_TOTAL, Entry, Listing, around, choose, normal
from controller.source.problem import Problem
from controller.source.references import candidates
from reconcilers.model import Revision, Service, ServiceKey


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one manifest; `chart_and_file` is its place in the order of all."""

    chart_and_file: tuple[str, str]
    key: ServiceKey
    claim: Hashable
    service: Service | None
    problems: tuple[Problem, ...]

    @property
    def file(self) -> str:
        """The manifest's path in the repository."""
        return self.chart_and_file[1]


def outcome(one: Declaration, service: Service | None, problems: tuple[Problem, ...]) -> Outcome:
    """Give what came of a declaration."""
    return Outcome((one.manifest.spec.chart or "", one.file), one.key, claim(one), service, problems)


Lying = tuple[str, tuple[Entry, ...]]  # a place, in its normal spelling, and what is at or below it


@dataclass(frozen=True, slots=True)
class Settled:
    """A file of manifests that were all sound, and what they rest on: the file itself, and what lay at each place.

    `meant` are the files that they may mean by their task definitions.
    """

    entry: Entry
    parts: tuple[Lying, ...]
    meant: frozenset[str]
    outcomes: tuple[Outcome, ...]

    def at(self, revision: Revision) -> Settled:
        """Give the same for a later commit."""
        later = (replace(one, service=replace(one.service, commit=revision)) for one in self.outcomes if one.service)
        return replace(self, outcomes=tuple(later))


def still(before: Iterable[Settled], listing: Listing, folder: str) -> tuple[Settled, ...]:
    """Give those of which nothing has changed in the commit that `listing` is of; its manifests lie below `folder`."""
    known = tuple(before)
    if not known or listing.problems:
        return ()
    parts = _lying_at(listing, (place for one in known for place, _ in one.parts))
    below = frozenset(folders(entry.path for entry in listing.under(folder)))
    return tuple(
        one
        for one in known
        if listing.entries.get(one.entry.path) == one.entry
        and below.isdisjoint(around(one.entry.path))
        and all(parts[place] == lay for place, lay in one.parts)
    )


def undisputed(settled: Iterable[Settled], fresh: Iterable[Declaration]) -> tuple[Settled, ...]:
    """Give those whose names and claims nobody else has in this commit."""
    names: set[Hashable] = set()
    for one in fresh:
        names |= {one.key, claim(one)}
    return tuple(one for one in settled if names.isdisjoint(each for it in one.outcomes for each in (it.key, it.claim)))


def fits(listing: Listing, folder: str, places: Iterable[str]) -> bool:
    """Whether all can be read at once: beyond that, what is left out rests on everything."""
    parts = chain(listing.under(folder), listing.under(*places))
    return sum(entry.size for entry in parts) <= MAX_TOTAL


def settle(
    listing: Listing, declared: Declarations, outcomes: Iterable[Outcome], spoiled: Collection[ServiceKey]
) -> tuple[Settled, ...]:
    """Give the files of which all was sound, of those that were just compiled from what `declared` holds of them.

    `spoiled` are the services that are not to be believed.
    """
    files: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        files[one.file].append(one)
    unsound = {one.file for one in outcomes if one.service is None or one.key in spoiled} | declared.spoiled
    sound = {file: of_file for file, of_file in files.items() if file not in unsound}
    parts = _lying_at(listing, (place for of_file in sound.values() for place in _places(of_file)))
    meant = _meant(declared)
    found = (
        Settled(
            listing.entries[file],
            tuple((place, parts[place]) for place in _places(of_file)),
            frozenset(meant[file]),
            tuple(of_file),
        )
        for file, of_file in sound.items()
    )
    return tuple(one for one in found if not any(choose(lying)[1] for _, lying in one.parts))


def _places(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    places = (normal(place) for one in outcomes if one.service for place in one.service.made_of)
    return tuple(dict.fromkeys(places))


def _meant(declared: Declarations) -> Mapping[str, set[str]]:
    meant: dict[str, set[str]] = defaultdict(set)
    for one in declared.sound:
        if one.manifest.spec.task_definition is not None:
            meant[one.file].update(candidates(one.manifest.spec.task_definition, one.file))
    return meant


def _lying_at(listing: Listing, places: Iterable[str]) -> Mapping[str, tuple[Entry, ...]]:
    found: dict[str, list[Entry]] = {place: [] for place in places}
    for path, entry in listing.entries.items():
        for place in around(path):
            if place in found:
                found[place].append(entry)
    return {place: tuple(entries) for place, entries in found.items()}
