"""The form in which ECS keeps a task definition: defaults filled in, and order forgotten where order means nothing.

Which members are filled and which lists lose their order: AWS, observed.
"""

import random
from typing import Any

from sandbox.world.calls import Params, copied
from sandbox.world.ecs import fargate

Shape = dict[str, Any]

_KEPT_AS_GIVEN = (
    "taskRoleArn",
    "executionRoleArn",
    "pidMode",
    "ipcMode",
    "ephemeralStorage",
    "runtimePlatform",
    "enableFaultInjection",
    "inferenceAccelerators",
    "trustedExecutionConfiguration",
    "cpu",
    "memory",
)
_ALWAYS_LISTED = ("portMappings", "environment", "mountPoints", "volumesFrom", "systemControls")
_UNORDERED = ("environment", "secrets", "portMappings", "volumesFrom")
_HEALTH_CHECK = {"interval": 30, "timeout": 5, "retries": 3}


def in_units(params: Params) -> Shape:
    """A copy of the request without its nulls, ``cpu`` and ``memory`` in CPU units and MiB."""
    sizes = {member: fargate.units(params[member], member=member) for member in ("cpu", "memory") if params.get(member)}
    return copied({name: value for name, value in {**params, **sizes}.items() if value is not None})


def normalised(params: Params, chance: random.Random) -> Shape:
    """What ECS keeps of a valid request: a new dictionary, its lists in an order of ECS's own."""
    mode = params.get("networkMode") or "bridge"
    kept: Shape = {name: params[name] for name in _KEPT_AS_GIVEN if params.get(name) is not None}
    containers = [_container(container, mode, chance) for container in params["containerDefinitions"]]
    kept |= {
        "family": params["family"],
        "networkMode": mode,
        "containerDefinitions": _shuffled(containers, chance),
        "volumes": [_volume(volume) for volume in params.get("volumes") or []],
        "placementConstraints": list(params.get("placementConstraints") or []),
    }
    if params.get("requiresCompatibilities"):
        kept["requiresCompatibilities"] = _shuffled(params["requiresCompatibilities"], chance)
    if proxy := params.get("proxyConfiguration"):
        kept["proxyConfiguration"] = {"type": "APPMESH"} | proxy
        kept["proxyConfiguration"]["properties"] = _shuffled(proxy.get("properties") or [], chance)
    return kept


def _container(given: Shape, mode: str, chance: random.Random) -> Shape:
    container = {name: value for name, value in given.items() if value is not None}
    container = {"cpu": 0, "essential": True} | {name: [] for name in _ALWAYS_LISTED} | container
    container["portMappings"] = [_port(mapping, mode) for mapping in container["portMappings"]]
    for name in ("mountPoints", "volumesFrom"):
        container[name] = [{"readOnly": False} | entry for entry in container[name]]
    container["environment"] = [{"value": ""} | variable for variable in container["environment"]]
    if "healthCheck" in container:
        container["healthCheck"] = _HEALTH_CHECK | container["healthCheck"]
    if "linuxParameters" in container:
        container["linuxParameters"] = {"devices": [], "tmpfs": []} | container["linuxParameters"]
    if "logConfiguration" in container:
        container["logConfiguration"] = {"secretOptions": []} | container["logConfiguration"]
    if "links" in container:
        container["links"] = sorted(container["links"])
    for name in _UNORDERED:
        if name in container:
            container[name] = _shuffled(container[name], chance)
    return container


def _port(given: Shape, mode: str) -> Shape:
    mapping: Shape = {"protocol": "tcp"} | given
    if "containerPortRange" in mapping:
        return mapping
    if not mapping.get("hostPort"):
        mapping["hostPort"] = 0 if mode == "bridge" else mapping["containerPort"]
    return mapping


def _volume(given: Shape) -> Shape:
    volume = dict(given)
    if "efsVolumeConfiguration" in volume:
        volume["efsVolumeConfiguration"] = {"rootDirectory": "/"} | volume["efsVolumeConfiguration"]
    if not (volume.keys() - {"name", "host"}):
        volume["host"] = volume.get("host") or {}
    return volume


def _shuffled(items: list[Any], chance: random.Random) -> list[Any]:
    return chance.sample(items, len(items))
