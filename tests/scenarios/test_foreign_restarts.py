"""A rolling update that somebody else starts on a revision of ours is theirs, and every one of ours is known."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from controller.loop.facts import Kind
from reconcilers.attempts import Attempt, Cause
from reconcilers.model import DriftPolicy
from reconcilers.observe import attempts
from reconcilers.outcome import Differs, InSync, Waiting
from sandbox import clients
from sandbox.world.calls import Caller
from tests.reconcilers.sandboxed import SCOPE, pool, rolled
from tests.scenarios.hands import edit_service
from tests.scenarios.house import House
from tests.scenarios.test_told_of_rollouts import Listener
from tests.scenarios.test_who_did_it import BY_HAND, DELIVERY, MALLORY, Curious

GINA = "arn:aws:iam::123456789012:user/gina"
OTHER_NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-theirs"], "securityGroups": ["sg-1"]}}
RESTARTS = pytest.mark.parametrize(
    "call",
    [{"forceNewDeployment": True}, {"networkConfiguration": OTHER_NETWORK}],
    ids=["forceNewDeployment", "networkConfiguration"],
)


def shipped(make: Callable[..., House] = House) -> Any:
    """Trueup has shipped once, and all is at rest."""
    house = make(rolled())
    house.settle(InSync)
    house.commit("1.28")
    house.settle(InSync)
    house.run(10)
    return house


def record(house: House) -> tuple[Attempt, ...]:
    """What a daemon that was just started reads of what was tried, newest first."""
    return attempts(pool(house.world)(house.git.scope), house.git, house.clock.now())


def hands(house: House) -> list[str]:
    """Whose each deployment is, newest first."""
    return [each.mark.cause if each.mark else "theirs" for each in record(house)]


@RESTARTS
def test_a_restart_by_hand_is_somebody_elses_and_is_told_with_its_caller(call: Mapping[str, Any]) -> None:
    house = shipped(Curious)
    edit_service(house, **call)
    house.run(DELIVERY + 2)
    newest = house.get(f"services/{house.git.key}/history")["attempts"][0]
    assert (newest["ours"], newest["who"], newest["call"]) == (False, MALLORY, "ecs:UpdateService")
    assert hands(house) == ["theirs", "commit", "theirs"]


@RESTARTS
def test_channels_and_counters_hear_nothing_of_a_restart_by_hand(call: Mapping[str, Any]) -> None:
    house = House(rolled())
    listener = Listener(house)
    house.settle(InSync)
    house.commit("1.28")
    house.settle(InSync)
    heard = listener.of_rollouts(), list(listener.events)
    edit_service(house, **call)
    house.run(2)
    house.settle(InSync)
    house.run(10)
    assert (listener.of_rollouts(), listener.events) == heard
    assert heard[0] == [Kind.STARTED, Kind.DONE]


def test_a_restart_by_hand_is_waited_for_and_not_superseded() -> None:
    house = shipped()
    edit_service(house, forceNewDeployment=True)
    house.commit("1.29")
    house.run_until(lambda: isinstance(house.outcome, Waiting))
    house.settle(InSync)
    assert [each.aws_status for each in record(house)[:2]] == ["SUCCESSFUL", "SUCCESSFUL"]
    assert hands(house)[:2] == ["commit", "theirs"]
    assert house.runs() == "1.29"


def declaring(house: House, **more: Any) -> None:
    """Git names the network that the service has."""
    network = house.service()["networkConfiguration"]
    house.git = replace(house.git, service_definition={"networkConfiguration": network}, **more)
    house.run(2)


def test_a_network_that_somebody_edited_is_put_back_by_a_deployment_of_ours() -> None:
    house = shipped()
    declaring(house)
    listener = Listener(house)
    edit_service(house, networkConfiguration=OTHER_NETWORK)
    house.run(2)
    house.settle(InSync)
    assert hands(house)[:3] == [Cause.HEAL, "theirs", "commit"]
    assert listener.of_rollouts()[-2:] == [Kind.STARTED, Kind.DONE]


def test_a_network_that_a_commit_changes_is_applied_by_a_deployment_of_ours() -> None:
    house = shipped()
    declaring(house)
    house.git = replace(house.git, service_definition={"networkConfiguration": OTHER_NETWORK})
    house.run(2)
    house.settle(InSync)
    assert hands(house)[:2] == [Cause.COMMIT, Cause.COMMIT]


def test_an_edit_of_a_service_that_was_only_adopted_is_put_back_by_a_deployment_of_ours() -> None:
    house = House(rolled())
    declaring(house)
    edit_service(house, networkConfiguration=OTHER_NETWORK)
    house.run(2)
    house.settle(InSync)
    assert hands(house) == [Cause.HEAL, "theirs", "theirs"]


def test_a_restart_by_hand_after_our_edit_is_theirs_again() -> None:
    house = shipped()
    declaring(house)
    edit_service(house, networkConfiguration=OTHER_NETWORK)
    house.run(2)
    house.settle(InSync)
    house.run(10)
    edit_service(house, forceNewDeployment=True)
    house.run(10)
    assert hands(house)[:3] == ["theirs", Cause.HEAL, "theirs"]


def test_a_field_is_applied_over_what_somebody_shipped_without_that_becoming_ours() -> None:
    """Drift is left alone. Were the edit taken for a release of ours, Git would seem to have moved on since."""
    house = shipped()
    declaring(house, drift=DriftPolicy.IGNORE)
    first = record(house)[-1].task_definition_arn
    edit_service(house, taskDefinition=first)
    house.run(10)
    house.git = replace(house.git, service_definition={"networkConfiguration": OTHER_NETWORK})
    house.run(30)
    assert house.runs() == "1.27"
    assert hands(house)[0] == "theirs"


def test_two_restarts_a_minute_apart_are_each_told_with_their_own_caller() -> None:
    """CloudTrail tells of the first one first: it is not taken for the answer to who made the second."""
    house = shipped(Curious)
    edit_service(house, forceNewDeployment=True)
    house.run(1)
    gina = clients.client(house.world, "ecs", caller=Caller("123456789012", SCOPE.region, GINA, BY_HAND))
    gina.update_service(cluster=house.git.cluster, service=house.git.name, forceNewDeployment=True)
    house.run(DELIVERY + 2)
    told = house.get(f"services/{house.git.key}/history")["attempts"][:2]
    assert [each["who"] for each in told] == [GINA, MALLORY]


def test_drift_is_by_whoever_shipped_it_though_somebody_else_started_it_anew() -> None:
    house = shipped(Curious)
    older = house.service()["taskDefinition"]
    house.git = replace(house.git, drift=DriftPolicy.WARN)
    house.commit("1.29")
    house.settle(InSync)
    edit_service(house, taskDefinition=older)
    house.settle(Differs)
    began = record(house)[0].created_at
    house.run(10)
    gina = clients.client(house.world, "ecs", caller=Caller("123456789012", SCOPE.region, GINA, BY_HAND))
    gina.update_service(cluster=house.git.cluster, service=house.git.name, forceNewDeployment=True)
    house.start()
    house.settle(Differs)
    house.run(DELIVERY + 2)
    change = house.detail()["drift"][0]
    assert (change["by"], int(change["since"])) == (MALLORY, int(began))


def test_whoever_edited_a_network_is_told_although_it_was_put_back_before_cloudtrail_knew() -> None:
    house = shipped(Curious)
    declaring(house)
    edit_service(house, networkConfiguration=OTHER_NETWORK)
    house.run(2 * DELIVERY)
    assert hands(house)[0] == Cause.HEAL
    found = next(each for each in house.journal.after()[1] if each.kind is Kind.DRIFT_FOUND)
    assert found.who == MALLORY
