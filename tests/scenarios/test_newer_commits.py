"""A newer commit, or the old one again, while a shift is under way."""

from dataclasses import replace

import pytest

from reconcilers.model import CodeDeployRollout, NewerCommit
from reconcilers.outcome import InSync, Progressing
from sandbox.switches import Switches
from tests.reconcilers.sandboxed import rolled, shifted
from tests.scenarios.everywhere import everywhere
from tests.scenarios.house import QUICK, House


def in_mid_shift(house: House) -> None:
    house.settle(InSync)
    house.shift("1.1.0")


def statuses(house: House) -> list[str]:
    """How the deployments ended, oldest first, rollbacks apart."""
    codedeploy = house.aws("codedeploy")
    found = [
        codedeploy.get_deployment(deploymentId=each)["deploymentInfo"]
        for each in codedeploy.list_deployments()["deployments"]
    ]
    ours = [each for each in found if each["creator"] == "user"]
    return [each["status"] for each in sorted(ours, key=lambda each: str(each["createTime"]))]


@everywhere
def test_a_newer_commit_stops_the_shift_and_ships(switches: Switches) -> None:
    house = House(shifted(QUICK, switches=switches))
    in_mid_shift(house)
    house.commit("1.2.0")
    house.settle(InSync)
    assert statuses(house) == ["Stopped", "Succeeded"]
    assert house.runs() == "1.2.0"


@everywhere
def test_a_newer_commit_waits_where_the_manifest_says_so(switches: Switches) -> None:
    house = House(shifted(QUICK, switches=switches))
    assert isinstance(house.git.rollout, CodeDeployRollout)
    house.git = replace(house.git, rollout=replace(house.git.rollout, newer_commit=NewerCommit.WAIT))
    in_mid_shift(house)
    house.commit("1.2.0")
    house.settle(InSync)
    assert statuses(house) == ["Succeeded", "Succeeded"]
    assert house.account.count("StopDeployment") == 0
    assert house.runs() == "1.2.0"


@everywhere
def test_a_revert_during_the_shift_stops_it_and_ships_nothing(switches: Switches) -> None:
    house = House(shifted(QUICK, switches=switches))
    before = house.git
    in_mid_shift(house)
    house.git = before
    house.settle(InSync)
    assert statuses(house) == ["Stopped"]
    assert house.runs() == "1.0.0"
    house.run(30)
    assert house.account.count("CreateDeployment") == 1


@everywhere
def test_what_was_superseded_is_not_held_when_it_is_wanted_again(switches: Switches) -> None:
    house = House(shifted(QUICK, switches=switches))
    in_mid_shift(house)
    house.commit("1.2.0")
    house.settle(InSync)
    house.commit("1.1.0")
    house.settle(InSync)
    assert house.runs() == "1.1.0"
    assert house.account.count("RegisterTaskDefinition") == 2


@everywhere
def test_a_newer_commit_ends_the_termination_wait(switches: Switches) -> None:
    house = House(shifted(QUICK, switches=switches))
    house.settle(InSync)
    house.commit("1.1.0")
    house.run_until(lambda: isinstance(house.outcome, InSync))
    assert not house.at_rest()
    house.commit("1.2.0")
    house.settle(InSync)
    assert house.account.count("ContinueDeployment") == 1
    assert house.runs() == "1.2.0"
    assert house.account.count("CreateDeployment") == 2


@pytest.mark.parametrize("newer", ["1.29", "1.27"])
def test_a_rolling_update_is_replaced_by_a_newer_commit(newer: str) -> None:
    house = House(rolled())
    house.settle(InSync)
    house.commit("1.28")
    house.run_until(lambda: isinstance(house.outcome, Progressing))
    house.commit(newer)
    house.settle(InSync)
    assert house.runs() == newer
