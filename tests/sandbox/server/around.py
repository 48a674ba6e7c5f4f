"""The article's set-up, made through a door: two colours, two listeners, a service, a deployment group."""

import json
from collections.abc import Callable
from typing import Any

Boto = Callable[..., Any]
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}


def task_definition(tag: str) -> dict[str, Any]:
    """What RegisterTaskDefinition takes, for one container of ``web``."""
    container = {"name": "app", "image": f"web:{tag}", "portMappings": [{"containerPort": 80}]}
    return {
        "family": "web",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [container],
    }


def app_spec(revision: str) -> str:
    """The AppSpec that ships a revision."""
    balanced = {"ContainerName": "app", "ContainerPort": 80}
    properties = {"TaskDefinition": revision, "LoadBalancerInfo": balanced}
    service = {"Type": "AWS::ECS::Service", "Properties": properties}
    return json.dumps({"version": 0.0, "Resources": [{"TargetService": service}]})


def set_up(boto: Boto) -> str:
    """Service ``web`` in cluster ``prod`` under CodeDeploy's group ``app/dg``; back comes the production listener."""
    ecs, elb = boto("ecs"), boto("elbv2")
    ecs.create_cluster(clusterName="prod")
    ecs.register_task_definition(**task_definition("1"))
    balancer = elb.create_load_balancer(Name="lb", Subnets=["subnet-1", "subnet-2"])["LoadBalancers"][0][
        "LoadBalancerArn"
    ]
    groups = [_group(elb, colour) for colour in ("blue", "green")]
    listeners = [_listener(elb, balancer, port, group) for port, group in zip((80, 8080), groups, strict=True)]
    ecs.create_service(
        cluster="prod",
        serviceName="web",
        taskDefinition="web",
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=NETWORK,
        deploymentController={"type": "CODE_DEPLOY"},
        loadBalancers=[{"targetGroupArn": groups[0], "containerName": "app", "containerPort": 80}],
    )
    _deployment_group(boto("codedeploy"), listeners)
    return listeners[0]


def _group(elb: Any, name: str) -> str:
    made = elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId="vpc-1", TargetType="ip")
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def _listener(elb: Any, balancer: str, port: int, group: str) -> str:
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    made = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=port, DefaultActions=forward)
    return str(made["Listeners"][0]["ListenerArn"])


def _deployment_group(codedeploy: Any, listeners: list[str]) -> None:
    codedeploy.create_application(applicationName="app", computePlatform="ECS")
    pair = {
        "targetGroups": [{"name": "blue"}, {"name": "green"}],
        "prodTrafficRoute": {"listenerArns": listeners[:1]},
        "testTrafficRoute": {"listenerArns": listeners[1:]},
    }
    codedeploy.create_deployment_group(
        applicationName="app",
        deploymentGroupName="dg",
        serviceRoleArn="arn:aws:iam::123456789012:role/codedeploy",
        deploymentConfigName="CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        blueGreenDeploymentConfiguration={
            "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": 5},
            "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT"},
        },
        ecsServices=[{"serviceName": "web", "clusterName": "prod"}],
        loadBalancerInfo={"targetGroupPairInfoList": [pair]},
    )
