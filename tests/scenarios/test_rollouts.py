"""One release from commit to production: how many calls, how many deployments."""

from collections import Counter

from reconcilers.outcome import Held, InSync, Progressing
from sandbox.switches import Switches
from tests.reconcilers.sandboxed import rolled, shifted
from tests.scenarios.everywhere import everywhere
from tests.scenarios.house import House

# What is asked again and again while AWS is at work: how far it is.
POLLED = {
    "DescribeAlarms",
    "DescribeServices",
    "ListDeployments",
    "BatchGetDeployments",
    "GetDeploymentTarget",
    "ListServiceDeployments",
    "DescribeServiceDeployments",
    "DescribeTaskDefinition",
}


def beside_polling(house: House, before: Counter[tuple[str, str]], shipped: Counter[tuple[str, str]]) -> int:
    """The calls until the deployment was made, and all later ones that do not ask how far it is."""
    until, after = shipped - before, house.world.calls - shipped
    return sum(until.values()) + sum(count for (_, name), count in after.items() if name not in POLLED)


def ship(house: House, tag: str) -> int:
    """From a commit to in sync: the calls beside polling."""
    house.settle(InSync)
    before = Counter(house.world.calls)
    house.commit(tag)
    before_push = Counter(house.world.calls) - before
    house.run_until(lambda: isinstance(house.outcome, Progressing))
    shipped = Counter(house.world.calls)
    house.run_until(lambda: isinstance(house.outcome, InSync))
    return beside_polling(house, before + before_push, shipped)


@everywhere
def test_a_rollout_takes_at_most_twenty_calls_beside_polling(switches: Switches) -> None:
    house = House(shifted(switches=switches))
    assert ship(house, "1.1.0") <= 20
    assert house.runs() == "1.1.0"


def test_a_second_rollout_by_the_same_daemon_does_too() -> None:
    house = House(shifted())
    ship(house, "1.1.0")
    house.settle(InSync)
    assert ship(house, "1.2.0") <= 20


def test_a_rolling_rollout_does_too() -> None:
    house = House(rolled())
    assert ship(house, "1.28") <= 20


@everywhere
def test_a_release_that_is_rolled_back_gets_one_deployment_over_restarts(switches: Switches) -> None:
    house = House(shifted(switches=switches))
    house.settle(InSync)
    house.commit("bad")
    for _ in range(12):
        house.run(3)
        house.start()
    house.settle(Held)
    assert house.account.count("CreateDeployment") == 1
    assert house.account.count("RegisterTaskDefinition") == 1
    assert house.runs() == "1.0.0"


def test_a_rolling_release_that_the_circuit_breaker_takes_back_gets_one_attempt_over_restarts() -> None:
    house = House(rolled())
    house.settle(InSync)
    house.commit("crash")
    for _ in range(12):
        house.run(5)
        house.start()
    house.settle(Held)
    assert house.account.count("UpdateService") == 1
    assert house.runs() == "1.27"
