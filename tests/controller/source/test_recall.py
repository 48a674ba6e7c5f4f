"""What a new process knows where Git does not answer: what was applied last, as far as this disk has it."""

import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from controller.source.git import GitSource
from controller.source.git_errors import SourceError
from controller.source.recalled import Recalled
from controller.source.rendering import render_in_process
from controller.source.repository import Repository as Polled
from controller.source.signatures import Trust, Verify
from tests.controller.source.repository import Repository, local
from tests.controller.source.signers import SshSigner
from tests.controller.source.test_polling import WEB, files


@dataclass
class Disk:
    """A repository that can go away, and the folder that its mirror is in."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.repository = Repository(self.folder / "origin.git")
        self.state = self.folder / "state"

    def start(self) -> Polled:
        """A process that remembers nothing."""
        url = (self.folder / "origin.git").as_uri()
        return Polled(GitSource(local(url, **self.settings), self.state), "desired", render_in_process)

    def applied(self, tag: str = "v1") -> str:
        """Commit something, and let a process apply it."""
        commit = self.repository.commit(files(tag))
        self.start().poll(None)
        return commit

    def away(self) -> None:
        self.repository.path.rename(self.folder / "away.git")

    def recalled(self) -> Recalled | None:
        """What a new process has, whose first look fails."""
        polled = self.start()
        with pytest.raises(SourceError):
            polled.poll(None)
        return polled.recall()

    def file(self, pattern: str) -> Path:
        (found,) = self.state.glob(pattern)
        return found


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def test_where_git_is_away_the_commit_that_was_applied_last_is_known(disk: Disk) -> None:
    commit = disk.applied()
    disk.away()
    found = disk.recalled()
    assert found is not None
    assert (found.snapshot.revision.commit, found.snapshot.revision.subject) == (commit, "Change")
    assert set(found.snapshot.services) == {WEB}


def test_what_is_recalled_is_what_was_read(disk: Disk) -> None:
    disk.repository.commit(files())
    read = disk.start().poll(None)
    disk.away()
    found = disk.recalled()
    assert found is not None
    assert found.snapshot == read


def test_it_is_as_old_as_the_last_good_look_and_not_as_the_last_new_commit(disk: Disk) -> None:
    disk.applied()
    file, hour_ago = disk.file("*.applied"), time.time() - 3600
    os.utime(file, (hour_ago, hour_ago))
    polled = disk.start()
    snapshot = polled.poll(None)
    os.utime(file, (hour_ago, hour_ago))
    polled.poll(snapshot)
    disk.away()
    found = disk.recalled()
    assert found is not None
    assert time.time() - found.looked_at < 600


def test_looks_that_fail_do_not_make_it_younger(disk: Disk) -> None:
    disk.applied()
    hour_ago = round(time.time()) - 3600
    os.utime(disk.file("*.applied"), (hour_ago, hour_ago))
    disk.away()
    disk.recalled()
    found = disk.recalled()
    assert found is not None
    assert found.looked_at == hour_ago


@pytest.mark.parametrize("lost", ["*.git", "*.applied", "*.git/objects/pack/*.pack"])
def test_a_disk_that_has_not_all_of_it_knows_nothing(disk: Disk, lost: str) -> None:
    disk.applied()
    disk.away()
    place = disk.file(lost)
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    assert disk.recalled() is None


def test_a_mirror_that_is_damaged_is_left_as_it_is_where_nobody_can_give_it_again(disk: Disk) -> None:
    disk.applied()
    disk.away()
    pack = disk.file("*.git/objects/pack/*.pack")
    pack.chmod(0o600)
    damaged = pack.read_bytes()[:12] + bytes(pack.stat().st_size - 12)
    pack.write_bytes(damaged)
    assert disk.recalled() is None
    assert pack.read_bytes() == damaged


def test_without_a_token_what_is_here_is_known_all_the_same(disk: Disk) -> None:
    disk.applied()
    disk.settings = {"token_file": disk.folder / "gone"}
    found = disk.recalled()
    assert found is not None
    assert set(found.snapshot.services) == {WEB}


def test_a_recalled_commit_is_followed_by_what_git_has_when_it_is_back(disk: Disk) -> None:
    disk.applied()
    newer = disk.repository.commit(files("v2"))
    disk.away()
    polled = disk.start()
    with pytest.raises(SourceError):
        polled.poll(None)
    assert polled.recall() is not None
    (disk.folder / "away.git").rename(disk.repository.path)
    snapshot = polled.poll(None)
    assert snapshot is not None
    assert snapshot.revision.commit == newer
    assert snapshot.problems == ()


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is missing")
class TestVerified:
    @pytest.fixture
    def ann(self, disk: Disk) -> SshSigner:
        made = SshSigner(disk.folder, "ann")
        (disk.folder / "signers").write_text(made.line())
        disk.settings = {"timeout": 60, "trust": Trust(Verify.EVERY, signers=disk.folder / "signers")}
        disk.repository.signing = made.options
        return made

    def test_a_commit_that_was_verified_is_recalled(self, disk: Disk, ann: SshSigner) -> None:
        commit = disk.applied()
        disk.away()
        found = disk.recalled()
        assert found is not None
        assert found.snapshot.revision.commit == commit

    def test_one_that_was_fetched_and_not_verified_is_not(self, disk: Disk, ann: SshSigner) -> None:
        commit = disk.applied()
        disk.repository.signing = ()
        disk.repository.commit(files("v2"))
        with pytest.raises(SourceError):
            disk.start().poll(None)
        disk.away()
        found = disk.recalled()
        assert found is not None
        assert found.snapshot.revision.commit == commit

    @pytest.mark.parametrize("revoked", [True, False])
    def test_a_commit_of_a_signer_who_may_no_more_is_not(self, disk: Disk, ann: SshSigner, revoked: bool) -> None:
        disk.applied()
        disk.away()
        signers, gone = disk.folder / "signers", disk.folder / "revoked"
        signers.write_text(ann.line() if revoked else "")
        gone.write_text(ann.public if revoked else "")
        disk.settings["trust"] = Trust(Verify.EVERY, signers=signers, revoked=gone)
        assert disk.recalled() is None

    def test_one_that_was_applied_before_anything_was_verified_is_verified_too(
        self, disk: Disk, ann: SshSigner
    ) -> None:
        verified, disk.settings = disk.settings, {}
        disk.repository.signing = ()
        disk.applied()
        disk.away()
        disk.settings = verified
        assert disk.recalled() is None
