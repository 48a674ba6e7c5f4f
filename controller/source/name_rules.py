"""Names that AWS has of its own, as AWS writes them: a pattern in one would be a pattern in Trueup's own permissions.

Sources: the ECS API reference (RegisterTaskDefinition), the IAM user guide ("IAM identifiers") and the CloudWatch Logs
API reference (CreateLogGroup).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from controller.source.located import PartPath

Refusal = tuple[PartPath, str, str]  # where, what is wrong, what to do
_FAMILY = re.compile(r"[A-Za-z0-9_-]{1,255}")
_ROLE = re.compile(r"(arn:aws[a-z-]*:iam::[0-9]+:role/)?[A-Za-z0-9_+=,.@/-]+")
_LOGS = {
    "awslogs-group": (re.compile(r"[A-Za-z0-9_./#-]{1,512}"), "Write letters, digits and . _ / # -."),
    "awslogs-region": (re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+"), "Write a region such as eu-west-1."),
}


def of_definition(definition: Mapping[str, Any]) -> Iterator[Refusal]:
    """Check the family, the roles and the places of logs of a task definition, of which every part has its type."""
    family = definition.get("family")
    if family and not _FAMILY.fullmatch(family):
        yield ("family",), f"{family} is no name of a family", "Write at most 255 letters, digits, _ and -."
    for field in ("taskRoleArn", "executionRoleArn"):
        yield from _role((field,), definition.get(field))
    for index, container in enumerate(definition.get("containerDefinitions") or ()):
        log = container.get("logConfiguration") or {}
        for option, (pattern, remedy) in _LOGS.items() if log.get("logDriver") == "awslogs" else ():
            value = (log.get("options") or {}).get(option)
            if value and not pattern.fullmatch(str(value)):
                path = ("containerDefinitions", index, "logConfiguration", "options", option)
                yield path, f"{option} cannot be {value}", remedy


def of_fields(fields: Any, at: PartPath) -> Iterator[Refusal]:
    """Check the roles that a service's fields pass to ECS, wherever they stand in them."""
    if isinstance(fields, Mapping):
        for name, value in fields.items():
            yield from _role((*at, name), value) if name == "roleArn" else of_fields(value, (*at, name))
    elif isinstance(fields, list | tuple):
        for index, each in enumerate(fields):
            yield from of_fields(each, (*at, index))


def _role(at: PartPath, value: Any) -> Iterator[Refusal]:
    if isinstance(value, str) and value and not _ROLE.fullmatch(value):
        yield at, f"{value} is no role's name or ARN", "Write arn:aws:iam::123456789012:role/name, of one role."
