"""Deployment groups: made, described, changed, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params, copied
from sandbox.world.codedeploy.configs import ALL_AT_ONCE, BAD_TOKEN
from sandbox.world.codedeploy.group_rules import check_group
from sandbox.world.codedeploy.records import Deployment, DeploymentGroup, Status
from sandbox.world.codedeploy.revisions import location
from sandbox.world.moments import moment
from sandbox.world.paging import page

if TYPE_CHECKING:
    from sandbox.world.codedeploy.store import Store

SETTINGS = (
    "deploymentConfigName",
    "serviceRoleArn",
    "triggerConfigurations",
    "alarmConfiguration",
    "autoRollbackConfiguration",
    "outdatedInstancesStrategy",
    "deploymentStyle",
    "blueGreenDeploymentConfiguration",
    "loadBalancerInfo",
    "ecsServices",
    "terminationHookEnabled",
)
MOST_IN_A_BATCH = 100


class Groups:
    """The calls on deployment groups."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.operations: dict[str, Handler] = {
            "CreateDeploymentGroup": self.create,
            "GetDeploymentGroup": self.get,
            "BatchGetDeploymentGroups": self.batch_get,
            "ListDeploymentGroups": self.list_all,
            "UpdateDeploymentGroup": self.update,
            "DeleteDeploymentGroup": self.delete,
        }

    def create(self, params: Params, _: Caller) -> Answer:
        store = self._store
        application = store.application(params.get("applicationName"))
        name = _valid_name(params.get("deploymentGroupName"))
        if (application.name, name) in store.groups:
            raise AwsError("DeploymentGroupAlreadyExistsException", f"Deployment group already exists: {name}")
        shape: Answer = {
            "applicationName": application.name,
            "deploymentGroupId": store.new_uuid(),
            "deploymentGroupName": name,
            "computePlatform": application.platform,
        }
        shape = filled(shape | _given(params))
        if application.platform == "ECS":
            check_group(store, shape)
        group = DeploymentGroup(shape["deploymentGroupId"], shape)
        store.groups[application.name, name] = group
        arn = store.place.arn("codedeploy", f"deploymentgroup:{application.name}/{name}")
        store.tags[arn] = {tag["Key"]: tag.get("Value", "") for tag in params.get("tags") or []}
        if application.platform == "ECS" and store.place.world.switches.group_creation_weighs_listener:
            self._weigh(group)
        return {"deploymentGroupId": group.id}

    def _weigh(self, group: DeploymentGroup) -> None:
        """Put both target groups on the production listener, all weight where the service is (AWS, observed)."""
        elbv2 = self._store.place.elbv2
        service = self._store.place.ecs.service(*group.service)
        used = {one.get("targetGroupArn") for one in service.load_balancers} if service else set()
        arns = [arn for one in group.pair["targetGroups"] if (arn := elbv2.group_named(one["name"]))]
        listener = group.listener("prodTrafficRoute")
        if listener is not None and any(arn in used for arn in arns):
            elbv2.shift(listener, {arn: 100 if arn in used else 0 for arn in arns})

    def get(self, params: Params, _: Caller) -> Answer:
        group = self._store.group(params.get("applicationName"), params.get("deploymentGroupName"))
        return {"deploymentGroupInfo": self._info(group)}

    def batch_get(self, params: Params, _: Caller) -> Answer:
        names = params.get("deploymentGroupNames") or []
        if len(names) > MOST_IN_A_BATCH:
            raise AwsError("BatchLimitExceededException", f"The maximum number of groups is {MOST_IN_A_BATCH}")
        application = self._store.application(params.get("applicationName")).name
        found = [self._store.groups.get((application, name)) for name in names]
        missing = [name for name, group in zip(names, found, strict=True) if group is None]
        words = f"No Deployment Group found for names: {', '.join(missing)}" if missing else ""
        shapes = [self._info(group) for group in found if group is not None]
        return {"deploymentGroupsInfo": shapes, "errorMessage": words}

    def list_all(self, params: Params, _: Caller) -> Answer:
        application = self._store.application(params.get("applicationName")).name
        names = [group.name for group in self._store.groups_of(application)]
        shown, token = page(names, params.get("nextToken"), 100, BAD_TOKEN)
        answer: Answer = {"applicationName": application, "deploymentGroups": shown}
        return answer | ({"nextToken": token} if token else {})

    def update(self, params: Params, _: Caller) -> Answer:
        store = self._store
        group = store.group(params.get("applicationName"), params.get("currentDeploymentGroupName"))
        name = _valid_name(params.get("newDeploymentGroupName") or group.name)
        if name != group.name and (group.application, name) in store.groups:
            raise AwsError("DeploymentGroupAlreadyExistsException", f"Deployment group already exists: {name}")
        shape = filled(group.shape | _given(params) | {"deploymentGroupName": name})
        if shape["computePlatform"] == "ECS":
            check_group(store, shape)
        del store.groups[group.application, group.name]
        group.shape = shape
        store.groups[group.application, name] = group
        return {"hooksNotCleanedUp": []}

    def delete(self, params: Params, _: Caller) -> Answer:
        """An unknown group is no error."""
        application, name = params.get("applicationName"), params.get("deploymentGroupName")
        if not application:
            raise AwsError("ApplicationNameRequiredException", "Application name is missing")
        if not name:
            raise AwsError("DeploymentGroupNameRequiredException", "Deployment Group name is missing")
        self._store.groups.pop((application, name), None)
        return {"hooksNotCleanedUp": []}

    def _info(self, group: DeploymentGroup) -> Answer:
        deployments = self._store.of_group(group)
        told = {
            "targetRevision": location(group.target_revision),
            "lastSuccessfulDeployment": _last([one for one in deployments if one.status is Status.SUCCEEDED]),
            "lastAttemptedDeployment": _last(deployments),
        }
        return copied(group.shape) | {key: value for key, value in told.items() if value is not None}


