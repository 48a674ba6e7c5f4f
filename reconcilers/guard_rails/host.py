"""What lets a container out of itself: privileges, the host's files, the host's namespaces."""

from collections.abc import Iterator, Mapping
from typing import Any

# What a container has anyway (Docker's default), and what AWS Fargate lets one add: a process sees its own task alone.
_HARMLESS = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "NET_RAW",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
        "SYS_PTRACE",
    ]
)
# Volumes that are no file of the host's. Which file systems may be used is a rail of its own.
_ELSEWHERE = frozenset(
    {
        "name",
        "configuredAtLaunch",
        "efsVolumeConfiguration",
        "fsxWindowsFileServerVolumeConfiguration",
        "s3filesVolumeConfiguration",
    }
)


def privileges(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each privilege that a container asks for, as (where, what)."""
    for container in definition.get("containerDefinitions") or ():
        place = f"container {container.get('name')}"
        linux = container.get("linuxParameters") or {}
        if container.get("privileged"):
            yield place, "privileged"
        for added in (linux.get("capabilities") or {}).get("add") or ():
            if str(added).upper().removeprefix("CAP_") not in _HARMLESS:
                yield place, f"the capability {added}"
        for option in container.get("dockerSecurityOptions") or ():
            if option != "no-new-privileges" and not str(option).startswith("credentialspec:"):
                yield place, f"the security option {option}"


def mounts(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each file or device of the host that a task would get, as (where, what)."""
    for volume in definition.get("volumes") or ():
        place = f"volume {volume.get('name')}"
        path = (volume.get("host") or {}).get("sourcePath")
        if path:
            yield place, str(path)
        if _of_docker(volume.get("dockerVolumeConfiguration") or {}):
            yield place, "a volume of the host's Docker"
        yield from ((place, kind) for kind in sorted(volume.keys() - _ELSEWHERE - _JUDGED) if volume[kind])
    for container in definition.get("containerDefinitions") or ():
        for device in (container.get("linuxParameters") or {}).get("devices") or ():
            yield f"container {container.get('name')}", f"the device {device.get('hostPath')}"


def namespaces(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each namespace of the host that a task would be in, as (where, what)."""
    for field in ("networkMode", "pidMode", "ipcMode"):
        if definition.get(field) == "host":
            yield "task definition", f"{field} host"


def file_systems(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each file system that a task would mount over the network, as (where, its id or ARN)."""
    for volume in definition.get("volumes") or ():
        for kind in ("efsVolumeConfiguration", "fsxWindowsFileServerVolumeConfiguration"):
            if kind in volume:
                yield f"volume {volume.get('name')}", str((volume[kind] or {}).get("fileSystemId"))
        if "s3filesVolumeConfiguration" in volume:
            named = (volume["s3filesVolumeConfiguration"] or {}).get("fileSystemArn")
            yield f"volume {volume.get('name')}", str(named)


_JUDGED = frozenset({"host", "dockerVolumeConfiguration"})


def _of_docker(volume: Mapping[str, Any]) -> bool:
    """Whether a Docker volume reaches what is not the task's: by a driver, a driver's options, or by being shared."""
    if volume.get("driver") not in (None, "", "local") or volume.get("driverOpts"):
        return True
    return volume.get("scope") == "shared"
