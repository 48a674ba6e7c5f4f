"""The bare mirror of a branch's tip on this machine: made, filled, read, and made again.

It is shallow: one commit, and of its history only as much as telling a forced branch from a grown one takes.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from controller.source.git_errors import SourceError, explain, no_branch, stopped, too_slow, unusable
from controller.source.headway import Headway, doing
from controller.source.isolation import credentials
from controller.source.mirror_setup import restore
from controller.source.objects import Commit, parse_commit, parse_commits, parse_references, parse_touched
from controller.source.process import Runner, TimedOutError
from controller.source.remote import Remote
from controller.source.signatures import FORMAT, Signature, parse_signatures
from controller.source.trusted_keys import Keys
from reconcilers.model import Revision

# How many generations are searched for the commit that was the tip before, in turn.
_DEPTHS = (50, 500)
_MAX_PACKS = 50
_LOOK = 5.0  # seconds between two looks at how far a command is
_MAX_NAMED = 1000  # commits that are asked of the remote at once; each comes with the files in which it differs


@dataclass(slots=True)
class Commands:
    """Runs git for one look at a repository: all of it is over at `deadline`, on the monotonic clock.

    But for a fetch that gets on: it lasts for as long as it does, and the time of the rest begins after it. `moved` is
    told how far it is, every few seconds in which it got on.
    """

    origin: Remote
    runner: Runner
    surroundings: Mapping[str, str]
    deadline: float
    seconds: float
    moved: Callable[[Headway], None] = lambda _: None

    def run(
        self,
        command: list[str],
        extra: Mapping[str, str],
        stdin: bytes = b"",
        far: Callable[[bytes], Headway] = lambda _: Headway(),
    ) -> bytes:
        """Give what git says, or raise SourceError. `far`: how far it is, by what it said on its error stream."""
        left = self.deadline - time.monotonic()
        first = left if stdin else min(left, _LOOK)  # Python gives no more of its input to what it was left to wait for
        try:
            done = self.runner.run(["git", *command], {**self.surroundings, **extra}, first, stdin, self._headway(far))
        except TimedOutError:
            raise too_slow(self.origin.url, self.seconds) from None
        except InterruptedError:
            raise stopped() from None
        except OSError as error:
            raise unusable("git", error) from None
        if done.code != 0:
            raise stopped() if self.runner.stopped else explain(done.errors, self.origin.url, self.origin.secrets)
        return done.output

    def _headway(self, far: Callable[[bytes], Headway]) -> Callable[[bytes], float]:
        before, until = Headway(), self.deadline

        def more(errors: bytes) -> float:
            nonlocal before, until
            found, now = far(errors), time.monotonic()
            if found.arrived > before.arrived or found.doing != before.doing:
                self.moved(found)
                before, until = found, max(until, now + self.seconds)
                self.deadline = max(self.deadline, now + 2 * self.seconds)  # for what comes after it as well
            return min(max(0.0, until - now), _LOOK)

        return more


class Mirror:
    """The mirror of one remote below `home`, for one look at it. Every method raises SourceError."""

    def __init__(self, home: Path, commands: Commands) -> None:
        self._origin = commands.origin
        self._commands = commands
        self._place = home / f"{hashlib.sha256(self._origin.url.encode()).hexdigest()[:16]}.git"

    def set_right(self) -> None:
        """Undo what somebody changed in how the mirror is set up, before git reads it."""
        restore(self._place)

    @property
    def exists(self) -> bool:
        """Whether there is something that looks like a mirror."""
        return (self._place / "HEAD").exists()

    def remote_tip(self) -> str:
        """The id of the commit that the branch is at, there; `missing-branch` and `empty-repository` are told apart."""
        origin = self._origin
        found = parse_references(self._network("ls-remote", "--", origin.url, origin.ref))
        if origin.ref in found:
            return found[origin.ref]
        heads = parse_references(self._network("ls-remote", "--heads", "--", origin.url))
        raise no_branch(origin.url, origin.branch, sorted(name.removeprefix("refs/heads/") for name in heads))

    def tip(self) -> Commit | None:
        """The commit that the branch is at, here; None where there is no mirror, or not a sound one."""
        if not self.exists:
            return None
        try:
            return self._tip()
        except SourceError as error:
            if error.reason in {"timeout", "stopped"}:
                raise
            return None

    def here(self, commit: str) -> Revision | None:
        """What people know a commit by, of which the mirror has at least that; nobody else is asked."""
        return self._named((commit,)).get(commit) if self.exists else None

    def download(self, commit: str) -> Commit:
        """Take the tip over; a mirror in which that fails for a reason of its own is made again."""
        if self.exists:
            try:
                return self._take()
            except SourceError as error:
                if error.reason not in {"corrupt", "local", "failed"}:
                    raise
        self.make(commit)
        return self._take()

    def make(self, commit: str) -> None:
        """Begin an empty mirror, whatever was there; `commit` tells which kind of ids the remote uses."""
        try:
            if self._place.is_symlink() or self._place.is_file():
                self._place.unlink()
            elif self._place.exists():
                shutil.rmtree(self._place)
        except OSError as error:
            raise unusable(str(self._place), error) from None
        kind = "sha256" if len(commit) == 64 else "sha1"
        self._commands.run(
            ["init", "--quiet", "--bare", "--template=", f"--object-format={kind}", str(self._place)], {}
        )
        restore(self._place)

    def lost(self, previous: str, tip: Commit) -> bool:
        """Whether the commit `previous` is not in the history of the tip.

        Told from the parents where they suffice, else from as many generations as the remote is asked for. Where it
        does not even give the first of them, nothing is claimed.
        """
        if previous == tip.revision.commit or previous in tip.parents:
            return False
        for depth in _DEPTHS:
            try:
                if self._reaches(previous, tip, depth):
                    return False
            except SourceError as error:
                if error.reason == "stopped":
                    raise
                return depth != _DEPTHS[0]
        return True

    def since(self, applied: str, tip: str) -> tuple[str, ...] | None:
        """The commits that are in the history of `tip` and not in that of `applied`, newest first.

        `applied` may itself not be in the history of `tip`. None where so much history is not to be had. Of commits
        beyond it nothing is known here, so some that `applied` does hold may be given too; none is left out.
        """
        if self._parents(tip) == (applied,):
            return (tip,)
        for depth in (0, *_DEPTHS):
            if depth:
                self._deepen(depth, applied)
            if (found := self._between(applied, tip)) is not None:
                return found
        return None

    def named(self, commits: tuple[str, ...]) -> dict[str, Revision]:
        """What people know commits by; those that neither the mirror nor the remote has are left out.

        Two processes at most, and one of them talks to the remote, however many commits are asked for. Where the
        remote lacks one of them, or gives none by its id, what the mirror has must do.
        """
        found = self._named(commits)
        missing = [each for each in commits if each not in found][:_MAX_NAMED]
        if not missing:
            return found
        try:
            self._fetch(1, *missing)
        except SourceError as error:
            if error.reason in {"stopped", "timeout"}:
                raise
            return found
        return self._named(commits)

    def touched(self, tip: str, places: tuple[str, ...]) -> list[tuple[str, frozenset[str]]]:
        """The commits that changed something at some places, newest first, with the paths that each changed.

        As far back as a forced branch is looked for at first. Where history was left on the host, the oldest commit
        that is here looks as if it had made everything, and is left out. A merge is one commit, as a poll sees it.
        """
        if self._cut():
            self._fetch(_DEPTHS[0], self._origin.ref)
        command = ("log", "--first-parent", "-m", "--name-only", "--format=%x00%H", f"-{_DEPTHS[0]}", tip)
        options = ("--literal-pathspecs", "-c", "core.quotePath=false")
        found = parse_touched(self.ask(*options, *command, "--", *places))
        cut = self._cut()
        return [each for each in found if each[0] not in cut]

    def signatures(self, commits: tuple[str, ...], keys: Keys) -> tuple[Signature, ...]:
        """What git says of the signatures of commits, by these keys."""
        asked = "".join(f"{each}\n" for each in commits).encode()
        command = (*keys.options, "log", "--no-walk=unsorted", "--stdin", "-z", FORMAT)
        return parse_signatures(self.ask(*command, stdin=asked, extra=keys.environment))

    def ask(self, *command: str, stdin: bytes = b"", extra: Mapping[str, str] = MappingProxyType({})) -> bytes:
        """Run a command that reads the mirror."""
        return self._commands.run(list(command), {"GIT_DIR": str(self._place), **extra}, stdin)

    def _deepen(self, depth: int, applied: str) -> None:
        try:
            self._fetch(depth, self._origin.ref, applied)
        except SourceError as error:
            if error.reason in {"stopped", "timeout"}:
                raise
            self._fetch(depth, self._origin.ref)  # the host may have forgotten a commit that no branch has

    def _named(self, commits: tuple[str, ...]) -> dict[str, Revision]:
        asked = "".join(f"{each}\n" for each in commits).encode()
        return parse_commits(self.ask("cat-file", "--batch", stdin=asked), self._origin.branch)

    def _between(self, applied: str, tip: str) -> tuple[str, ...] | None:
        try:
            found = self.ask("rev-list", tip, f"^{applied}", "--").decode("ascii", "replace").split()
        except SourceError as error:
            if error.reason != "corrupt":
                raise
            return None
        return None if self._cut().intersection(found) else tuple(found)

    def _cut(self) -> frozenset[str]:
        """The commits whose parents were left on the host."""
        try:
            return frozenset((self._place / "shallow").read_text("ascii").split())
        except FileNotFoundError:
            return frozenset()

    def _parents(self, commit: str) -> tuple[str, ...]:
        answer = self.ask("cat-file", "--batch", stdin=f"{commit}\n".encode())
        return parse_commit(answer, self._origin.branch).parents

    def _reaches(self, previous: str, tip: Commit, depth: int) -> bool:
        if depth == _DEPTHS[0] or (self._place / "shallow").exists():
            self._fetch(depth, self._origin.ref)
        return previous.encode() in self.ask("rev-list", tip.revision.commit, "--").split()

    def _take(self) -> Commit:
        self._fetch(1, f"+{self._origin.ref}:{self._origin.ref}")
        if sum(1 for _ in self._place.glob("objects/pack/*.pack")) > _MAX_PACKS:
            self.ask("repack", "-a", "-d", "-q")
        return self._tip()

    def _tip(self) -> Commit:
        return parse_commit(
            self.ask("cat-file", "--batch", stdin=f"{self._origin.ref}\n".encode()), self._origin.branch
        )

    def _fetch(self, depth: int, *refspecs: str) -> None:
        options = ["--progress", f"--depth={depth}", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]
        self._network("fetch", *options, "--update-shallow", "--", self._origin.url, *refspecs)

    def _network(self, *command: str) -> bytes:
        if command[0] != "fetch":
            # In no repository: else one that stands in the folder above would say where addresses lead.
            return self._commands.run(list(command), {"GIT_DIR": "/dev/null", **credentials(self._origin)})
        for left in self._arriving():  # by a fetch that was ended: git leaves them, each as large as what had come
            left.unlink(missing_ok=True)
        place = {"GIT_DIR": str(self._place), **credentials(self._origin)}
        return self._commands.run(list(command), place, far=lambda errors: Headway(self._arrived(), doing(errors)))

    def _arriving(self) -> Iterator[Path]:
        return self._place.glob("objects/pack/tmp_*")

    def _arrived(self) -> int:
        size = 0
        for each in self._arriving():
            with suppress(FileNotFoundError):
                size += each.stat().st_size
        return size
