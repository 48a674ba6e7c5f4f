"""What an event names: the things that LookupEvents finds it by."""

from collections.abc import Iterator, Mapping
from typing import Any

_TYPES = {
    "cluster": "AWS::ECS::Cluster",
    "clusterName": "AWS::ECS::Cluster",
    "service": "AWS::ECS::Service",
    "serviceName": "AWS::ECS::Service",
    "taskDefinition": "AWS::ECS::TaskDefinition",
    "taskDefinitionArn": "AWS::ECS::TaskDefinition",
    "serviceArn": "AWS::ECS::Service",
    "taskSetArn": "AWS::ECS::TaskSet",
    "applicationName": "AWS::CodeDeploy::Application",
    "deploymentGroupName": "AWS::CodeDeploy::DeploymentGroup",
    "listenerArn": "AWS::ElasticLoadBalancingV2::Listener",
    "targetGroupArn": "AWS::ElasticLoadBalancingV2::TargetGroup",
    "loadBalancerArn": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "alarmName": "AWS::CloudWatch::Alarm",
    "repositoryName": "AWS::ECR::Repository",
}
# Where an answer tells of what it made.
_MADE = ("service", "taskDefinition", "taskSet", "cluster")

Resource = tuple[str, str]


def resources(request: Mapping[str, Any], response: Mapping[str, Any] | None) -> tuple[Resource, ...]:
    """Type and name of each, once; from what was asked and what was made."""
    found = [*_named(request)]
    for member in _MADE:
        made = (response or {}).get(member)
        if isinstance(made, Mapping):
            own = {name: value for name, value in made.items() if name.lower() == f"{member}arn".lower()}
            found += _named(own)
    return tuple(dict.fromkeys(found))


def _named(members: Mapping[str, Any]) -> Iterator[Resource]:
    for name, value in members.items():
        if name in _TYPES and isinstance(value, str) and value:
            yield _TYPES[name], value
