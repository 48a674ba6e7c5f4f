"""What Fargate refuses, and what it takes."""

from typing import Any

import pytest

from reconcilers.fargate import MEMORY_BY_CPU, problems

Fields = dict[str, Any]


def task(**fields: Any) -> Fields:
    plain = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    return {**plain, "containerDefinitions": [{"name": "app", "image": "shop:1"}], **fields}


def with_container(**fields: Any) -> Fields:
    return task(containerDefinitions=[{"name": "app", "image": "shop:1", **fields}])


@pytest.mark.parametrize("cpu", MEMORY_BY_CPU)
def test_every_size_in_the_table_is_taken_and_those_beside_it_are_not(cpu: int) -> None:
    sizes = MEMORY_BY_CPU[cpu]
    for memory in sizes:
        assert problems(task(cpu=str(cpu), memory=str(memory))) == ()
    for memory in (sizes[0] - 1, sizes[0] // 2, sizes[-1] + 1024):
        assert [one.pointer for one in problems(task(cpu=str(cpu), memory=str(memory)))] == ["/taskDefinition/memory"]


def test_sizes_may_be_written_with_units() -> None:
    assert problems(task(cpu=".25 vCPU", memory="0.5GB")) == ()
    assert problems(task(cpu=1024, memory="8 GB")) == ()


@pytest.mark.parametrize("unit", ["", ".0", " vCPU", " GB"])
@pytest.mark.parametrize("name", ["cpu", "memory"])
def test_an_amount_of_any_length_is_no_size(name: str, unit: str) -> None:
    (problem,) = problems(task(**{name: f"{'9' * 5_000}{unit}"}))
    assert problem.pointer == f"/taskDefinition/{name}"
    assert len(problem.message) < 200


@pytest.mark.parametrize("name", ["cpu", "memory"])
def test_what_containers_reserve_may_have_any_length(name: str) -> None:
    assert problems(with_container(**{name: "9" * 5_000})) == ()


def test_a_task_that_does_not_ask_for_fargate_is_not_judged() -> None:
    assert problems({"containerDefinitions": [{"name": "app", "privileged": True}]}) == ()
    assert problems(task(requiresCompatibilities=["EC2"], cpu="3")) == ()


def test_a_task_for_both_is_judged() -> None:
    assert problems(task(requiresCompatibilities=["EC2", "FARGATE"], cpu="3")) != ()


def test_a_problem_says_where_what_and_what_to_do() -> None:
    (problem,) = problems(task(memory="3072"))
    assert problem == (
        "/taskDefinition/memory",
        "Fargate has no tasks with cpu 256 and memory 3072",
        "write 512 or 1024 or 2048, or another cpu",
    )
    (problem,) = problems(task(cpu="4096"))
    assert problem.remedy == "write 8192 to 30720 in steps of 1024, or another cpu"


def test_all_problems_come_at_once() -> None:
    found = problems({"requiresCompatibilities": ["FARGATE"], "ephemeralStorage": {"sizeInGiB": 500}})
    assert [one.pointer for one in found] == [
        "/taskDefinition/networkMode",
        "/taskDefinition/cpu",
        "/taskDefinition/memory",
        "/taskDefinition/ephemeralStorage/sizeInGiB",
    ]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"networkMode": "host"}, "networkMode"),
        ({"cpu": "300"}, "cpu"),
        ({"cpu": "a lot"}, "cpu"),
        ({"memory": "plenty"}, "memory"),
        ({"ephemeralStorage": {"sizeInGiB": 20}}, "ephemeralStorage/sizeInGiB"),
        ({"ephemeralStorage": {"sizeInGiB": 201}}, "ephemeralStorage/sizeInGiB"),
        ({"placementConstraints": [{"type": "memberOf", "expression": "x"}]}, "placementConstraints"),
        ({"volumes": [{"name": "data", "host": {"sourcePath": "/srv"}}]}, "volumes/data/host/sourcePath"),
        (
            {"volumes": [{"name": "data", "dockerVolumeConfiguration": {"driver": "local"}}]},
            "volumes/data/dockerVolumeConfiguration",
        ),
    ],
)
def test_what_fargate_refuses_of_a_task(fields: Fields, pointer: str) -> None:
    assert [one.pointer for one in problems(task(**fields))] == [f"/taskDefinition/{pointer}"]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"privileged": True}, "privileged"),
        ({"links": ["db"]}, "links"),
        ({"hostname": "db"}, "hostname"),
        ({"extraHosts": [{"hostname": "db", "ipAddress": "::1"}]}, "extraHosts"),
        ({"dockerSecurityOptions": ["label:x"]}, "dockerSecurityOptions"),
        ({"linuxParameters": {"devices": [{"hostPath": "/dev/x"}]}}, "linuxParameters/devices"),
        ({"linuxParameters": {"sharedMemorySize": 64}}, "linuxParameters/sharedMemorySize"),
        ({"linuxParameters": {"capabilities": {"add": ["ALL", "SYS_PTRACE"]}}}, "linuxParameters/capabilities/add/ALL"),
        ({"portMappings": [{"containerPort": 80, "hostPort": 8080}]}, "portMappings/80-tcp/hostPort"),
    ],
)
def test_what_fargate_refuses_of_a_container(fields: Fields, pointer: str) -> None:
    found = problems(with_container(**fields))
    assert [one.pointer for one in found] == [f"/taskDefinition/containerDefinitions/app/{pointer}"]


@pytest.mark.parametrize(
    "fields",
    [
        {"privileged": False, "links": [], "linuxParameters": {"initProcessEnabled": True, "capabilities": {}}},
        {"portMappings": [{"containerPort": 80, "hostPort": 80}, {"containerPortRange": "90-99"}]},
        {"cpu": 256, "memory": 512},
    ],
)
def test_what_fargate_takes_of_a_container(fields: Fields) -> None:
    assert problems(with_container(**fields)) == ()


def test_a_volume_without_a_source_path_is_taken() -> None:
    assert problems(task(volumes=[{"name": "a", "host": {}}, {"name": "b", "efsVolumeConfiguration": {}}])) == ()


@pytest.mark.parametrize(
    ("first", "second", "pointers"),
    [
        ({"cpu": 200}, {"cpu": 57}, ["/taskDefinition/cpu"]),
        ({"memory": 400}, {"memoryReservation": 113, "memory": 200}, ["/taskDefinition/memory"]),
        ({"cpu": 200, "memory": 400}, {"cpu": 56, "memoryReservation": 112}, []),
        ({"memory": "much"}, {}, []),
    ],
)
def test_the_containers_fit_into_their_task(first: Fields, second: Fields, pointers: list[str]) -> None:
    found = problems(task(containerDefinitions=[{"name": "a", **first}, {"name": "b", **second}]))
    assert [one.pointer for one in found] == pointers


def test_a_definition_of_the_wrong_shape_is_no_crash() -> None:
    odd = task(containerDefinitions={"name": "app"}, volumes=["data"], ephemeralStorage=30)
    assert problems(odd) == ()
