"""A real Git repository, built commit by commit, with nothing of this machine's configuration in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.source.address import ON_REQUEST
from controller.source.remote import GitSettings


def local(url: str, **settings: Any) -> GitSettings:
    """Settings for a repository of this machine: every transport is allowed."""
    return GitSettings(url, allow=frozenset(ON_REQUEST), **settings)


_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Grace",
    "GIT_COMMITTER_EMAIL": "grace@example.com",
}


@dataclass
class Repository:
    """A bare repository at `path`; commits are made on `branch`, one second after another, without a work tree."""

    path: Path
    branch: str = "main"
    now: int = 1_700_000_000
    signing: tuple[str, ...] = ()  # options of git's that say how a commit is signed; none: it is not

    def __post_init__(self) -> None:
        self.git("init", "--quiet", "--bare", "--initial-branch", self.branch, str(self.path), at_home=False)
        for option in ("gc.auto", "receive.autogc"):
            self.git("config", option, "0")

    def commit(self, files: Mapping[str, str | bytes | None], message: str = "Change") -> str:
        """Write files over what the branch has (None removes one) and give the commit's id."""
        lines = [self._line(path, content) for path, content in files.items()]
        return self._commit_index(b"".join(lines), message, self.tip())

    def force_rewrite(self, files: Mapping[str, str | bytes | None], message: str = "Rewritten") -> str:
        """Replace the branch by one commit that has nothing to do with what was there."""
        lines = [self._line(path, content) for path, content in files.items()]
        return self._commit_index(b"".join(lines), message, None)

    def reset(self, commit: str) -> None:
        """Force the branch to a commit."""
        self.git("update-ref", f"refs/heads/{self.branch}", commit)

    def symlink(self, path: str, target: str, message: str = "Link") -> str:
        """Commit a symbolic link."""
        return self.raw("120000", path.encode(), self.blob(target.encode()), message)

    def submodule(self, path: str, message: str = "Submodule") -> str:
        """Commit a submodule, at a commit that is elsewhere."""
        return self.raw("160000", path.encode(), "1" * 40, message)

    def raw(self, mode: str, path: bytes, object_id: str, message: str = "Raw") -> str:
        """Commit one entry as it is given."""
        return self._commit_index(f"{mode} {object_id}\t".encode() + path + b"\0", message, self.tip())

    def tree(self, entries: list[tuple[str, bytes, str]]) -> str:
        """Commit a tree that git itself would refuse to make: (mode, name, object id) each, names unchecked."""
        content = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(known) for mode, name, known in entries)
        made = self.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=content)
        return self._commit_tree(made, "By hand", self.tip())

    def merge(self, other: str, message: str = "Merge") -> str:
        """Merge a commit as `git merge -s ours` does: what the branch has stands."""
        tip = self.tip() or ""
        self.now += 1
        commit = self.made(self.git("rev-parse", f"{tip}^{{tree}}"), (tip, other), message)
        self.reset(commit)
        return commit

    def made(self, tree: str, parents: tuple[str, ...], message: str) -> str:
        """Make a commit that no branch has."""
        signed = ["-S"] if self.signing else []
        named = [part for each in parents for part in ("-p", each)]
        return self.git(*self.signing, "commit-tree", tree, *signed, *named, stdin=message.encode())

    def blob(self, content: bytes) -> str:
        """Store content and give its id."""
        return self.git("hash-object", "-w", "--stdin", stdin=content)

    def tip(self) -> str | None:
        """The commit that the branch is at."""
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{self.branch}") or None

    def git(self, *command: str, stdin: bytes = b"", at_home: bool = True, index: Path | None = None) -> str:
        """Run git in the repository and give what it says."""
        surroundings = {**_ENVIRONMENT, **({"GIT_INDEX_FILE": str(index)} if index else {})}
        surroundings |= {"GIT_AUTHOR_DATE": f"{self.now} +0000", "GIT_COMMITTER_DATE": f"{self.now} +0000"}
        prefix = ["git", *(["--git-dir", str(self.path)] if at_home else [])]
        done = subprocess.run([*prefix, *command], input=stdin, env=surroundings, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode().strip()

    def _line(self, path: str, content: str | bytes | None) -> bytes:
        if content is None:
            return f"0 {'0' * 40}\t{path}\0".encode()
        raw = content.encode() if isinstance(content, str) else content
        return f"100644 {self.blob(raw)}\t{path}\0".encode()

    def _commit_index(self, lines: bytes, message: str, parent: str | None) -> str:
        index = self.path / "index"
        index.unlink(missing_ok=True)
        if parent is not None:
            self.git("read-tree", parent, index=index)
        self.git("update-index", "-z", "--index-info", stdin=lines, index=index)
        return self._commit_tree(self.git("write-tree", index=index), message, parent)

    def _commit_tree(self, tree: str, message: str, parent: str | None) -> str:
        self.now += 1
        commit = self.made(tree, (parent,) if parent else (), message)
        self.git("update-ref", f"refs/heads/{self.branch}", commit)
        return commit
