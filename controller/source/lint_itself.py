"""Two controllers at once: a rollout of Trueup itself that would start the new one before the old one has stopped.

Pure. A container is taken for Trueup when it is told a repository; with a lease table any number may run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from controller.source.located import PartPath
from controller.source.manifests import Spec

_ONE = "Two controllers would act at once"
_STOPS_FIRST = "Write minimumHealthyPercent: 0 and maximumPercent: 100, so that ECS stops it before it starts it."

Refusal = tuple[PartPath, str, str]  # where in the manifest, what is wrong, what to do


def refusals(spec: Spec, definition: Mapping[str, Any]) -> Iterator[Refusal]:
    """Give what of a manifest would let two of it act; nothing for what is not Trueup."""
    if not any(_alone(container) for container in definition.get("containerDefinitions") or ()):
        return
    if spec.rollout.code_deploy is not None:
        remedy = "Roll it by ECS: rollout.ecs with strategy: ROLLING."
        yield ("spec", "rollout", "codeDeploy"), f"{_ONE} while CodeDeploy shifts from blue to green", remedy
    elif not _stops_first((spec.rollout.ecs.model_extra or {}) if spec.rollout.ecs else {}):
        yield ("spec", "rollout", "ecs"), f"{_ONE} while ECS replaces it", _STOPS_FIRST
    count = spec.service_definition.get("desiredCount")
    if isinstance(count, int) and count > 1:
        yield ("spec", "serviceDefinition", "desiredCount"), f"{_ONE}: {count} are wanted", "Write 1."


def _alone(container: Mapping[str, Any]) -> bool:
    told = {each.get("name") for kind in ("environment", "secrets") for each in container.get(kind) or ()}
    return "TRUEUP_REPOSITORY" in told and "TRUEUP_LEASE_TABLE" not in told


def _stops_first(configuration: Mapping[str, Any]) -> bool:
    return configuration.get("minimumHealthyPercent") == 0 and configuration.get("maximumPercent") == 100
