"""One pair for every rule by which AWS gives a task definition back otherwise than it was declared."""

from typing import Any

import pytest

from reconcilers.diff import task_definition_changes
from reconcilers.task_definition import revision_digest
from tests.reconcilers.rows import Fields, Row, task


def above(declared: Fields, live: Fields, drifted: Fields, *change: Any) -> Row:
    """A rule about the task."""
    path, was, became = change
    return Row(task({}, **declared), task({}, **live), task({}, **drifted), path, was, became)


def efs(**fields: Any) -> Fields:
    return {"volumes": [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1", **fields}}]}


OUTPUT_ONLY = [
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
]

ROWS = {
    "network mode is bridge": above(
        {}, {"networkMode": "bridge"}, {"networkMode": "host"}, "/networkMode", "bridge", "host"
    ),
    "cpu in vCPU": above({"cpu": "0.5 vCPU"}, {"cpu": "512"}, {"cpu": "1024"}, "/cpu", "512", "1024"),
    "cpu in any case and space": above({"cpu": " .25VCPU"}, {"cpu": "256"}, {"cpu": "512"}, "/cpu", "256", "512"),
    "cpu as a number": above({"cpu": 512}, {"cpu": "512"}, {"cpu": "256"}, "/cpu", "512", "256"),
    "memory in GB": above({"memory": "1 GB"}, {"memory": "1024"}, {"memory": "512"}, "/memory", "1024", "512"),
    "memory in any case and space": above(
        {"memory": "1.5gb"}, {"memory": "1536"}, {"memory": "1"}, "/memory", "1536", "1"
    ),
    **{
        f"{name} is not filled in": above({}, {}, {name: value}, f"/{name}{path}", None, leaf)
        for name, value, path, leaf in (
            ("runtimePlatform", {"cpuArchitecture": "ARM64"}, "/cpuArchitecture", "ARM64"),
            ("ephemeralStorage", {"sizeInGiB": 30}, "/sizeInGiB", 30),
            ("pidMode", "task", "", "task"),
            ("ipcMode", "none", "", "none"),
            ("proxyConfiguration", {"containerName": "envoy"}, "/containerName", "envoy"),
        )
    },
    "task-level lists are none": above(
        {},
        {"placementConstraints": [], "volumes": [], "inferenceAccelerators": []},
        {"placementConstraints": [{"type": "memberOf", "expression": "x"}], "volumes": []},
        "/placementConstraints/memberOf",
        None,
        {"type": "memberOf", "expression": "x"},
    ),
    "fault injection is off": above(
        {}, {"enableFaultInjection": False}, {"enableFaultInjection": True}, "/enableFaultInjection", False, True
    ),
    "a volume without a driver has an empty host": above(
        {"volumes": [{"name": "data"}]},
        {"volumes": [{"name": "data", "host": {}}]},
        {"volumes": [{"name": "data", "host": {"sourcePath": "/srv"}}]},
        "/volumes/data/host/sourcePath",
        None,
        "/srv",
    ),
    "EFS is not encrypted": above(
        efs(),
        efs(transitEncryption="DISABLED"),
        efs(transitEncryption="ENABLED"),
        "/volumes/data/efsVolumeConfiguration/transitEncryption",
        "DISABLED",
        "ENABLED",
    ),
    "EFS asks no role": above(
        efs(authorizationConfig={"accessPointId": "ap"}),
        efs(authorizationConfig={"accessPointId": "ap", "iam": "DISABLED"}),
        efs(authorizationConfig={"accessPointId": "ap", "iam": "ENABLED"}),
        "/volumes/data/efsVolumeConfiguration/authorizationConfig/iam",
        "DISABLED",
        "ENABLED",
    ),
    "EFS begins at the root": above(
        efs(),
        efs(rootDirectory="/"),
        efs(rootDirectory="/srv"),
        "/volumes/data/efsVolumeConfiguration/rootDirectory",
        "/",
        "/srv",
    ),
    "output is not content": above(
        {},
        dict.fromkeys(OUTPUT_ONLY, "x"),
        {**dict.fromkeys(OUTPUT_ONLY, "x"), "pidMode": "task"},
        "/pidMode",
        None,
        "task",
    ),
    "an unknown field counts": above(
        {"futureThing": {"size": 1}},
        {"futureThing": {"size": 1}},
        {"futureThing": {"size": 2}},
        "/futureThing/size",
        1,
        2,
    ),
    "a new switch that is off is none": above(
        {}, {"futureSwitch": False}, {"futureSwitch": True}, "/futureSwitch", False, True
    ),
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
