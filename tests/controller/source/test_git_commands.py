"""Which git commands GitSource runs, seen and disturbed by a program that stands in the path before git."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from controller.source.git import GitSource
from controller.source.git_errors import SourceError
from tests.controller.source.repository import Repository, local


class Watched:
    """A source whose git writes down its commands, and runs `script` instead of those that match a pattern."""

    def __init__(self, tmp_path: Path) -> None:
        self.repository = Repository(tmp_path / "origin.git")
        self._asked = tmp_path / "asked"
        self._programs = tmp_path / "programs"
        self._programs.mkdir()
        self._state = tmp_path / "state"
        self.disturb("nothing", "true")
        self.source = self.open()

    def open(self, timeout: float = 20) -> GitSource:
        path = f"{self._programs}:{os.environ['PATH']}"
        return GitSource(local(str(self.repository.path), timeout=timeout), self._state, {"PATH": path})

    def disturb(self, pattern: str, script: str) -> None:
        git = self._programs / "git"
        git.write_text(
            f'#!/bin/sh\necho "$*" >>{self._asked}\n'
            f'case "$*" in {pattern}) {script};; esac\nexec {shutil.which("git")} "$@"\n'
        )
        git.chmod(0o755)

    def asked(self) -> list[str]:
        """The commands since the last time, by their first words."""
        said = self._asked.read_text().splitlines()
        self._asked.write_text("")
        return [line.split()[0] for line in said]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_of_a_long_complaint_the_end_is_heard(watched: Watched) -> None:
    watched.repository.commit({"a": "1"})
    watched.disturb("ls-remote*", "yes nonsense | head -c 300000 >&2; echo fatal: unheard of >&2; exit 1")
    with pytest.raises(SourceError, match="unheard of"):
        watched.source.fetch()


def test_an_unchanged_branch_costs_one_look(watched: Watched) -> None:
    watched.repository.commit({"a": "1"})
    watched.source.fetch()
    watched.asked()

    watched.source.fetch()

    assert watched.asked() == ["ls-remote"]


def test_a_new_commit_costs_one_download(watched: Watched) -> None:
    watched.repository.commit({"a": "1"})
    watched.source.fetch()
    watched.repository.commit({"a": "2"})
    watched.asked()

    watched.source.fetch()

    assert watched.asked() == ["ls-remote", "cat-file", "fetch", "cat-file"]


def test_all_files_are_read_by_two_processes(watched: Watched) -> None:
    watched.repository.commit({f"desired/{number}": str(number) for number in range(100)})
    revision = watched.source.fetch().revision
    watched.asked()

    assert len(watched.source.files(revision, ("desired",)).files) == 100

    assert watched.asked() == ["ls-tree", "cat-file"]


def test_a_restart_downloads_nothing_that_is_there(watched: Watched) -> None:
    watched.repository.commit({"a": "1"})
    watched.source.fetch()
    watched.asked()

    watched.open().fetch()

    assert watched.asked() == ["ls-remote", "cat-file"]


@pytest.mark.parametrize(("depth", "said"), [(50, False), (500, True)])
def test_where_history_is_not_given_only_what_is_known_is_said(watched: Watched, depth: int, said: bool) -> None:
    watched.repository.commit({"a": "1"})
    watched.source.fetch()
    watched.repository.force_rewrite({"a": "0"})
    for number in range(60):
        watched.repository.commit({"a": str(number)})
    watched.disturb(f"*--depth={depth}\\ *", "exit 1")

    fetched = watched.source.fetch()

    assert fetched.changed
    assert fetched.rewritten is said


@pytest.mark.parametrize("pattern", ["cat-file*", "fetch*", "*--depth=50*", "*--heads*"])
def test_a_stop_is_a_stop_in_whatever_command(watched: Watched, tmp_path: Path, pattern: str) -> None:
    watched.repository.commit({"a": "1"})
    watched.open().fetch()
    watched.repository.force_rewrite({"a": "2"})
    source = watched.open()
    if pattern == "*--heads*":
        watched.repository.git("branch", "-m", "other")
    watched.disturb(pattern, f"touch {tmp_path}/reached; sleep 60")

    assert stopped_when(source, tmp_path / "reached") == "stopped"


def stopped_when(source: GitSource, reached: Path) -> str:
    def stop() -> None:
        end = time.monotonic() + 10
        while not reached.exists() and time.monotonic() < end:
            time.sleep(0.01)
        source.close()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(SourceError) as caught:
        source.fetch()
    thread.join()
    return caught.value.reason


def test_a_mirror_that_answers_too_late_is_a_timeout(watched: Watched) -> None:
    watched.repository.commit({"a": "1"})
    watched.source.fetch()
    watched.disturb("cat-file*", "sleep 60")

    with pytest.raises(SourceError) as caught:
        watched.open(timeout=0.5).fetch()

    assert caught.value.reason == "timeout"


def test_a_disk_that_is_full_while_reading_is_said(watched: Watched) -> None:
    watched.repository.commit({"a": "1"})
    revision = watched.source.fetch().revision
    watched.disturb("ls-tree*", "echo 'fatal: No space left on device' >&2; exit 128")

    with pytest.raises(SourceError) as caught:
        watched.source.listing(revision)

    assert caught.value.reason == "local"


def test_a_mirror_that_is_a_link_into_nothing_is_made_again(watched: Watched, tmp_path: Path) -> None:
    watched.repository.commit({"a": "1"})
    watched.source.fetch()
    (mirror,) = (tmp_path / "state").glob("*.git")
    shutil.rmtree(mirror)
    mirror.symlink_to(tmp_path / "nowhere")

    assert watched.open().fetch().changed


def test_ids_of_64_digits_are_ids(watched: Watched, tmp_path: Path) -> None:
    place = watched.repository.path
    shutil.rmtree(place)
    watched.repository.git("init", "--quiet", "--bare", "--object-format=sha256", str(place), at_home=False)
    commit = watched.repository.commit({"desired/a": "1"})

    revision = watched.source.fetch().revision

    assert revision.commit == commit
    assert len(commit) == 64
    assert watched.source.files(revision, ("desired",)).files == {"desired/a": b"1"}
