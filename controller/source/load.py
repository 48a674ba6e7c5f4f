"""Reads a commit, or a folder on disk, just as far as its manifests need, and compiles it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from controller.source.declarations import Declarations, declarations
from controller.source.git import GitSource
from controller.source.objects import Entry, Listing, Tree, around, choose
from controller.source.rendering import Render
from controller.source.settled import Settled, fits, settle, still, undisputed
from controller.source.snapshot import Material, Snapshot, compiled
from reconcilers.model import Revision

_MODES = ((stat.S_ISLNK, "120000"), (stat.S_ISREG, "100644"))


class Files(Protocol):
    """Something that can list its paths and give the content of some."""

    def listing(self) -> Listing: ...
    def read(self, entries: tuple[Entry, ...]) -> Tree: ...


class CommitFiles:
    """The files of a commit. Raises SourceError where the repository cannot be read."""

    def __init__(self, source: GitSource, revision: Revision) -> None:
        self._source, self._revision = source, revision

    def listing(self) -> Listing:
        """List the whole commit."""
        return self._source.listing(self._revision)

    def read(self, entries: tuple[Entry, ...]) -> Tree:
        """Read some entries."""
        return self._source.read(self._revision, entries)


class FolderFiles:
    """The files of a folder on disk, as they would be committed: hidden folders at its top are left out."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def listing(self) -> Listing:
        """List every file below the folder. Raises OSError where it cannot be read."""
        entries = {entry.path: entry for entry in self._entries(self._root)}
        return Listing(dict(sorted(entries.items())), ())

    def read(self, entries: tuple[Entry, ...]) -> Tree:
        """Read some entries; what git would refuse is refused here."""
        readable, problems = choose(entries)
        return Tree({entry.path: (self._root / entry.path).read_bytes() for entry in readable}, tuple(problems))

    def _entries(self, folder: Path) -> Iterator[Entry]:
        for found in os.scandir(folder):
            path = Path(found.path)
            if found.is_dir(follow_symlinks=False):
                if not (folder == self._root and found.name.startswith(".")):
                    yield from self._entries(path)
                continue
            status = found.stat(follow_symlinks=False)
            mode = next((mode for fits, mode in _MODES if fits(status.st_mode)), None)
            if mode:
                yield Entry(path.relative_to(self._root).as_posix(), mode, "", status.st_size)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a commit says, and what of it need not be compiled again as long as it stays as it is."""

    snapshot: Snapshot
    settled: tuple[Settled, ...]


def load_snapshot(files: Files, revision: Revision, render: Render, folder: str = "desired") -> Snapshot:
    """Compile what `files` say below `folder`. Raises what `files` raise, and nothing for what they hold."""
    return load_since((), files, revision, render, folder).snapshot


def load_since(
    before: Iterable[Settled], files: Files, revision: Revision, render: Render, folder: str = "desired"
) -> Loaded:
    """Compile the same, but what has not changed since `before`, an earlier commit of the same folder and renderer.

    The snapshot is as if all had been compiled. Raises as above.
    """
    listing = files.listing()
    candidates = still(before, listing, folder)
    manifests, declared = _declared(files, listing, folder, candidates)
    settled = undisputed(candidates, declared.sound)
    if not fits(listing, folder, (*declared.needed(), *(place for one in settled for place, _ in one.parts))):
        settled = ()
    if len(settled) < len(candidates):
        manifests, declared = _declared(files, listing, folder, settled)
    now = tuple(one.at(revision) for one in settled)
    needed = declared.needed()
    rest = files.read(tuple(entry for entry in listing.under(*needed) if entry.path not in manifests.files))
    wanted = frozenset((folder, *needed))
    odd = tuple(problem for problem in listing.problems if not wanted.isdisjoint(around(problem.file)))
    problems = tuple(dict.fromkeys((*manifests.problems, *rest.problems, *odd)))
    tree = Tree({**manifests.files, **rest.files}, problems)
    outcomes = tuple(outcome for one in now for outcome in one.outcomes)
    material = Material(tree, declared, folder, listing.entries, outcomes)
    snapshot, fresh = compiled(material, revision, render)
    return Loaded(snapshot, (*now, *settle(listing, declared, fresh, snapshot.spoiled)))


def _declared(files: Files, listing: Listing, folder: str, settled: Iterable[Settled]) -> tuple[Tree, Declarations]:
    """Read the manifests that are not settled, and what they say."""
    known = {one.entry.path for one in settled}
    tree = files.read(tuple(entry for entry in listing.under(folder) if entry.path not in known))
    meant = {file for one in settled for file in one.meant}
    return tree, declarations(tree.files, folder, meant)
