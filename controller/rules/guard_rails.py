"""What an operator may say of guard rails: a file's text in, the rails that decisions take out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from controller.rules import reading
from controller.source.problem import Problem
from reconcilers.guard_rails.rails import GuardRails, Rails
from reconcilers.image_reference import Repository, below

_SECRET = re.compile(r"arn:aws[a-z-]*:(secretsmanager|ssm|s3):\S*|/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]*)*|/")


def _registry(text: str) -> str:
    if below(text) is None:
        raise ValueError("Write a registry, or the beginning of a path in it: ghcr.io/team, docker.io/library/nginx.")
    return text


def _secret(text: str) -> str:
    if _SECRET.fullmatch(text) is None or (text.startswith("arn:") and text.count(":") < 5):
        raise ValueError(
            "Write the beginning of an ARN or of a parameter's name, with / or : at its end, or one whole secret: "
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/"
        )
    return text


Glob = Annotated[str, Field(min_length=1, pattern=r"^\S+$")]
Registry = Annotated[str, AfterValidator(_registry)]
Secret = Annotated[str, AfterValidator(_secret)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=False)


class Entry(_Part):
    """What is allowed in some environments. A list that is left out allows everything, an empty one nothing."""

    environments: tuple[Glob, ...] = Field(min_length=1, description="Environments, as globs.")
    allowed_clusters: tuple[Glob, ...] | None = Field(
        default=None, description="Clusters, as globs over the name or over region/name."
    )
    allowed_role_arns: tuple[Glob, ...] | None = Field(
        default=None, description="Roles that a manifest's roleArn may name, as globs over the ARN."
    )
    allowed_images: tuple[Registry, ...] | None = Field(
        default=None, description="Registries, or beginnings of paths in them by whole steps: ghcr.io/team."
    )
    allowed_task_roles: tuple[Glob, ...] | None = Field(default=None, description="Task roles, as globs over the ARN.")
    allowed_execution_roles: tuple[Glob, ...] | None = Field(
        default=None, description="Execution roles, as globs over the ARN."
    )
    allowed_infrastructure_roles: tuple[Glob, ...] | None = Field(
        default=None, description="Roles that a service's fields may pass to ECS, as globs over the ARN."
    )
    secrets_below: tuple[Secret, ...] | None = Field(
        default=None, description="Where secrets may come from: what ends in / or : is a beginning, the rest is whole."
    )
    allowed_file_systems: tuple[Glob, ...] | None = Field(
        default=None, description="EFS, FSx and S3 file systems, as globs over the id or ARN."
    )
    privileged: bool = Field(default=False, strict=True, description="Allow privileged containers and capabilities.")
    host_mounts: bool = Field(default=False, strict=True, description="Allow the host's files, volumes and devices.")
    host_namespaces: bool = Field(
        default=False, strict=True, description="Allow the host's network, processes and IPC."
    )


class GuardRailsFile(_Part):
    """The file. Every entry that matches an environment must be kept; one that none matches may nothing."""

    guard_rails: tuple[Entry, ...] = Field(min_length=1, description="What is allowed, per environment.")


def guard_rails(file: Path | None, text: str | None = None) -> GuardRails | None:
    """What the file says, or its text; ``None`` where there is neither. Raises ``MisconfiguredError``."""
    said = reading.said(file, text, "TRUEUP_GUARD_RAILS")
    if said is None:
        return None
    found = parse(*said)
    if not isinstance(found, GuardRails):
        raise reading.MisconfiguredError(found)
    return found


def parse(text: bytes, file: str) -> GuardRails | tuple[Problem, ...]:
    """Read a file. Gives its problems, at least one, where it cannot be used."""
    match reading.parse(text, file, GuardRailsFile):
        case (_, GuardRailsFile() as said):
            return GuardRails(tuple(_rails(each) for each in said.guard_rails))
        case problems:
            return problems


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the file, for editors."""
    heading = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**heading, **GuardRailsFile.model_json_schema(by_alias=True), "title": "Trueup guard rails"}


def _rails(said: Entry) -> Rails:
    return Rails(
        environments=said.environments,
        clusters=said.allowed_clusters,
        role_arns=said.allowed_role_arns,
        images=_repositories(said.allowed_images),
        task_roles=said.allowed_task_roles,
        execution_roles=said.allowed_execution_roles,
        infrastructure_roles=said.allowed_infrastructure_roles,
        secrets_below=said.secrets_below,
        file_systems=said.allowed_file_systems,
        privileged=said.privileged,
        host_mounts=said.host_mounts,
        host_namespaces=said.host_namespaces,
    )


def _repositories(said: tuple[str, ...] | None) -> tuple[Repository, ...] | None:
    return None if said is None else tuple(found for each in said if (found := below(each)) is not None)
