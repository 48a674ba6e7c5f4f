"""What git answers, taken apart: references, commits, the entries of a tree, content. Nothing here runs git."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from controller.source.commit_text import encoding_of, told
from controller.source.git_errors import damaged
from controller.source.problem import Problem
from reconcilers.excerpt import LONGEST
from reconcilers.model import Revision

MAX_FILE = 1 << 20
MAX_TOTAL = 64 << 20

_LINK = "120000"
_SUBMODULE = "160000"
_MOST_HEAD = 1 << 20  # bytes of a commit's head that are looked at: git writes the parents, people and encoding first
_LATEST = 12  # digits of a time in seconds: who commits may write hundreds, which no answer can tell


@dataclass(frozen=True, slots=True)
class Commit:
    """What people know a commit by, and the ids of its parents."""

    revision: Revision
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A path of a commit. `mode` is git's (100644, 100755, 120000 a link, 160000 a submodule), `size` is in bytes."""

    path: str
    mode: str
    object_id: str
    size: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The paths of a commit without their content, in git's order; `problems` are of paths that cannot be named."""

    entries: Mapping[str, Entry]
    problems: tuple[Problem, ...]

    def under(self, *folders: str) -> tuple[Entry, ...]:
        """The entries that are one of the paths or lie below one; "" or "." is the whole repository."""
        wanted = frozenset(map(normal, folders))
        return tuple(entry for path, entry in self.entries.items() if not wanted.isdisjoint(around(path)))


@dataclass(frozen=True, slots=True)
class Tree:
    """Content by path, and what was not read and why."""

    files: Mapping[str, bytes]
    problems: tuple[Problem, ...]


def normal(folder: str) -> str:
    """A folder's one spelling: no "./", no "/" at its end, "" for the whole repository."""
    path = posixpath.normpath(folder)
    return "" if path == "." else path


def around(path: str) -> Iterator[str]:
    """A path and every folder that it lies in, the whole repository ("") as the last."""
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield ""


def leaves_tree(path: str) -> bool:
    """Whether a path leads out of the repository, or could be made to."""
    return path.startswith("/") or ".." in path.split("/")


def parse_references(answer: bytes) -> dict[str, str]:
    """The lines of `ls-remote`: the full name of each reference to its object id."""
    lines = (line.partition("\t") for line in answer.decode("utf-8", "replace").splitlines())
    return {name: object_id for object_id, _, name in lines if name}


def parse_commit(answer: bytes, branch: str) -> Commit:
    """What `cat-file --batch` says to the name of a branch; SourceError `corrupt` where that is no commit."""
    named, _, raw = answer.partition(b"\n")
    commit, _, kind = named.partition(b" ")
    if not kind.startswith(b"commit "):
        raise damaged()
    head, _, body = raw.partition(b"\n\n")
    lines = head[:_MOST_HEAD].split(b"\n")
    fields = [line.partition(b" ") for line in lines if not line.startswith(b" ")]
    values = {name: value for name, _, value in reversed(fields)}
    encoding = encoding_of(values.get(b"encoding", b""))
    author, _, _ = values.get(b"author", b"").partition(b" <")
    _, _, when = values.get(b"committer", b"").rpartition(b"> ")
    seconds = when.split(b" ")[0]
    subject = body.strip().partition(b"\n\n")[0]
    revision = Revision(
        commit=commit.decode("ascii", "replace"),
        committed_at=float(seconds) if seconds.isdigit() and len(seconds) <= _LATEST else 0.0,
        author=told(author, encoding),
        subject=told(subject, encoding),
        branch=branch,
    )
    parents = tuple(value.decode("ascii", "replace") for name, _, value in fields if name == b"parent")
    return Commit(revision, parents)


def parse_commits(answer: bytes, branch: str) -> dict[str, Revision]:
    """What `cat-file --batch` says to ids, by id: those of commits that are there."""
    found: dict[str, Revision] = {}
    at = 0
    while (end := answer.find(b"\n", at)) >= 0:
        named, at = answer[at:end], end + 1
        object_id, _, facts = named.partition(b" ")
        kind, _, size = facts.partition(b" ")
        if not size.isdigit():  # missing
            continue
        whole, at = answer[at : at + int(size)], at + int(size) + 1
        if kind == b"commit":
            found[object_id.decode("ascii", "replace")] = parse_commit(named + b"\n" + whole, branch).revision
    return found


