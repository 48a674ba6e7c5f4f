"""Task definitions for property tests, and what AWS makes of them."""

import json
import random
from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from(["app", "db", "log-router", "proxy", "init/1", "a~b"])
TEXTS = st.sampled_from(["", "x", "value", "0012345", "1.10", "é", "a/b"])
FULL_TEXTS = TEXTS.filter(bool)


def distinct(entries: st.SearchStrategy[Any], *key: str) -> st.SearchStrategy[list[Any]]:
    """A short list whose entries differ in ``key``."""
    return st.lists(entries, max_size=3, unique_by=lambda entry: tuple(entry.get(name) for name in key))


def record(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


CONTAINERS = record(
    {"name": NAMES, "image": FULL_TEXTS},
    {
        "cpu": st.integers(0, 3),
        "essential": st.booleans(),
        "privileged": st.booleans(),
        "command": st.lists(FULL_TEXTS, max_size=3),
        "environment": distinct(record({"name": NAMES, "value": TEXTS}, {}), "name"),
        "secrets": distinct(record({"name": NAMES, "valueFrom": FULL_TEXTS}, {}), "name"),
        "portMappings": distinct(
            record({"containerPort": st.sampled_from([80, 443])}, {"protocol": st.sampled_from(["tcp", "udp"])}),
            "containerPort",
        ),
        "mountPoints": distinct(
            record(
                {"sourceVolume": NAMES, "containerPath": st.sampled_from(["/a", "/b"])}, {"readOnly": st.booleans()}
            ),
            "containerPath",
        ),
        "healthCheck": record({"command": st.just(["CMD", "true"])}, {"interval": st.sampled_from([10, 30])}),
        "logConfiguration": record(
            {"logDriver": st.just("awslogs")}, {"options": st.dictionaries(NAMES, FULL_TEXTS, max_size=2)}
        ),
        "links": st.lists(FULL_TEXTS, max_size=2, unique=True),
        "futureThing": st.fixed_dictionaries({"levels": st.lists(st.integers(1, 3), min_size=1, max_size=2)}),
    },
)

TASK_DEFINITIONS = record(
    {"family": FULL_TEXTS, "containerDefinitions": distinct(CONTAINERS, "name")},
    {
        "networkMode": st.sampled_from(["awsvpc", "host", "bridge"]),
        "cpu": st.sampled_from(["256", "0.5 vCPU", "1vcpu"]),
        "memory": st.sampled_from(["512", "1 GB", "2gb"]),
        "requiresCompatibilities": st.lists(st.sampled_from(["EC2", "FARGATE"]), unique=True),
        "volumes": distinct(record({"name": NAMES}, {}), "name"),
        "ephemeralStorage": st.fixed_dictionaries({"sizeInGiB": st.integers(21, 23)}),
    },
)

_SIZES = {"0.5 vCPU": "512", "1vcpu": "1024", "1 GB": "1024", "2gb": "2048"}
_ALWAYS_THERE = ("environment", "mountPoints", "volumesFrom", "systemControls", "portMappings", "links", "secrets")
_SHUFFLED = ("environment", "portMappings", "secrets", "links")


def as_aws_reads_back(declared: dict[str, Any], seed: int) -> dict[str, Any]:
    """The answer of DescribeTaskDefinition: defaults filled in, lists without an order in another one."""
    chance = random.Random(seed)
    live: dict[str, Any] = json.loads(json.dumps(declared))
    live |= {name: _SIZES.get(live[name], live[name]) for name in ("cpu", "memory") if name in live}
    live |= {"taskDefinitionArn": "arn:aws:ecs:eu-west-1:1:task-definition/x:1", "revision": 1, "status": "ACTIVE"}
    live |= {"placementConstraints": [], "volumes": [{**one, "host": {}} for one in live.get("volumes", [])]}
    for container in live["containerDefinitions"]:
        _fill(container, live.get("networkMode", "bridge"))
        for name in _SHUFFLED:
            chance.shuffle(container[name])
    chance.shuffle(live["containerDefinitions"])
    return live


def _fill(container: dict[str, Any], mode: str) -> None:
    for name in _ALWAYS_THERE:
        container.setdefault(name, [])
    container.setdefault("cpu", 0)
    container.setdefault("essential", True)
    for mapping in container["portMappings"]:
        mapping.setdefault("protocol", "tcp")
        mapping["hostPort"] = 0 if mode == "bridge" else mapping["containerPort"]
    for mount in container["mountPoints"]:
        mount.setdefault("readOnly", False)
    if "healthCheck" in container:
        container["healthCheck"] = {"interval": 30, "timeout": 5, "retries": 3, **container["healthCheck"]}
