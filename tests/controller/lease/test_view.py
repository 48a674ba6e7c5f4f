"""How the fleet is shared, told from what one replica believes."""

from math import inf

from controller.lease.beliefs import Belief, Terms, looked, renewed
from controller.lease.sole import Sole
from controller.lease.turf import Turf
from controller.lease.view import Sharing, sharing
from controller.web.sharing import sharing_view
from reconcilers.leases import Holding, Replica, Shard, Table
from reconcilers.model import Scope

HERE, THERE = Shard("", "eu-west-1"), Shard("1", "us-east-1")
BOTH = frozenset({HERE, THERE})


def believed(table: Table) -> Belief:
    return looked(renewed(Belief("a", Terms(10.0)), 100.0), table, 101.0)


def test_who_holds_what_is_told_by_shard() -> None:
    rows = {"a": Replica("a", 10.0, 2, "c1", BOTH), "b": Replica("b", 10.0, 2, "c0")}
    found = sharing(believed(Table(rows, {HERE: Holding("a", 3), THERE: Holding("b", 1)})), 102.0, "")
    assert found.ours == {HERE}
    assert found.acts
    assert (found.left, found.commits) == (5.0, {"a": "c1", "b": "c0"})
    assert found.holdings == {HERE: Holding("a", 3), THERE: Holding("b", 1)}


def test_what_a_replica_held_that_is_gone_is_nobodys() -> None:
    rows = {"a": Replica("a", 10.0, 2, "c1", BOTH)}
    found = sharing(believed(Table(rows, {HERE: Holding("gone", 3)})), 102.0, "Timeout")
    assert found.holdings == {HERE: Holding("", 3), THERE: Holding("", 0)}
    assert (found.acts, found.trouble) == (False, "Timeout")


def test_what_was_given_back_is_not_told_as_ours() -> None:
    rows = {"a": Replica("a", 10.0, 2, "c1", BOTH)}
    belief = Belief("a", Terms(10.0), 107.0, Table(rows, {HERE: Holding("a", 3)}), offered={HERE: 3})
    assert sharing(belief, 102.0, "").ours == frozenset()


def test_a_lease_that_has_run_out_does_not_act() -> None:
    rows = {"a": Replica("a", 10.0, 2, "c1", BOTH)}
    found = sharing(believed(Table(rows, {HERE: Holding("a", 3)})), 107.0, "")
    assert (found.left, found.acts) == (0.0, False)


def test_with_nothing_to_keep_any_replica_would_act() -> None:
    assert sharing(believed(Table({"a": Replica("a", 10.0, 2, "c1")})), 102.0, "").acts


def test_without_a_row_nothing_is_known() -> None:
    assert sharing(None, 102.0, "Timeout") == Sharing(trouble="Timeout")


def test_one_replica_without_a_table_keeps_and_may_all() -> None:
    sole, scope = Sole(), Scope("eu-west-1")
    sole.start()
    assert sole.enter(scope)
    sole.leave(scope)
    sole.stop(idle=True)
    assert (sole.keeps(scope), sole.allows(scope), sole.gate(scope), sole.alive) == (True, True, None, True)
    assert sole.sharing().acts
    assert sole.sharing().left == inf


def test_the_api_tells_it_sorted() -> None:
    rows = {"b": Replica("b", 10.0, 2, "c0"), "a": Replica("a", 10.0, 2, "c1", BOTH)}
    told = sharing_view(sharing(believed(Table(rows, {THERE: Holding("b", 1)})), 102.0, ""))
    assert (told.shared, told.me, told.acts, told.seconds_left) == (True, "a", False, 5.0)
    assert [(each.id, each.commit, each.shards) for each in told.replicas] == [("a", "c1", 0), ("b", "c0", 1)]
    assert [(each.account, each.region, each.replica) for each in told.shards] == [
        ("", "eu-west-1", ""),
        ("1", "us-east-1", "b"),
    ]


def test_the_api_tells_that_nothing_is_shared_without_a_table() -> None:
    told = sharing_view(Sole().sharing())
    assert (told.shared, told.acts, told.seconds_left) == (False, True, None)


def test_a_turf_names_the_keeper_of_a_scope() -> None:
    turf = Turf(frozenset({HERE}), {THERE: "b"})
    elsewhere = Scope("us-east-1", "arn:aws:iam::1:role/t")
    keepers = [turf.keeper(Scope("eu-west-1")), turf.keeper(elsewhere), turf.keeper(Scope("x"))]
    assert keepers == [None, "b", ""]
