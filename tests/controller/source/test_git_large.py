"""A repository that takes longer to fetch than a look may take: what keeps coming is waited for."""

import os
import shutil
from pathlib import Path

import pytest

from controller.source.git import GitSource
from controller.source.git_errors import SourceError
from controller.source.repository import Repository as Source
from tests.controller.source.repository import Repository, local

# Stands before git: what is fetched grows as often as it is told to, each time after the look has waited for it.
SLOW = """\
#!/bin/sh
case " $* " in
*" fetch "*)
  mkdir -p "$GIT_DIR/objects/pack"
  for turn in %s; do
    echo x >> "$GIT_DIR/objects/pack/tmp_pack_slow"
    size=$(wc -c < "$GIT_DIR/objects/pack/tmp_pack_slow")
    while [ "$(cat "%s" 2>/dev/null)" != "$size" ]; do sleep 0.01; done
  done
  %s ;;
esac
exec "%s" "$@"
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "origin.git")
    made.commit({"desired/a.yaml": "kind: Service\n"})
    return made


def opened(repository: Repository, tmp_path: Path, turns: str, then: str = ":") -> tuple[Source, list[int]]:
    """A source whose repository is slow, and what it tells of that, which the other side waits for."""
    tools, seen = tmp_path / "tools", tmp_path / "seen"
    tools.mkdir()
    (tools / "git").write_text(SLOW % (turns, seen, then, shutil.which("git")))
    (tools / "git").chmod(0o755)
    path = f"{tools}:{os.environ['PATH']}"
    git = GitSource(local(str(repository.path), timeout=1), tmp_path / "state", {"PATH": path})
    told: list[int] = []

    def tell(arrived: int) -> None:
        told.append(arrived)
        seen.write_text(str(arrived))

    source = Source(git, "desired")
    source.on_arriving(tell)
    return source, told


def test_a_fetch_to_which_more_comes_outlasts_the_timeout(repository: Repository, tmp_path: Path) -> None:
    source, told = opened(repository, tmp_path, "1 2")
    found = source.poll(None)
    assert found is not None
    assert found.revision.commit == repository.tip()
    assert told == [2, 4]
    assert source.moved_at > 0


def test_a_fetch_to_which_nothing_more_comes_is_ended(repository: Repository, tmp_path: Path) -> None:
    source, told = opened(repository, tmp_path, "1", "sleep 3600")
    with pytest.raises(SourceError) as caught:
        source.poll(None)
    assert caught.value.reason == "timeout"
    assert told == [2]


def test_what_a_fetch_that_was_ended_left_is_gone_after_the_next(repository: Repository, tmp_path: Path) -> None:
    source, _ = opened(repository, tmp_path, "1", "sleep 3600")
    with pytest.raises(SourceError):
        source.poll(None)
    GitSource(local(str(repository.path), timeout=20), tmp_path / "state").fetch()
    assert not list(tmp_path.glob("state/*.git/objects/pack/tmp_*"))
