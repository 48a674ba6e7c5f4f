"""Gateways over canned answers, for one service in one cluster, and what was asked of them."""

from collections.abc import Mapping
from typing import Any

from reconcilers.aws.gateways import Gateways, gateways
from reconcilers.model import Scope
from tests.reconcilers.aws.wire import Refusal, Reply, Wire
from tests.reconcilers.builders import BLUE, GREEN, LISTENER, arn, definition

SERVICE: Mapping[str, Any] = {
    "serviceArn": "arn:aws:ecs:eu-west-1:1:service/prod/notes",
    "serviceName": "notes",
    "clusterArn": "arn:aws:ecs:eu-west-1:1:cluster/prod",
    "status": "ACTIVE",
    "taskDefinition": arn(1),
    "desiredCount": 2,
    "deploymentController": {"type": "CODE_DEPLOY"},
    "loadBalancers": [{"targetGroupArn": BLUE, "containerName": "proxy", "containerPort": 80}],
    "taskSets": [{"id": "ecs-svc/1", "status": "PRIMARY", "taskDefinition": arn(1), "computedDesiredCount": 2}],
}
GROUP: Mapping[str, Any] = {
    "applicationName": "notes",
    "deploymentGroupName": "notes-dg",
    "ecsServices": [{"serviceName": "notes", "clusterName": "prod"}],
    "alarmConfiguration": {"enabled": True, "alarms": [{"name": "5xx"}]},
    "loadBalancerInfo": {
        "targetGroupPairInfoList": [
            {"targetGroups": [{"name": "blue"}, {"name": "green"}], "prodTrafficRoute": {"listenerArns": [LISTENER]}}
        ]
    },
}


def described(number: int = 1, tag: str = "v1", **more: Any) -> dict[str, Any]:
    """An answer of DescribeTaskDefinition."""
    content = {**definition(tag), "taskDefinitionArn": arn(number), "status": "ACTIVE", **more}
    return {"taskDefinition": content, "tags": [{"key": "trueup:commit", "value": f"commit-{tag}"}]}


def replies(**more: Reply) -> dict[str, Reply]:
    """A service at rest, running v1, with nothing tried yet."""
    return {
        "DescribeServices": {"services": [SERVICE], "failures": []},
        "DescribeTaskDefinition": described(),
        "ListTaskDefinitions": {"taskDefinitionArns": [arn(1)]},
        "ListDeployments": {"deployments": []},
        "GetDeploymentGroup": {"deploymentGroupInfo": GROUP},
        "GetDeploymentTarget": Refusal("DeploymentNotStartedException"),
        "DescribeListeners": {
            "Listeners": [{"ListenerArn": LISTENER, "DefaultActions": [{"Type": "forward", "TargetGroupArn": BLUE}]}]
        },
        "DescribeTargetGroups": {
            "TargetGroups": [
                {"TargetGroupArn": BLUE, "TargetGroupName": "blue"},
                {"TargetGroupArn": GREEN, "TargetGroupName": "green"},
            ]
        },
        "DescribeAlarms": {"MetricAlarms": [{"AlarmName": "5xx", "StateValue": "OK"}]},
        "DescribeScalableTargets": {"ScalableTargets": []},
        **more,
    }


def over(answers: dict[str, Reply]) -> tuple[Gateways, Wire]:
    """Gateways over these answers, and the wire that keeps what was asked."""
    wire = Wire(answers)
    return gateways(wire.client, Scope("eu-west-1")), wire
