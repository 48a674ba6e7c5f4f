"""The listeners of one deployment: which target group gets how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.codedeploy import on_behalf
from sandbox.world.codedeploy.records import Deployment

if TYPE_CHECKING:
    from sandbox.world.elbv2 import Elbv2
    from sandbox.world.world import Place


@dataclass(frozen=True, slots=True)
class Shift:
    """Moves the two listeners of a deployment group between ``blue`` and ``green``, two target-group ARNs.

    ``told`` hears of each listener that was weighed, and how.
    """

    elbv2: Elbv2
    production: str
    test: str | None
    blue: str
    green: str
    told: Callable[[str, Mapping[str, int]], None]

    def to_green(self, percentage: int) -> None:
        """Weigh production. ``AwsError`` where the listener or a target group is gone."""
        self._weigh(self.production, {self.blue: 100 - percentage, self.green: percentage})

    def test_green(self) -> None:
        """Let the test listener, if there is one, show green."""
        if self.test is not None:
            self._weigh(self.test, {self.blue: 0, self.green: 100})

    def restore(self) -> None:
        """Everything back to blue; a listener that is gone cannot be helped any more."""
        for listener in (self.production, self.test):
            if listener is not None and self.elbv2.listener_exists(listener):
                self._weigh(listener, {self.blue: 100, self.green: 0})

    def _weigh(self, listener: str, shares: Mapping[str, int]) -> None:
        self.elbv2.shift(listener, shares)
        self.told(listener, shares)

    def blue_is_behind(self) -> bool:
        """Whether the production listener knows blue at all."""
        return bool(self.elbv2.shares(self.production, {self.blue}))


def shift_of(place: Place, deployment: Deployment) -> Shift:
    """The listeners of a deployment whose blue task set is known.

    ``AwsError`` where something of the pair is missing.
    """
    group, blue, elbv2 = deployment.group, deployment.blue, place.elbv2
    names = [one["name"] for one in group.pair["targetGroups"]]
    arns = [elbv2.group_named(name) for name in names]
    for name, arn in zip(names, arns, strict=True):
        if arn is None:
            raise AwsError("TargetGroupNotFound", f"Target group {name} not found")
    known = [arn for arn in arns if arn is not None]
    now = blue.target_group_arn if blue is not None else None
    if now not in known:
        raise AwsError("TargetGroupNotFound", "The primary task set uses none of the deployment group's target groups")
    other = next(arn for arn in known if arn != now)
    production = group.listener("prodTrafficRoute") or ""
    told = partial(on_behalf.weighed, place, deployment)
    return Shift(elbv2, production, group.listener("testTrafficRoute"), str(now), other, told)


def shares_now(place: Place, deployment: Deployment) -> dict[str, int]:
    """The weights that production gives to the target groups of a deployment's task sets."""
    listener = deployment.group.listener("prodTrafficRoute")
    if listener is None or not place.elbv2.listener_exists(listener):
        return {}
    sets = (deployment.blue, deployment.green)
    return place.elbv2.shares(listener, {one.target_group_arn for one in sets if one and one.target_group_arn})
