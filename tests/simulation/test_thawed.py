"""Records of the simulation's programs: they cost less, and are compared, hashed and replaced as frozen ones are."""

from tests.simulation import children

RECORD = """
from tests.simulation import thawed
from dataclasses import dataclass, field, replace

@dataclass(frozen=True, slots=True)
class Shard:
    account: str
    region: str = "eu-west-1"

@dataclass(frozen=True)
class Counted:
    name: str
    length: int = field(init=False, default=3)
"""


def test_equal_records_have_one_hash() -> None:
    done = children.code(f"{RECORD}print(len({{Shard('a'), Shard('a'), Shard('b')}}))")
    assert done.stdout == "2\n", done.stderr


def test_a_record_is_replaced_in_the_named_fields_alone() -> None:
    done = children.code(
        f"{RECORD}print(replace(Shard('a', 'us-east-1'), account='b'), replace(Counted('x'), name='y'))"
    )
    assert done.stdout == "Shard(account='b', region='us-east-1') Counted(name='y', length=3)\n", done.stderr


def test_whoever_does_not_ask_for_it_has_frozen_records() -> None:
    done = children.code("from tests.simulation.running import ServiceKey; ServiceKey('prod', 'web').name = 'shop'")
    assert "FrozenInstanceError" in done.stderr
