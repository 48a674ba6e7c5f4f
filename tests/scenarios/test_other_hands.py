"""Somebody else ships, edits or scales: waited for, healed further and further apart, and not for ever."""

from dataclasses import replace
from itertools import pairwise

from reconcilers.model import DriftPolicy
from reconcilers.outcome import Blocked, BlockedBy, InSync, Progressing, Sync, Waiting
from sandbox.switches import Switches
from tests.reconcilers.sandboxed import shifted
from tests.scenarios.everywhere import everywhere
from tests.scenarios.hands import edit_service, ship_by_hand
from tests.scenarios.house import QUICK, House

GRACE = {"healthCheckGracePeriodSeconds": 60}


def shipped_by_us(switches: Switches | None = None) -> House:
    house = House(shifted(QUICK, switches=switches))
    house.settle(InSync)
    house.commit("1.1.0")
    house.settle(InSync)
    return house


@everywhere
def test_a_foreign_deployment_is_waited_for_and_then_healed(switches: Switches) -> None:
    house = shipped_by_us(switches)
    foreign = ship_by_hand(house)
    house.run(3)
    assert isinstance(house.outcome, Waiting)
    assert foreign in house.outcome.on
    before = house.account.count("CreateDeployment")
    house.run_until(lambda: isinstance(house.outcome, Progressing))
    info = house.aws("codedeploy").get_deployment(deploymentId=foreign)["deploymentInfo"]
    assert info["status"] == "Succeeded"
    house.settle(InSync)
    assert house.account.count("CreateDeployment") == before + 1
    assert house.account.count("StopDeployment") == 0
    assert house.runs() == "1.1.0"


def test_a_foreign_deployment_that_drift_warns_of_stays() -> None:
    house = shipped_by_us()
    house.git = replace(house.git, drift=DriftPolicy.WARN)
    ship_by_hand(house)
    house.run(60)
    assert house.sync is Sync.DRIFTED
    assert house.account.count("CreateDeployment") == 2


def test_a_hand_on_a_service_that_was_only_adopted_is_drift_too() -> None:
    house = House(shifted(QUICK))
    house.git = replace(house.git, drift=DriftPolicy.WARN)
    house.settle(InSync)
    ship_by_hand(house)
    house.run(40)
    assert house.sync is Sync.DRIFTED
    assert house.account.count("CreateDeployment") == 1  # the hand's own


def heals(house: House, hours: float) -> list[float]:
    """Let somebody edit the service again and again; the moments, in minutes, at which it was put back."""
    moments, count = [], house.account.count("UpdateService")
    start = house.clock.now()
    while house.clock.now() - start < hours * 3600:
        if house.service()["healthCheckGracePeriodSeconds"] == GRACE["healthCheckGracePeriodSeconds"]:
            edit_service(house, healthCheckGracePeriodSeconds=5)
            count += 1
        house.run(0.25)
        if house.account.count("UpdateService") > count:
            count = house.account.count("UpdateService")
            moments.append((house.clock.now() - start) / 60)
    return moments


def test_a_field_is_put_back_further_and_further_apart_and_three_times_an_hour() -> None:
    house = House(shifted())
    edit_service(house, **GRACE)
    house.git = replace(house.git, service_definition=GRACE)
    house.settle(InSync)

    moments = heals(house, 1)

    assert len(moments) == 3
    first, second = (later - earlier for earlier, later in pairwise(moments))
    assert 1 <= first < 3 <= second < 5
    assert isinstance(house.outcome, Blocked)
    assert house.outcome.by is BlockedBy.FOUGHT
    assert "CloudTrail" in house.outcome.findings[0].message


def test_a_commit_of_a_field_ships_at_once_amid_a_fight_and_whatever_drift_says() -> None:
    house = House(shifted())
    edit_service(house, **GRACE)
    house.git = replace(house.git, service_definition=GRACE)
    house.settle(InSync)
    heals(house, 1)
    edit_service(house, **GRACE)
    house.settle(InSync)

    house.git = replace(house.git, drift=DriftPolicy.WARN, service_definition={"healthCheckGracePeriodSeconds": 95})
    house.run(1)

    assert house.service()["healthCheckGracePeriodSeconds"] == 95
    assert isinstance(house.outcome, InSync)
    edit_service(house, healthCheckGracePeriodSeconds=5)
    house.run(3)
    assert house.sync is Sync.DRIFTED


def test_a_night_of_edits_is_at_most_three_heals_an_hour() -> None:
    house = House(shifted())
    edit_service(house, **GRACE)
    house.git = replace(house.git, service_definition=GRACE)
    house.settle(InSync)

    moments = heals(house, 3)

    assert len(moments) >= 5
    assert all(sum(start <= each < start + 60 for each in moments) <= 3 for start in moments)


def test_a_revision_that_is_fought_over_blocks_and_names_the_other_hand() -> None:
    house = shipped_by_us()
    house.git = replace(house.git, rollout=replace(house.git.rollout, timeout=5400.0))
    before = house.account.count("CreateDeployment")
    foreign = 0
    for _ in range(6):
        house.settle(InSync, Blocked, minutes=180)
        if isinstance(house.outcome, Blocked):
            break
        ship_by_hand(house, f"DEBUG{foreign}")
        foreign += 1
        house.run(1)
    house.run(240)
    ours = house.account.count("CreateDeployment") - before - foreign
    assert isinstance(house.outcome, Blocked), house.outcome
    assert house.outcome.by is BlockedBy.FOUGHT
    assert ours == 3
    assert "user/operator" in house.outcome.findings[0].message


def test_the_desired_count_is_left_to_autoscaling() -> None:
    house = House(shifted())
    house.git = replace(house.git, service_definition={"desiredCount": 2})
    resource = f"service/{house.git.cluster}/{house.git.name}"
    house.aws("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=resource,
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=2,
        MaxCapacity=10,
    )
    house.settle(InSync)
    edit_service(house, desiredCount=6)
    before = house.account.count("UpdateService")
    house.run(60)
    assert house.account.count("UpdateService") == before
    assert house.sync is Sync.IN_SYNC
    assert house.service()["desiredCount"] == 6


def test_the_desired_count_is_put_back_where_nothing_scales() -> None:
    house = House(shifted())
    house.git = replace(house.git, service_definition={"desiredCount": 2})
    house.settle(InSync)
    edit_service(house, desiredCount=6)
    house.run(10)
    assert house.service()["desiredCount"] == 2


def test_a_network_that_a_commit_changes_is_shifted_under_drift_warn_and_an_edit_of_it_is_not() -> None:
    house = shipped_by_us()
    network = house.service()["networkConfiguration"]["awsvpcConfiguration"]
    house.git = replace(
        house.git,
        drift=DriftPolicy.WARN,
        service_definition={"networkConfiguration": {"awsvpcConfiguration": {**network, "subnets": ["subnet-new"]}}},
    )
    before = house.account.count("CreateDeployment")
    house.run(3)
    assert house.sync is Sync.OUTDATED
    house.settle(InSync)
    assert house.account.count("CreateDeployment") == before + 1
