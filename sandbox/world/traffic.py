"""The world's visitors: requests on production listeners, errors from bad images, and the metrics that tell of both.

Nobody is simulated one by one. At the end of every minute each production listener's requests are divided by the
weights that stand there, each target group's share fails as its images fail, and the sums become the load balancer's
metrics. What nobody watches is not even computed.

Where the world has a ``counting`` (a real proxy in front of real tasks), the numbers are what it counted instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sandbox.world.elbv2.forwarding import weights
from sandbox.world.elbv2.records import Listener, LoadBalancer, group_dimension
from sandbox.world.visits import HOSTS, Answers, Came, Report

if TYPE_CHECKING:
    from sandbox.world.world import Place


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What an image does: whether its container stays up, passes health checks.

    And which share of requests it fails.
    """

    starts: bool = True
    healthy: bool = True
    error_rate: float = 0.0


GOOD = Behaviour()
# What a tag says of its image, where nobody has said anything else.
BY_TAG = {"crash": Behaviour(starts=False, healthy=False), "bad": Behaviour(error_rate=0.6)}


DEFAULT_RATE = 20.0
# The metrics that have values while nobody errs.
WITHOUT_ERRORS = (
    *HOSTS,
    "RequestCount",
    "HTTPCode_Target_2XX_Count",
    "HTTPCode_ELB_5XX_Count",
    "HTTPCode_ELB_503_Count",
)
Routes = tuple[Set[str], Set[str]]
"""The listeners of all deployment groups: those of production, and those that only test."""


