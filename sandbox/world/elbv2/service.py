"""Elastic Load Balancing as the other services and the callers meet it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sandbox.world.calls import Answer, Handler
from sandbox.world.elbv2.forwarding import reweighted, weights
from sandbox.world.elbv2.health import Examiner, checking_seconds
from sandbox.world.elbv2.listeners import Listeners
from sandbox.world.elbv2.load_balancers import LoadBalancers
from sandbox.world.elbv2.records import Target, TargetGroup
from sandbox.world.elbv2.registry import Registry
from sandbox.world.elbv2.rules import Rules
from sandbox.world.elbv2.tags import Tags
from sandbox.world.elbv2.target_groups import TargetGroups
from sandbox.world.elbv2.targets import Targets

if TYPE_CHECKING:
    from sandbox.world.world import Place


class Elbv2:
    """``operations`` answer AWS's calls; the methods are how ECS, CodeDeploy and the traffic act on it."""

    def __init__(self, place: Place) -> None:
        self.registry = Registry(place)
        examiner = Examiner(place.traffic.healthy, place.timeline.speed)
        self._targets = Targets(self.registry, examiner)
        self._listeners = Listeners(self.registry)
        self._rules = Rules(self.registry)
        self.operations: dict[str, Handler] = {
            **LoadBalancers(self.registry).operations,
            **self._listeners.operations,
            **self._rules.operations,
            **TargetGroups(self.registry).operations,
            **self._targets.operations,
            **Tags(self.registry).operations,
        }

    def register_targets(
        self, group_arn: str, addresses: Iterable[tuple[str, int]], images: Sequence[str] = ()
    ) -> None:
        """``(ip, port)`` pairs join a target group. ``images`` are what runs behind them.

        It decides health and errors.
        """
        self._targets.register(group_arn, addresses, images)

    def deregister_targets(self, group_arn: str, addresses: Iterable[tuple[str, int]]) -> None:
        """``(ip, port)`` pairs begin to drain. A target group that is gone has nothing left to drain."""
        if self.target_group_exists(group_arn):
            self._targets.deregister(group_arn, addresses)

    def target_group_exists(self, arn: str) -> bool:
        return self.registry.group_exists(arn)

    def healthy(self, group_arn: str, ip: str) -> bool:
        """Whether ECS may count the address as healthy: its checks pass.

        Or nobody checks as no listener uses the group.
        """
        if not self.target_group_exists(group_arn):
            return False
        states = self.states(group_arn, ip)
        return bool(states) and states <= {"healthy", "unused"}

    def unhealthy(self, group_arn: str, ip: str) -> bool:
        """Whether the load balancer has given the address up, so that ECS replaces its task."""
        return self.target_group_exists(group_arn) and "unhealthy" in self.states(group_arn, ip)

    def states(self, group_arn: str, ip: str) -> set[str]:
        """The states of an address in a target group, one per port; empty when it is not registered."""
        group = self.registry.target_group(group_arn)
        return {self._targets.health(group, one).state for one in self._targets.present(group) if one.id == ip}

    def seconds_to_healthy(self, group_arn: str) -> float:
        """AWS seconds from a registration to ``healthy``: a hint when to look again."""
        return checking_seconds(self.registry.target_group(group_arn), well=True)

    def set_health(self, group_arn: str, ip: str, verdict: bool | None) -> None:
        """Let an address's health checks pass or fail from now on, whatever it runs.

        ``None`` gives it back to its images.
        """
        for target in self._targets.present(self.registry.target_group(group_arn)):
            if target.id == ip:
                target.verdict = verdict

    def targets(self, group: TargetGroup) -> list[Target]:
        """Every target that is there, draining ones included."""
        return self._targets.present(group)

    def serving(self, group: TargetGroup) -> list[Target]:
        """The targets that get the group's requests: the healthy ones, or all of them when none is (AWS: fail open)."""
        alive = [one for one in group.targets.values() if one.draining_since is None]
        return [one for one in alive if self._targets.health(group, one).state == "healthy"] or alive

    def health_counts(self, group: TargetGroup) -> tuple[int, int]:
        """How many targets are healthy and how many are unhealthy."""
        states = [self._targets.health(group, one).state for one in self._targets.present(group)]
        return states.count("healthy"), states.count("unhealthy")

    def group_named(self, name: str) -> str | None:
        """The ARN of the target group with that name."""
        group = self.registry.groups_by_name.get(name)
        return None if group is None else group.arn

    def listener_exists(self, arn: str) -> bool:
        return arn in self.registry.listeners

    def shares(self, listener_arn: str, among: Collection[str]) -> dict[str, int]:
        """A listener's weights by target group: of the first action, default before rules.

        That names one of ``among``.
        """
        listener = self.registry.listener(listener_arn)
        lists = [listener.actions, *(rule.actions for rule in self.registry.rules_of(listener_arn))]
        return next((weights(actions) for actions in lists if touches(actions, among)), {})

    def shift(self, listener_arn: str, shares: Mapping[str, int]) -> None:
        """Weigh target groups against one another wherever the listener forwards to one of them, rules included."""
        listener = self.registry.listener(listener_arn)
        if touches(listener.actions, shares):
            self._listeners.set_actions(listener, reweighted(listener.actions, shares))
        for rule in self.registry.rules_of(listener_arn):
            if touches(rule.actions, shares):
                self._rules.set_actions(rule, reweighted(rule.actions, shares))

    def balancer_kind(self, listener_arn: str) -> str:
        """``application`` or ``network``: only the former can weigh."""
        return self.registry.load_balancer(self.registry.listener(listener_arn).load_balancer_arn).kind


def touches(actions: Iterable[Answer], groups: Collection[str]) -> bool:
    """Whether the actions forward to one of the target groups."""
    return any(arn in groups for arn in weights(actions))
