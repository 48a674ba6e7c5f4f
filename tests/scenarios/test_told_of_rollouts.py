"""What there is to tell of rollouts that a newer commit, or a person, stops: each end once, and the right one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.loop.board import Told
from controller.loop.events import DriftFound, DriftGone, Event, Result, RolloutEnded, RolloutStarted
from controller.loop.facts import Fact, Kind
from controller.notify.ledger import Ledger, after
from controller.notify.news import news, running
from reconcilers.model import DriftPolicy
from reconcilers.outcome import Held
from tests.reconcilers.sandboxed import Account, rolled, shifted
from tests.scenarios.hands import edit_service, register_by_hand, ship_by_hand
from tests.scenarios.house import QUICK, House


class Listener:
    """Keeps a ledger over every look, as a channel does that is told at once."""

    def __init__(self, house: House) -> None:
        self.ledger = Ledger()
        self.facts: list[Fact] = []
        self.events: list[Event] = []
        self._told = house.heard.told
        house.heard.told = self.told  # type: ignore[method-assign]

    def told(self, told: Told) -> None:
        self._told(told)
        self.events += told.events
        for fact in news(self.ledger, told.after, told.after.seen_at or 0.0):
            self.facts.append(fact)
            self.ledger = after(self.ledger, fact, running(told.after))

    def of_rollouts(self) -> list[Kind]:
        return [fact.kind for fact in self.facts if fact.deployment is not None and fact.kind is not Kind.HELD]


@pytest.fixture(params=[lambda: shifted(QUICK), rolled], ids=["CodeDeploy", "ECS"])
def house(request: pytest.FixtureRequest) -> House:
    account: Account = request.param()
    made = House(account)
    made.settle()
    return made


def test_a_rollout_that_a_newer_commit_stopped_gave_way_and_nothing_was_rolled_back(house: House) -> None:
    listener = Listener(house)
    house.shift("1.1.0")
    house.commit("1.2.0")
    house.settle()
    assert listener.of_rollouts() == [Kind.STARTED, Kind.SUPERSEDED, Kind.STARTED, Kind.DONE]


def test_a_rollout_that_a_person_stopped_was_stopped_once_and_its_hold_ends_with_the_fix() -> None:
    house = House(shifted(QUICK))
    house.settle()
    listener = Listener(house)
    house.shift("1.1.0")
    codedeploy = house.aws("codedeploy")
    (deployment,) = codedeploy.list_deployments()["deployments"]
    codedeploy.stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)
    house.settle(Held)
    house.commit("1.2.0")
    house.settle()
    assert [fact.kind for fact in listener.facts] == [
        Kind.STARTED,
        Kind.ROLLED_BACK,
        Kind.HELD,
        Kind.CLEARED,
        Kind.STARTED,
        Kind.DONE,
    ]


@pytest.mark.parametrize("account", [lambda: shifted(QUICK), rolled], ids=["CodeDeploy", "ECS"])
def test_a_drift_is_healed_when_production_is_and_a_heal_is_no_lead_time(account: Callable[[], Account]) -> None:
    house = House(account())
    house.git = replace(house.git, drift=DriftPolicy.HEAL)
    house.settle()
    listener = Listener(house)
    ship(house)
    house.run_until(lambda: Kind.DRIFT_HEALED in {fact.kind for fact in listener.facts})
    told = [fact.kind for fact in listener.facts if fact.who != "somebody else"]
    assert told == [Kind.DRIFT_FOUND, Kind.STARTED, Kind.DONE, Kind.DRIFT_HEALED]
    found, started, healed, gone = listener.events
    assert isinstance(healed, RolloutEnded)
    assert (healed.result, healed.lead) == (Result.SUCCEEDED, None)
    assert (type(found), type(started), type(gone)) == (DriftFound, RolloutStarted, DriftGone)


def ship(house: House) -> None:
    """By hand, as the service ships."""
    if house.service()["deploymentController"]["type"] == "CODE_DEPLOY":
        ship_by_hand(house)
    else:
        edit_service(house, taskDefinition=register_by_hand(house))
