"""An AppSpec for ECS, read as CodeDeploy reads it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from sandbox.world.calls import Answer
from sandbox.world.codedeploy.records import HOOKABLE


class AppSpecError(ValueError):
    """The AppSpec cannot be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class AppSpec:
    """What a deployment may change of a service. Shapes are those of ECS's own API; ``None`` is "not told"."""

    task_definition: str
    container_name: str
    container_port: int
    platform_version: str | None = None
    network_configuration: Answer | None = None
    capacity_provider_strategy: list[Answer] | None = None
    hooks: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> AppSpec:
    """YAML or JSON text as an AppSpec; keys are matched without regard to case. Raises ``AppSpecError``."""
    try:
        document = _lowered(_loaded(text))
    except yaml.YAMLError as error:
        raise AppSpecError(
            "The input AppSpec file is a not well-formed yaml. The template cannot be parsed."
        ) from error
    if not isinstance(document, dict):
        raise AppSpecError("The input AppSpec file is a not well-formed yaml. The template cannot be parsed.")
    if str(document.get("version", "0.0")) not in {"0.0", "0"}:
        raise AppSpecError(f"The version {document['version']} is not supported; it must be 0.0.")
    return _spec(_properties(document), _hooks(document.get("hooks")))


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)  # which is YAML too, and read a hundred times as fast
    except ValueError:
        return yaml.safe_load(text)


def _spec(properties: dict[str, Any], hooks: dict[str, str]) -> AppSpec:
    balancer = _mapping(properties.get("loadbalancerinfo"), "LoadBalancerInfo")
    definition = properties.get("taskdefinition")
    if not isinstance(definition, str) or not definition:
        raise AppSpecError("TaskDefinition is missing in the properties of the service.")
    name, port = balancer.get("containername"), balancer.get("containerport")
    if not name or isinstance(port, bool) or not str(port).isdecimal():
        raise AppSpecError("LoadBalancerInfo must have a ContainerName and a numeric ContainerPort.")
    return AppSpec(
        task_definition=definition,
        container_name=str(name),
        container_port=int(str(port)),
        platform_version=_text(properties.get("platformversion")),
        network_configuration=_network(properties.get("networkconfiguration")),
        capacity_provider_strategy=_capacity(properties.get("capacityproviderstrategy")),
        hooks=hooks,
    )


def _properties(document: dict[str, Any]) -> dict[str, Any]:
    resources = document.get("resources")
    if not isinstance(resources, list) or len(resources) != 1 or not isinstance(resources[0], dict):
        raise AppSpecError("The AppSpec file must have exactly one resource.")
    for resource in resources[0].values():
        if isinstance(resource, dict) and str(resource.get("type", "")).lower() == "aws::ecs::service":
            properties = resource.get("properties")
            return properties if isinstance(properties, dict) else {}
    raise AppSpecError("The type of the resource must be AWS::ECS::Service.")


def _hooks(given: Any) -> dict[str, str]:
    entries = given if isinstance(given, list) else [given or {}]
    by_lower = {event.lower(): event for event in HOOKABLE}
    hooks: dict[str, str] = {}
    for entry in entries:
        for event, function in _mapping(entry, "An entry of Hooks").items():
            if event not in by_lower:
                raise AppSpecError(f"{event} is not a lifecycle event that can have a hook.")
            hooks[by_lower[event]] = str(function)
    return hooks


def _network(given: Any) -> Answer | None:
    if not given:
        return None
    vpc = _mapping(_mapping(given, "NetworkConfiguration").get("awsvpcconfiguration"), "AwsvpcConfiguration")
    if not vpc.get("subnets"):
        raise AppSpecError("NetworkConfiguration must have an AwsvpcConfiguration with Subnets.")
    shape: Answer = {"subnets": list(vpc["subnets"]), "securityGroups": list(vpc.get("securitygroups") or [])}
    shape["assignPublicIp"] = _text(vpc.get("assignpublicip")) or "DISABLED"
    return {"awsvpcConfiguration": shape}


def _capacity(given: Any) -> list[Answer] | None:
    if not given:
        return None
    if not isinstance(given, list):
        raise AppSpecError("CapacityProviderStrategy must be a list.")
    return [_provider(_mapping(one, "An entry of CapacityProviderStrategy")) for one in given]


def _provider(given: dict[str, Any]) -> Answer:
    weight, base = given.get("weight") or 0, given.get("base") or 0
    if not isinstance(weight, int) or not isinstance(base, int):
        raise AppSpecError("Weight and Base of a CapacityProviderStrategy must be numbers.")
    return {"capacityProvider": str(given.get("capacityprovider")), "weight": weight, "base": base}


def _mapping(value: Any, what: str) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise AppSpecError(f"{what} must be a mapping.")
    return value or {}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _lowered(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key).lower(): _lowered(item) for key, item in value.items()}
        case list():
            return [_lowered(item) for item in value]
        case _:
            return value
