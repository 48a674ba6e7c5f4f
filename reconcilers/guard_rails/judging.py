"""A service held against the rails of its environment."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconcilers.actions import Action, RegisterTaskDefinition, UpdateService
from reconcilers.guard_rails import host, roles, secrets
from reconcilers.guard_rails.globs import any_matches
from reconcilers.guard_rails.rails import GuardRails, Rails
from reconcilers.image_reference import repository_of
from reconcilers.model import RollingRollout, Service
from reconcilers.outcome import Blocked, BlockedBy, Finding

_NAMED = 5  # of what is allowed, so much is said


def findings(rails: GuardRails | None, wanted: Service, definition: Mapping[str, Any]) -> tuple[Finding, ...]:
    """All that the rails refuse of a service with this task definition, AWS's input; nothing where there are none."""
    return _distinct((*place(rails, wanted), *_in_fields(rails, wanted), *_in_definition(rails, wanted, definition)))


def of_fields(rails: GuardRails | None, wanted: Service) -> tuple[Finding, ...]:
    """All that the rails refuse where only the service's own fields are written."""
    return _distinct((*place(rails, wanted), *_in_fields(rails, wanted)))


def place(rails: GuardRails | None, wanted: Service) -> tuple[Finding, ...]:
    """What the rails refuse of where a service would run. Whoever writes a manifest chooses its environment's name: so
    an environment without rails may nothing, and each may name its clusters.
    """
    if rails is None:
        return ()
    mine = rails.of(wanted.key.environment)
    if not mine:
        remedy = f"Name it in the file of guard rails, or correct metadata.environment in {wanted.source}."
        return (Finding("EnvironmentWithoutRails", f"No guard rails are for {wanted.key.environment}.", remedy),)
    return _distinct(finding for each in mine for finding in _misplaced(each, wanted))


def shut(rails: GuardRails | None, wanted: Service, action: Action, after: float) -> Blocked | None:
    """What an action ends as, that the rails refuse: asked right before the call."""
    match action:
        case RegisterTaskDefinition(definition=definition):
            found = findings(rails, wanted, definition)
        case UpdateService():
            found = of_fields(rails, wanted)
        case _:
            found = place(rails, wanted)
    return Blocked(BlockedBy.GUARD_RAILS, found, after) if found else None


def _misplaced(rails: Rails, wanted: Service) -> Iterator[Finding]:
    named = (wanted.cluster, f"{wanted.scope.region}/{wanted.cluster}")
    if rails.clusters is not None and not any(any_matches(rails.clusters, each) for each in named):
        yield _refused("ClusterNotAllowed", wanted, f"cluster {wanted.cluster}", rails.clusters)
    role = wanted.scope.role_arn
    if rails.role_arns is not None and role is not None and not any_matches(rails.role_arns, role):
        yield _refused("RoleArnNotAllowed", wanted, f"roleArn {role}", rails.role_arns)


def _in_definition(rails: GuardRails | None, wanted: Service, definition: Mapping[str, Any]) -> Iterator[Finding]:
    for each in rails.of(wanted.key.environment) if rails else ():
        yield from _images(each, wanted, definition)
        yield from _roles(each, wanted, definition)
        yield from _secrets(each, wanted, secrets.references(definition))
        yield from _host(each, wanted, definition)


def _in_fields(rails: GuardRails | None, wanted: Service) -> Iterator[Finding]:
    for each in rails.of(wanted.key.environment) if rails else ():
        yield from _secrets(each, wanted, secrets.of_service(wanted.service_definition))
        yield from _infrastructure(each, wanted)


def _images(rails: Rails, wanted: Service, definition: Mapping[str, Any]) -> Iterator[Finding]:
    for container in definition.get("containerDefinitions") or () if rails.images is not None else ():
        reference = str(container.get("image"))
        found = repository_of(reference)
        if found is None or not any(each.holds(found) for each in rails.images or ()):
            what = f"container {container.get('name')}, image {reference}"
            yield _refused("ImageNotAllowed", wanted, what, tuple(map(str, rails.images or ())))


def _roles(rails: Rails, wanted: Service, definition: Mapping[str, Any]) -> Iterator[Finding]:
    fields = (
        ("TaskRoleNotAllowed", "taskRoleArn", rails.task_roles),
        ("ExecutionRoleNotAllowed", "executionRoleArn", rails.execution_roles),
    )
    for code, field, allowed in fields:
        role = definition.get(field)
        if allowed is not None and role and not any_matches(allowed, str(role)):
            yield _refused(code, wanted, f"task definition, {field} {role}", allowed)


def _infrastructure(rails: Rails, wanted: Service) -> Iterator[Finding]:
    if rails.infrastructure_roles is None:
        return
    rolling = wanted.rollout.configuration if isinstance(wanted.rollout, RollingRollout) else {}
    for part, fields in (("serviceDefinition", wanted.service_definition), ("rollout.ecs", rolling)):
        for where, role in roles.passed(fields):
            if not any_matches(rails.infrastructure_roles, role):
                what = f"{part}, {where}: {role}"
                yield _refused("InfrastructureRoleNotAllowed", wanted, what, rails.infrastructure_roles)


def _secrets(rails: Rails, wanted: Service, references: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    if rails.secrets_below is None:
        return
    for where, reference in references:
        if not secrets.lies_below(reference, rails.secrets_below):
            what = f"{where}: {secrets.shown(reference)}"
            yield _refused("SecretNotAllowed", wanted, what, rails.secrets_below)


def _host(rails: Rails, wanted: Service, definition: Mapping[str, Any]) -> Iterator[Finding]:
    asked = (
        ("Privileged", rails.privileged, host.privileges),
        ("HostMount", rails.host_mounts, host.mounts),
        ("HostNamespace", rails.host_namespaces, host.namespaces),
    )
    for code, allowed, seen in asked:
        if not allowed:
            yield from (_refused(code, wanted, f"{where}: {what}", ()) for where, what in seen(definition))
    for where, file_system in host.file_systems(definition) if rails.file_systems is not None else ():
        if not any_matches(rails.file_systems or (), file_system):
            what = f"{where}: file system {file_system}"
            yield _refused("FileSystemNotAllowed", wanted, what, rails.file_systems or ())


def _refused(code: str, wanted: Service, what: str, allowed: tuple[str, ...]) -> Finding:
    more = f" and {len(allowed) - _NAMED} more" if len(allowed) > _NAMED else ""
    those = f"Allowed are {', '.join(allowed[:_NAMED])}{more}. " if allowed else ""
    remedy = f"{those}Correct {wanted.source} or its chart, or ask whoever keeps the guard rails."
    return Finding(code, f"The guard rails of {wanted.key.environment} refuse {what}.", remedy)


def _distinct(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(found))
