"""What is believed after a reading, where a whole replica would not show it."""

from controller.lease.beliefs import Belief, Terms, burials, looked, offered, plan, releases, renewed
from reconcilers.leases import Holding, Release, Replica, Shard, Table

SHARD = Shard("", "eu-west-1")
OURS = Table({"a": Replica("a", 10.0)}, {SHARD: Holding("a", 1)})
RELEASE = Release(SHARD, Holding("a", 1))


def believed() -> Belief:
    return looked(renewed(Belief("a", Terms(10.0)), 0.0), OURS, 0.5)


def test_what_the_table_says_is_ours_is_ours_also_where_the_answer_to_the_taking_was_lost() -> None:
    assert believed().keeps(SHARD, 1.0)


def test_what_was_offered_is_not_ours_whatever_the_table_says() -> None:
    after = looked(offered(believed(), RELEASE), OURS, 1.0)
    assert not after.keeps(SHARD, 1.0)
    assert releases(after, (), ()) == (RELEASE,), "it is offered again until that is heard"


def test_an_offer_that_was_heard_is_forgotten() -> None:
    heard = Table(OURS.replicas, {SHARD: Holding("", 1)})
    assert looked(offered(believed(), RELEASE), heard, 1.0).offered == {}


def test_a_lease_is_sure_for_seven_tenths_from_before_it_was_sent() -> None:
    belief = renewed(Belief("a", Terms(10.0)), 100.0)
    assert [belief.sure(106.9), belief.sure(107.0)] == [True, False]


def test_a_replica_with_a_longer_lease_is_waited_for_as_long_as_it_said() -> None:
    table = Table({"a": Replica("a", 10.0), "b": Replica("b", 30.0)})
    belief = looked(Belief("a", Terms(10.0)), table, 0.0)
    assert burials(belief, 29.9) == ()
    assert [each.id for each in burials(belief, 30.0)] == ["b"]


def planned(*rows: Replica) -> dict[Shard, str]:
    return plan(looked(Belief("a", Terms(10.0)), Table({each.id: each for each in rows}), 0.0))


def test_who_knows_of_shards_by_its_disk_alone_keeps_them_where_nobody_has_read_git() -> None:
    assert planned(Replica("a", 10.0, shards=frozenset({SHARD})), Replica("b", 10.0)) == {SHARD: "a"}


def test_who_knows_of_shards_by_its_disk_alone_keeps_nothing_beside_one_that_has_read_git() -> None:
    read = Replica("b", 10.0, commit="c2", shards=frozenset({SHARD}))
    assert planned(Replica("a", 10.0, shards=frozenset({SHARD, Shard("", "us-east-1")})), read) == {SHARD: "b"}
