"""Who keeps what: level, settled, and with the fewest that move."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from controller.lease.sharing import share
from reconcilers.leases import Shard

SHARDS = st.sets(st.builds(Shard, st.sampled_from(["", "1", "2", "3"]), st.sampled_from("abcdef")))
REPLICAS = st.sets(st.sampled_from([f"replica-{number}" for number in range(8)]), min_size=1)


@st.composite
def kept(draw: st.DrawFn) -> tuple[set[Shard], set[str], dict[Shard, str]]:
    """Shards, replicas, and who keeps what: some of it by replicas or of shards that are not there any more."""
    shards, replicas = draw(SHARDS), draw(REPLICAS)
    keeper = st.sampled_from([*sorted(replicas), "gone"])
    return shards, replicas, draw(st.dictionaries(st.sampled_from([*sorted(shards), Shard("9", "z")]), keeper))


@given(kept())
def test_every_shard_is_kept_by_a_replica_that_is_there(case: tuple[set[Shard], set[str], dict[Shard, str]]) -> None:
    shards, replicas, before = case
    after = share(shards, replicas, before)
    assert after.keys() == shards
    assert set(after.values()) <= replicas


@given(kept())
def test_no_replica_keeps_two_more_than_another(case: tuple[set[Shard], set[str], dict[Shard, str]]) -> None:
    shards, replicas, before = case
    after = Counter(share(shards, replicas, before).values())
    loads = [after[each] for each in replicas]
    assert max(loads) - min(loads) <= 1


@given(kept())
def test_no_more_move_than_have_to(case: tuple[set[Shard], set[str], dict[Shard, str]]) -> None:
    shards, replicas, before = case
    after = share(shards, replicas, before)
    there = {shard: keeper for shard, keeper in before.items() if shard in shards and keeper in replicas}
    stayed = sum(after[shard] == keeper for shard, keeper in there.items())
    even, more = divmod(len(shards), len(replicas))
    most = sorted(Counter(there.values()).values(), reverse=True)
    assert stayed == sum(min(count, even + (number < more)) for number, count in enumerate(most))


@given(kept())
def test_what_is_shared_stays_so(case: tuple[set[Shard], set[str], dict[Shard, str]]) -> None:
    shards, replicas, before = case
    after = share(shards, replicas, before)
    assert share(shards, replicas, after) == after


@given(kept())
def test_a_replica_that_comes_is_all_that_shards_move_to(case: tuple[set[Shard], set[str], dict[Shard, str]]) -> None:
    shards, replicas, before = case
    settled = share(shards, replicas, before)
    moved = {keeper for shard, keeper in share(shards, {*replicas, "new"}, settled).items() if settled[shard] != keeper}
    assert moved <= {"new"}


@given(kept())
def test_a_replica_that_goes_is_all_that_shards_move_from(case: tuple[set[Shard], set[str], dict[Shard, str]]) -> None:
    shards, replicas, before = case
    settled = share(shards, {*replicas, "old"}, before)
    moved = {settled[shard] for shard, keeper in share(shards, replicas, settled).items() if settled[shard] != keeper}
    assert moved <= {"old"}


def test_with_nobody_there_nothing_is_kept() -> None:
    assert share({Shard("", "a")}, set(), {}) == {}
