"""Notes in the lease table, by two implementations of DynamoDB."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcilers.aws.dynamodb import LeaseTable
from reconcilers.aws.notes import Notes
from reconcilers.leases import Join, Replica, Table
from tests.replicas.aws import stand

A = Replica("host-a", 10.0)


@pytest.fixture(params=["moto", "roto"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LeaseTable]:
    with stand(request.param, tmp_path, ()) as made:
        yield made.table


@pytest.fixture
def notes(table: LeaseTable) -> Notes:
    return Notes(table._client, table.name)


def test_a_note_is_read_as_it_was_written_last(notes: Notes) -> None:
    assert notes.read() == {}
    notes.write("told/slack/prod/web", "n=1")
    notes.write("told/slack/prod/web", "n=2")
    notes.write("told/other/prod/web", "n=1")
    assert notes.read() == {"told/slack/prod/web": "n=2", "told/other/prod/web": "n=1"}


def test_a_note_that_is_dropped_is_gone_and_may_be_dropped_again(notes: Notes) -> None:
    notes.write("told/slack/prod/web", "n=1")
    notes.drop("told/slack/prod/web")
    notes.drop("told/slack/prod/web")
    assert notes.read() == {}


def test_neither_leases_nor_notes_see_the_others_rows(table: LeaseTable, notes: Notes) -> None:
    table.write(Join(A))
    notes.write("told/slack/prod/web", "n=1")
    assert table.read() == Table({"host-a": A})
    assert list(notes.read()) == ["told/slack/prod/web"]
