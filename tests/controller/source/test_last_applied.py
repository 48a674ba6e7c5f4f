"""The commit that was applied last, over restarts."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from controller.source.git_errors import SourceError
from controller.source.last_applied import LastApplied
from controller.source.remote import Remote

MAIN = Remote("https://h/app.git", "main")
COMMIT, NEXT = "a" * 40, "b" * 64


def test_before_any_was_applied_there_is_none(tmp_path: Path) -> None:
    assert LastApplied(tmp_path, MAIN).read() is None


@pytest.mark.parametrize("commit", [COMMIT, NEXT])
def test_what_was_kept_is_known_to_the_next_process(tmp_path: Path, commit: str) -> None:
    LastApplied(tmp_path, MAIN).keep(commit)
    assert LastApplied(tmp_path, MAIN).read() == commit


def test_a_newer_one_takes_its_place_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    kept = LastApplied(tmp_path, MAIN)
    kept.keep(COMMIT)
    kept.keep(NEXT)
    assert kept.read() == NEXT
    assert [each.suffix for each in tmp_path.iterdir()] == [".applied"]


def test_the_same_again_is_not_written_again(tmp_path: Path) -> None:
    LastApplied(tmp_path, MAIN).keep(COMMIT)
    before = [each.stat().st_ino for each in tmp_path.iterdir()]
    LastApplied(tmp_path, MAIN).keep(COMMIT)
    assert [each.stat().st_ino for each in tmp_path.iterdir()] == before


@pytest.mark.parametrize("other", [Remote("https://h/other.git", "main"), Remote("https://h/app.git", "next")])
def test_each_remote_and_branch_has_its_own(tmp_path: Path, other: Remote) -> None:
    LastApplied(tmp_path, MAIN).keep(COMMIT)
    assert LastApplied(tmp_path, other).read() is None


def test_another_password_is_the_same_remote(tmp_path: Path) -> None:
    LastApplied(tmp_path, MAIN).keep(COMMIT)
    assert LastApplied(tmp_path, Remote(MAIN.url, MAIN.branch, "git", "rotated")).read() == COMMIT


@pytest.mark.parametrize("text", [b"", b"a" * 40, b"a" * 39 + b"\n", b"--upload-pack=x\n", b"\xff" * 40, b"a" * 41])
def test_a_broken_file_counts_as_none_and_is_written_again(tmp_path: Path, text: bytes) -> None:
    kept = LastApplied(tmp_path, MAIN)
    kept.keep(COMMIT)
    next(tmp_path.iterdir()).write_bytes(text)
    assert kept.read() is None
    kept.keep(COMMIT)
    assert kept.read() == COMMIT


def test_a_file_that_cannot_be_read_is_an_error_and_not_none(tmp_path: Path) -> None:
    kept = LastApplied(tmp_path, MAIN)
    kept.keep(COMMIT)
    place = next(tmp_path.iterdir())
    place.unlink()
    place.mkdir()
    with pytest.raises(SourceError) as caught:
        kept.read()
    assert (caught.value.reason, str(place) in caught.value.message) == ("local", True)


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be used: No such file"):
        LastApplied(tmp_path / "gone", MAIN).keep(COMMIT)


@dataclass
class Looks:
    """The file on a disk, and a clock that stands still until it is told to go."""

    folder: Path
    now: float = 1_700_000_000.0

    def __post_init__(self) -> None:
        self.kept().keep(COMMIT)
        self.kept().looked()

    def kept(self) -> LastApplied:
        return LastApplied(self.folder, MAIN, lambda: self.now)

    def after(self, seconds: float) -> float | None:
        """When the last look was, as the file tells after one so much later."""
        self.now += seconds
        self.kept().looked()
        return self.kept().looked_at()


def test_when_the_branch_was_last_looked_at_is_known_to_the_next_process(tmp_path: Path) -> None:
    looks = Looks(tmp_path)
    assert looks.after(30) == looks.now
    assert looks.kept().read() == COMMIT


def test_a_look_right_after_another_is_not_noted(tmp_path: Path) -> None:
    looks = Looks(tmp_path)
    assert looks.after(4) == looks.now - 4


def test_a_look_was_never_in_the_future_whatever_becomes_of_the_clock(tmp_path: Path) -> None:
    looks = Looks(tmp_path)
    looks.now -= 1000
    assert looks.kept().looked_at() == looks.now
    assert looks.after(3) == looks.now
    looks.now += 1000
    assert looks.kept().looked_at() == looks.now - 1000, "it is noted by the clock as it is now"


def test_before_any_was_applied_no_look_is_noted(tmp_path: Path) -> None:
    LastApplied(tmp_path, MAIN).looked()
    assert LastApplied(tmp_path, MAIN).looked_at() is None
    assert list(tmp_path.iterdir()) == []
