"""The demo's Git repository: a bare one that the daemon reads, and a work tree in which somebody commits."""

import re
import shutil
from pathlib import Path

from git import Actor, Repo

AUTHOR = Actor("Ada Operator", "ada@example.com")


class DemoRepository:
    """``url`` is what the daemon is given. Commits are pushed as soon as they are made."""

    def __init__(self, folder: Path, content: tuple[Path, ...]) -> None:
        """Lay it out below ``folder`` with copies of the folders in ``content``."""
        bare = folder / "gitops.git"
        Repo.init(bare, bare=True, initial_branch="main").close()
        self.url = bare.as_uri()
        self._tree = folder / "gitops"
        self._repo = Repo.init(self._tree, initial_branch="main")
        self._repo.create_remote("origin", str(bare))
        for source in content:
            shutil.copytree(source, self._tree / source.name)
        self._push("Say what should run")

    def read(self, file: str) -> str:
        return (self._tree / file).read_text("utf-8")

    def bump(self, file: str, images: dict[str, str], message: str) -> str:
        """Change tags under ``images:`` of a manifest, the one line that a deployment is, and push. The commit."""
        text = self.read(file)
        for container, tag in images.items():
            pattern = rf"(?m)^(\s+{re.escape(container)}:\s*)\S+$"
            text, found = re.subn(pattern, rf"\g<1>{tag}", text, count=1)
            if not found:
                raise ValueError(f"{file} names no image of {container}")
        return self.write(file, text, message)

    def write(self, file: str, text: str, message: str) -> str:
        """Let a file hold ``text``, and push. The commit."""
        (self._tree / file).write_text(text, "utf-8")
        return self._push(message)

    def close(self) -> None:
        self._repo.close()

    def _push(self, message: str) -> str:
        self._repo.git.add("--all")
        commit = self._repo.index.commit(message, author=AUTHOR, committer=AUTHOR)
        self._repo.remote("origin").push("HEAD:refs/heads/main").raise_if_error()
        return commit.hexsha
