"""Whatever people do, and however AWS turns out to be: what is true at every moment of every history."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.blueprints import BlueGreen
from sandbox.errors import AwsError
from sandbox.switches import DeploymentOrder, Switches
from tests.examples import examples
from tests.sandbox.stage import BAD, CRASHING, NEXT, Stage

OVER = {"Succeeded", "Failed", "Stopped"}
REFUSALS = {
    "DeploymentDoesNotExistException",
    "DeploymentLimitExceededException",
    "DeploymentAlreadyCompletedException",
    "DeploymentIsNotInReadyStateException",
}


@dataclass(frozen=True)
class Ship:
    image: str


@dataclass(frozen=True)
class Stop:
    rollback: bool


@dataclass(frozen=True)
class GoOn:
    kind: str


@dataclass(frozen=True)
class Ring:
    colour: int


@dataclass(frozen=True)
class Wait:
    seconds: float


Deed = Ship | Stop | GoOn | Ring | Wait
DEEDS: st.SearchStrategy[Deed] = st.one_of(
    st.builds(Ship, st.sampled_from([NEXT, BAD, CRASHING])),
    st.builds(Stop, st.booleans()),
    st.builds(GoOn, st.sampled_from(["READY_WAIT", "TERMINATION_WAIT"])),
    st.builds(Ring, st.integers(0, 1)),
    st.builds(Wait, st.sampled_from([1.0, 20.0, 90.0, 150.0, 400.0, 1100.0])),
)
SWITCHES = st.builds(
    Switches,
    deployment_order=st.sampled_from(DeploymentOrder),
    termination_wait_is_baking=st.booleans(),
    alarms_watched_in_termination_wait=st.booleans(),
    stop_in_termination_wait_rolls_back=st.booleans(),
    ready_timeout_is_stopped=st.booleans(),
    group_creation_weighs_listener=st.booleans(),
    stop_is_pending_first=st.booleans(),
    quiet_alarm_keeps_its_state=st.booleans(),
)
PLANS = st.builds(
    BlueGreen,
    ready_wait_minutes=st.sampled_from([None, 10]),
    rollback_events=st.sampled_from([(), ("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM")]),
)


def do(stage: Stage, deed: Deed) -> None:
    newest = next(reversed(stage.place.codedeploy.store.deployments), "d-NOBODY123")
    match deed:
        case Ship(image):
            stage.ship(image)
        case Stop(rollback):
            stage.call("codedeploy", "StopDeployment", deploymentId=newest, autoRollbackEnabled=rollback)
        case GoOn(kind):
            stage.call("codedeploy", "ContinueDeployment", deploymentId=newest, deploymentWaitType=kind)
        case Ring(colour):
            stage.ring(stage.built.alarms[colour])
        case Wait(seconds):
            stage.pass_time(seconds)


def check(stage: Stage) -> None:
    ids = list(stage.place.codedeploy.store.deployments)
    told = [stage.deployment(one) for one in ids]
    assert sum(one["status"] not in OVER for one in told) <= 1
    assert sum(stage.weights().values()) in {1, 100}
    assert list(stage.task_sets().values()).count("PRIMARY") == 1
    for one in told:
        over = one["status"] in OVER
        assert ("completeTime" in one) is ("deploymentOverview" in one) is over
        assert ("errorInformation" in one) is (one["status"] in {"Failed", "Stopped"})
        if other := one.get("rollbackInfo", {}).get("rollbackDeploymentId"):
            assert stage.deployment(other)["rollbackInfo"]["rollbackTriggeringDeploymentId"] == one["deploymentId"]
        if over and "startTime" in one:
            assert not {"Pending", "InProgress"} & set(stage.events(one["deploymentId"]).values())


@settings(max_examples=examples(60))
@given(PLANS, SWITCHES, st.lists(DEEDS, min_size=1, max_size=10))
def test_every_history_keeps_to_the_rules(plan: BlueGreen, switches: Switches, deeds: list[Deed]) -> None:
    stage = Stage(plan, switches=switches)
    for deed in deeds:
        try:
            do(stage, deed)
        except AwsError as error:
            if error.code not in REFUSALS:
                raise
        check(stage)
    stage.pass_time(4 * 3600)
    check(stage)
    assert all(stage.status(one) in OVER for one in stage.place.codedeploy.store.deployments)
