"""The world as such: what it counts, and that a place keeps to itself."""

import pytest

from sandbox.clock import ManualClock
from sandbox.errors import AwsError
from sandbox.world.calls import Caller, copied
from sandbox.world.world import World


def test_calls_are_counted_and_not_kept_one_by_one() -> None:
    world = World(ManualClock())
    for _ in range(1000):
        world.call("ecs", "ListClusters", {})
    assert world.calls == {("ecs", "ListClusters"): 1000}


def test_a_call_of_something_unknown_counts_as_well() -> None:
    world = World(ManualClock())
    with pytest.raises(AwsError, match="UnknownOperationException"):
        world.call("ecs", "Fly", {})
    assert world.calls.total() == 1


def test_what_is_in_one_region_is_in_no_other() -> None:
    world = World(ManualClock())
    world.call("ecs", "CreateCluster", {"clusterName": "prod"}, Caller(region="eu-west-1"))
    assert world.call("ecs", "ListClusters", {}, Caller(region="us-east-1")) == {"clusterArns": []}


def test_a_copy_of_an_answer_shares_nothing_that_can_be_changed() -> None:
    answer = {"services": [{"tags": [{"key": "team"}]}]}
    copy = copied(answer)
    copy["services"][0]["tags"][0]["key"] = "tier"
    assert answer == {"services": [{"tags": [{"key": "team"}]}]}
