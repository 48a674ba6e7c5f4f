"""A plan of files that no commit holds yet names none."""

from dataclasses import replace

from reconcilers.explain import named
from reconcilers.model import Revision, SyncPolicy
from reconcilers.outcome import Outcome
from reconcilers.preview import sentence
from tests.reconcilers.builders import NOW, attempt, decided, live, wanted

NONE = Revision("", None)


def outcome(commit: Revision, sync: SyncPolicy = SyncPolicy.AUTO) -> Outcome:
    return decided(replace(wanted("v2", sync=sync), commit=commit), live(attempt("v1", created_at=1.0))).outcome


def test_what_is_not_committed_ships_as_the_change() -> None:
    assert sentence(outcome(NONE)) == "ships the change (commit)"


def test_what_is_not_committed_waits_as_the_change() -> None:
    assert sentence(outcome(NONE, SyncPolicy.MANUAL)) == "the change waits for somebody to say sync."


def test_a_commit_ships_by_the_start_of_its_id() -> None:
    assert sentence(outcome(Revision("3f2a1bc4d5e6f7a8", NOW))) == "ships 3f2a1bc4d5e6 (commit)"


def test_the_chain_of_what_is_not_committed_begins_with_the_change() -> None:
    assert named(NONE) == "the change"