class Traffic:
    """``behave`` says what images do, ``request_rate`` how many requests a listener gets.

    A listener is production unless a deployment group tests with it, or another listener of its load balancer has a
    lower port. Every action that forwards, of a rule or by default, gets ``DEFAULT_RATE`` requests a second.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._rates: dict[str, float] = {}
        self._patterns: list[tuple[str, Behaviour]] = []
        # What a task of these images does as a whole, found out once.
        self._known: dict[tuple[str, ...], Behaviour] = {}

    def behave(self, pattern: str, behaviour: Behaviour) -> None:
        """Images that match ``pattern`` (as in a shell: ``*:3.*``) behave so from now on; the last word counts."""
        self._patterns.insert(0, (pattern, behaviour))
        self._known.clear()
        self._place.logs.traffic_changed()

    def behaviour(self, image: str) -> Behaviour:
        """The last word that matches, or what the tag says: with ``crash`` in it it does not start.

        With ``bad`` it errs.
        """
        told = next((one for pattern, one in self._patterns if fnmatchcase(image, pattern)), None)
        if told is not None:
            return told
        return next((one for word, one in BY_TAG.items() if word in tag_of(image)), GOOD)

    def starts(self, image: str) -> bool:
        """Whether a container of this image stays up."""
        return self.behaviour(image).starts

    def healthy(self, images: Sequence[str]) -> bool:
        """Whether a task of these images passes its load balancer's health checks."""
        return self._together(images).healthy

    def error_rate(self, images: Sequence[str]) -> float:
        """The share of requests that a task of these images fails: its worst image's."""
        return self._together(images).error_rate

    def _together(self, images: Sequence[str]) -> Behaviour:
        key = tuple(images)
        if key not in self._known:
            all_of_them = [self.behaviour(image) for image in images]
            self._known[key] = Behaviour(
                starts=all(one.starts for one in all_of_them),
                healthy=all(one.healthy for one in all_of_them),
                error_rate=max((one.error_rate for one in all_of_them), default=0.0),
            )
        return self._known[key]

    def request_rate(self, listener_arn: str, per_second: float) -> None:
        """From now on so many requests a second come to each forwarding action of a listener; 0 is none at all."""
        self._rates[listener_arn] = per_second

    def reaches(self, group_arn: str) -> bool:
        """Whether a production listener sends some of its requests to a target group."""
        routes = self._place.codedeploy.store.routes()
        return any(
            shares.get(group_arn, 0) > 0
            for _, own in self._balanced()
            for listener in _busy(own, routes, self._rates)
            if self._rates.get(listener.arn, DEFAULT_RATE) > 0
            for shares in self._routes(listener)
        )

    def visited(self) -> dict[str, float | None]:
        """The listeners of application load balancers that get requests; ``None`` where nobody has said how many."""
        listeners: dict[str, float | None] = {}
        routes = self._place.codedeploy.store.routes()
        for balancer, own in self._balanced():
            if balancer.kind == "application":
                listeners |= {one.arn: self._rates.get(one.arn) for one in _busy(own, routes, self._rates)}
        return listeners

    def measure(self, minute: int) -> None:
        """Report what came to the watched load balancers in the minute that has just ended."""
        metrics, counting = self._place.cloudwatch.metrics, self._place.world.counting
        if counting is None and self._uneventful():
            return
        counts = counting.counted(metrics.begin(minute), metrics.begin(minute + 1)) if counting else None
        routes = self._place.codedeploy.store.routes()
        for balancer, own in self._balanced():
            if balancer.kind != "application" or not self._wanted(balancer, own):
                continue
            came = self._modelled(_busy(own, routes, self._rates)) if counts is None else self._counted(own, counts)
            report = Report(self._place, balancer, minute)
            for group, answers in came.groups.items():
                report.answers(group, answers)
            report.whole(list(came.groups.values()), came.unanswered)

    def _uneventful(self) -> bool:
        """Whether nothing that is kept could have been counted: only errors are watched, and no task makes any."""
        if any(self._place.cloudwatch.may_keep(name) for name in WITHOUT_ERRORS):
            return False
        groups = self._place.elbv2.registry.target_groups.values()
        return not any(self.error_rate(target.images) for group in groups for target in group.targets.values())

    def _balanced(self) -> Iterator[tuple[LoadBalancer, list[Listener]]]:
        """Every load balancer that listens, with its listeners."""
        registry = self._place.elbv2.registry
        listeners: dict[str, list[Listener]] = {}
        for listener in registry.listeners.values():
            listeners.setdefault(listener.load_balancer_arn, []).append(listener)
        return ((registry.load_balancers[arn], own) for arn, own in listeners.items())

    def _wanted(self, balancer: LoadBalancer, listeners: Sequence[Listener]) -> bool:
        if self._place.cloudwatch.wants({balancer.dimension}):
            return True
        routes = (shares for listener in listeners for shares in self._routes(listener))
        return self._place.cloudwatch.wants({group_dimension(arn) for shares in routes for arn in shares})

    def _routes(self, listener: Listener) -> Iterator[Mapping[str, int]]:
        """The weights of every action that forwards."""
        rules = self._place.elbv2.registry.rules_of(listener.arn)
        return (
            shares for actions in (listener.actions, *(one.actions for one in rules)) if (shares := weights(actions))
        )

    def _modelled(self, listeners: Sequence[Listener]) -> Came:
        """What the weights and the images make of so many requests."""
        came = Came()
        for listener in listeners:
            rate = self._rates.get(listener.arn, DEFAULT_RATE)
            for shares in self._routes(listener):
                for group, requests in _divided(round(rate * 60), shares).items():
                    came.add(group, self._answers(group, requests))
        return came

    def _counted(self, listeners: Sequence[Listener], counts: Mapping[str, Answers]) -> Came:
        """What a proxy counted of these listeners and of the target groups behind them."""
        came = Came()
        groups = [group for listener in listeners for shares in self._routes(listener) for group in shares]
        for arn in dict.fromkeys([*groups, *(one.arn for one in listeners)]):
            came.add(arn, counts.get(arn, Answers(0, 0)))
        return came

    def _answers(self, group_arn: str, requests: int) -> Answers:
        """Where nobody is there, the load balancer itself answers 503."""
        elbv2 = self._place.elbv2
        group = elbv2.registry.target_groups.get(group_arn)
        serving = elbv2.serving(group) if group is not None else []
        if not serving:
            return Answers(0, 0, unanswered=requests)
        share = sum(self.error_rate(target.images) for target in serving) / len(serving)
        return Answers(requests, round(requests * share))


def _busy(listeners: Sequence[Listener], routes: Routes, rates: Mapping[str, float]) -> list[Listener]:
    """The listeners of one load balancer that get requests."""
    production, test = routes
    busy = [one for one in listeners if one.arn in production or one.arn in rates]
    untested = [one for one in listeners if one.arn not in test]
    return busy or sorted(untested, key=lambda one: one.port)[:1]


def tag_of(image: str) -> str:
    """The tag of an image reference; neither a registry's port nor a digest is one."""
    _, colon, tag = image.partition("@")[0].rpartition(":")
    return tag if colon and "/" not in tag else ""


def _divided(requests: int, shares: Mapping[str, int]) -> dict[str, int]:
    """Requests by weight; target groups without weight get none."""
    whole = sum(shares.values())
    return {group: round(requests * weight / whole) for group, weight in shares.items() if weight > 0}
