"""What CreateDeployment refuses, and what reads back of what it took."""

import hashlib
from typing import Any

import pytest

from sandbox.switches import DeploymentOrder, Switches
from tests.sandbox.stage import Stage, refused


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


def create(stage: Stage, **changes: Any) -> str:
    content = {"content": stage.app_spec()}
    request = stage.group | {"revision": {"revisionType": "AppSpecContent", "appSpecContent": content}} | changes
    whole = {key: value for key, value in request.items() if value is not None}
    return str(stage.call("codedeploy", "CreateDeployment", **whole)["deploymentId"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"revision": None}, "RevisionRequiredException"),
        ({"revision": {"revisionType": "AppSpecContent"}}, "InvalidRevisionException"),
        ({"revision": {"revisionType": "AppSpecContent", "appSpecContent": {}}}, "InvalidRevisionException"),
        (
            {"revision": {"revisionType": "AppSpecContent", "appSpecContent": {"content": "a", "sha256": "b"}}},
            "InvalidRevisionException",
        ),
        (
            {"revision": {"revisionType": "AppSpecContent", "appSpecContent": {"sha256": "0" * 64}}},
            "RevisionDoesNotExistException",
        ),
        ({"revision": {"revisionType": "S3", "s3Location": {"bucket": "b", "key": "k"}}}, "InvalidRevisionException"),
        ({"deploymentConfigName": "nobody"}, "DeploymentConfigDoesNotExistException"),
        ({"description": "x" * 257}, "DescriptionTooLongException"),
        ({"deploymentGroupName": None}, "DeploymentGroupNameRequiredException"),
        ({"deploymentGroupName": "nobody"}, "DeploymentGroupDoesNotExistException"),
        ({"applicationName": "nobody"}, "ApplicationDoesNotExistException"),
        ({"overrideAlarmConfiguration": {"enabled": True}}, "InvalidAlarmConfigException"),
        ({"autoRollbackConfiguration": {"enabled": True}}, "InvalidAutoRollbackConfigException"),
    ],
)
def test_a_wrong_request_is_refused(stage: Stage, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        create(stage, **changes)


def test_nothing_was_made_of_a_refused_request(stage: Stage) -> None:
    assert stage.call("codedeploy", "ListDeployments", **stage.group)["deployments"] == []


def test_a_group_deploys_one_thing_at_a_time() -> None:
    stage = Stage()
    running = stage.ship()
    with refused("DeploymentLimitExceededException") as caught:
        stage.ship()
    assert (
        caught.value.message == f"The Deployment Group 'prod-notes-app-dg' already has an active Deployment '{running}'"
    )


def test_the_content_is_found_by_its_sha256_and_never_in_the_deployment() -> None:
    stage = Stage()
    content = stage.app_spec()
    digest = hashlib.sha256(content.encode()).hexdigest()
    deployment = stage.deploy(content)
    assert stage.deployment(deployment)["revision"] == {
        "revisionType": "AppSpecContent",
        "appSpecContent": {"sha256": digest},
    }
    found = stage.call(
        "codedeploy",
        "GetApplicationRevision",
        applicationName=stage.built.application,
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"sha256": digest}},
    )
    assert found["revision"]["appSpecContent"]["content"] == content
    assert found["revisionInfo"]["deploymentGroups"] == [stage.built.deployment_group]


def test_a_known_revision_can_be_deployed_by_its_sha256_alone() -> None:
    stage = Stage()
    content = stage.app_spec()
    stage.until(stage.deploy(content), "Succeeded")
    stage.pass_time(120)
    digest = hashlib.sha256(content.encode()).hexdigest()
    revision = {"revisionType": "AppSpecContent", "appSpecContent": {"sha256": digest}}
    stage.until(create(stage, revision=revision), "Succeeded")


def test_the_deprecated_string_revision_works_as_well() -> None:
    stage = Stage()
    revision = {"revisionType": "String", "string": {"content": stage.app_spec()}}
    deployment = create(stage, revision=revision)
    assert "content" not in stage.deployment(deployment)["revision"]["string"]
    stage.until(deployment, "Succeeded")


def test_what_was_asked_for_reads_back() -> None:
    stage = Stage()
    rollback = {"enabled": True, "events": ["DEPLOYMENT_FAILURE"]}
    alarms = {"enabled": False, "alarms": []}
    deployment = create(
        stage,
        description="commit 3f2a1bc",
        deploymentConfigName="CodeDeployDefault.ECSAllAtOnce",
        autoRollbackConfiguration=rollback,
        overrideAlarmConfiguration=alarms,
    )
    told = stage.deployment(deployment)
    assert told["description"] == "commit 3f2a1bc"
    assert told["deploymentConfigName"] == "CodeDeployDefault.ECSAllAtOnce"
    assert (told["autoRollbackConfiguration"], told["overrideAlarmConfiguration"]) == (rollback, alarms)
    assert (told["creator"], told["computePlatform"], told["status"]) == ("user", "ECS", "Created")
    assert (told["ignoreApplicationStopFailures"], told["updateOutdatedInstancesOnly"]) == (False, False)
    assert told["instanceTerminationWaitTimeStarted"] is False


