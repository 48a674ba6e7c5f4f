"""The canonical form of a task definition, and the digests that name content.

AWS gives a task definition back in another order and with its own defaults filled in. Two task definitions mean the
same exactly when their canonical forms are equal; a digest is the short name of a canonical form.
"""

from collections.abc import Mapping
from typing import Any

from reconcilers.digest import Digest, digest_of
from reconcilers.shape import Record, fold
from reconcilers.task_definition_shape import BRIDGE, OWN_NETWORK

# What DescribeTaskDefinition adds, and tags: labels for people, which say nothing about what runs.
_NO_CONTENT = frozenset(
    {
        "compatibilities",
        "deleteRequestedAt",
        "deregisteredAt",
        "registeredAt",
        "registeredBy",
        "requiresAttributes",
        "revision",
        "status",
        "tags",
        "taskDefinitionArn",
    }
)


def canonical(task_definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one form of what ``task_definition`` means, in the shape of RegisterTaskDefinition's input.

    Takes that input or DescribeTaskDefinition's ``taskDefinition``. Defaults and empty values are left out, lists
    without an order are sorted, unknown fields stay. The argument is not changed; the form of a form is itself.
    """
    return content(task_definition, shape_of(task_definition))


def shape_of(task_definition: Mapping[str, Any]) -> Record:
    """The shape of a task definition with this network mode, on which the default of a port mapping depends."""
    return OWN_NETWORK if task_definition.get("networkMode") in ("awsvpc", "host") else BRIDGE


def content(task_definition: Mapping[str, Any], shape: Record) -> dict[str, Any]:
    """What ``task_definition`` would mean if it had the network mode of ``shape``."""
    kept = {name: value for name, value in task_definition.items() if name not in _NO_CONTENT}
    folded: dict[str, Any] = fold(shape, kept)
    return folded


def revision_digest(task_definition: Mapping[str, Any]) -> Digest:
    """The digest of a task definition's content, its family included and its tags left out."""
    return digest_of(canonical(task_definition))


def release_digest(revision: Digest, extras: Mapping[str, Any]) -> Digest:
    """The digest of all that one rollout ships: a revision and ``extras`` (hooks, platform version and the like).

    An extra that is ``None`` or empty counts as not given, so a kind of extra that is new does not make new releases.
    """
    given = {name: value for name, value in extras.items() if value or isinstance(value, int | float)}
    return digest_of({"revision": revision, "extras": given})
