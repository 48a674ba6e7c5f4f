"""One pair for every rule by which AWS gives a task definition back otherwise than it was declared."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from reconcilers.change import Kind
from reconcilers.diff import Change, task_definition_changes
from reconcilers.task_definition import canonical, revision_digest

Fields = dict[str, Any]


class Row(NamedTuple):
    """What is declared, what AWS answers to it, and another answer, which differs in ``path``."""

    declared: Fields
    live: Fields
    drifted: Fields
    path: str
    was: Any
    became: Any


def task(container: Fields, **task_level: Any) -> Fields:
    return {"family": "shop", "containerDefinitions": [{"name": "app", "image": "shop:1", **container}], **task_level}


def inside(declared: Fields, live: Fields, drifted: Fields, *change: Any, mode: str = "awsvpc") -> Row:
    """A rule about a container."""
    path, was, became = change
    pair = [task(fields, networkMode=mode) for fields in (declared, live, drifted)]
    return Row(pair[0], pair[1], pair[2], f"/containerDefinitions/app{path}", was, became)


def above(declared: Fields, live: Fields, drifted: Fields, *change: Any) -> Row:
    """A rule about the task."""
    path, was, became = change
    return Row(task({}, **declared), task({}, **live), task({}, **drifted), path, was, became)


def port(**fields: Any) -> Fields:
    return {"portMappings": [fields]}


def check(**fields: Any) -> Fields:
    return {"healthCheck": {"command": ["CMD", "true"], **fields}}


def efs(**fields: Any) -> Fields:
    return {"volumes": [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1", **fields}}]}


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
    kind: Kind = "added" if row.was is None else "removed" if row.became is None else "changed"
    expected = (Change(f"/taskDefinition{row.path}", kind, row.was, row.became),)
    assert task_definition_changes(row.declared, row.drifted) == expected
    assert revision_digest(row.declared) != revision_digest(row.drifted)


UNORDERED: Mapping[str, list[Any]] = {
    "environment": [{"name": "B", "value": "1"}, {"name": "A", "value": "2"}],
    "secrets": [{"name": "B", "valueFrom": "1"}, {"name": "A", "valueFrom": "2"}],
    "portMappings": [{"containerPort": 53, "protocol": "udp"}, {"containerPort": 53}, {"containerPort": 8}],
    "volumesFrom": [{"sourceContainer": "b"}, {"sourceContainer": "a", "readOnly": True}],
    "links": ["b", "a"],
    "dependsOn": [{"containerName": "b", "condition": "START"}, {"containerName": "a", "condition": "HEALTHY"}],
    "extraHosts": [{"hostname": "b", "ipAddress": "::1"}, {"hostname": "b", "ipAddress": "127.0.0.1"}],
    "mountPoints": [{"sourceVolume": "b", "containerPath": "/b"}, {"sourceVolume": "a", "containerPath": "/a"}],
    "systemControls": [{"namespace": "b", "value": "1"}, {"namespace": "a", "value": "1"}],
    "ulimits": [{"name": "nproc", "softLimit": 0, "hardLimit": 1}, {"name": "core", "softLimit": 1, "hardLimit": 1}],
    "dockerSecurityOptions": ["b", "a"],
    "resourceRequirements": [{"type": "GPU", "value": "1"}, {"type": "InferenceAccelerator", "value": "a"}],
}


@pytest.mark.parametrize("field", UNORDERED)
def test_a_list_that_aws_shuffles_has_no_order(field: str) -> None:
    declared, live = task({field: UNORDERED[field]}), task({field: UNORDERED[field][::-1]})
    assert task_definition_changes(declared, live) == ()
    assert canonical(declared) == canonical(live)


@pytest.mark.parametrize("field", ["command", "entryPoint", "dnsServers", "dnsSearchDomains"])
def test_a_list_whose_order_is_its_meaning_keeps_it(field: str) -> None:
    changes = task_definition_changes(task({field: ["a", "b"]}), task({field: ["b", "a"]}))
    assert [change.path for change in changes] == [
        f"/taskDefinition/containerDefinitions/app/{field}/0",
        f"/taskDefinition/containerDefinitions/app/{field}/1",
    ]


def test_environment_files_keep_their_order_since_they_are_read_from_the_top() -> None:
    files = [{"type": "s3", "value": "a"}, {"type": "s3", "value": "b"}]
    changes = task_definition_changes(task({"environmentFiles": files}), task({"environmentFiles": files[::-1]}))
    assert len(changes) == 2


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1], [1, 2, 0]])
def test_containers_come_back_in_any_order(order: list[int]) -> None:
    containers = [{"name": name, "image": name} for name in ("init", "logger", "app")]
    live = {"containerDefinitions": [containers[place] for place in order]}
    assert task_definition_changes({"containerDefinitions": containers}, live) == ()


def test_compatibilities_capabilities_volumes_and_proxy_properties_have_no_order() -> None:
    def build(step: int) -> Fields:
        return task(
            {"linuxParameters": {"capabilities": {"add": ["A", "B"][::step], "drop": ["C", "D"][::step]}}},
            requiresCompatibilities=["EC2", "FARGATE"][::step],
            volumes=[{"name": "a"}, {"name": "b"}][::step],
            proxyConfiguration={"properties": [{"name": "a", "value": "1"}, {"name": "b", "value": ""}][::step]},
            inferenceAccelerators=[{"deviceName": "a"}, {"deviceName": "b"}][::step],
        )

    assert canonical(build(1)) == canonical(build(-1))


def test_an_undeclared_family_is_not_compared() -> None:
    assert task_definition_changes({"cpu": "256"}, {"family": "generated-1", "cpu": "256"}) == ()


def test_declared_tags_are_compared_and_others_are_not() -> None:
    declared = {"tags": [{"key": "team", "value": "shop"}, {"key": "tier", "value": ""}]}
    live = {"tags": [{"key": "tier"}, {"key": "other", "value": "x"}, {"key": "team", "value": "ops"}]}
    assert task_definition_changes(declared, live) == (Change("/taskDefinition/tags/team", "changed", "shop", "ops"),)


def test_a_renamed_tag_is_one_removed_and_one_added() -> None:
    declared = {"tags": [{"key": "team", "value": "shop"}]}
    live = {"tags": [{"key": "group", "value": "shop"}, {"key": "other", "value": "x"}]}
    assert [(one.path, one.kind) for one in task_definition_changes(declared, live)] == [
        ("/taskDefinition/tags/group", "added"),
        ("/taskDefinition/tags/team", "removed"),
    ]


def test_tags_that_nobody_asked_for_are_unknown() -> None:
    assert task_definition_changes({"tags": [{"key": "team", "value": "shop"}]}, {}) == ()


def test_tags_are_labels_and_no_content() -> None:
    assert revision_digest(task({}, tags=[{"key": "a", "value": "b"}])) == revision_digest(task({}))


def test_another_network_mode_is_one_change_and_not_one_for_each_port() -> None:
    declared = task(port(containerPort=80), networkMode="awsvpc")
    live = task(port(containerPort=80, hostPort=80), networkMode="bridge")
    assert [one.path for one in task_definition_changes(declared, live)] == ["/taskDefinition/networkMode"]


def test_variables_of_one_name_do_not_collapse() -> None:
    declared = task({"environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]})
    live = task({"environment": [{"name": "A", "value": "2"}, {"name": "A", "value": "3"}]})
    assert task_definition_changes(declared, declared) == ()
    changes = task_definition_changes(declared, live)
    assert changes == (Change("/taskDefinition/containerDefinitions/app/environment/A", "changed", "1", "3"),)


def test_a_second_entry_of_one_name_is_told_by_its_number() -> None:
    declared = task({"environment": [{"name": "A", "value": "1"}]})
    live = task({"environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]})
    assert task_definition_changes(declared, live) == (
        Change("/taskDefinition/containerDefinitions/app/environment/A#2", "added", None, "2"),
    )


def test_an_entry_with_more_than_name_and_value_is_compared_field_by_field() -> None:
    declared = task({"environment": [{"name": "A", "value": "1"}]})
    live = task({"environment": [{"name": "A", "value": "1", "scope": "build"}]})
    assert task_definition_changes(declared, live) == (
        Change("/taskDefinition/containerDefinitions/app/environment/A/scope", "added", None, "build"),
    )


def test_a_value_of_another_type_is_a_change_and_no_crash() -> None:
    declared = {"volumes": [{"name": "a"}], "command": ["x"], "user": "x"}
    live = {"volumes": ["a"], "command": {"x": 1}, "user": ["x"]}
    changes = task_definition_changes(declared, live)
    assert [(one.path, one.declared, one.live) for one in changes] == [
        ("/taskDefinition/command", ["x"], {"x": 1}),
        ("/taskDefinition/user", "x", ["x"]),
        ("/taskDefinition/volumes/0", {"name": "a"}, "a"),
    ]


def test_an_amount_that_cannot_be_read_stays_as_it_is() -> None:
    assert canonical({"cpu": "half a vCPU", "memory": "1 vCPU"}) == {"cpu": "half a vCPU", "memory": "1 vCPU"}
    assert canonical({"cpu": "0.3 vCPU"}) == {"cpu": "0.3 vCPU"}


def test_a_whole_number_is_a_whole_number_however_it_is_written() -> None:
    assert canonical(task({"memory": 256.0})) == canonical(task({"memory": 256}))


def test_zero_is_a_number_where_it_is_not_the_default() -> None:
    limits = {"ulimits": [{"name": "core", "softLimit": 0, "hardLimit": 0}]}
    assert canonical(task(limits))["containerDefinitions"][0]["ulimits"] == limits["ulimits"]


def test_values_that_are_swapped_for_others_are_removed_and_added() -> None:
    changes = task_definition_changes(task({"links": ["a", "b", "c"]}), task({"links": ["c", "d", "e"]}))
    assert [(one.path.rsplit("/", 1)[1], one.kind) for one in changes] == [
        ("a", "removed"),
        ("b", "removed"),
        ("d", "added"),
        ("e", "added"),
    ]
