"""Targets: registered, deregistered, and their health told."""

from collections.abc import Iterable

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.elbv2.health import UNREGISTERED, Examiner, Health
from sandbox.world.elbv2.records import Target, TargetGroup
from sandbox.world.elbv2.registry import Registry


class Targets:
    """The calls on targets, and the same for the services that register them."""

    def __init__(self, registry: Registry, examiner: Examiner) -> None:
        self._registry = registry
        self._examiner = examiner
        self.operations: dict[str, Handler] = {
            "RegisterTargets": self._register,
            "DeregisterTargets": self._deregister,
            "DescribeTargetHealth": self._describe,
        }

    def register(self, group_arn: str, addresses: Iterable[tuple[str, int]], images: Iterable[str] = ()) -> None:
        """Addresses join a target group; one that stands there already stays as it was."""
        group = self._registry.target_group(group_arn)
        runs = tuple(images)
        for address in addresses:
            present = group.targets.get(address)
            if present is None or present.draining_since is not None:
                group.targets[address] = Target(*address, registered_at=self._registry.now, images=runs)

    def deregister(self, group_arn: str, addresses: Iterable[tuple[str, int]]) -> None:
        """Addresses begin to drain, and leave after the deregistration delay; unknown ones are no error."""
        group = self._registry.target_group(group_arn)
        for address in addresses:
            target = group.targets.get(address)
            if target is not None and target.draining_since is None:
                target.draining_since = self._registry.now
                if group.in_use_since is None:
                    del group.targets[address]

    def present(self, group: TargetGroup) -> list[Target]:
        """The group's targets, without those whose draining is over."""
        now = self._registry.now
        for target in [one for one in group.targets.values() if self._examiner.gone(group, one, now)]:
            del group.targets[target.id, target.port]
        return list(group.targets.values())

    def health(self, group: TargetGroup, target: Target) -> Health:
        return self._examiner.health(group, target, self._registry.now)

    def _register(self, params: Params, _: Caller) -> Answer:
        group = self._registry.target_group(params["TargetGroupArn"])
        self.register(group.arn, _addresses(group, params["Targets"]))
        return {}

    def _deregister(self, params: Params, _: Caller) -> Answer:
        group = self._registry.target_group(params["TargetGroupArn"])
        self.deregister(group.arn, _addresses(group, params["Targets"]))
        return {}

    def _describe(self, params: Params, _: Caller) -> Answer:
        group = self._registry.target_group(params["TargetGroupArn"])
        present = {(one.id, one.port): one for one in self.present(group)}
        asked = list(_addresses(group, params.get("Targets") or [])) or list(present)
        return {"TargetHealthDescriptions": [self._told(group, address, present.get(address)) for address in asked]}

    def _told(self, group: TargetGroup, address: tuple[str, int], target: Target | None) -> Answer:
        health = UNREGISTERED if target is None else self.health(group, target)
        told: Answer = {"Target": {"Id": address[0], "Port": address[1]}, "TargetHealth": health.shape()}
        if target is not None:
            if group.shape["TargetType"] == "ip":
                told["Target"]["AvailabilityZone"] = f"{self._registry.place.region}a"
            port = group.shape["HealthCheckPort"]
            told["HealthCheckPort"] = str(address[1]) if port == "traffic-port" else port
        return told


def _addresses(group: TargetGroup, targets: list[Params]) -> Iterable[tuple[str, int]]:
    for target in targets:
        if not target.get("Id"):
            raise AwsError("ValidationError", "A target must have an ID")
        yield target["Id"], int(target.get("Port") or group.shape["Port"])
