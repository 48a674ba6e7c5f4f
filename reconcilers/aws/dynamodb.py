"""DynamoDB: the lease table, whose hash key is the string ``key``. Every write is one conditional write of one item."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from reconcilers.aws.calls import ask, ask_or_none
from reconcilers.digest import Digest
from reconcilers.leases import (
    Beat,
    Bury,
    Depart,
    Errand,
    Heard,
    Holding,
    Join,
    OfErrand,
    OfReplica,
    OfShard,
    Release,
    Replica,
    Send,
    Shard,
    Table,
    Take,
    Write,
)
from reconcilers.model import ServiceKey
from reconcilers.verdict import Order

Item = Mapping[str, Mapping[str, str]]
REPLICA, SHARD, ERRAND = "replica", "shard", "errand"
NOBODY = "-"  # not every DynamoDB keeps an empty string
_REFUSED = frozenset({"ConditionalCheckFailedException"})


class LeaseTable:
    """One table, as ``client`` reaches it. Each method raises ``Retry`` or ``Stalled``."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self.name = name

    def read(self) -> Table:
        """All rows. What was written before this began is in it."""
        replicas: dict[str, Replica] = {}
        holdings: dict[Shard, Holding] = {}
        errands: list[Errand] = []
        for item in items(self._client, self.name):
            match item["key"]["S"].split("#", 2):
                case [kind, id_] if kind == REPLICA:
                    replicas[id_] = _replica(id_, item)
                case [kind, account, region] if kind == SHARD:
                    holdings[Shard(account, region)] = Holding(_read(item, "holder"), int(item["epoch"]["N"]))
                case [kind, environment, name] if kind == ERRAND:
                    errands.append(_errand(ServiceKey(environment, name), json.loads(item["said"]["S"])))
                case _:
                    pass  # a note, or of another version of Trueup
        return Table(replicas, holdings, tuple(errands))

    def write(self, write: Write) -> bool:
        """Whether it was written; ``False`` where the row reads otherwise than it has to."""
        operation, parameters = _call(write)
        about = f"table {self.name}"
        return (
            ask_or_none(self._client, operation, {"TableName": self.name, **parameters}, _REFUSED, about=about)
            is not None
        )


def items(client: Any, table: str) -> Iterator[Item]:
    """All rows of a table, those that were written before this began among them. Raises ``Retry`` or ``Stalled``."""
    start: dict[str, Any] = {}
    while True:
        parameters = {"TableName": table, "ConsistentRead": True, **start}
        answer = ask(client, "scan", parameters, about=f"table {table}")
        yield from answer.get("Items", ())
        if not answer.get("LastEvaluatedKey"):
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def place_of(table: str) -> tuple[str, str | None]:
    """A table's name and region, given as a name (then the region is not told) or as an ARN."""
    parts = table.split(":", 5)
    return (table, None) if len(parts) < 6 else (parts[5].removeprefix("table/"), parts[3])


def _call(write: Write) -> tuple[str, dict[str, Any]]:
    match write:
        case Join() | Beat() | Bury() | Depart():
            return _of_replica(write)
        case Take() | Release():
            return _of_shard(write)
        case Send() | Heard():
            return _of_errand(write)
        case _:
            assert_never(write)


def _of_replica(write: OfReplica) -> tuple[str, dict[str, Any]]:
    match write:
        case Join(replica):
            item = {"key": {"S": f"{REPLICA}#{replica.id}"}, **_told(replica.commit, replica.shards)}
            item |= {"beat": {"N": str(replica.beat)}, "ttl": {"N": f"{replica.ttl:g}"}}
            item |= {"address": _word(replica.address)}
            return "put_item", {
                "Item": item,
                "ConditionExpression": "attribute_not_exists(#key)",
                "ExpressionAttributeNames": {"#key": "key"},
            }
        case Beat(id_, commit, shards):
            told = _told(commit, shards)
            return "update_item", {
                "Key": _replica_key(id_),
                "UpdateExpression": "SET #commit = :commit, #shards = :shards ADD #beat :one",
                "ConditionExpression": "attribute_exists(#key)",
                "ExpressionAttributeNames": {f"#{name}": name for name in ("key", "beat", *told)},
                "ExpressionAttributeValues": {":one": {"N": "1"}} | {f":{name}": value for name, value in told.items()},
            }
        case Bury(id_, beat):
            return "delete_item", {
                "Key": _replica_key(id_),
                "ConditionExpression": "#beat = :beat",
                "ExpressionAttributeNames": {"#beat": "beat"},
                "ExpressionAttributeValues": {":beat": {"N": str(beat)}},
            }
        case Depart(id_):
            return "delete_item", {"Key": _replica_key(id_)}
        case _:
            assert_never(write)


