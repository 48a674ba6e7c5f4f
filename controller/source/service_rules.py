"""What a manifest says in AWS's words about the service itself, against AWS's own model of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from controller.source import misfits, name_rules
from controller.source.located import Located, PartPath
from controller.source.problem import Problem
from controller.source.spelling import nearest
from reconcilers.aws import shapes

SERVICE: PartPath = ("spec", "serviceDefinition")
_ECS: PartPath = ("spec", "rollout", "ecs")
_ELSEWHERE = {
    "cluster": "Name it in spec.cluster.",
    "service": "Name it in spec.service.",
    "taskDefinition": "Name a chart in spec.chart or a file in spec.taskDefinition; a rollout ships it.",
    "forceNewDeployment": "Delete it: it is an order, not a state. Say trueup sync.",
    "deploymentController": "Delete it: spec.rollout says by which controller the service is deployed.",
}


def problems(document: Located, own_fields: frozenset[str]) -> Iterator[Problem]:
    """Check `serviceDefinition`, and what `rollout.ecs` says beside its `own_fields`."""
    service = _mapping(document.data, SERVICE)
    for name in service.keys() & _ELSEWHERE.keys():
        message = f"{name} does not belong into serviceDefinition"
        yield document.problem((*SERVICE, name), message, _ELSEWHERE[name], at_key=True)
    declared = {name: value for name, value in service.items() if name not in _ELSEWHERE}
    for misfit in shapes.service_definition(declared):
        yield misfits.problem(document, misfit, SERVICE)
    for at in (SERVICE, _ECS):
        for refusal in name_rules.of_fields(_mapping(document.data, at), at):
            yield document.problem(*refusal)
    yield from _rolling(document, own_fields)


def _rolling(document: Located, own_fields: frozenset[str]) -> Iterator[Problem]:
    ecs = _mapping(document.data, _ECS)
    configuration = {name: value for name, value in ecs.items() if name not in own_fields}
    for misfit in shapes.deployment_configuration(configuration):
        if len(misfit.at) == 1 and (own := nearest(str(misfit.at[0]), own_fields)):
            path = (*_ECS, *misfit.at)
            message = f"There is no field {misfit.at[0]} in spec.rollout.ecs, and AWS knows none"
            meant = " or ".join(dict.fromkeys(filter(None, (own, misfit.nearest))))
            yield document.problem(path, message, f"Did you mean {meant}?", at_key=True)
        else:
            yield misfits.problem(document, misfit, _ECS)
    if configuration and "deploymentConfiguration" in _mapping(document.data, SERVICE):
        message = "The deployment configuration is given in rollout.ecs too"
        yield document.problem((*SERVICE, "deploymentConfiguration"), message, "Keep it in rollout.ecs.", at_key=True)


def _mapping(data: Any, path: PartPath) -> Mapping[str, Any]:
    for step in path:
        data = data.get(step) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}
