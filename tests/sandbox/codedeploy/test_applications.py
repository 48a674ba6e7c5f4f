"""Applications, their revisions and tags, and deployment configurations."""

import hashlib
from typing import Any

import pytest

from sandbox.world.codedeploy.configs import PREDEFINED, canary, linear, steps
from tests.sandbox.answers import CheckedWorld
from tests.sandbox.stage import refused


def world_with(*names: str) -> CheckedWorld:
    world = CheckedWorld()
    for name in names:
        world.call("codedeploy", "CreateApplication", applicationName=name, computePlatform="ECS")
    return world


def test_an_application_is_made_once_read_renamed_and_deleted() -> None:
    world = world_with("one")
    with refused("ApplicationAlreadyExistsException"):
        world.call("codedeploy", "CreateApplication", applicationName="one", computePlatform="ECS")
    told = world.call("codedeploy", "GetApplication", applicationName="one")["application"]
    assert (told["applicationName"], told["computePlatform"]) == ("one", "ECS")
    world.call("codedeploy", "UpdateApplication", applicationName="one", newApplicationName="two")
    assert world.call("codedeploy", "ListApplications")["applications"] == ["two"]
    batch = world.call("codedeploy", "BatchGetApplications", applicationNames=["two"])["applicationsInfo"]
    assert batch[0]["applicationId"] == told["applicationId"]
    world.call("codedeploy", "DeleteApplication", applicationName="two")
    with refused("ApplicationDoesNotExistException"):
        world.call("codedeploy", "GetApplication", applicationName="two")


def test_names_and_platforms_are_checked() -> None:
    world = world_with()
    for name, code in (("", "ApplicationNameRequiredException"), ("x" * 101, "InvalidApplicationNameException")):
        with refused(code):
            world.world.call("codedeploy", "CreateApplication", {"applicationName": name})
    with refused("InvalidComputePlatformException"):
        world.call("codedeploy", "CreateApplication", applicationName="one", computePlatform="Kubernetes")


def test_tags_come_and_go() -> None:
    world = world_with("one")
    arn = "arn:aws:codedeploy:eu-west-1:123456789012:application:one"
    world.call("codedeploy", "TagResource", ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    world.call("codedeploy", "UntagResource", ResourceArn=arn, TagKeys=["b"])
    assert world.call("codedeploy", "ListTagsForResource", ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    with refused("InvalidArnException"):
        world.call("codedeploy", "ListTagsForResource", ResourceArn="arn:nobody")


def location(text: str) -> dict[str, Any]:
    return {"revisionType": "AppSpecContent", "appSpecContent": {"content": text}}


def by_digest(text: str) -> dict[str, Any]:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"revisionType": "AppSpecContent", "appSpecContent": {"sha256": digest}}


def test_a_registered_revision_is_found_again_by_its_digest() -> None:
    world = world_with("one")
    world.call(
        "codedeploy", "RegisterApplicationRevision", applicationName="one", revision=location("a"), description="first"
    )
    found = world.call("codedeploy", "GetApplicationRevision", applicationName="one", revision=by_digest("a"))
    assert found["revision"]["appSpecContent"]["content"] == "a"
    assert (found["revisionInfo"]["description"], found["revisionInfo"]["deploymentGroups"]) == ("first", [])
    batch = world.call("codedeploy", "BatchGetApplicationRevisions", applicationName="one", revisions=[by_digest("a")])
    assert batch["revisions"][0]["genericRevisionInfo"] == found["revisionInfo"]
    with refused("RevisionDoesNotExistException"):
        world.call("codedeploy", "GetApplicationRevision", applicationName="one", revision=by_digest("b"))


def test_revisions_are_listed_in_the_order_that_was_asked_for() -> None:
    world = world_with("one")
    for text in ("a", "b"):
        world.call("codedeploy", "RegisterApplicationRevision", applicationName="one", revision=location(text))
        world.pass_time(1)

    def listed(**options: str) -> list[Any]:
        return list(world.call("codedeploy", "ListApplicationRevisions", applicationName="one", **options)["revisions"])

    assert listed(sortBy="registerTime", sortOrder="descending") == [by_digest("b"), by_digest("a")]
    assert listed(deployed="exclude") == [by_digest("a"), by_digest("b")]
    assert listed(deployed="include") == []


@pytest.mark.parametrize("config", PREDEFINED, ids=lambda config: str(config.name))
def test_the_predefined_configurations_read_back(config: Any) -> None:
    told = world_with().call("codedeploy", "GetDeploymentConfig", deploymentConfigName=config.name)
    assert told["deploymentConfigInfo"]["trafficRoutingConfig"] == config.routing
    assert told["deploymentConfigInfo"]["computePlatform"] == "ECS"


def test_a_configuration_of_ones_own_is_made_used_and_deleted() -> None:
    world = world_with()
    routing = linear(30, 2)
    world.call(
        "codedeploy",
        "CreateDeploymentConfig",
        deploymentConfigName="own",
        trafficRoutingConfig=routing,
        computePlatform="ECS",
    )
    assert "own" in world.call("codedeploy", "ListDeploymentConfigs")["deploymentConfigsList"]
    with refused("DeploymentConfigAlreadyExistsException"):
        world.call("codedeploy", "CreateDeploymentConfig", deploymentConfigName="own", computePlatform="ECS")
    world.call("codedeploy", "DeleteDeploymentConfig", deploymentConfigName="own")
    with refused("DeploymentConfigDoesNotExistException"):
        world.call("codedeploy", "GetDeploymentConfig", deploymentConfigName="own")


def test_awss_own_names_are_reserved() -> None:
    world = world_with()
    with refused("InvalidDeploymentConfigNameException"):
        world.call("codedeploy", "CreateDeploymentConfig", deploymentConfigName="CodeDeployDefault.Mine")
    with refused("InvalidOperationException"):
        world.call("codedeploy", "DeleteDeploymentConfig", deploymentConfigName="CodeDeployDefault.ECSAllAtOnce")


@pytest.mark.parametrize("routing", [linear(0, 1), linear(10, 0), canary(100, 5), linear(1, 30)])
def test_a_shift_must_make_sense_and_end_within_two_days(routing: dict[str, Any]) -> None:
    with refused("InvalidTrafficRoutingConfigurationException"):
        world_with().call(
            "codedeploy",
            "CreateDeploymentConfig",
            deploymentConfigName="own",
            trafficRoutingConfig=routing,
            computePlatform="ECS",
        )


def test_a_shift_may_take_two_days_exactly() -> None:
    world = world_with()
    whole = {"trafficRoutingConfig": canary(1, 2880), "computePlatform": "ECS"}
    world.call("codedeploy", "CreateDeploymentConfig", deploymentConfigName="slow", **whole)


def test_two_hundred_configurations_are_the_most() -> None:
    world = world_with()
    for number in range(200):
        world.call("codedeploy", "CreateDeploymentConfig", deploymentConfigName=f"own-{number}", computePlatform="ECS")
    with refused("DeploymentConfigLimitExceededException"):
        world.call("codedeploy", "CreateDeploymentConfig", deploymentConfigName="own", computePlatform="ECS")


def test_the_last_step_is_always_everything() -> None:
    assert steps(linear(30, 2)) == ((0, 30), (2, 60), (4, 90), (6, 100))
    assert steps(linear(50, 1)) == ((0, 50), (1, 100))
    assert steps(canary(5, 7)) == ((0, 5), (7, 100))
    assert steps({"type": "AllAtOnce"}) == ((0, 100),)
