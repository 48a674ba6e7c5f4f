"""A repository that takes longer to fetch than a look may take: what keeps coming is waited for."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.source.git import GitSource
from controller.source.git_errors import SourceError
from controller.source.headway import Headway
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


# The same for a host that packs for long before it sends anything: what grows is what it says.
PACKING = """\
#!/bin/sh
case " $* " in
*" fetch "*)
  for turn in 1 2 3; do
    printf 'remote: %s: %%3d%%%% (%%d/4)\\r' $((25 * turn)) $turn >&2
    while [ "$(cat "%s" 2>/dev/null)" != "$turn" ]; do sleep 0.01; done
  done ;;
esac
exec "%s" "$@"
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "origin.git")
    made.commit({"desired/a.yaml": "kind: Service\n"})
    return made


def opened(repository: Repository, tmp_path: Path, turns: str, then: str = ":") -> tuple[Source, list[Headway]]:
    """A source whose repository is slow, and what it tells of that, which the other side waits for."""
    git = SLOW % (turns, tmp_path / "seen", then, shutil.which("git"))
    return told_by(git, repository, tmp_path, lambda headway: str(headway.arrived))


def packing(repository: Repository, tmp_path: Path, meter: str) -> tuple[Source, list[Headway]]:
    """A source whose host packs, and tells of it on a meter of this name."""
    git = PACKING % (meter, tmp_path / "seen", shutil.which("git"))
    return told_by(git, repository, tmp_path, lambda headway: headway.doing.partition("(")[2][:1])


def told_by(
    git: str, repository: Repository, tmp_path: Path, say: Callable[[Headway], str]
) -> tuple[Source, list[Headway]]:
    tools, seen = tmp_path / "tools", tmp_path / "seen"
    tools.mkdir()
    (tools / "git").write_text(git)
    (tools / "git").chmod(0o755)
    path = f"{tools}:{os.environ['PATH']}"
    told: list[Headway] = []

    def tell(headway: Headway) -> None:
        told.append(headway)
        seen.write_text(say(headway))

    source = Source(GitSource(local(str(repository.path), timeout=1), tmp_path / "state", {"PATH": path}), "desired")
    source.on_arriving(tell)
    return source, told


def test_a_fetch_to_which_more_comes_outlasts_the_timeout(repository: Repository, tmp_path: Path) -> None:
    source, told = opened(repository, tmp_path, "1 2")
    found = source.poll(None)
    assert found is not None
    assert found.revision.commit == repository.tip()
    assert told == [Headway(2), Headway(4)]
    assert source.moved_at > 0


def test_a_fetch_to_which_nothing_more_comes_is_ended(repository: Repository, tmp_path: Path) -> None:
    source, told = opened(repository, tmp_path, "1", "sleep 3600")
    with pytest.raises(SourceError) as caught:
        source.poll(None)
    assert caught.value.reason == "timeout"
    assert told == [Headway(2)]


def test_a_host_that_packs_for_long_is_waited_for(repository: Repository, tmp_path: Path) -> None:
    source, told = packing(repository, tmp_path, "Compressing objects")
    assert source.poll(None) is not None
    assert [each.doing for each in told] == [f"Compressing objects: {25 * n}% ({n}/4)" for n in (1, 2, 3)]


def test_a_host_that_only_talks_is_not_waited_for(repository: Repository, tmp_path: Path) -> None:
    source, told = packing(repository, tmp_path, "You are visitor number")
    with pytest.raises(SourceError) as caught:
        source.poll(None)
    assert (caught.value.reason, told) == ("timeout", [])


def test_what_a_fetch_that_was_ended_left_is_gone_after_the_next(repository: Repository, tmp_path: Path) -> None:
    source, _ = opened(repository, tmp_path, "1", "sleep 3600")
    with pytest.raises(SourceError):
        source.poll(None)
    GitSource(local(str(repository.path), timeout=20), tmp_path / "state").fetch()
    assert not list(tmp_path.glob("state/*.git/objects/pack/tmp_*"))
