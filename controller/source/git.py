"""A commit of one branch in, its paths and their content out: the face of everything that talks to git.

A bare mirror of the branch's tip is kept in a directory of its own. Looking whether something changed is one
`ls-remote`; what changed is fetched without history or tags; files come out of the object store by one `ls-tree` and
one `cat-file`, and nothing is ever checked out. The mirror may be lost or damaged at any time: it is made again.

Plain git processes are run, with an environment of their own: a host that hangs is then left together with everything
that was started for it, and nothing of the user's configuration takes part.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from controller.source.applied_note import AppliedNote, Noted
from controller.source.git_errors import SourceError, unusable
from controller.source.headway import Headway
from controller.source.isolation import configuration, environment
from controller.source.last_applied import LastApplied
from controller.source.mirror import Commands, Mirror
from controller.source.objects import (
    Entry,
    Listing,
    Tree,
    choose,
    leaves_tree,
    normal,
    parse_contents,
    parse_listing,
    touching,
    unique_ids,
)
from controller.source.problem import Problem
from controller.source.process import Runner
from controller.source.remote import GitSettings, remote, without_credentials
from controller.source.signatures import Verify, untraceable, unverified
from controller.source.trusted_keys import TrustedKeys
from reconcilers.model import Revision

T = TypeVar("T")
_IDS = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Fetched:
    """The tip of the branch.

    `changed`: it is not what this source gave last (its first answer always is a change). `rewritten`: `previous`, the
    tip before, is not in its history, so somebody forced the branch. A tip more than 500 generations ahead of the one
    before reads as rewritten too.
    """

    revision: Revision
    changed: bool
    rewritten: bool = False
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A commit that was applied before this process began. `looked_at`: when the branch was last looked at well, in
    seconds since the epoch.
    """

    revision: Revision
    looked_at: float


