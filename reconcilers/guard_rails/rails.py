"""What an operator allows, per environment. Frozen data; who may write the Git repository has no hand in it."""

from dataclasses import dataclass

from reconcilers.guard_rails.globs import any_matches
from reconcilers.image_reference import Repository


@dataclass(frozen=True, slots=True)
class Rails:
    """What is allowed in the environments that one of ``environments`` (globs) matches.

    A tuple that is ``None`` allows everything, an empty one nothing. Clusters, roles and file systems are globs over
    the whole name, images whole steps of a path. ``secrets_below``: what ends in ``/`` or ``:`` is the beginning of an
    ARN or of a parameter's name, everything else is one secret. ``role_arns``: what a manifest may assume,
    ``infrastructure_roles`` what it may pass to ECS itself.
    """

    environments: tuple[str, ...]
    clusters: tuple[str, ...] | None = None
    role_arns: tuple[str, ...] | None = None
    images: tuple[Repository, ...] | None = None
    task_roles: tuple[str, ...] | None = None
    execution_roles: tuple[str, ...] | None = None
    infrastructure_roles: tuple[str, ...] | None = None
    secrets_below: tuple[str, ...] | None = None
    file_systems: tuple[str, ...] | None = None
    privileged: bool = False
    host_mounts: bool = False
    host_namespaces: bool = False


@dataclass(frozen=True, slots=True)
class GuardRails:
    """All that is allowed. Every entry that matches an environment must be kept; one that none matches may nothing."""

    entries: tuple[Rails, ...]

    def of(self, environment: str) -> tuple[Rails, ...]:
        """The rails of an environment."""
        return tuple(each for each in self.entries if any_matches(each.environments, environment))
