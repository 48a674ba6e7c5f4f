"""Nothing is written without need: fifty sweeps in each state of the demo, and a restart in the middle."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.loop.surroundings import Rhythm
from reconcilers.model import DriftPolicy
from reconcilers.outcome import Blocked, Differs, Held, InSync
from sandbox.blueprints import BlueGreen
from sandbox.switches import Switches
from tests.reconcilers.sandboxed import rolled, shifted
from tests.scenarios.everywhere import everywhere
from tests.scenarios.hands import edit_service, ship_by_hand
from tests.scenarios.house import House

SWEEPS = 50
OFTEN = Rhythm(poll=10, sweep=10, recheck=60)  # fifty sweeps fit into one shift, or one termination wait
SLOWLY = BlueGreen(deployment_config="CodeDeployDefault.ECSLinear10PercentEvery3Minutes")
QUICKLY = BlueGreen(deployment_config="CodeDeployDefault.ECSCanary10Percent5Minutes", wait_minutes=10)


def adopted(house: House) -> None:
    house.settle(InSync)


def in_mid_shift(house: House) -> None:
    house.shift("1.1.0")


def in_the_termination_wait(house: House) -> None:
    house.commit("1.1.0")
    house.run_until(lambda: isinstance(house.outcome, InSync) and not house.at_rest())


def held_after_a_rollback(house: House) -> None:
    house.commit("bad")
    house.settle(Held)


def after_the_fix(house: House) -> None:
    held_after_a_rollback(house)
    house.run(10)  # the alarm has to be quiet again
    house.commit("1.2.0")
    house.settle(InSync)


def drifted_with_warn(house: House) -> None:
    house.git = replace(house.git, drift=DriftPolicy.WARN, service_definition={"healthCheckGracePeriodSeconds": 0})
    house.commit("1.1.0")
    house.settle(InSync)
    ship_by_hand(house)
    edit_service(house, healthCheckGracePeriodSeconds=5)
    house.settle(Differs)


def blocked_by_preflight(house: House) -> None:
    house.commit("1.1.0", pushed=False)
    house.settle(Blocked)


STATES = (
    adopted,
    in_mid_shift,
    in_the_termination_wait,
    held_after_a_rollback,
    after_the_fix,
    drifted_with_warn,
    blocked_by_preflight,
)


def quiet_for_fifty_sweeps(house: House) -> None:
    before, swept = house.writes(), house.heard.sweeps
    house.start(OFTEN)
    house.run_until(lambda: house.heard.sweeps >= swept + SWEEPS // 2)
    house.start(OFTEN)
    house.run_until(lambda: house.heard.sweeps >= swept + SWEEPS)
    assert house.writes() == before
    assert house.heard.broken == []


@everywhere
@pytest.mark.parametrize("state", STATES)
def test_fifty_sweeps_and_a_restart_change_nothing(state: Callable[[House], None], switches: Switches) -> None:
    plan = SLOWLY if state is in_mid_shift else QUICKLY
    house = House(shifted(plan, switches=switches))
    state(house)
    outcome = type(house.outcome)
    quiet_for_fifty_sweeps(house)
    assert type(house.outcome) is outcome


def test_fifty_sweeps_over_a_rolling_service_change_nothing() -> None:
    house = House(rolled())
    house.settle(InSync)
    quiet_for_fifty_sweeps(house)


def test_fifty_sweeps_over_a_held_rolling_release_change_nothing() -> None:
    house = House(rolled())
    house.commit("crash")
    house.settle(Held)
    quiet_for_fifty_sweeps(house)
    assert isinstance(house.outcome, Held)
