"""The commit that was applied last, in the lease table."""

import pytest

from controller.source.applied_note import AppliedNote
from controller.source.git_errors import SourceError
from controller.source.remote import Remote
from reconcilers.outcome import Retry, Stalled
from tests.controller.notes import FakeNotes

MAIN = Remote("https://h/app.git", "main")
COMMIT, NEXT = "a" * 40, "b" * 64


def test_before_any_was_applied_there_is_none() -> None:
    assert AppliedNote(FakeNotes(), MAIN).read() is None


@pytest.mark.parametrize("commit", [COMMIT, NEXT])
def test_what_one_replica_kept_another_knows(commit: str) -> None:
    notes = FakeNotes()
    AppliedNote(notes, MAIN).keep(commit)
    assert AppliedNote(notes, MAIN).read() == commit


@pytest.mark.parametrize("origin", [Remote("https://h/app.git", "next"), Remote("https://h/other.git", "main")])
def test_another_branch_or_repository_has_its_own(origin: Remote) -> None:
    notes = FakeNotes()
    AppliedNote(notes, MAIN).keep(COMMIT)
    assert AppliedNote(notes, origin).read() is None


def test_whatever_the_credentials_it_is_the_same_one() -> None:
    notes = FakeNotes()
    AppliedNote(notes, MAIN).keep(COMMIT)
    assert AppliedNote(notes, Remote(MAIN.url, MAIN.branch, "git", "rotated")).read() == COMMIT


@pytest.mark.parametrize("said", ["", "--exec=sh", f"{COMMIT}\n", "A" * 40, "a" * 39])
def test_what_is_no_commits_id_counts_as_none(said: str) -> None:
    notes = FakeNotes()
    AppliedNote(notes, MAIN).keep(COMMIT)
    notes.kept = dict.fromkeys(notes.kept, said)
    assert AppliedNote(notes, MAIN).read() is None


def test_the_same_commit_is_written_once() -> None:
    notes = FakeNotes()
    note = AppliedNote(notes, MAIN)
    note.keep(COMMIT)
    notes.kept.clear()
    note.keep(COMMIT)
    assert notes.kept == {}


def test_a_commit_that_stands_there_already_is_not_written_again() -> None:
    notes = FakeNotes()
    AppliedNote(notes, MAIN).keep(COMMIT)
    note = AppliedNote(notes, MAIN)
    note.read()
    notes.refuses = Retry("Timeout", "no answer in time")
    note.keep(COMMIT)


@pytest.mark.parametrize("refusal", [Retry("Timeout", "no answer in time"), Stalled("AccessDenied", "not you", "Ask.")])
def test_a_table_that_cannot_be_read_is_not_read_as_none(refusal: Exception) -> None:
    with pytest.raises(SourceError, match=r"The lease table, which keeps the commit .* cannot be used: ") as raised:
        AppliedNote(FakeNotes(refuses=refusal), MAIN).read()
    assert raised.value.reason == "unreachable"


def test_what_could_not_be_written_is_written_the_next_time() -> None:
    notes = FakeNotes(refuses=Retry("Timeout", "no answer in time"))
    note = AppliedNote(notes, MAIN)
    with pytest.raises(SourceError, match="cannot be used: Timeout: no answer in time"):
        note.keep(COMMIT)
    notes.refuses = None
    note.keep(COMMIT)
    assert note.read() == COMMIT