class GitSource:
    """One branch of one repository, mirrored below `directory`, which no other process may use at the same time.

    Every method raises SourceError, and nothing else, when the repository cannot be read; each is over within about
    the settings' timeout, unless the fetch of a large commit gets on: `arriving` is then told how far it is, and
    `moved_at` is when that was seen, on the monotonic clock. `ambient` is the environment whose PATH, proxies and
    certificate authorities git gets to see, `notes` where replicas keep what a lost directory is not to take along.
    """

    def __init__(
        self,
        settings: GitSettings,
        directory: Path,
        ambient: Mapping[str, str] | None = None,
        notes: Noted | None = None,
    ) -> None:
        self._settings = settings
        self._notes = notes
        self._note: AppliedNote | None = None
        self._home = directory.absolute()
        self._surroundings = environment(os.environ if ambient is None else ambient, self._home, settings)
        self._runner = Runner(self._home)
        self._keys = TrustedKeys(settings.trust, self._home, self._runner, self._surroundings)
        self._alone = False
        self._turn = threading.RLock()
        self._last: Revision | None = None
        self.moved_at = float("-inf")
        self.arriving: Callable[[Headway], None] = lambda _: None

    def close(self) -> None:
        """End what is running, from whatever thread; every later call raises SourceError `stopped`."""
        self._runner.stop()

    def alone(self) -> GitSource:
        """The same for what is on this disk: asks for no credentials, nor for what is damaged."""
        other = copy(self)
        other._settings = without_credentials(self._settings)  # noqa: SLF001 - it is one of us
        other._alone = True  # noqa: SLF001
        return other

    def fetch(self) -> Fetched:
        """Look at the branch, and take its tip into the mirror if it moved. A token that was rotated is looked for."""
        with self._turn:
            try:
                return self._fetched()
            except SourceError as error:
                tokens = self._settings.tokens
                if error.reason != "wrong-credentials" or tokens is None or not tokens.renewed():
                    raise
            return self._fetched()

    def verify(self, revision: Revision, applied: str | None) -> None:
        """Return if the commit may be applied after `applied`; SourceError `unverified` says who did not sign what.

        Where this process has applied nothing yet, what was kept by ``applied`` counts, here or else in the notes;
        without that too, only the commit itself is looked at.
        """
        trust = self._settings.trust
        if trust.verify is Verify.OFF:
            return
        with self._turn:
            mirror = self._mirror()
            commits: tuple[str, ...] = (revision.commit,)
            if trust.verify is Verify.EVERY and (before := applied or self._before()) is not None:
                since = mirror.since(before, revision.commit)
                if since is None:
                    raise untraceable(revision.commit, before)
                commits = tuple(dict.fromkeys((*commits, *since)))
            found = mirror.signatures(commits, self._keys.keys())
        if (error := unverified(commits, found, trust)) is not None:
            raise error

    def applied(self, revision: Revision) -> None:
        """Keep a commit that ``verify`` let through as the one that was applied last, over restarts on this disk.

        Under every policy: another one may be chosen at the next start. The notes are for those who verify.
        """
        with self._turn:
            self._kept().keep(revision.commit)
            if (note := self._noted()) is not None and self._settings.trust.verify is not Verify.OFF:
                note.keep(revision.commit)

    def looked(self) -> None:
        """Keep on this disk that the branch was looked at well just now."""
        with self._turn:
            self._kept().looked()

    def kept(self) -> Kept | None:
        """The commit that was applied last, as this disk alone tells; None where it does not, or has no more of it."""
        with self._turn:
            kept = self._kept()
            commit, looked_at = kept.read(), kept.looked_at()
            revision = self._mirror().here(commit) if commit is not None else None
        return Kept(revision, looked_at) if revision is not None and looked_at is not None else None

    def named(self, commits: Iterable[str]) -> Mapping[str, Revision]:
        """Author, subject and time of earlier commits, by their ids, as far as the mirror or the host still has them.

        What is no commit's id is left out: these ids come out of AWS's record, where anybody may have written.
        """
        ids = tuple(sorted({each for each in commits if _IDS.fullmatch(each)}))
        if not ids:
            return {}
        with self._turn:
            return self._mirror().named(ids)

    def touched(self, places: Mapping[T, tuple[str, ...]]) -> Mapping[T, Revision]:
        """The commit that last changed something at the places of each, of those that did so lately: one git process,
        and one more where history has to be asked for. Nothing before the first ``fetch``.
        """
        with self._turn:
            if self._last is None or not places:
                return {}
            mirror = self._mirror()
            everywhere = sorted(
                {normal(each) for of_one in places.values() for each in of_one if not leaves_tree(each)}
            )
            found = mirror.touched(self._last.commit, tuple(everywhere) if "" not in everywhere else ())
            commits = {one: commit for one, of_one in places.items() if (commit := touching(found, of_one)) is not None}
            known = mirror.named(tuple(sorted(set(commits.values()))))
        return {one: known[commit] for one, commit in commits.items() if commit in known}

    def listing(self, revision: Revision, paths: tuple[str, ...] = ()) -> Listing:
        """The paths of a commit with modes and sizes, without content: all of them, or those under `paths`."""
        folders = [normal(path) for path in paths]
        inside = [folder for folder in folders if not leaves_tree(folder)]
        refused = tuple(
            Problem(folder, None, None, "The path leaves the repository", "Name a folder inside it.")
            for folder in folders
            if leaves_tree(folder)
        )
        if folders and not inside:
            return Listing({}, refused)
        command = ["ls-tree", "-r", "-z", "--long", "--full-tree", revision.commit]
        narrowed = [] if "" in inside else inside
        found = self._mended(revision, lambda mirror: parse_listing(mirror.ask(*command, "--", *narrowed)))
        return Listing(found.entries, refused + found.problems)

    def read(self, revision: Revision, entries: Iterable[Entry]) -> Tree:
        """The content of entries of a commit's listing. What may not be read (links, large files ...) is a problem."""
        readable, problems = choose(entries)
        asked = "".join(f"{object_id}\n" for object_id in unique_ids(readable)).encode()
        files: Mapping[str, bytes] = {}
        if asked:
            command = ("cat-file", "--batch", "--buffer")
            files = self._mended(revision, lambda mirror: parse_contents(mirror.ask(*command, stdin=asked), readable))
        return Tree(files, tuple(problems))

    def files(self, revision: Revision, paths: tuple[str, ...] = ()) -> Tree:
        """The files of a commit, or those under some of its folders: a listing, read whole."""
        listing = self.listing(revision, paths)
        tree = self.read(revision, listing.entries.values())
        return Tree(tree.files, listing.problems + tree.problems)

    def _fetched(self) -> Fetched:
        mirror, last = self._mirror(), self._last
        there = mirror.remote_tip()
        if last is not None and last.commit == there:
            return Fetched(last, changed=False, previous=last.commit)
        here = mirror.tip()
        known = last or (here and here.revision)
        previous = known.commit if known else None
        now = here if here is not None and here.revision.commit == there else mirror.download(there)
        rewritten = previous is not None and mirror.lost(previous, now)
        changed = last is None or last.commit != now.revision.commit
        self._last = now.revision
        return Fetched(now.revision, changed, rewritten, previous)

    def _mended(self, revision: Revision, read: Callable[[Mirror], T]) -> T:
        """Read from the mirror; where that turns out to be damaged, make it again and read once more."""
        with self._turn:
            mirror = self._mirror()
            try:
                return read(mirror)
            except SourceError as error:
                if self._alone or error.reason not in {"corrupt", "failed"}:
                    raise
            mirror.make(revision.commit)
            mirror.download(revision.commit)
            return read(mirror)

    def _mirror(self) -> Mirror:
        """Start the clock and lay out what git needs; credentials are read anew, since they may have been rotated."""
        deadline = time.monotonic() + self._settings.timeout
        origin = remote(self._settings)
        text, file = configuration(origin, self._settings), self._home / "config"
        try:
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not file.exists() or file.read_bytes() != text.encode():
                file.write_text(text, "utf-8")
        except OSError as error:
            raise unusable(str(self._home), error) from None
        seconds = self._settings.timeout
        commands = Commands(origin, self._runner, self._surroundings, deadline, seconds, self._moved)
        mirror = Mirror(self._home, commands)
        mirror.set_right()
        return mirror

    def _before(self) -> str | None:
        note = self._noted()
        return self._kept().read() or (note.read() if note is not None else None)

    def _kept(self) -> LastApplied:
        return LastApplied(self._home, remote(without_credentials(self._settings)))

    def _noted(self) -> AppliedNote | None:
        if self._note is None and self._notes is not None:
            self._note = AppliedNote(self._notes, remote(without_credentials(self._settings)))
        return self._note

    def _moved(self, headway: Headway) -> None:
        self.moved_at = time.monotonic()
        self.arriving(headway)
