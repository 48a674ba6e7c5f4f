"""Reading back from AWS's API what happened: never from the controller."""

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config


@dataclass(frozen=True, slots=True)
class Seen:
    """A deployment at one moment. ``traffic``: the new version's share of production, in percent."""

    deployment: str
    status: str
    creator: str
    description: str
    traffic: int
    event: str
    error: str = ""
    rollback: str | None = None
    shift_over: bool = False


def client(service: str, endpoint: str, region: str, who: str) -> Any:
    """A boto3 client against the sandbox, signing as ``who``."""
    make: Any = boto3.client  # typed by literal names, of which this is none
    return make(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=who,
        aws_secret_access_key="sandbox",  # noqa: S106 - the sandbox reads signatures and never checks them
        config=Config(retries={"total_max_attempts": 1}),
    )


class Witness:
    """What AWS says of one blue/green service."""

    def __init__(self, endpoint: str, region: str, names: "Names") -> None:
        self._ecs = client("ecs", endpoint, region, "witness")
        self._codedeploy = client("codedeploy", endpoint, region, "witness")
        self._elbv2 = client("elbv2", endpoint, region, "witness")
        self._cloudwatch = client("cloudwatch", endpoint, region, "witness")
        self._names = names

    def deployments(self) -> list[str]:
        """Every deployment of the group, oldest first."""
        group = {"applicationName": self._names.application, "deploymentGroupName": self._names.group}
        ids = self._codedeploy.list_deployments(**group)["deployments"]
        found: list[Any] = []
        for start in range(0, len(ids), 25):
            batch = self._codedeploy.batch_get_deployments(deploymentIds=ids[start : start + 25])
            found += batch["deploymentsInfo"]
        return [each["deploymentId"] for each in sorted(found, key=lambda each: each["createTime"])]

    def seen(self, deployment: str) -> Seen:
        """A deployment as it stands now."""
        info = self._codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]
        target = self._target(deployment)
        events = target.get("lifecycleEvents", [])
        running = next((each["lifecycleEventName"] for each in events if each["status"] == "InProgress"), "")
        return Seen(
            deployment=deployment,
            status=info["status"],
            creator=info.get("creator", ""),
            description=info.get("description", ""),
            traffic=_green(target),
            event=running,
            error=f"{info.get('errorInformation', {}).get('code', '')}",
            rollback=info.get("rollbackInfo", {}).get("rollbackDeploymentId"),
            shift_over=bool(info.get("instanceTerminationWaitTimeStarted")) or info["status"] == "Succeeded",
        )

    def moments(self, deployment: str) -> tuple[float, float]:
        """When production's traffic began to move, and when the deployment was over, in seconds since the epoch."""
        info = self._codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]
        events = self._target(deployment).get("lifecycleEvents", [])
        began = next((each["startTime"] for each in events if each["lifecycleEventName"] == "AllowTraffic"), None)
        return (began or info["createTime"]).timestamp(), info["completeTime"].timestamp()

    def service(self) -> dict[str, Any]:
        """The service as DescribeServices has it."""
        answer = self._ecs.describe_services(cluster=self._names.cluster, services=[self._names.service])
        service: dict[str, Any] = answer["services"][0]
        return service

    def running(self) -> dict[str, Any]:
        """The task definition that production runs, its tags under ``tags``."""
        arn = self.service()["taskDefinition"]
        answer = self._ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
        tags = {each["key"]: each["value"] for each in answer.get("tags", [])}
        return {**answer["taskDefinition"], "tags": tags}

    def images(self) -> dict[str, str]:
        """The tags that production runs, by container."""
        containers = self.running()["containerDefinitions"]
        return {each["name"]: each["image"].rpartition(":")[2] for each in containers}

    def weights(self) -> dict[str, int]:
        """Where the production listener sends traffic, in percent by target group."""
        listener = self._elbv2.describe_listeners(ListenerArns=[self._names.listener])["Listeners"][0]
        forward = listener["DefaultActions"][0].get("ForwardConfig", {}).get("TargetGroups", [])
        return {each["TargetGroupArn"].split("/")[1]: each["Weight"] for each in forward}

    def alarms(self) -> dict[str, str]:
        """The states of the group's alarms."""
        answer = self._cloudwatch.describe_alarms(AlarmNames=list(self._names.alarms), AlarmTypes=["MetricAlarm"])
        return {each["AlarmName"]: each["StateValue"] for each in answer["MetricAlarms"]}

    def revisions(self) -> int:
        """How many revisions of the family were ever registered."""
        family = self.running()["family"]
        pages = self._ecs.get_paginator("list_task_definitions").paginate(familyPrefix=family)
        return sum(len(page["taskDefinitionArns"]) for page in pages)

    def _target(self, deployment: str) -> dict[str, Any]:
        target_id = f"{self._names.cluster}:{self._names.service}"
        try:
            answer = self._codedeploy.get_deployment_target(deploymentId=deployment, targetId=target_id)
        except self._codedeploy.exceptions.DeploymentNotStartedException:
            return {}
        target: dict[str, Any] = answer["deploymentTarget"]["ecsTarget"]
        return target


@dataclass(frozen=True, slots=True)
class Names:
    """What to ask AWS about."""

    cluster: str
    service: str
    application: str
    group: str
    listener: str
    alarms: tuple[str, ...]


def _green(target: dict[str, Any]) -> int:
    sets = target.get("taskSetsInfo", [])
    return next((int(each.get("trafficWeight", 0)) for each in sets if each.get("taskSetLabel") == "Green"), 0)