def filled(shape: Answer) -> Answer:
    """A group's settings with the defaults that AWS reads back."""
    empty_lists = ("ec2TagFilters", "onPremisesInstanceTagFilters", "autoScalingGroups", "triggerConfigurations")
    defaults: Answer = {key: [] for key in empty_lists} | {
        "deploymentConfigName": ALL_AT_ONCE.name,
        "alarmConfiguration": {},
        "autoRollbackConfiguration": {},
        "outdatedInstancesStrategy": "UPDATE",
        "terminationHookEnabled": False,
    }
    full = defaults | shape
    full["alarmConfiguration"] = {"enabled": False, "ignorePollAlarmFailure": False, "alarms": []} | full[
        "alarmConfiguration"
    ]
    full["autoRollbackConfiguration"] = {"enabled": False, "events": []} | full["autoRollbackConfiguration"]
    if full.get("ecsServices"):
        full["ecsServices"] = [{"clusterName": "default"} | dict(one) for one in full["ecsServices"]]
    if full.get("blueGreenDeploymentConfiguration"):
        full["blueGreenDeploymentConfiguration"] = _blue_green(full["blueGreenDeploymentConfiguration"])
    return full


def _blue_green(given: Params) -> Answer:
    termination = {"action": "TERMINATE", "terminationWaitTimeInMinutes": 0}
    ready = {"actionOnTimeout": "CONTINUE_DEPLOYMENT", "waitTimeInMinutes": 0}
    return {
        **given,
        "terminateBlueInstancesOnDeploymentSuccess": termination
        | dict(given.get("terminateBlueInstancesOnDeploymentSuccess") or {}),
        "deploymentReadyOption": ready | dict(given.get("deploymentReadyOption") or {}),
    }


def _given(params: Params) -> Answer:
    return {key: copied(params[key]) for key in SETTINGS if params.get(key) is not None}


def _valid_name(name: str | None) -> str:
    if not name:
        raise AwsError("DeploymentGroupNameRequiredException", "Deployment Group name is missing")
    if len(name) > 100:
        raise AwsError("InvalidDeploymentGroupNameException", "Deployment group names have at most 100 characters")
    return name


def _last(deployments: list[Deployment]) -> Answer | None:
    if not deployments:
        return None
    last = deployments[-1]
    told: Answer = {"deploymentId": last.id, "status": str(last.status), "createTime": moment(last.created_at)}
    return told | ({"endTime": moment(last.completed_at)} if last.completed_at is not None else {})
