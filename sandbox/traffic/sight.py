"""Reading a scene off the world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.traffic.scene import Gate, Member, Pool, Route, Scene
from sandbox.world.elbv2.forwarding import weights
from sandbox.world.elbv2.records import Listener, Target, TargetGroup
from sandbox.world.traffic import tag_of

if TYPE_CHECKING:
    from sandbox.world.ecs.task import Task
    from sandbox.world.world import Place

COLOURS = ("blue", "green")
MOST_TOGETHER = 200.0
"""Requests a second of all visitors together: a proxy and its tasks share the machine with everything else."""


def scene_of(places: Sequence[Place], visits: float) -> Scene:
    """The application load balancers of all places; ``visits``: requests a second to each production listener."""
    gates = [gate for place in places for gate in _gates(place, visits)]
    whole = sum(gate.visits for gate in gates)
    if whole > MOST_TOGETHER:
        gates = [_slower(gate, MOST_TOGETHER / whole) for gate in gates]
    return Scene(tuple(gates), tuple(pool for place in places for pool in _pools(place)))


def pool_id(arn: str) -> str:
    """``targetgroup/NAME/ID`` as one word."""
    return "-".join(arn.rsplit("/", 2)[1:])


def gate_id(arn: str) -> str:
    """The name of the load balancer and the listener's id."""
    parts = arn.split("/")
    return f"{parts[-3]}-{parts[-1]}"


def _slower(gate: Gate, factor: float) -> Gate:
    return replace(gate, visits=gate.visits * factor)


def _gates(place: Place, visits: float) -> Iterator[Gate]:
    registry = place.elbv2.registry
    asked = place.traffic.visited()
    for listener in registry.listeners.values():
        balancer = registry.load_balancers[listener.load_balancer_arn]
        if balancer.kind != "application":
            continue
        rate = asked.get(listener.arn, 0.0)
        yield Gate(
            id=gate_id(listener.arn),
            arn=listener.arn,
            name=f"{balancer.name}:{listener.port}",
            production=listener.arn in asked,
            visits=visits if rate is None else min(rate, visits),
            routes=tuple(_routes(place, listener)),
        )


def _routes(place: Place, listener: Listener) -> Iterator[Route]:
    for rule in place.elbv2.registry.rules_of(listener.arn):
        yield _route(place, rule.actions, tuple(_condition(each) for each in rule.conditions))
    yield _route(place, listener.actions, ())


def _route(
    place: Place, actions: Sequence[Mapping[str, Any]], conditions: tuple[tuple[str, tuple[str, ...]], ...]
) -> Route:
    shares = tuple(
        (pool_id(arn), weight) for arn, weight in weights(actions).items() if place.elbv2.target_group_exists(arn)
    )
    fixed = next((each["FixedResponseConfig"] for each in actions if each.get("Type") == "fixed-response"), None)
    if fixed is None:
        return Route(conditions, shares)
    return Route(conditions, (), int(fixed["StatusCode"]), fixed.get("MessageBody") or "")


def _condition(condition: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    values = list(condition.get("Values") or [])
    for name, config in condition.items():
        if name.endswith("Config"):
            values += [each for each in config.get("Values") or [] if isinstance(each, str)]
    return str(condition.get("Field", "")), tuple(dict.fromkeys(values))


def _pools(place: Place) -> Iterator[Pool]:
    tasks = {task.address: task for task in place.ecs.tasks()}
    for group in place.elbv2.registry.target_groups.values():
        if not group.shape.get("Protocol", "").startswith("HTTP"):
            continue
        serving = {(one.id, one.port) for one in place.elbv2.serving(group)}
        members = [
            _member(place, target, tasks.get(target.id), (target.id, target.port) in serving)
            for target in place.elbv2.targets(group)
        ]
        yield Pool(pool_id(group.arn), group.arn, group.name, _colour(group), tuple(members))


def _member(place: Place, target: Target, task: Task | None, serving: bool) -> Member:
    traffic = place.traffic
    images = _images(target, task)
    return Member(
        key=f"{target.id}:{target.port}",
        serving=serving,
        silent=not traffic.healthy(target.images) or not all(traffic.starts(one) for one in target.images),
        error_rate=traffic.error_rate(target.images),
        service=task.plan.group.removeprefix("service:") if task else "",
        task=task.id if task else "",
        version=", ".join(dict.fromkeys(tag for _, tag in images)),
        images=images,
    )


def _images(target: Target, task: Task | None) -> tuple[tuple[str, str], ...]:
    if task is None:
        return tuple((image, tag_of(image) or image) for image in target.images)
    containers = task.plan.workload.definition.containers
    return tuple((each["name"], tag_of(each["image"]) or each["image"]) for each in containers)


def _colour(group: TargetGroup) -> str:
    return next((colour for colour in COLOURS if colour in group.name.lower()), "")
