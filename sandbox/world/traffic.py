"""The world's visitors: requests on production listeners, errors from bad images, and the metrics that tell of both.

Nobody is simulated one by one. At the end of every minute each production listener's requests are divided by the
weights that stand there, each target group's share fails as its images fail, and the sums become the load balancer's
metrics. What nobody watches is not even computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sandbox.world.cloudwatch.metrics import MetricKey
from sandbox.world.elbv2.forwarding import weights
from sandbox.world.elbv2.records import Listener, LoadBalancer, group_dimension

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


NAMESPACE = "AWS/ApplicationELB"
DEFAULT_RATE = 20.0


@dataclass(frozen=True, slots=True)
class Answers:
    """What became of the requests that a target group got in a minute."""

    requests: int
    errors: int


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

    def behaviour(self, image: str) -> Behaviour:
        """The last word that matches, or what the tag says: with ``crash`` in it it does not start.

        With ``bad`` it errs.
        """
        told = next((one for pattern, one in self._patterns if fnmatchcase(image, pattern)), None)
        if told is not None:
            return told
        return next((one for word, one in BY_TAG.items() if word in _tag(image)), GOOD)

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

    def measure(self, minute: int) -> None:
        """Report what came to the watched load balancers in the minute that has just ended."""
        registry = self._place.elbv2.registry
        listeners: dict[str, list[Listener]] = {}
        for listener in registry.listeners.values():
            listeners.setdefault(listener.load_balancer_arn, []).append(listener)
        production, test = self._place.codedeploy.store.routes()
        for arn, own in listeners.items():
            balancer = registry.load_balancers[arn]
            if balancer.kind != "application" or not self._wanted(balancer, own):
                continue
            busy = [one for one in own if one.arn in production or one.arn in self._rates]
            if not busy:
                untested = [one for one in own if one.arn not in test]
                busy = sorted(untested, key=lambda one: one.port)[:1]
            self._report(balancer, busy, minute)

    def _wanted(self, balancer: LoadBalancer, listeners: Sequence[Listener]) -> bool:
        values = {balancer.dimension}
        for listener in listeners:
            for shares in self._routes(listener):
                values.update(group_dimension(arn) for arn in shares)
        return self._place.cloudwatch.wants(values)

    def _routes(self, listener: Listener) -> Iterator[Mapping[str, int]]:
        """The weights of every action that forwards."""
        rules = self._place.elbv2.registry.rules_of(listener.arn)
        return (
            shares for actions in (listener.actions, *(one.actions for one in rules)) if (shares := weights(actions))
        )

    def _report(self, balancer: LoadBalancer, listeners: Sequence[Listener], minute: int) -> None:
        total: dict[str, Answers] = {}
        unanswered = 0
        for listener in listeners:
            rate = self._rates.get(listener.arn, DEFAULT_RATE)
            for shares in self._routes(listener):
                for group, requests in _divided(round(rate * 60), shares).items():
                    answers = self._answers(group, requests)
                    if answers is None:
                        unanswered += requests
                    else:
                        before = total.get(group, Answers(0, 0))
                        total[group] = Answers(before.requests + answers.requests, before.errors + answers.errors)
        report = _Report(self._place, balancer, minute)
        for group, answers in total.items():
            report.answers(group, answers)
        report.whole(list(total.values()), unanswered)

    def _answers(self, group_arn: str, requests: int) -> Answers | None:
        """``None`` when nobody is there: then the load balancer itself answers 503."""
        elbv2 = self._place.elbv2
        group = elbv2.registry.target_groups.get(group_arn)
        serving = elbv2.serving(group) if group is not None else []
        if not serving:
            return None
        share = sum(self.error_rate(target.images) for target in serving) / len(serving)
        return Answers(requests, round(requests * share))


class _Report:
    """Writes one load balancer's metrics of one minute."""

    def __init__(self, place: Place, balancer: LoadBalancer, minute: int) -> None:
        self._place = place
        self._balancer = balancer
        self._minute = minute

    def answers(self, group_arn: str, answers: Answers) -> None:
        """A target group's metrics: with its load balancer, and for the counts of hosts nothing else."""
        elbv2 = self._place.elbv2
        group = group_dimension(group_arn)
        self._count("RequestCount", answers.requests, group)
        self._count("HTTPCode_Target_5XX_Count", answers.errors, group)
        self._count("HTTPCode_Target_2XX_Count", answers.requests - answers.errors, group)
        hosts = [self._key(name, group) for name in ("HealthyHostCount", "UnHealthyHostCount")]
        if any(self._place.cloudwatch.keeps(key) for key in hosts):
            counts = elbv2.health_counts(elbv2.registry.target_groups[group_arn])
            for key, count in zip(hosts, counts, strict=True):
                self._place.cloudwatch.emit(key, self._minute, float(count), 1.0)

    def whole(self, answers: Sequence[Answers], unanswered: int) -> None:
        """The load balancer's own sums."""
        requests, errors = sum(one.requests for one in answers), sum(one.errors for one in answers)
        self._count("RequestCount", requests)
        self._count("HTTPCode_Target_5XX_Count", errors)
        self._count("HTTPCode_Target_2XX_Count", requests - errors)
        self._count("HTTPCode_ELB_5XX_Count", unanswered)
        self._count("HTTPCode_ELB_503_Count", unanswered)

    def _count(self, name: str, value: int, group: str | None = None) -> None:
        """A count of zero is not reported, as with AWS."""
        if value > 0:
            self._place.cloudwatch.emit(self._key(name, group), self._minute, float(value), float(value))

    def _key(self, name: str, group: str | None) -> MetricKey:
        balancer = ("LoadBalancer", self._balancer.dimension)
        return NAMESPACE, name, (balancer,) if group is None else (balancer, ("TargetGroup", group))


def _tag(image: str) -> str:
    """The tag of an image reference; neither a registry's port nor a digest is one."""
    _, colon, tag = image.partition("@")[0].rpartition(":")
    return tag if colon and "/" not in tag else ""


def _divided(requests: int, shares: Mapping[str, int]) -> dict[str, int]:
    """Requests by weight; target groups without weight get none."""
    whole = sum(shares.values())
    return {group: round(requests * weight / whole) for group, weight in shares.items() if weight > 0}
