"""Leaves of JSON data: every one of them, one replaced, and where a differ has to report it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Steps = tuple[str | int, ...]

RECORDED = Path(__file__).parents[2].parent / "shared" / "real-aws"

# By which field an entry of each list is known. What is not here has no name: its entries are known by their place.
KEYS: dict[str, tuple[str, ...]] = {
    "capacityProviderStrategy": ("capacityProvider",),
    "containerDefinitions": ("name",),
    "dependsOn": ("containerName",),
    "environment": ("name",),
    "extraHosts": ("hostname",),
    "mountPoints": ("containerPath",),
    "portMappings": ("containerPort", "protocol"),
    "secretOptions": ("name",),
    "secrets": ("name",),
    "systemControls": ("namespace",),
    "tags": ("key",),
    "ulimits": ("name",),
    "volumes": ("name",),
    "volumesFrom": ("sourceContainer",),
}
NAMELESS: dict[str, tuple[str, ...]] = {
    "loadBalancers": ("containerName", "containerPort"),
    "placementConstraints": ("type",),
}
SETS = {"links", "requiresCompatibilities", "securityGroups", "subnets", "add", "drop", "alarmNames"}
PAIRS = {"environment", "secretOptions", "secrets", "systemControls", "tags"}


def leaves(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Every scalar with the steps that lead to it."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, (*steps, name))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from leaves(one, (*steps, index))
    else:
        yield steps, value


def replaced(value: Any, steps: Steps, leaf: Any) -> Any:
    """A copy of ``value`` with ``leaf`` at ``steps``."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for step in steps[:-1]:
        inner = inner[step]
    inner[steps[-1]] = leaf
    return copy


def other(leaf: Any) -> Any:
    """Another value of the same type."""
    if isinstance(leaf, bool):
        return not leaf
    return leaf + 1 if isinstance(leaf, int) else f"{leaf}-other"


def expected(root: str, live: Any, steps: Steps) -> tuple[list[str], bool]:
    """The path of a leaf in a change, in unescaped tokens, and whether the leaf is a key: then, of its entry."""
    tokens, inner = [root], live
    for depth, step in enumerate(steps):
        field = str(steps[depth - 1]) if depth else ""
        inner = inner[step]
        if not isinstance(step, int):
            tokens.append(step)
        elif field in KEYS or field in NAMELESS:
            tokens.append("-".join(str(inner[key]) for key in (KEYS | NAMELESS)[field]))
            if steps[depth + 1] in KEYS.get(field, ()):
                return tokens, True
            if field in PAIRS:
                return tokens, False
        else:
            tokens.append(str(inner) if field in SETS else str(step))
    return tokens, False


def pointer(tokens: list[str]) -> str:
    """Tokens as a JSON pointer."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)
