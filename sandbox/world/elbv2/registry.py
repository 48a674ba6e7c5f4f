"""Every load balancer, listener, rule and target group of a place, and how one is found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from sandbox.errors import AwsError
from sandbox.world.calls import Answer
from sandbox.world.elbv2.forwarding import weights
from sandbox.world.elbv2.records import Listener, LoadBalancer, Rule, TargetGroup

if TYPE_CHECKING:
    from sandbox.world.world import Place

Record = TypeVar("Record", LoadBalancer, Listener, Rule, TargetGroup)


class Registry:
    """What there is. The finders raise AWS's own "not found"."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.load_balancers: dict[str, LoadBalancer] = {}
        self.listeners: dict[str, Listener] = {}
        self.rules: dict[str, Rule] = {}
        self.target_groups: dict[str, TargetGroup] = {}
        self.groups_by_name: dict[str, TargetGroup] = {}
        self.tags: dict[str, dict[str, str]] = {}
        # By target group: the listeners and rules that forward to it, in order.
        self.forwarders: dict[str, dict[str, None]] = {}

    @property
    def now(self) -> float:
        return self.place.timeline.now

    def new_id(self) -> str:
        """Sixteen hex digits, as they stand at the end of an ARN."""
        return f"{self.place.world.random.getrandbits(64):016x}"

    def arn(self, resource: str) -> str:
        return self.place.arn("elasticloadbalancing", resource)

    def load_balancer(self, arn: str) -> LoadBalancer:
        return _found(self.load_balancers, arn, "LoadBalancerNotFound", "Load balancer")

    def listener(self, arn: str) -> Listener:
        return _found(self.listeners, arn, "ListenerNotFound", "One or more listeners")

    def rule(self, arn: str) -> Rule:
        return _found(self.rules, arn, "RuleNotFound", "One or more rules")

    def target_group(self, arn: str) -> TargetGroup:
        return _found(self.target_groups, arn, "TargetGroupNotFound", "One or more target groups")

    def group_exists(self, arn: str) -> bool:
        return arn in self.target_groups

    def listeners_of(self, load_balancer_arn: str) -> list[Listener]:
        return [one for one in self.listeners.values() if one.load_balancer_arn == load_balancer_arn]

    def rules_of(self, listener_arn: str) -> list[Rule]:
        rules = [rule for rule in self.rules.values() if rule.listener_arn == listener_arn]
        return sorted(rules, key=lambda rule: rule.priority)

    def load_balancer_of(self, owner_arn: str) -> str:
        """The load balancer of a listener or a rule."""
        listener = self.listeners.get(owner_arn) or self.listeners[self.rules[owner_arn].listener_arn]
        return listener.load_balancer_arn

    def users(self, group_arn: str) -> list[str]:
        """The load balancers that forward to a target group, each once."""
        return list(dict.fromkeys(self.load_balancer_of(owner) for owner in self.forwarders.get(group_arn, ())))

    def note_use(self, owner_arn: str, before: Iterable[Answer], after: Iterable[Answer]) -> None:
        """After a change of a listener's or rule's actions: a target group in use is health-checked from then on."""
        for arn in weights(before):
            self.forwarders.get(arn, {}).pop(owner_arn, None)
        for arn in weights(after):
            self.forwarders.setdefault(arn, {})[owner_arn] = None
        for arn in (*weights(before), *weights(after)):
            group = self.target_groups.get(arn)
            if group is None:
                continue
            if not self.forwarders.get(arn):
                group.in_use_since = None
            elif group.in_use_since is None:
                group.in_use_since = self.now
        self.place.logs.traffic_changed({*weights(before), *weights(after)})

    def drop_listener(self, listener: Listener) -> None:
        """Forget a listener and its rules."""
        for rule in self.rules_of(listener.arn):
            self.drop_rule(rule)
        self.note_use(listener.arn, listener.actions, [])
        del self.listeners[listener.arn]
        self.tags.pop(listener.arn, None)

    def drop_rule(self, rule: Rule) -> None:
        self.note_use(rule.arn, rule.actions, [])
        del self.rules[rule.arn]
        self.tags.pop(rule.arn, None)


def _found(records: dict[str, Record], arn: str, code: str, what: str) -> Record:
    try:
        return records[arn]
    except KeyError:
        raise AwsError(
            code, f"{what} '{arn}' not found" if code == "LoadBalancerNotFound" else f"{what} not found"
        ) from None
