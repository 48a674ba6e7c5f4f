"""Registering, describing, listing and retiring task definitions."""

import json
from typing import Any

import pytest

from sandbox.errors import AwsError
from sandbox.world.calls import Caller
from tests.sandbox.ecs.around import FakePlace, task_definition


@pytest.fixture
def place() -> FakePlace:
    return FakePlace().with_cluster()


def registered(place: FakePlace, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = place.call("RegisterTaskDefinition", **(task_definition() | changes))["taskDefinition"]
    return answer


def with_container(**changes: Any) -> dict[str, Any]:
    return {"containerDefinitions": [{"name": "app", "image": "shop/web:1"} | changes]}


def test_registering_the_same_again_makes_a_new_revision(place: FakePlace) -> None:
    assert [registered(place)["revision"] for _ in range(3)] == [1, 2, 3]


def test_a_registration_tells_who_and_when(place: FakePlace) -> None:
    caller = Caller(principal="arn:aws:sts::123456789012:assumed-role/ci/run-7")
    answer = place.call("RegisterTaskDefinition", caller, **task_definition())["taskDefinition"]
    assert answer["registeredBy"] == caller.principal
    assert answer["registeredAt"].timestamp() == place.timeline.now


@pytest.mark.parametrize(
    ("cpu", "memory"), [("0.5 vCPU", "1 GB"), (".5vcpu", "1gb"), ("512", "1024"), ("0.5 VCPU", "1  GB")]
)
def test_sizes_are_kept_in_units_however_they_were_written(place: FakePlace, cpu: str, memory: str) -> None:
    answer = registered(place, cpu=cpu, memory=memory)
    assert (answer["cpu"], answer["memory"]) == ("512", "1024")


def test_a_container_reads_back_with_the_lists_that_aws_always_sends(place: FakePlace) -> None:
    container = registered(place, **with_container())["containerDefinitions"][0]
    assert container == {
        "name": "app",
        "image": "shop/web:1",
        "cpu": 0,
        "essential": True,
        "portMappings": [],
        "environment": [],
        "mountPoints": [],
        "volumesFrom": [],
        "systemControls": [],
    }


def test_a_health_check_reads_back_with_its_defaults(place: FakePlace) -> None:
    container = registered(place, **with_container(healthCheck={"command": ["CMD", "true"], "retries": 5}))
    check = container["containerDefinitions"][0]["healthCheck"]
    assert check == {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 5}


@pytest.mark.parametrize(("mode", "host_port"), [("awsvpc", 80), ("host", 80), ("bridge", 0)])
def test_the_host_port_follows_the_network_mode(place: FakePlace, mode: str, host_port: int) -> None:
    changes = with_container(portMappings=[{"containerPort": 80}], memory=128)
    answer = registered(place, networkMode=mode, requiresCompatibilities=["EC2"], **changes)
    mapping = answer["containerDefinitions"][0]["portMappings"][0]
    assert mapping == {"containerPort": 80, "hostPort": host_port, "protocol": "tcp"}


def test_a_volume_without_a_driver_reads_back_with_an_empty_host(place: FakePlace) -> None:
    efs = {"fileSystemId": "fs-1"}
    volumes = [{"name": "cache"}, {"name": "data", "efsVolumeConfiguration": efs}]
    assert registered(place, volumes=volumes)["volumes"] == [
        {"name": "cache", "host": {}},
        {"name": "data", "efsVolumeConfiguration": efs | {"rootDirectory": "/"}},
    ]


def test_mounts_read_back_as_writable_unless_told_otherwise(place: FakePlace) -> None:
    mounts = [{"sourceVolume": "cache", "containerPath": "/cache"}]
    answer = registered(place, volumes=[{"name": "cache"}], **with_container(mountPoints=mounts))
    assert answer["containerDefinitions"][0]["mountPoints"] == [mounts[0] | {"readOnly": False}]


def test_fault_injection_and_other_members_are_kept(place: FakePlace) -> None:
    kept = {"enableFaultInjection": True, "runtimePlatform": {"cpuArchitecture": "ARM64"}, "pidMode": "task"}
    answer = registered(place, **kept, **with_container(restartPolicy={"enabled": True}, versionConsistency="disabled"))
    assert answer.items() >= kept.items()
    assert answer["containerDefinitions"][0]["versionConsistency"] == "disabled"


def test_what_was_not_given_and_has_no_default_is_not_invented(place: FakePlace) -> None:
    answer = registered(place)
    unset = {"runtimePlatform", "ephemeralStorage", "pidMode", "ipcMode", "proxyConfiguration", "enableFaultInjection"}
    assert not unset & answer.keys()


def test_the_lists_that_aws_reorders_come_back_in_another_order_per_revision(place: FakePlace) -> None:
    environment = [{"name": f"V{number}", "value": "x"} for number in range(8)]
    orders = {
        tuple(variable["name"] for variable in answer["containerDefinitions"][0]["environment"])
        for answer in (registered(place, **with_container(environment=environment)) for _ in range(5))
    }
    assert len(orders) == 5


def test_the_lists_whose_order_has_a_meaning_keep_it(place: FakePlace) -> None:
    ordered = {
        "command": ["a", "b", "c", "d", "e"],
        "entryPoint": ["z", "y", "x", "w", "v"],
        "dnsServers": ["9.9.9.9", "1.1.1.1", "8.8.8.8", "4.4.4.4"],
        "systemControls": [{"namespace": f"net.{number}", "value": "1"} for number in (3, 1, 2, 0)],
    }
    for _ in range(5):
        assert registered(place, **with_container(**ordered))["containerDefinitions"][0].items() >= ordered.items()


def test_a_description_is_as_stable_as_the_revision(place: FakePlace) -> None:
    environment = [{"name": f"V{number}", "value": "x"} for number in range(8)]
    first = registered(place, **with_container(environment=environment))
    described = place.call("DescribeTaskDefinition", taskDefinition="web:1")["taskDefinition"]
    assert described == first


def test_links_come_back_sorted(place: FakePlace) -> None:
    containers: list[dict[str, Any]] = [{"name": name, "image": "x", "memory": 64} for name in ("a", "b", "c")]
    containers[0]["links"] = ["c", "b"]
    answer = registered(place, networkMode="bridge", requiresCompatibilities=["EC2"], containerDefinitions=containers)
    linked = next(c for c in answer["containerDefinitions"] if c["name"] == "a")
    assert linked["links"] == ["b", "c"]


def test_structures_read_back_with_the_empty_lists_that_aws_adds(place: FakePlace) -> None:
    changes = with_container(linuxParameters={"initProcessEnabled": True}, logConfiguration={"logDriver": "awslogs"})
    container = registered(place, **changes)["containerDefinitions"][0]
    assert container["linuxParameters"] == {"initProcessEnabled": True, "devices": [], "tmpfs": []}
    assert container["logConfiguration"] == {"logDriver": "awslogs", "secretOptions": []}


def test_a_proxy_configuration_keeps_its_properties_in_any_order(place: FakePlace) -> None:
    properties = [{"name": name, "value": "1"} for name in ("AppPorts", "EgressIgnoredIPs", "ProxyIngressPort")]
    answer = registered(place, proxyConfiguration={"containerName": "app", "properties": properties})
    proxy = answer["proxyConfiguration"]
    assert (proxy["type"], proxy["containerName"]) == ("APPMESH", "app")
    assert sorted(proxy["properties"], key=lambda each: str(each["name"])) == properties


def test_a_range_of_ports_has_no_single_host_port(place: FakePlace) -> None:
    mapping = {"containerPortRange": "8000-8010", "protocol": "udp"}
    assert registered(place, **with_container(portMappings=[mapping]))["containerDefinitions"][0]["portMappings"] == [
        mapping
    ]


def test_compatibilities_follow_from_network_and_size(place: FakePlace) -> None:
    bridge = registered(place, networkMode="bridge", requiresCompatibilities=["EC2"], **with_container(memory=64))
    odd = registered(place, requiresCompatibilities=["EC2"], memory="700")
    bare = registered(place, requiresCompatibilities=["EC2"], cpu=None)
    assert odd["compatibilities"] == bare["compatibilities"] == ["EC2"]
    assert registered(place)["compatibilities"] == ["EC2", "FARGATE"]
    assert bridge["compatibilities"] == ["EXTERNAL", "EC2"]


def test_required_attributes_name_what_the_containers_need(place: FakePlace) -> None:
    secrets = [{"name": "KEY", "valueFrom": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:k"}]
    logs = {"logDriver": "awslogs", "options": {"awslogs-group": "web"}}
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"
    changes = with_container(secrets=secrets, logConfiguration=logs, image=image)
    answer = registered(place, executionRoleArn="arn:aws:iam::123456789012:role/x", taskRoleArn="role", **changes)
    names = {attribute["name"] for attribute in answer["requiresAttributes"]}
    assert names >= {
        "ecs.capability.task-eni",
        "ecs.capability.secrets.asm.environment-variables",
        "com.amazonaws.ecs.capability.logging-driver.awslogs",
        "ecs.capability.execution-role-awslogs",
        "ecs.capability.execution-role-ecr-pull",
        "com.amazonaws.ecs.capability.task-iam-role",
    }


TWICE = [{"name": "app", "image": "a"}, {"name": "app", "image": "b"}]
MANY = [{"name": f"c{number}", "image": "a"} for number in range(11)]
REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "an empty family": ({"family": ""}, "Family should not be null or blank."),
    "no container": ({"containerDefinitions": []}, "Container list cannot be empty."),
    "a name twice": ({"containerDefinitions": TWICE}, "duplicated value 'app'"),
    "eleven containers": ({"containerDefinitions": MANY}, "exceeds the maximum of 10"),
    "nothing essential": (with_container(essential=False), "at least one essential"),
    "a family that is no name": ({"family": "my family"}, "Family contains invalid characters"),
    "a container without a name": (with_container(name=""), "Container.name should not be null or empty."),
    "a container name that is no name": (with_container(name="my app"), "Invalid container name 'my app'."),
    "fifty-one tags": ({"tags": [{"key": f"k{n}", "value": ""} for n in range(51)]}, "maximum of 50"),
    "no image": (with_container(image=""), "Container.image should not be null or empty."),
    "a pair of sizes that Fargate lacks": (
        {"cpu": "256", "memory": "4096"},
        "No Fargate configuration exists for given values: 256 CPU, 4096 memory.",
    ),
    "no cpu on Fargate": ({"cpu": None}, "Fargate requires that 'cpu' be defined at the task level."),
    "a size that is no size": ({"cpu": "much"}, "Invalid 'cpu' setting for task."),
    "bridge on Fargate": ({"networkMode": "bridge"}, "Fargate only supports network mode"),
    "two ports for one": (
        with_container(portMappings=[{"containerPort": 80, "hostPort": 8080}]),
        "the host ports and container ports in port mappings must match",
    ),
    "links on awsvpc": (with_container(links=["db"]), "Links are not supported when networkMode=awsvpc."),
    "a volume that is not there": (
        with_container(mountPoints=[{"sourceVolume": "data", "containerPath": "/d"}]),
        "Unknown volume 'data'.",
    ),
    "a dependency that is not there": (
        with_container(dependsOn=[{"containerName": "db", "condition": "HEALTHY"}]),
        "Container 'db' is not in the task definition.",
    ),
    "too many bytes": (with_container(command=["x" * 65_536]), "64 KiB"),
    "secrets without an execution role": (
        with_container(secrets=[{"name": "A", "valueFrom": "b"}]),
        "execution role ARN to support secrets",
    ),
    "too small a limit": (with_container(memory=64, memoryReservation=128), "greater than or equal"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_aws_refuses_is_refused(place: FakePlace, case: str) -> None:
    changes, words = REFUSALS[case]
    with pytest.raises(AwsError) as refusal:
        registered(place, **changes)
    assert refusal.value.code == "ClientException"
    assert words in refusal.value.message


def test_a_refused_registration_uses_up_no_number(place: FakePlace) -> None:
    with pytest.raises(AwsError):
        registered(place, memory="4096")
    assert registered(place)["revision"] == 1


def test_memory_must_be_somewhere_on_ec2(place: FakePlace) -> None:
    request = {"networkMode": "bridge", "requiresCompatibilities": ["EC2"], "cpu": None, "memory": None}
    with pytest.raises(AwsError, match="At least one of 'memory' or 'memoryReservation'"):
        registered(place, **request, **with_container())


def test_a_family_alone_is_its_latest_active_revision(place: FakePlace) -> None:
    for _ in range(3):
        registered(place)
    place.call("DeregisterTaskDefinition", taskDefinition="web:3")
    assert place.call("DescribeTaskDefinition", taskDefinition="web")["taskDefinition"]["revision"] == 2


def test_tags_are_told_only_when_asked_for(place: FakePlace) -> None:
    registered(place, tags=[{"key": "team", "value": "shop"}])
    assert "tags" not in place.call("DescribeTaskDefinition", taskDefinition="web:1")
    asked = place.call("DescribeTaskDefinition", taskDefinition="web:1", include=["TAGS"])
    assert asked["tags"] == [{"key": "team", "value": "shop"}]


@pytest.mark.parametrize("reference", ["web:9", "other", "arn:aws:ecs:us-east-1:1:task-definition/web:1"])
def test_what_is_not_there_cannot_be_described(place: FakePlace, reference: str) -> None:
    registered(place)
    with pytest.raises(AwsError, match=r"Unable to describe task definition\."):
        place.call("DescribeTaskDefinition", taskDefinition=reference)


def test_a_revision_is_a_number(place: FakePlace) -> None:
    with pytest.raises(AwsError, match="Invalid revision number"):
        place.call("DescribeTaskDefinition", taskDefinition="web:latest")


def test_a_deregistered_revision_is_inactive_and_says_since_when(place: FakePlace) -> None:
    registered(place)
    answer = place.call("DeregisterTaskDefinition", taskDefinition="web:1")["taskDefinition"]
    assert answer["status"] == "INACTIVE"
    assert answer["deregisteredAt"].timestamp() == place.timeline.now


@pytest.mark.parametrize("reference", ["web", "web:7"])
def test_only_a_numbered_revision_that_exists_can_be_deregistered(place: FakePlace, reference: str) -> None:
    registered(place)
    with pytest.raises(AwsError, match="revision"):
        place.call("DeregisterTaskDefinition", taskDefinition=reference)


def test_a_deleted_revisions_number_is_never_given_again(place: FakePlace) -> None:
    registered(place)
    place.call("DeregisterTaskDefinition", taskDefinition="web:1")
    deleted = place.call("DeleteTaskDefinitions", taskDefinitions=["web:1"])["taskDefinitions"]
    assert deleted[0]["status"] == "DELETE_IN_PROGRESS"
    place.wait(120)
    with pytest.raises(AwsError):
        place.call("DescribeTaskDefinition", taskDefinition="web:1")
    assert registered(place)["revision"] == 2


def test_an_active_revision_cannot_be_deleted(place: FakePlace) -> None:
    registered(place)
    answer = place.call("DeleteTaskDefinitions", taskDefinitions=["web:1", "web:5"])
    assert answer["taskDefinitions"] == []
    assert [failure["arn"][-5:] for failure in answer["failures"]] == ["web:1", "web:5"]


def test_a_deleted_revision_stays_while_a_service_runs_it(place: FakePlace) -> None:
    definition = place.register()
    place.create(definition)
    place.call("DeregisterTaskDefinition", taskDefinition="web:1")
    place.call("DeleteTaskDefinitions", taskDefinitions=["web:1"])
    place.wait(600)
    assert (
        place.call("DescribeTaskDefinition", taskDefinition="web:1")["taskDefinition"]["status"] == "DELETE_IN_PROGRESS"
    )


def listed(place: FakePlace, **params: Any) -> list[str]:
    arns = place.call("ListTaskDefinitions", **params)["taskDefinitionArns"]
    return [arn.rpartition("/")[2] for arn in arns]


def test_the_newest_revision_comes_first_when_sorted_so(place: FakePlace) -> None:
    for _ in range(12):
        registered(place)
    assert listed(place, familyPrefix="web", sort="DESC", maxResults=2) == ["web:12", "web:11"]
    assert listed(place, familyPrefix="web")[:2] == ["web:1", "web:2"]


def test_a_list_of_revisions_comes_in_pages(place: FakePlace) -> None:
    for _ in range(5):
        registered(place)
    first = place.call("ListTaskDefinitions", maxResults=3)
    second = place.call("ListTaskDefinitions", maxResults=3, nextToken=first["nextToken"])
    assert len(first["taskDefinitionArns"]) == 3
    assert len(second["taskDefinitionArns"]) == 2
    assert "nextToken" not in second


@pytest.mark.parametrize("params", [{"maxResults": 101}, {"nextToken": "nonsense"}])
def test_a_page_that_cannot_be_is_refused(place: FakePlace, params: dict[str, Any]) -> None:
    with pytest.raises(AwsError) as refusal:
        place.call("ListTaskDefinitions", **params)
    assert refusal.value.code == "InvalidParameterException"


def test_revisions_are_listed_by_status_and_by_the_whole_family_name(place: FakePlace) -> None:
    registered(place)
    registered(place, family="web-admin")
    registered(place)
    place.call("DeregisterTaskDefinition", taskDefinition="web:1")
    assert listed(place, familyPrefix="web") == ["web:2"]
    assert listed(place, familyPrefix="web", status="INACTIVE") == ["web:1"]
    assert listed(place, familyPrefix="we") == []


def test_families_are_listed_by_prefix_and_status(place: FakePlace) -> None:
    registered(place)
    registered(place, family="worker")
    place.call("DeregisterTaskDefinition", taskDefinition="worker:1")
    assert place.call("ListTaskDefinitionFamilies", familyPrefix="w")["families"] == ["web"]
    assert place.call("ListTaskDefinitionFamilies", status="INACTIVE")["families"] == ["worker"]
    assert place.call("ListTaskDefinitionFamilies", status="ALL")["families"] == ["web", "worker"]


def test_what_a_caller_does_to_its_request_afterwards_changes_nothing(place: FakePlace) -> None:
    request = task_definition() | with_container(command=["serve"])
    before = json.dumps(place.call("RegisterTaskDefinition", **request)["taskDefinition"], default=str)
    request["containerDefinitions"][0]["image"] = "shop/other:9"
    request["containerDefinitions"][0]["command"].append("--fast")
    request["containerDefinitions"].append({})
    after = json.dumps(place.call("DescribeTaskDefinition", taskDefinition="web:1")["taskDefinition"], default=str)
    assert after == before


def test_a_host_port_that_was_given_is_kept(place: FakePlace) -> None:
    mapping = {"containerPort": 80, "hostPort": 8080, "protocol": "tcp"}
    changes = with_container(portMappings=[mapping], memory=64)
    answer = registered(place, networkMode="bridge", requiresCompatibilities=["EC2"], **changes)
    assert answer["containerDefinitions"][0]["portMappings"] == [mapping]


def test_without_required_compatibilities_none_are_told(place: FakePlace) -> None:
    answer = registered(place, requiresCompatibilities=None)
    assert "requiresCompatibilities" not in answer
    assert answer["compatibilities"] == ["EC2", "FARGATE"]


def test_required_attributes_tell_of_start_order_and_of_a_registry_without_an_execution_role(place: FakePlace) -> None:
    containers = [
        {"name": "db", "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/db:1"},
        {"name": "app", "image": "shop/web:1", "dependsOn": [{"containerName": "db", "condition": "START"}]},
    ]
    names = {each["name"] for each in registered(place, containerDefinitions=containers)["requiresAttributes"]}
    assert names >= {"ecs.capability.container-ordering", "com.amazonaws.ecs.capability.ecr-auth"}
    assert "ecs.capability.execution-role-ecr-pull" not in names