def _of_shard(write: OfShard) -> tuple[str, dict[str, Any]]:
    match write:
        case Take(shard, _, found):
            return "put_item", {"Item": _shard_item(shard, write.taken), **_still(found)}
        case Release(shard, held):
            return "put_item", {"Item": _shard_item(shard, Holding("", held.epoch)), **_still(held)}
        case _:
            assert_never(write)


def _of_errand(write: OfErrand) -> tuple[str, dict[str, Any]]:
    match write:
        case Send(errand):
            return "put_item", {"Item": {**_errand_key(errand), "said": _said(errand)}}
        case Heard(errand):
            return "delete_item", {
                "Key": _errand_key(errand),
                "ConditionExpression": "#said = :said",
                "ExpressionAttributeNames": {"#said": "said"},
                "ExpressionAttributeValues": {":said": _said(errand)},
            }
        case _:
            assert_never(write)


def _still(found: Holding | None) -> dict[str, Any]:
    if found is None:
        return {"ConditionExpression": "attribute_not_exists(#key)", "ExpressionAttributeNames": {"#key": "key"}}
    return {
        "ConditionExpression": "#holder = :holder AND #epoch = :epoch",
        "ExpressionAttributeNames": {"#holder": "holder", "#epoch": "epoch"},
        "ExpressionAttributeValues": {":holder": _word(found.holder), ":epoch": {"N": str(found.epoch)}},
    }


def _told(commit: str, shards: frozenset[Shard]) -> dict[str, Any]:
    named = " ".join(f"{each.account}/{each.region}" for each in sorted(shards))
    return {"commit": _word(commit), "shards": _word(named)}


def _replica_key(id_: str) -> dict[str, Any]:
    return {"key": {"S": f"{REPLICA}#{id_}"}}


def _shard_item(shard: Shard, holding: Holding) -> dict[str, Any]:
    key = f"{SHARD}#{shard.account}#{shard.region}"
    return {"key": {"S": key}, "holder": _word(holding.holder), "epoch": {"N": str(holding.epoch)}}


def _replica(id_: str, item: Item) -> Replica:
    shards = frozenset(Shard(*each.split("/", 1)) for each in _read(item, "shards").split())
    address = _read(item, "address") if "address" in item else ""  # an earlier version does not say
    return Replica(id_, float(item["ttl"]["N"]), int(item["beat"]["N"]), _read(item, "commit"), shards, address)


def _errand_key(errand: Errand) -> dict[str, Any]:
    return {"key": {"S": f"{ERRAND}#{errand.service.environment}#{errand.service.name}"}}


def _said(errand: Errand) -> dict[str, str]:
    order = errand.order
    said = {"sync": order.sync, "retry": order.retry, "despite": order.despite_alarm, "by": order.by, "at": order.at}
    return {"S": json.dumps(said | {"release": errand.release})}


def _errand(service: ServiceKey, said: dict[str, Any]) -> Errand:
    order = Order(said["sync"], said["retry"], said["despite"], said["by"], said["at"])
    return Errand(service, Digest(said["release"]), order)


def _word(text: str) -> dict[str, str]:
    return {"S": text or NOBODY}


def _read(item: Item, name: str) -> str:
    return item[name]["S"].removeprefix(NOBODY)
