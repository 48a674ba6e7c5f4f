"""A folder of a checkout as another commit of it has it: read out of git's object store, nothing is checked out."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from controller.source.git_errors import SourceError
from controller.source.objects import Entry, Listing, Tree, choose, parse_contents, parse_listing, unique_ids

SECONDS = 120.0
# A look at a folder starts no program that its configuration names, and writes no index.
_LOOK_ONLY = ("-c", "core.fsmonitor=false", "--no-optional-locks")


class RefFiles:
    """The files below ``root`` at ``ref``, a branch, tag or commit. SourceError where these are not to be had."""

    def __init__(self, root: Path, ref: str) -> None:
        self._root = root
        shown = self._ask(["rev-parse", "--show-prefix"], "is no git checkout", "Name a folder of one.")
        self._folder = shown.decode().strip()
        self._commit = self._resolved(ref)

    def listing(self) -> Listing:
        """List every file; none where the folder was not there yet."""
        unreadable = f"has no readable commit {self._commit}"
        if self._folder:
            there = ["ls-tree", "-z", "--full-tree", self._commit, "--", self._folder.rstrip("/")]
            if not self._ask(there, unreadable, "Fetch it again."):
                return Listing({}, ())
        command = ["ls-tree", "-r", "-z", "--long", "--full-tree", f"{self._commit}:{self._folder}"]
        return parse_listing(self._ask(command, unreadable, "Fetch it again."))

    def read(self, entries: tuple[Entry, ...]) -> Tree:
        """Read some entries; what git would refuse is refused here."""
        readable, problems = choose(entries)
        asked = "".join(f"{each}\n" for each in unique_ids(readable)).encode()
        if not asked:
            return Tree({}, tuple(problems))
        command = ["cat-file", "--batch", "--buffer"]
        said = self._ask(command, f"has not all files of {self._commit}", "Fetch it again, without a filter.", asked)
        return Tree(parse_contents(said, readable), tuple(problems))

    def _resolved(self, ref: str) -> str:
        found = self._run(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"])
        if found.returncode == 0:
            return found.stdout.decode().strip()
        shallow = self._run(["rev-parse", "--is-shallow-repository"]).stdout.strip() == b"true"
        raise SourceError("missing-branch", f"{ref} is not in this checkout.", _to_fetch(ref, shallow=shallow))

    def _ask(self, command: Sequence[str], otherwise: str, remedy: str, stdin: bytes = b"") -> bytes:
        done = self._run(command, stdin)
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            raise SourceError("failed", f"{self._root} {otherwise}{f' ({said})' if said else ''}.", remedy)
        return done.stdout

    def _run(self, command: Sequence[str], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return _git(self._root, command, stdin)


def committed(root: Path) -> str:
    """The commit that holds the files below ``root`` as they are, empty where that is none or not known."""
    try:
        found = _git(root, ["rev-parse", "--quiet", "HEAD^{commit}", "HEAD:./"])  # fails where it is not of the commit
        differs = _git(root, [*_LOOK_ONLY, "status", "--porcelain", "--untracked-files=normal", "--", "."])
    except SourceError:
        return ""
    clean = found.returncode == 0 and differs.returncode == 0 and not differs.stdout
    return found.stdout.decode().partition("\n")[0] if clean else ""


def merge_base(root: Path) -> str:
    """The commit at which HEAD left the default branch of origin. SourceError where that is not to be had."""
    found = _git(root, ["merge-base", "HEAD", "refs/remotes/origin/HEAD"])
    if found.returncode == 0:
        return found.stdout.decode().strip()
    what = "The commit at which this one left origin's default branch is not in this checkout."
    raise SourceError("missing-branch", what, "Name the commit to compare with: --changed-since REF.")


def _git(root: Path, command: Sequence[str], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", "-C", str(root), *command], input=stdin, capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError("local", f"git cannot be run: {error}.", "Install git, and see that it answers.") from None


def _to_fetch(ref: str, *, shallow: bool) -> str:
    """What brings a ref here. A pull request is checked out as a merge, with one commit unless told otherwise."""
    base = ref.partition("^")[0].partition("~")[0]
    if base != ref:
        what = "The checkout is shallow: let" if shallow else "Let"
        return f"{what} actions/checkout fetch more (fetch-depth: 2 for HEAD^1), or run git fetch --deepen=1."
    if base.startswith("origin/"):
        branch = base.removeprefix("origin/")
        return f"Fetch it: git fetch --depth=1 origin {branch}:refs/remotes/origin/{branch}"
    return f"Fetch it: git fetch --depth=1 origin {base}, and then name FETCH_HEAD."
