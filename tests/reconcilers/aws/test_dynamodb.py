"""The lease table's calls, and what two implementations of DynamoDB make of them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconcilers.aws.dynamodb import LeaseTable, place_of
from reconcilers.digest import Digest
from reconcilers.leases import (
    Beat,
    Bury,
    Depart,
    Errand,
    Heard,
    Holding,
    Join,
    Release,
    Replica,
    Send,
    Shard,
    Table,
    Take,
)
from reconcilers.model import ServiceKey
from reconcilers.outcome import Retry, Stalled
from reconcilers.verdict import Order
from tests.reconcilers.aws.wire import Refusal, Wire
from tests.replicas.aws import stand

OWN, THEIRS = Shard("", "eu-west-1"), Shard("111122223333", "us-east-1")
A = Replica("host-a", 10.0, address="http://10.0.0.7:8080")


@pytest.fixture(params=["moto", "roto"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LeaseTable]:
    with stand(request.param, tmp_path, ()) as made:
        yield made.table


def test_rows_are_read_as_they_were_written(table: LeaseTable) -> None:
    assert table.read() == Table()
    assert table.write(Join(A))
    assert table.write(Take(OWN, "host-a", None))
    assert table.read() == Table({"host-a": A}, {OWN: Holding("host-a", 1)})


def test_a_replica_joins_once(table: LeaseTable) -> None:
    assert [table.write(Join(A)), table.write(Join(A))] == [True, False]


def test_a_renewal_counts_and_tells_what_is_new(table: LeaseTable) -> None:
    table.write(Join(A))
    assert table.write(Beat("host-a", "c1", frozenset({OWN, THEIRS})))
    assert table.read().replicas["host-a"] == replace(A, beat=2, commit="c1", shards=frozenset({OWN, THEIRS}))


def test_a_row_of_a_version_that_names_no_address_is_read_without_one(table: LeaseTable) -> None:
    item = {"key": "replica#host-b", "beat": "3", "ttl": "10", "commit": "c1", "shards": "-"}
    kinds = {"beat": "N", "ttl": "N"}
    row = {name: {kinds.get(name, "S"): value} for name, value in item.items()}
    table._client.put_item(TableName=table.name, Item=row)
    assert table.read().replicas["host-b"] == Replica("host-b", 10.0, 3, "c1")


def test_who_is_out_cannot_renew(table: LeaseTable) -> None:
    table.write(Join(A))
    assert [table.write(Bury("host-a", 2)), table.write(Bury("host-a", 1))] == [False, True]
    assert not table.write(Beat("host-a", "c1", frozenset()))
    assert table.read() == Table()


def test_who_departs_is_out(table: LeaseTable) -> None:
    table.write(Join(A))
    assert table.write(Depart("host-a"))
    assert table.read() == Table()


def test_a_shard_is_taken_by_one_alone(table: LeaseTable) -> None:
    assert [table.write(Take(THEIRS, name, None)) for name in "ab"] == [True, False]
    assert [table.write(Take(THEIRS, name, Holding("a", 1))) for name in "bc"] == [True, False]
    assert table.read().holdings == {THEIRS: Holding("b", 2)}


def test_a_shard_is_given_back_by_its_holder_alone_and_keeps_its_epoch(table: LeaseTable) -> None:
    table.write(Take(OWN, "a", None))
    assert [table.write(Release(OWN, Holding(name, 1))) for name in "ba"] == [False, True]
    assert table.read().holdings == {OWN: Holding("", 1)}
    assert table.write(Take(OWN, "b", Holding("", 1)))
    assert table.read().holdings == {OWN: Holding("b", 2)}


def test_an_errand_is_kept_until_it_was_heard_unless_there_is_another(table: LeaseTable) -> None:
    first = Errand(ServiceKey("prod", "web"), Digest("v1-x"), Order(sync=True, despite_alarm="a fix", by="ann", at=1.5))
    second = replace(first, order=Order(retry=True))
    assert table.write(Send(first))
    assert table.read().errands == (first,)
    assert table.write(Send(second))
    assert [table.write(Heard(first)), table.read().errands] == [False, (second,)]
    assert [table.write(Heard(second)), table.read().errands] == [True, ()]


def test_a_table_of_several_pages_is_read_whole() -> None:
    def page(params: dict[str, object]) -> dict[str, object]:
        first = "ExclusiveStartKey" not in params
        key = f"shard##{'a' if first else 'b'}"
        item = {"key": {"S": key}, "holder": {"S": "-"}, "epoch": {"N": "1"}}
        return {"Items": [item], **({"LastEvaluatedKey": {"key": {"S": key}}} if first else {})}

    wire = Wire({"Scan": page})
    found = LeaseTable(wire.client("dynamodb"), "leases").read()
    assert set(found.holdings) == {Shard("", "a"), Shard("", "b")}
    assert all(each["ConsistentRead"] for each in wire.asked("Scan"))


def test_a_row_of_another_kind_is_passed_over() -> None:
    wire = Wire({"Scan": {"Items": [{"key": {"S": "something"}}]}})
    assert LeaseTable(wire.client("dynamodb"), "leases").read() == Table()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ProvisionedThroughputExceededException", Retry),
        ("AccessDeniedException", Stalled),
        ("ResourceNotFoundException", Stalled),
    ],
)
def test_what_is_no_answer_is_an_error(code: str, kind: type[Exception]) -> None:
    wire = Wire({"PutItem": Refusal(code)})
    with pytest.raises(kind, match="table leases"):
        LeaseTable(wire.client("dynamodb"), "leases").write(Join(A))


def test_a_table_is_named_or_placed() -> None:
    assert place_of("leases") == ("leases", None)
    assert place_of("arn:aws:dynamodb:eu-west-1:111122223333:table/leases") == ("leases", "eu-west-1")