def parse_touched(answer: bytes) -> list[tuple[str, frozenset[str]]]:
    """What `log --name-only --format=%x00%H` says, newest first: each commit with the paths that it changed."""
    found: list[tuple[str, frozenset[str]]] = []
    for record in answer.decode("utf-8", "replace").split("\0")[1:]:
        commit, *paths = record.splitlines()
        found.append((commit, frozenset(filter(None, paths))))
    return found


def parse_listing(answer: bytes) -> Listing:
    """The records of `ls-tree -r -z --long --full-tree`: mode, type, object id, size and path."""
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for record in filter(None, answer.split(b"\0")):
        facts, _, name = record.partition(b"\t")
        mode, _, object_id, size = facts.decode("ascii").split()
        try:
            path = name.decode("utf-8")
        except UnicodeDecodeError:
            shown = name.decode("utf-8", "backslashreplace")
            problems.append(_unread(shown, "The path is not UTF-8", "Rename the file."))
            continue
        entries[path] = Entry(path, mode, object_id, int(size) if size.isdigit() else 0)
    return Listing(MappingProxyType(entries), tuple(problems))


def choose(entries: Iterable[Entry]) -> tuple[list[Entry], list[Problem]]:
    """Part what may be read from what may not."""
    readable: list[Entry] = []
    problems: list[Problem] = []
    total = 0
    for entry in entries:
        problem = _objection(entry, total)
        if problem is None:
            total += entry.size
            readable.append(entry)
        else:
            problems.append(problem)
    return readable, problems


def parse_contents(answer: bytes, entries: Sequence[Entry]) -> dict[str, bytes]:
    """What `cat-file --batch` says to the entries' object ids, each asked once, in their order.

    Raises SourceError `corrupt` where content is missing or not the content of a file.
    """
    wanted = unique_ids(entries)
    found = dict(zip(wanted, _contents(answer, wanted), strict=True))
    return {entry.path: found[entry.object_id] for entry in entries}


def unique_ids(entries: Iterable[Entry]) -> list[str]:
    """The object ids to ask for: files of the same content share one."""
    return list(dict.fromkeys(entry.object_id for entry in entries))


def _contents(answer: bytes, wanted: Iterable[str]) -> Iterator[bytes]:
    at = 0
    for object_id in wanted:
        end = answer.find(b"\n", at)
        facts = answer[at : max(end, at)].split(b" ")
        if len(facts) != 3 or facts[:2] != [object_id.encode(), b"blob"]:
            raise damaged()
        at = end + 1 + int(facts[2])
        if answer[at : at + 1] != b"\n":
            raise damaged()
        yield answer[end + 1 : at]
        at += 1


def _objection(entry: Entry, total: int) -> Problem | None:
    if leaves_tree(entry.path) or not entry.path.isprintable():
        shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in entry.path)
        return _unread(shown, "The path leaves the repository or has control characters", "Rename the file.")
    if len(entry.path) > LONGEST:
        return _unread(entry.path, f"The path is longer than {LONGEST:,} characters", "Rename the file.")
    if entry.mode == _LINK:
        return _unread(entry.path, "A symbolic link is not followed", "Put the file itself there.")
    if entry.mode == _SUBMODULE:
        return _unread(entry.path, "A submodule is not read", "Put the files themselves there.")
    if entry.size > MAX_FILE:
        return _unread(
            entry.path,
            f"The file has {entry.size:,} bytes, more than 1 MiB",
            "Keep large files elsewhere, or split it.",
        )
    if total + entry.size > MAX_TOTAL:
        return _unread(entry.path, "Together the files are larger than 64 MiB", "Keep large files in another folder.")
    return None


def _unread(path: str, message: str, remedy: str) -> Problem:
    return Problem(path, None, None, message, remedy)


def touching(touched: Sequence[tuple[str, frozenset[str]]], places: Iterable[str]) -> str | None:
    """The newest commit that changed one of some files, or something in one of some folders."""
    folders = frozenset(map(normal, places))
    return next(
        (commit for commit, paths in touched if any(not folders.isdisjoint(around(path)) for path in paths)), None
    )
