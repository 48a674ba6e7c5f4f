"""Somebody with credentials and a habit of doing things by hand."""

import json
from typing import Any

from controller.demo.witness import Names, client

OUTPUT_ONLY = frozenset(
    {"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy"}
)


class Somebody:
    """``mallory``, as AWS's API knows her. ``entry``: the container and port behind the load balancer."""

    def __init__(self, endpoint: str, region: str, names: Names, entry: tuple[str, int]) -> None:
        self._ecs = client("ecs", endpoint, region, "mallory")
        self._codedeploy = client("codedeploy", endpoint, region, "mallory")
        self._names = names
        self._entry = entry

    def ship_by_hand(self) -> str:
        """Register what runs with a variable more, and let CodeDeploy ship it. The deployment."""
        arn = self._service()["taskDefinition"]
        running = self._ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
        request = {key: value for key, value in running.items() if key not in OUTPUT_ONLY}
        container = next(each for each in request["containerDefinitions"] if each["name"] == "backend")
        container["environment"] = [*container.get("environment", []), {"name": "DEBUG", "value": "1"}]
        mine = self._ecs.register_task_definition(**request)["taskDefinition"]["taskDefinitionArn"]
        answer = self._codedeploy.create_deployment(
            applicationName=self._names.application,
            deploymentGroupName=self._names.group,
            deploymentConfigName="CodeDeployDefault.ECSAllAtOnce",
            description="quick fix, will tell the others later",
            revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": self._app_spec(mine)}},
        )
        return str(answer["deploymentId"])

    def edit_service(self) -> None:
        """Change a field of the service that Git declares."""
        self._ecs.update_service(
            cluster=self._names.cluster, service=self._names.service, healthCheckGracePeriodSeconds=5
        )

    def _service(self) -> Any:
        answer = self._ecs.describe_services(cluster=self._names.cluster, services=[self._names.service])
        return answer["services"][0]

    def _app_spec(self, arn: str) -> str:
        container, port = self._entry
        properties = {"TaskDefinition": arn, "LoadBalancerInfo": {"ContainerName": container, "ContainerPort": port}}
        target = {"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}
        return json.dumps({"version": 0.0, "Resources": [target]})