def test_a_description_may_have_256_characters() -> None:
    stage = Stage()
    assert stage.deployment(create(stage, description="x" * 256))["description"] == "x" * 256


def test_the_groups_rollback_setting_is_inherited_into_the_deployment() -> None:
    stage = Stage()
    events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]
    told = stage.deployment(stage.ship())
    assert told["autoRollbackConfiguration"] == {"enabled": True, "events": events}
    assert "overrideAlarmConfiguration" not in told


def test_times_appear_as_they_happen() -> None:
    stage = Stage()
    deployment = stage.ship()
    times = {"createTime", "startTime", "completeTime"}
    assert times & set(stage.deployment(deployment)) == {"createTime"}
    stage.until(deployment, "InProgress")
    assert times & set(stage.deployment(deployment)) == {"createTime", "startTime"}
    stage.until(deployment, "Succeeded")
    told = stage.deployment(deployment)
    assert told["createTime"] < told["startTime"] < told["completeTime"]


@pytest.mark.parametrize(
    ("deployment", "code"),
    [
        ("d-NOBODY123", "DeploymentDoesNotExistException"),
        ("nobody", "InvalidDeploymentIdException"),
        ("", "DeploymentIdRequiredException"),
    ],
)
def test_an_unknown_deployment_is_refused_by_kind(stage: Stage, deployment: str, code: str) -> None:
    with refused(code):
        stage.deployment(deployment)


def three(switches: Switches | None = None) -> tuple[Stage, list[str]]:
    """Three deployments, oldest first: two stopped ones and one in progress."""
    stage = Stage(switches=switches)
    made = []
    for _ in range(3):
        made.append(stage.ship())
        if len(made) < 3:
            stage.pass_time(1)
            stage.call("codedeploy", "StopDeployment", deploymentId=made[-1])
            stage.pass_time(60)
    return stage, made


def listed(stage: Stage, **filters: Any) -> list[str]:
    return list(stage.call("codedeploy", "ListDeployments", **filters)["deployments"])


def test_deployments_are_listed_newest_first() -> None:
    stage, made = three()
    assert listed(stage, **stage.group) == listed(stage) == made[::-1]


def test_deployments_may_be_listed_oldest_first() -> None:
    stage, made = three(Switches(deployment_order=DeploymentOrder.OLDEST_FIRST))
    assert listed(stage) == made


def test_deployments_are_filtered_by_status_and_by_time() -> None:
    stage, made = three()
    assert listed(stage, includeOnlyStatuses=["Created", "InProgress"]) == [made[2]]
    assert listed(stage, includeOnlyStatuses=["Stopped"]) == [made[1], made[0]]
    second = stage.deployment(made[1])["createTime"]
    assert listed(stage, createTimeRange={"start": second, "end": second}) == [made[1]]
    with refused("InvalidTimeRangeException"):
        listed(stage, createTimeRange={"start": second, "end": stage.deployment(made[0])["createTime"]})


def test_application_and_group_are_named_together_or_not_at_all() -> None:
    stage = Stage()
    with refused("DeploymentGroupNameRequiredException"):
        listed(stage, applicationName=stage.built.application)
    with refused("ApplicationNameRequiredException"):
        listed(stage, deploymentGroupName=stage.built.deployment_group)
    with refused("DeploymentGroupDoesNotExistException"):
        listed(stage, applicationName=stage.built.application, deploymentGroupName="nobody")


def test_a_long_list_comes_in_pages() -> None:
    stage = Stage()
    made = []
    for _ in range(101):
        made.append(stage.ship())
        stage.call("codedeploy", "StopDeployment", deploymentId=made[-1])
    first = stage.call("codedeploy", "ListDeployments", **stage.group)
    assert len(first["deployments"]) == 100
    assert listed(stage, **stage.group, nextToken=first["nextToken"]) == [made[0]]
    with refused("InvalidNextTokenException"):
        listed(stage, nextToken="nobody")


def test_a_batch_leaves_unknown_ids_out_or_refuses_them() -> None:
    for strict in (False, True):
        stage = Stage(switches=Switches(batch_get_refuses_unknown_ids=strict))
        known = stage.ship()
        ids = [known, "d-NOBODY123"]
        if strict:
            with refused("DeploymentDoesNotExistException"):
                stage.call("codedeploy", "BatchGetDeployments", deploymentIds=ids)
        else:
            told = stage.call("codedeploy", "BatchGetDeployments", deploymentIds=ids)["deploymentsInfo"]
            assert told == [stage.deployment(known)]


def test_a_batch_has_at_most_25_ids_and_at_least_one(stage: Stage) -> None:
    with refused("BatchLimitExceededException"):
        stage.call("codedeploy", "BatchGetDeployments", deploymentIds=["d-NOBODY123"] * 26)
    with refused("DeploymentIdRequiredException"):
        stage.call("codedeploy", "BatchGetDeployments", deploymentIds=[])
