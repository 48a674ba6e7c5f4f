"""What a sweep's own reading amounts to where nothing differs: a report, as if the service had been looked at alone."""

from reconcilers.declared import declared
from reconcilers.explain import chain
from reconcilers.live import Live
from reconcilers.model import Service
from reconcilers.outcome import Health, InSync, Sync
from reconcilers.report import Report
from reconcilers.rollout.health import health
from reconcilers.verdict import Plan


def in_sync(wanted: Service, live: Live) -> Report:
    """``live`` is what the sweep read, and ``glance`` found nothing in it."""
    how = health(live.service) if live.service is not None else Health.MISSING
    plan = Plan((), InSync(), Sync.IN_SYNC, how, chain=chain(wanted, live, InSync()), declared=declared(wanted))
    return Report(wanted.key, plan, InSync(), (), 0.0, live.observed_at, live)
