"""What a manifest's fields have to do with each other. Takes data of any shape, so that every problem comes at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from controller.source.located import PartPath
from reconcilers.pointer import Pointer

Refusal = tuple[PartPath, str, str]  # where, what is wrong, what to do


def refusals(manifest: Mapping[str, Any]) -> Iterator[Refusal]:
    """Give what is wrong with a manifest beyond the single fields."""
    spec = manifest.get("spec")
    if not isinstance(spec, Mapping):
        return
    yield from _exactly_one(spec, ("chart", "taskDefinition"), ("spec",))
    rollout = spec.get("rollout")
    if isinstance(rollout, Mapping):
        yield from _exactly_one(rollout, ("codeDeploy", "ecs"), ("spec", "rollout"))
    if "values" in spec and "chart" not in spec:
        yield ("spec", "values"), "Values without a chart have nowhere to go", "Name a chart, or delete values."
    yield from _account(spec)
    yield from _ignored(spec.get("ignore"))


def _exactly_one(part: Mapping[str, Any], names: tuple[str, str], path: PartPath) -> Iterator[Refusal]:
    given = [name for name in names if part.get(name) is not None]
    if len(given) == 2:
        yield (*path, given[1]), f"{names[0]} and {names[1]} are given both", "Keep one of them."
    if not given:
        yield path, f"Neither {names[0]} nor {names[1]} is given", "Give one of them."


def _account(spec: Mapping[str, Any]) -> Iterator[Refusal]:
    _, _, _, region, account, _ = _arn(spec.get("cluster"))
    _, _, _, _, role_account, _ = _arn(spec.get("roleArn"))
    if not region and spec.get("region") is None:
        yield ("spec", "region"), "spec.region is missing", "Add region: the AWS region, such as eu-west-1."
    if region and spec.get("region") not in (None, region):
        yield ("spec", "region"), f"The cluster's ARN says {region}", "Write the same region, or leave region out."
    if account and role_account and account != role_account:
        yield ("spec", "roleArn"), f"The role is of another account than the cluster, {account}", "Name a role there."
    if spec.get("externalId") is not None and spec.get("roleArn") is None:
        yield ("spec", "externalId"), "An external ID without a role has no use", "Add roleArn, or delete externalId."


def _arn(text: Any) -> tuple[str, ...]:
    parts = text.split(":", 5) if isinstance(text, str) and text.startswith("arn:") else []
    return tuple(parts) if len(parts) == 6 else ("",) * 6


def _ignored(pointers: Any) -> Iterator[Refusal]:
    for index, text in enumerate(pointers if isinstance(pointers, list | tuple) else ()):
        try:
            Pointer.parse(str(text))
        except ValueError as error:
            message, _, remedy = str(error).partition(": ")
            yield ("spec", "ignore", index), message, f"{remedy[:1].upper()}{remedy[1:]}."
