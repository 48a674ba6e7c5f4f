"""What came of the requests of a minute, and the load balancer's metrics that are made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sandbox.world.cloudwatch.metrics import MetricKey
from sandbox.world.elbv2.records import LoadBalancer, group_dimension

if TYPE_CHECKING:
    from sandbox.world.world import Place

NAMESPACE = "AWS/ApplicationELB"
HOSTS = ("HealthyHostCount", "UnHealthyHostCount")


@dataclass(frozen=True, slots=True)
class Answers:
    """What became of the requests to a target group: those its targets answered, and how many of these with a 5xx.

    ``unanswered``: those that the load balancer itself had to answer, because nobody else did.
    """

    requests: int
    errors: int
    unanswered: int = 0

    def __add__(self, other: Answers) -> Answers:
        return Answers(self.requests + other.requests, self.errors + other.errors, self.unanswered + other.unanswered)


class Counting(Protocol):
    """Somebody who sees every request, and counts."""

    def counted(self, begin: float, end: float) -> Mapping[str, Answers] | None:
        """What was counted between two moments (seconds since the epoch) that follow each other without a gap.

        By the ARN of the target group, or of the listener where a request came to none. ``None``: not counting.
        """


@dataclass(slots=True)
class Came:
    """What came to one load balancer: by the ARNs of its target groups, and what none of them answered."""

    groups: dict[str, Answers] = field(default_factory=dict)
    unanswered: int = 0

    def add(self, arn: str, answers: Answers) -> None:
        self.unanswered += answers.unanswered
        if ":targetgroup/" in arn:
            self.groups[arn] = self.groups.get(arn, Answers(0, 0)) + answers


class Report:
    """Writes one load balancer's metrics of one minute."""

    def __init__(self, place: Place, balancer: LoadBalancer, minute: int) -> None:
        self._place = place
        self._balancer = ("LoadBalancer", balancer.dimension)
        self._minute = minute

    def answers(self, group_arn: str, answers: Answers) -> None:
        """A target group's metrics: with its load balancer, and for the counts of hosts nothing else."""
        elbv2 = self._place.elbv2
        group = group_dimension(group_arn)
        self._count("RequestCount", answers.requests, group)
        self._count("HTTPCode_Target_5XX_Count", answers.errors, group)
        self._count("HTTPCode_Target_2XX_Count", answers.requests - answers.errors, group)
        counted = any(self._place.cloudwatch.may_keep(name) for name in HOSTS)
        hosts = [self._key(name, group) for name in HOSTS] if counted else []
        known = elbv2.registry.target_groups.get(group_arn)
        if known and known.targets and any(self._place.cloudwatch.keeps(key) for key in hosts):
            counts = elbv2.health_counts(known)
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
        if value > 0 and self._place.cloudwatch.may_keep(name):
            self._place.cloudwatch.emit(self._key(name, group), self._minute, float(value), float(value))

    def _key(self, name: str, group: str | None) -> MetricKey:
        balancer = self._balancer
        return NAMESPACE, name, (balancer,) if group is None else (balancer, ("TargetGroup", group))
