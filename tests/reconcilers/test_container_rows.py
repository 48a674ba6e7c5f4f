"""One pair for every rule by which AWS gives a container back otherwise than it was declared."""

from typing import Any

import pytest

from reconcilers.diff import task_definition_changes
from reconcilers.task_definition import revision_digest
from tests.reconcilers.rows import Fields, Row, task


def inside(declared: Fields, live: Fields, drifted: Fields, *change: Any, mode: str = "awsvpc") -> Row:
    """A rule about a container."""
    path, was, became = change
    pair = [task(fields, networkMode=mode) for fields in (declared, live, drifted)]
    return Row(pair[0], pair[1], pair[2], f"/containerDefinitions/app{path}", was, became)


def port(**fields: Any) -> Fields:
    return {"portMappings": [fields]}


def check(**fields: Any) -> Fields:
    return {"healthCheck": {"command": ["CMD", "true"], **fields}}


EMPTY_LISTS = [
    "extraHosts",
    "secrets",
    "volumesFrom",
    "entryPoint",
    "dnsServers",
    "resourceRequirements",
    "environmentFiles",
    "mountPoints",
    "dependsOn",
    "portMappings",
    "dockerSecurityOptions",
    "systemControls",
    "command",
    "dnsSearchDomains",
    "environment",
    "links",
    "credentialSpecs",
    "ulimits",
]
ROWS = {
    "container cpu is 0": inside({}, {"cpu": 0}, {"cpu": 10}, "/cpu", 0, 10),
    "container is essential": inside({}, {"essential": True}, {"essential": False}, "/essential", True, False),
    "not essential is not a default": inside(
        {"essential": False}, {"essential": False}, {"essential": True}, "/essential", False, True
    ),
    "protocol is tcp": inside(
        port(containerPort=80),
        port(containerPort=80, hostPort=80, protocol="tcp"),
        port(containerPort=80, hostPort=80, protocol="tcp", appProtocol="http"),
        "/portMappings/80-tcp/appProtocol",
        None,
        "http",
    ),
    "host port is the container's under awsvpc": inside(
        port(containerPort=80),
        port(containerPort=80, hostPort=80),
        port(containerPort=80, hostPort=81),
        "/portMappings/80-tcp/hostPort",
        80,
        81,
    ),
    "host port is the container's under host": inside(
        port(containerPort=80),
        port(containerPort=80, hostPort=80),
        port(containerPort=80, hostPort=81),
        "/portMappings/80-tcp/hostPort",
        80,
        81,
        mode="host",
    ),
    "host port is dynamic under bridge": inside(
        port(containerPort=80),
        port(containerPort=80, hostPort=0),
        port(containerPort=80, hostPort=80),
        "/portMappings/80-tcp/hostPort",
        0,
        80,
        mode="bridge",
    ),
    "port name is not invented": inside(
        port(containerPort=80, name="web"),
        port(containerPort=80, hostPort=80, protocol="tcp", name="web"),
        port(containerPort=80, hostPort=80, protocol="tcp"),
        "/portMappings/80-tcp/name",
        "web",
        None,
    ),
    "health check interval is 30": inside(
        check(), check(interval=30), check(interval=10), "/healthCheck/interval", 30, 10
    ),
    "health check timeout is 5": inside(check(), check(timeout=5), check(timeout=9), "/healthCheck/timeout", 5, 9),
    "health check has 3 retries": inside(check(), check(retries=3), check(retries=1), "/healthCheck/retries", 3, 1),
    "health check starts at once": inside(
        check(startPeriod=0), check(), check(startPeriod=60), "/healthCheck/startPeriod", 0, 60
    ),
    "mount point is writable": inside(
        {"mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}]},
        {"mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": False}]},
        {"mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": True}]},
        "/mountPoints/~1data/readOnly",
        False,
        True,
    ),
    "volumes from another container are writable": inside(
        {"volumesFrom": [{"sourceContainer": "data"}]},
        {"volumesFrom": [{"sourceContainer": "data", "readOnly": False}]},
        {"volumesFrom": [{"sourceContainer": "data", "readOnly": True}]},
        "/volumesFrom/data/readOnly",
        False,
        True,
    ),
    **{
        f"{name} is off": inside({}, {name: False}, {name: True}, f"/{name}", False, True)
        for name in ("privileged", "readonlyRootFilesystem", "interactive", "pseudoTerminal", "disableNetworking")
    },
    "version consistency is enabled": inside(
        {},
        {"versionConsistency": "enabled"},
        {"versionConsistency": "disabled"},
        "/versionConsistency",
        "enabled",
        "disabled",
    ),
    "restart policy is off": inside(
        {},
        {"restartPolicy": {"enabled": False}},
        {"restartPolicy": {"enabled": True}},
        "/restartPolicy/enabled",
        False,
        True,
    ),
    "system controls are none": inside(
        {},
        {"systemControls": []},
        {"systemControls": [{"namespace": "net.core.somaxconn", "value": "1"}]},
        "/systemControls/net.core.somaxconn",
        None,
        "1",
    ),
    "an empty variable is a variable": inside(
        {"environment": [{"name": "EMPTY", "value": ""}]},
        {"environment": [{"name": "EMPTY", "value": ""}]},
        {"environment": []},
        "/environment/EMPTY",
        "",
        None,
    ),
    "a variable without a value is an empty one": inside(
        {"environment": [{"name": "EMPTY"}]},
        {"environment": [{"name": "EMPTY", "value": ""}]},
        {"environment": [{"name": "EMPTY", "value": "x"}]},
        "/environment/EMPTY",
        "",
        "x",
    ),
    "log secrets and options are none": inside(
        {"logConfiguration": {"logDriver": "awslogs"}},
        {"logConfiguration": {"logDriver": "awslogs", "secretOptions": [], "options": {}}},
        {"logConfiguration": {"logDriver": "awslogs", "secretOptions": [], "options": {"mode": "blocking"}}},
        "/logConfiguration/options/mode",
        None,
        "blocking",
    ),
    "log options have no order": inside(
        {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "r"}}},
        {"logConfiguration": {"options": {"awslogs-region": "r", "awslogs-group": "g"}, "logDriver": "awslogs"}},
        {"logConfiguration": {"options": {"awslogs-region": "r", "awslogs-group": "h"}, "logDriver": "awslogs"}},
        "/logConfiguration/options/awslogs-group",
        "g",
        "h",
    ),
    "memory is read back as given": inside(
        {"memory": 512, "memoryReservation": 256},
        {"memoryReservation": 256, "memory": 512},
        {"memoryReservation": 256, "memory": 513},
        "/memory",
        512,
        513,
    ),
    "empty lists are none": inside(
        {},
        {**{name: [] for name in EMPTY_LISTS}, "dockerLabels": {}},
        {**{name: [] for name in EMPTY_LISTS}, "dockerLabels": {"team": "shop"}},
        "/dockerLabels/team",
        None,
        "shop",
    ),
    "emptiness goes all the way down": inside(
        {},
        {
            "linuxParameters": {"devices": [], "tmpfs": [], "capabilities": {"add": [], "drop": []}},
            "user": "",
            "links": None,
        },
        {"linuxParameters": {"devices": [], "tmpfs": [], "initProcessEnabled": True}},
        "/linuxParameters/initProcessEnabled",
        False,
        True,
    ),
    "an image is its reference": inside({}, {}, {"image": "shop:2"}, "/image", "shop:1", "shop:2"),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_aws_fills_in_is_no_change(row: Row) -> None:
    assert task_definition_changes(row.declared, row.live) == ()
    assert task_definition_changes(row.live, row.declared) == ()
    assert revision_digest(row.declared) == revision_digest(row.live)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_a_hand_fills_in_is_one(row: Row) -> None:
    assert task_definition_changes(row.declared, row.drifted) == (row.change("taskDefinition"),)
    assert revision_digest(row.declared) != revision_digest(row.drifted)
