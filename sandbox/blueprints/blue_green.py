"""The textbook set-up: a service that CodeDeploy shifts."""

from dataclasses import dataclass
from typing import Any

from sandbox.blueprints.parts import Call, behind, by, define, listener, load_balancer, service, target_group
from sandbox.blueprints.plans import BlueGreen, BlueGreenService
from sandbox.world.calls import Caller
from sandbox.world.world import World


@dataclass(frozen=True, slots=True)
class _Balancer:
    arn: str
    production: str
    test: str
    blue: str
    green: str


def blue_green(world: World, plan: BlueGreen | None = None, caller: Caller | None = None) -> BlueGreenService:
    """Build a service that CodeDeploy shifts. Where it is built, and whose it is, says ``caller``."""
    plan, call = plan or BlueGreen(), by(world, caller)
    definition = define(call, plan.name, plan.workload)
    balancer = _balance(call, plan)
    call("ecs", "CreateCluster", {"clusterName": plan.cluster})
    made = call(
        "ecs",
        "CreateService",
        service(plan.cluster, plan.name, plan.workload, definition)
        | behind(balancer.blue, plan.workload)
        | {"deploymentController": {"type": "CODE_DEPLOY"}},
    )["service"]
    alarms = _alarms(call, plan, balancer) if plan.alarms else ()
    group = _deployment_group(call, plan, balancer, alarms)
    return BlueGreenService(
        cluster=plan.cluster,
        service=plan.name,
        service_arn=made["serviceArn"],
        task_definition_arn=definition,
        application=plan.prefix,
        deployment_group=group,
        load_balancer_arn=balancer.arn,
        production_listener_arn=balancer.production,
        test_listener_arn=balancer.test,
        blue_arn=balancer.blue,
        green_arn=balancer.green,
        alarms=alarms,
    )


def _balance(call: Call, plan: BlueGreen) -> _Balancer:
    checks = (plan.check_interval, plan.check_threshold)
    arn = load_balancer(call, plan.prefix)
    blue = target_group(call, f"{plan.prefix}-blue", plan.workload.port, checks)
    green = target_group(call, f"{plan.prefix}-green", plan.workload.port, checks)
    return _Balancer(arn, listener(call, arn, 80, blue), listener(call, arn, 8080, green), blue, green)


def _alarms(call: Call, plan: BlueGreen, balancer: _Balancer) -> tuple[str, ...]:
    """One alarm a colour: an alarm on one of them alone is blind at every other deployment."""
    names = []
    for colour, group in (("blue", balancer.blue), ("green", balancer.green)):
        name = f"{plan.prefix}-5xx-{colour}"
        dimensions = {
            "LoadBalancer": balancer.arn.split(":loadbalancer/", 1)[1],
            "TargetGroup": group.rsplit(":", 1)[1],
        }
        request = {
            "AlarmName": name,
            "AlarmDescription": f"Targets of {colour} answer 5xx",
            "Namespace": "AWS/ApplicationELB",
            "MetricName": "HTTPCode_Target_5XX_Count",
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 2,
            "Threshold": plan.alarm_threshold,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
        }
        call("cloudwatch", "PutMetricAlarm", request)
        names.append(name)
    return tuple(names)


def _deployment_group(call: Call, plan: BlueGreen, balancer: _Balancer, alarms: tuple[str, ...]) -> str:
    name = f"{plan.prefix}-dg"
    ready: dict[str, Any] = {"actionOnTimeout": "CONTINUE_DEPLOYMENT"}
    if plan.ready_wait_minutes is not None:
        ready = {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": plan.ready_wait_minutes}
    pair = {
        "targetGroups": [{"name": arn.split("/")[1]} for arn in (balancer.blue, balancer.green)],
        "prodTrafficRoute": {"listenerArns": [balancer.production]},
        "testTrafficRoute": {"listenerArns": [balancer.test]},
    }
    call("codedeploy", "CreateApplication", {"applicationName": plan.prefix, "computePlatform": "ECS"})
    request = {
        "applicationName": plan.prefix,
        "deploymentGroupName": name,
        "deploymentConfigName": plan.deployment_config,
        "serviceRoleArn": "arn:aws:iam::123456789012:role/codedeploy-ecs",
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        "blueGreenDeploymentConfiguration": {
            "terminateBlueInstancesOnDeploymentSuccess": {
                "action": "TERMINATE",
                "terminationWaitTimeInMinutes": plan.wait_minutes,
            },
            "deploymentReadyOption": ready,
        },
        "loadBalancerInfo": {"targetGroupPairInfoList": [pair]},
        "ecsServices": [{"clusterName": plan.cluster, "serviceName": plan.name}],
        "alarmConfiguration": {"enabled": bool(alarms), "alarms": [{"name": alarm} for alarm in alarms]},
        "autoRollbackConfiguration": {"enabled": bool(plan.rollback_events), "events": list(plan.rollback_events)},
    }
    call("codedeploy", "CreateDeploymentGroup", request)
    return name
