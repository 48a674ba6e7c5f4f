"""Everything from which a task is given what others may not read, and whether it lies where it may.

Amazon ECS takes a secret as the ARN of a Secrets Manager secret (with ``:json-key:stage:version`` behind it), as the
ARN of an SSM parameter, or as a parameter's name (API reference, Secret). Environment files, FireLens's own
configuration and credential specifications are read from S3 with the execution role, so they count as well.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_SECRET_FIELDS = 7  # of arn:partition:secretsmanager:region:account:secret:name; what comes after chooses inside it
_PARAMETER_FIELDS = 6  # of arn:partition:ssm:region:account:parameter/name; then a version or a label
_DETOURS = frozenset({"", ".", ".."})  # steps of a path that lead elsewhere for whoever tidies it first


def references(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each reference of a task definition, as (where it stands, what it says)."""
    for container in definition.get("containerDefinitions") or ():
        place = f"container {container.get('name')}"
        for field, value in _of_container(container):
            yield f"{place}, {field}", value
    for volume in definition.get("volumes") or ():
        windows = (volume.get("fsxWindowsFileServerVolumeConfiguration") or {}).get("authorizationConfig") or {}
        if "credentialsParameter" in windows:
            yield f"volume {volume.get('name')}, credentialsParameter", str(windows["credentialsParameter"])


def of_service(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each reference of a service's fields: those of Service Connect's log."""
    log = (fields.get("serviceConnectConfiguration") or {}).get("logConfiguration") or {}
    for field, value in _named("secretOptions", log.get("secretOptions")):
        yield f"serviceConnectConfiguration, {field}", value


def lies_below(reference: str, allowed: tuple[str, ...]) -> bool:
    """Whether a reference is one of those allowed, or lies below one that ends in ``/`` or ``:``.

    None that climbs (``..``), stands still (``.``) or has a step without a name lies below anything.
    """
    secret = _plain(reference)
    return any(_below(secret, each) if each.endswith(("/", ":")) else secret == each for each in allowed)


def shown(reference: str) -> str:
    """A reference for people. What has not the form of one may be the secret itself, and is not shown."""
    return reference if reference.startswith("arn:aws") else "it"


def _below(secret: str, folder: str) -> bool:
    return secret.startswith(folder) and _DETOURS.isdisjoint(secret.removeprefix(folder).split("/"))


def _of_container(container: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _named("secrets", container.get("secrets"))
    yield from _named("secretOptions", (container.get("logConfiguration") or {}).get("secretOptions"))
    registry = container.get("repositoryCredentials") or {}
    if "credentialsParameter" in registry:
        yield "repositoryCredentials", str(registry["credentialsParameter"])
    for each in container.get("environmentFiles") or ():
        yield "environmentFiles", str(each.get("value"))
    router = (container.get("firelensConfiguration") or {}).get("options") or {}
    if router.get("config-file-type") == "s3":
        yield "firelensConfiguration", str(router.get("config-file-value"))
    for each in container.get("credentialSpecs") or ():
        yield "credentialSpecs", _specified(str(each))


def _named(field: str, entries: Any) -> Iterator[tuple[str, str]]:
    for each in entries or ():
        yield f"{field} {each.get('name')}", str(each.get("valueFrom"))


def _specified(specification: str) -> str:
    """A credential specification without the word before its ARN."""
    word, _, arn = specification.partition(":")
    return arn if word in ("credentialspec", "credentialspecdomainless") else specification


def _plain(reference: str) -> str:
    """A reference without what chooses a part or a version of it."""
    parts = reference.split(":")
    if parts[0] != "arn":
        return parts[0]
    service = parts[2] if len(parts) > 2 else ""
    kept = {"secretsmanager": _SECRET_FIELDS, "ssm": _PARAMETER_FIELDS}.get(service)
    return ":".join(parts[:kept])
