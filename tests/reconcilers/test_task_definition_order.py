"""Lists of a task definition: which have an order, and by which name an entry is found again."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconcilers.diff import Change, task_definition_changes
from reconcilers.task_definition import canonical
from tests.reconcilers.rows import Fields, task

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


# By list: an entry, what it is called in a path, and the rest of the path to one of its leaves.
NAMED: Mapping[str, tuple[Fields, str, str]] = {
    "environment": ({"name": "A", "value": "1"}, "A", "value"),
    "secrets": ({"name": "A", "valueFrom": "arn"}, "A", "valueFrom"),
    "systemControls": ({"namespace": "net", "value": "1"}, "net", "value"),
    "dependsOn": ({"containerName": "db", "condition": "START"}, "db", "condition"),
    "extraHosts": ({"hostname": "db", "ipAddress": "::1"}, "db", "ipAddress"),
    "mountPoints": ({"containerPath": "data", "sourceVolume": "v"}, "data", "sourceVolume"),
    "portMappings": ({"containerPort": 80, "protocol": "udp", "name": "web"}, "80-udp", "name"),
    "resourceRequirements": ({"type": "GPU", "value": "1"}, "GPU", "value"),
    "ulimits": ({"name": "core", "softLimit": "1"}, "core", "softLimit"),
    "volumesFrom": ({"sourceContainer": "db", "note": "x"}, "db", "note"),
    "linuxParameters/devices": ({"hostPath": "dev", "containerPath": "x"}, "dev", "containerPath"),
    "linuxParameters/tmpfs": ({"containerPath": "tmp", "size": "1"}, "tmp", "size"),
    "logConfiguration/secretOptions": ({"name": "A", "valueFrom": "arn"}, "A", "valueFrom"),
}
WHOLE = {"environment", "secrets", "systemControls", "logConfiguration/secretOptions"}


def nested(place: str, entries: list[Fields]) -> Fields:
    *above, field = place.split("/")
    return task({above[0]: {field: entries}} if above else {field: entries})


@pytest.mark.parametrize("place", NAMED)
def test_an_entry_is_found_by_its_name(place: str) -> None:
    entry, label, leaf = NAMED[place]
    path = f"/taskDefinition/containerDefinitions/app/{place}/{label}"
    declared, live = nested(place, [entry]), nested(place, [{**entry, leaf: "other"}])
    leaf_path = path if place in WHOLE else f"{path}/{leaf}"
    assert task_definition_changes(declared, live) == (Change(leaf_path, "changed", entry[leaf], "other"),)


@pytest.mark.parametrize("place", NAMED)
def test_a_renamed_entry_is_one_removed_and_one_added(place: str) -> None:
    entry, label, leaf = NAMED[place]
    key = next(iter(entry))
    path = f"/taskDefinition/containerDefinitions/app/{place}"
    renamed = nested(place, [{**entry, key: "9"}])
    changes = task_definition_changes(nested(place, [entry]), renamed)
    assert sorted((one.kind, one.path) for one in changes) == [
        ("added", f"{path}/{label.replace(str(entry[key]), '9')}"),
        ("removed", f"{path}/{label}"),
    ]
    assert all((one.declared or one.live) == entry[leaf] for one in changes) or place not in WHOLE


@pytest.mark.parametrize(
    ("field", "entry", "label"),
    [
        ("inferenceAccelerators", {"deviceName": "d", "deviceType": "x"}, "d/deviceType"),
        ("placementConstraints", {"expression": "x", "type": "memberOf"}, "memberOf/expression"),
        ("volumes", {"name": "v", "futureThing": "x"}, "v/futureThing"),
    ],
)
def test_an_entry_of_a_task_level_list_is_found(field: str, entry: Fields, label: str) -> None:
    leaf = label.rsplit("/", 1)[1]
    changes = task_definition_changes({field: [entry]}, {field: [{**entry, leaf: "other"}]})
    assert changes == (Change(f"/taskDefinition/{field}/{label}", "changed", "x", "other"),)


@pytest.mark.parametrize(
    ("declared", "live"),
    [
        (
            {"linuxParameters": {"devices": [{"hostPath": "/a", "permissions": ["read", "write"]}]}},
            {"linuxParameters": {"devices": [{"hostPath": "/a", "permissions": ["write", "read"]}]}},
        ),
        (
            {"linuxParameters": {"tmpfs": [{"containerPath": "/b", "size": 1}, {"containerPath": "/a", "size": 2}]}},
            {"linuxParameters": {"tmpfs": [{"containerPath": "/a", "size": 2}, {"containerPath": "/b", "size": 1}]}},
        ),
        (
            {"restartPolicy": {"enabled": True, "ignoredExitCodes": [0, 3]}},
            {"restartPolicy": {"enabled": True, "ignoredExitCodes": [3, 0], "restartAttemptPeriod": 300}},
        ),
    ],
    ids=["permissions", "tmpfs", "exit codes"],
)
def test_nested_lists_without_an_order_have_none(declared: Fields, live: Fields) -> None:
    assert task_definition_changes(task(declared), task(live)) == ()


def test_a_docker_volume_belongs_to_its_task() -> None:
    volumes = [
        [{"name": "v", "dockerVolumeConfiguration": {"driver": "x", **more}}] for more in ({}, {"scope": "task"})
    ]
    assert task_definition_changes({"volumes": volumes[0]}, {"volumes": volumes[1]}) == ()


def test_a_proxy_is_app_mesh() -> None:
    proxy = {"containerName": "envoy", "properties": [{"name": "A", "value": "1"}]}
    live = {**proxy, "type": "APPMESH"}
    assert task_definition_changes({"proxyConfiguration": proxy}, {"proxyConfiguration": live}) == ()
    assert task_definition_changes(
        {"proxyConfiguration": proxy}, {"proxyConfiguration": {**live, "properties": [{"name": "A", "value": "2"}]}}
    ) == (Change("/taskDefinition/proxyConfiguration/properties/A", "changed", "1", "2"),)
