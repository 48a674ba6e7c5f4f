"""At which address this replica is reached by the others: as it was told, or as ECS says."""

import ipaddress
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from controller.lease.address import address_of

METADATA = "ECS_CONTAINER_METADATA_URI_V4"
PATIENCE = 2.0  # seconds for an answer of the agent, which is on the same machine
LARGEST = 1 << 20
Read = Callable[[str], bytes]


def advertised(said: str | None, served: str, environment: Mapping[str, str], read: Read | None = None) -> str:
    """Where others reach what is ``served`` here; empty where that is not known.

    ``said`` by the operator goes first. What is served on all addresses of a task with one of its own (``awsvpc``) is
    reached at that one, by the task metadata endpoint, version 4; what is served on the loopback by nobody.
    """
    if said:
        return address_of(said) or ""
    host, _, port = served.removeprefix("http://").rpartition(":")
    bound = ipaddress.ip_address(host.strip("[]"))
    if bound.is_loopback:
        return ""
    if not bound.is_unspecified:
        return address_of(served) or ""
    found = _own(environment.get(METADATA, ""), read or _fetched)
    return f"http://{found}:{port}" if found else ""


def _own(endpoint: str, read: Read) -> str:
    """The task's own address; empty where ECS does not say, or shares the machine's."""
    if not endpoint.startswith("http://"):
        return ""
    try:
        return _in_task(json.loads(read(f"{endpoint.rstrip('/')}/task")))
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return ""


def _in_task(task: Any) -> str:
    networks = (each for container in task.get("Containers", ()) for each in container.get("Networks", ()))
    found = (each.get("IPv4Addresses") for each in networks if each.get("NetworkMode") == "awsvpc")
    return next((str(ipaddress.IPv4Address(each[0])) for each in found if each), "")


def _fetched(url: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is this machine's
    with opener.open(url, timeout=PATIENCE) as answer:
        body: bytes = answer.read(LARGEST)
    return body
