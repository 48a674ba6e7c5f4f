"""The AppSpec of a CodeDeploy deployment on ECS: written for ours, read for everybody's.

Keys are in Pascal case when written and matched in any case when read, as AWS's own tools do.
https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from reconcilers.actions import CreateDeployment


class _TextLoader(yaml.BaseLoader):
    """Every value is text: as numbers, dates and truths some raise whatever their reader raises. An alias is refused: a
    few of them, each naming the one before many times, unfold to more than any memory holds.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("no alias is followed")
        return super().compose_node(parent, index)


@dataclass(frozen=True, slots=True)
class AppSpec:
    """What was read: which task definition is shipped, and which Lambda functions run at which lifecycle event."""

    task_definition_arn: str | None = None
    hooks: Mapping[str, str] = field(default_factory=dict)


def written(action: CreateDeployment, task_definition_arn: str) -> str:
    """The AppSpec as JSON. CodeDeploy forgets what it is not told, so network and capacity providers go along."""
    properties: dict[str, Any] = {
        "TaskDefinition": task_definition_arn,
        "LoadBalancerInfo": {
            "ContainerName": action.load_balancer.container_name,
            "ContainerPort": action.load_balancer.container_port,
        },
    }
    if action.platform_version is not None:
        properties["PlatformVersion"] = action.platform_version
    if action.network_configuration is not None:
        properties["NetworkConfiguration"] = _network(action.network_configuration)
    if action.capacity_provider_strategy:
        properties["CapacityProviderStrategy"] = [_pascal(each) for each in action.capacity_provider_strategy]
    document: dict[str, Any] = {
        "version": 0.0,
        "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}],
    }
    if action.hooks:
        document["Hooks"] = [{event: function} for event, function in action.hooks.items()]
    return json.dumps(document)


def sha256(content: str) -> str:
    """The digest by which CodeDeploy knows a content again."""
    return hashlib.sha256(content.encode()).hexdigest()


def read(content: str) -> AppSpec:
    """Somebody's AppSpec, JSON or YAML. What cannot be read is left out: it is not ours to refuse."""
    try:
        document = _lower(_parsed(content))
    except (yaml.YAMLError, RecursionError):
        return AppSpec()
    if not isinstance(document, dict):
        return AppSpec()
    resources = [each for item in _listed(document.get("resources")) for each in _values(item)]
    properties = [each.get("properties") for each in resources if isinstance(each, dict)]
    named = [_text(each.get("taskdefinition")) for each in properties if isinstance(each, dict)]
    return AppSpec(next((arn for arn in named if arn), None), _hooks(document.get("hooks")))


def _parsed(content: str) -> Any:
    try:
        return json.loads(content)  # as ours are, and a hundred times as fast
    except ValueError:
        return yaml.load(content, _TextLoader)  # noqa: S506 - makes text, lists and dictionaries only


def _hooks(hooks: Any) -> dict[str, str]:
    pairs = [pair for item in _listed(hooks) if isinstance(item, dict) for pair in item.items()]
    return {_EVENTS.get(str(event), str(event)): _text(function) for event, function in pairs if _text(function)}


def _text(value: Any) -> str:
    """What was written, empty for YAML's ways to write nothing."""
    return value if isinstance(value, str) and value.lower() not in ("null", "~") else ""


_EVENTS = {
    name.lower(): name
    for name in (
        "BeforeInstall",
        "AfterInstall",
        "AfterAllowTestTraffic",
        "BeforeAllowTraffic",
        "AfterAllowTraffic",
    )
}


def _network(configuration: Mapping[str, Any]) -> dict[str, Any]:
    awsvpc = configuration.get("awsvpcConfiguration", {})
    return {
        "AwsvpcConfiguration": {
            "Subnets": list(awsvpc.get("subnets", ())),
            "SecurityGroups": list(awsvpc.get("securityGroups", ())),
            "AssignPublicIp": awsvpc.get("assignPublicIp", "DISABLED"),
        }
    }


def _pascal(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name[:1].upper() + name[1:]: value for name, value in item.items()}


def _lower(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(name).lower(): _lower(value) for name, value in node.items()}
    return [_lower(each) for each in node] if isinstance(node, list) else node


def _listed(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


def _values(node: Any) -> list[Any]:
    return list(node.values()) if isinstance(node, dict) else []
