"""What Fargate asks of a task definition, said before AWS refuses to register it.

Sources: Amazon ECS Developer Guide, "Amazon ECS task definition differences for Fargate" (sizes, network mode), and the
ECS API reference (RegisterTaskDefinition, ContainerDefinition, LinuxParameters, EphemeralStorage).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reconcilers.digits import MOST, number
from reconcilers.pointer import spelled
from reconcilers.task_definition import canonical


class FargateProblem(NamedTuple):
    """Where (a JSON pointer with names for places), what is wrong, and what to do."""

    pointer: str
    message: str
    remedy: str


_GIB = 1024
MEMORY_BY_CPU: Mapping[int, Sequence[int]] = {  # MiB by CPU units
    256: (512, 1024, 2048),
    512: range(1 * _GIB, 4 * _GIB + 1, _GIB),
    1024: range(2 * _GIB, 8 * _GIB + 1, _GIB),
    2048: range(4 * _GIB, 16 * _GIB + 1, _GIB),
    4096: range(8 * _GIB, 30 * _GIB + 1, _GIB),
    8192: range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB),
    16384: range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB),
}
_STORAGE_GIB = range(21, 201)

_NOT_IN_CONTAINER = {
    "dockerSecurityOptions": "remove it",
    "extraHosts": "remove it and use DNS names",
    "hostname": "remove it",
    "links": "remove it: containers of one task reach each other at localhost",
    "privileged": "remove it, or run the service on EC2",
}
_NOT_IN_LINUX_PARAMETERS = {
    "devices": "remove it, or run the service on EC2",
    "sharedMemorySize": "remove it; a tmpfs mount at /dev/shm may serve instead",
}


def problems(task_definition: Mapping[str, Any]) -> tuple[FargateProblem, ...]:
    """Why Fargate would refuse ``task_definition``, RegisterTaskDefinition's input.

    Empty where it does not name FARGATE among its ``requiresCompatibilities``.
    """
    content = canonical(task_definition)
    if "FARGATE" not in content.get("requiresCompatibilities", ()):
        return ()
    found = [*_network(content), *_size(content), *_storage(content), *_placement(content)]
    found.extend(_shares(content))
    for container in _objects(content.get("containerDefinitions")):
        at = ("containerDefinitions", str(container.get("name", "")))
        found.extend([*_container(container, at), *_linux(container, at), *_ports(container, at)])
    for volume in _objects(content.get("volumes")):
        found.extend(_volume(volume))
    return tuple(found)


def _at(*names: str) -> str:
    return spelled(("taskDefinition", *names))


def _network(content: Mapping[str, Any]) -> Iterator[FargateProblem]:
    mode = content.get("networkMode", "bridge")
    if mode != "awsvpc":
        yield FargateProblem(_at("networkMode"), f"Fargate has no network mode {mode}", "write networkMode: awsvpc")


def _size(content: Mapping[str, Any]) -> Iterator[FargateProblem]:
    missing = [name for name in ("cpu", "memory") if name not in content]
    for name in missing:
        yield FargateProblem(_at(name), f"Fargate needs the task's {name}", f"write {name}, as in {_EXAMPLES[name]}")
    if missing:
        return
    cpu, memory = number(str(content["cpu"])), number(str(content["memory"]))
    if cpu is None or cpu not in MEMORY_BY_CPU:
        sizes = ", ".join(map(str, MEMORY_BY_CPU))
        yield FargateProblem(
            _at("cpu"), f"Fargate has no tasks with cpu {_cut(content['cpu'])}", f"write one of {sizes}"
        )
    elif memory not in MEMORY_BY_CPU[cpu]:
        message = f"Fargate has no tasks with cpu {cpu} and memory {_cut(content['memory'])}"
        yield FargateProblem(_at("memory"), message, f"write {_choices(MEMORY_BY_CPU[cpu])}, or another cpu")


_EXAMPLES = {"cpu": 'cpu: "256"', "memory": 'memory: "512"'}


def _cut(amount: Any) -> str:
    text = str(amount)
    return text if len(text) <= 2 * MOST else f"{text[:MOST]}…"


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _choices(sizes: Sequence[int]) -> str:
    if isinstance(sizes, range):
        return f"{sizes[0]} to {sizes[-1]} in steps of {sizes.step}"
    return " or ".join(map(str, sizes))


def _storage(content: Mapping[str, Any]) -> Iterator[FargateProblem]:
    size = _object(content.get("ephemeralStorage")).get("sizeInGiB")
    if size is not None and size not in _STORAGE_GIB:
        remedy = f"write {_STORAGE_GIB[0]} to {_STORAGE_GIB[-1]}; without ephemeralStorage a task has 20"
        yield FargateProblem(_at("ephemeralStorage", "sizeInGiB"), f"Fargate has no disks of {size} GiB", remedy)


def _placement(content: Mapping[str, Any]) -> Iterator[FargateProblem]:
    if "placementConstraints" in content:
        message = "Fargate places tasks itself and takes no constraints"
        yield FargateProblem(_at("placementConstraints"), message, "remove it")


def _shares(content: Mapping[str, Any]) -> Iterator[FargateProblem]:
    """What the containers reserve must fit into the task."""
    containers = _objects(content.get("containerDefinitions"))
    reserved = {
        "cpu": [one.get("cpu") for one in containers],
        "memory": [one.get("memoryReservation", one.get("memory")) for one in containers],
    }
    for name, amounts in reserved.items():
        total, available = sum(number(str(amount)) or 0 for amount in amounts), number(str(content.get(name)))
        if available is not None and total > available:
            message = f"the containers reserve {total} of {name}, the task has {available}"
            yield FargateProblem(_at(name), message, f"give the task more {name} or the containers less")


def _container(container: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[FargateProblem]:
    for name, remedy in _NOT_IN_CONTAINER.items():
        if name in container:
            yield FargateProblem(_at(*at, name), f"Fargate does not support {name}", remedy)


def _linux(container: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[FargateProblem]:
    linux = _object(container.get("linuxParameters"))
    for name, remedy in _NOT_IN_LINUX_PARAMETERS.items():
        if name in linux:
            yield FargateProblem(_at(*at, "linuxParameters", name), f"Fargate does not support {name}", remedy)
    for capability in _object(linux.get("capabilities")).get("add", ()):
        if capability != "SYS_PTRACE":
            where = _at(*at, "linuxParameters", "capabilities", "add", str(capability))
            yield FargateProblem(where, f"Fargate does not add the capability {capability}", "remove it")


def _ports(container: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[FargateProblem]:
    for mapping in _objects(container.get("portMappings")):
        host, port = mapping.get("hostPort"), mapping.get("containerPort")
        if host not in (None, port):
            where = _at(*at, "portMappings", f"{port}-{mapping.get('protocol', 'tcp')}", "hostPort")
            yield FargateProblem(where, f"under awsvpc the host port is {port} as well, not {host}", "remove hostPort")


def _volume(volume: Mapping[str, Any]) -> Iterator[FargateProblem]:
    at = ("volumes", str(volume.get("name", "")))
    remedy = "use an EFS volume, or no source path for a directory that lives as long as the task"
    if "sourcePath" in _object(volume.get("host")):
        yield FargateProblem(_at(*at, "host", "sourcePath"), "Fargate has no host to take a directory from", remedy)
    if "dockerVolumeConfiguration" in volume:
        yield FargateProblem(_at(*at, "dockerVolumeConfiguration"), "Fargate has no Docker volumes", remedy)
