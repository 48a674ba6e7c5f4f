"""The cheap look at all services of a cluster: DescribeServices by tens, and nothing else where nothing changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconcilers.aws.ecs import DESCRIBE_SERVICES_LIMIT, DescribedServices
from reconcilers.aws.gateways import Gateways
from reconcilers.live import Live
from reconcilers.live_service import LiveService, RegisteredRevision
from reconcilers.model import Cluster, Service, ServiceKey
from reconcilers.outcome import UNANSWERED, Retry, Stalled
from reconcilers.plan import glance

SILENT = 2
Glance = Callable[[Service, LiveService | None, RegisteredRevision | None], bool]


@dataclass(frozen=True, slots=True)
class SweepResult:
    """Every service is in exactly one of ``in_sync``, ``differing`` and ``errors``.

    ``live`` is what was read, by key. A service in ``errors`` was not read and has no entry there: whoever keeps the
    last answer goes on with that.
    """

    in_sync: frozenset[ServiceKey]
    differing: frozenset[ServiceKey]
    live: Mapping[ServiceKey, Live]
    errors: Mapping[ServiceKey, Retry | Stalled]


class Sweeper:
    """``gateways_for`` gives a scope's gateways, ``clock`` seconds since the epoch.

    ``glance`` answers whether there is anything to look at: ``False`` is in sync.
    """

    def __init__(
        self, gateways_for: Callable[..., Gateways], clock: Callable[[], float], glance: Glance = glance
    ) -> None:
        self._gateways_for = gateways_for
        self._clock = clock
        self._glance = glance

    def sweep(self, cluster: Cluster, wanted: tuple[Service, ...]) -> SweepResult:
        """One pass over ``wanted``, all of them of ``cluster``. Never raises for what AWS says.

        Exactly one DescribeServices for each ten names, and a DescribeTaskDefinition for each ARN never seen; fewer
        where AWS does not answer.
        """
        reading = _Reading(self._gateways_for(cluster.scope), cluster.name, self._clock())
        for start in range(0, len(wanted), DESCRIBE_SERVICES_LIMIT):
            reading.batch(wanted[start : start + DESCRIBE_SERVICES_LIMIT])
        differing = frozenset(
            service.key
            for service in wanted
            if (live := reading.live.get(service.key)) is not None and self._glance(service, live.service, live.running)
        )
        return SweepResult(frozenset(reading.live) - differing, differing, reading.live, reading.errors)


class _Reading:
    """One pass: what was read, and what could not be."""

    def __init__(self, gateways: Gateways, cluster: str, now: float) -> None:
        self._ecs = gateways.ecs
        self._cluster = cluster
        self._now = now
        self._throttled: Retry | None = None
        self._silence: list[Retry] = []
        self.live: dict[ServiceKey, Live] = {}
        self.errors: dict[ServiceKey, Retry | Stalled] = {}

    def batch(self, wanted: tuple[Service, ...]) -> None:
        try:
            described = self._described(tuple(dict.fromkeys(each.name for each in wanted)))
        except (Retry, Stalled) as error:
            self.errors |= {each.key: error for each in wanted}
            return
        for each in wanted:
            try:
                self.live[each.key] = self._live(described.found.get(each.name))
            except (Retry, Stalled) as error:
                self.errors[each.key] = error

    def _described(self, names: tuple[str, ...]) -> DescribedServices:
        """A worker waits for a minute for what does not answer. Twice is enough to know: the rest is not asked for."""
        if len(self._silence) == SILENT:
            raise self._silence[-1]
        try:
            described = self._ecs.describe_services(self._cluster, names)
        except Retry as retry:
            self._silence = [*self._silence, retry] if retry.reason in UNANSWERED else []
            raise
        self._silence = []
        return described

    def _live(self, service: LiveService | None) -> Live:
        if service is None or not service.task_definition_arn:
            return Live(self._now, service)
        return Live(self._now, service, self._running(service.task_definition_arn))

    def _running(self, arn: str) -> RegisteredRevision | None:
        """A first sweep of many services asks for many definitions. Once AWS throttles, the rest waits for the next."""
        if self._throttled is not None and not self._ecs.remembers(arn):
            raise self._throttled
        try:
            return self._ecs.task_definition(arn)
        except Retry as retry:
            if retry.reason in ("Throttled", "Paced"):
                self._throttled = retry
            raise
