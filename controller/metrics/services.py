"""Every service at the moment of a scrape: how it stands, what drifted, what is in its way, how far its rollout is.

A service has some twenty series, and one more for each field that drifted and each alarm that watches its rollout; both
come to an end, since what is beyond ``MOST`` is taken together.
"""

import re
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from controller.loop import words
from controller.loop.attribution import author
from controller.loop.author import name
from controller.loop.status import ServiceStatus
from reconcilers.outcome import Blocked, Held

MOST = 20
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}$")
_SERVICE = ["environment", "service"]


def of_services(services: tuple[ServiceStatus, ...], now: float) -> Iterator[Metric]:
    """Every metric that has a service for its label. ``now`` in seconds since the epoch."""
    yield from _states(services, now)
    yield from _drift(services, now)
    yield _drifted_fields(services, now)
    yield from _obstacles(services)
    yield _obstacle_age(services, now)
    yield from _rollout(services, now)
    yield _alarms(services)


def _states(services: tuple[ServiceStatus, ...], now: float) -> Iterator[Metric]:
    info = GaugeMetricFamily(
        "trueup_service_info",
        "1 for the state a service is in.",
        labels=[*_SERVICE, "sync", "health", "outcome"],
    )
    age = GaugeMetricFamily(
        "trueup_service_failing_age_seconds",
        "For how long AWS has not answered for a service; 0 where it does.",
        labels=_SERVICE,
    )
    for status in services:
        info.add_metric([*_names(status), status.sync, status.health, words.kind(status.outcome)], 1)
        since = now if status.failing_since is None else status.failing_since
        age.add_metric(_names(status), max(0.0, now - since))
    yield info
    yield age


def _drift(services: tuple[ServiceStatus, ...], now: float) -> Iterator[Metric]:
    fields = GaugeMetricFamily(
        "trueup_service_drift_fields",
        "Fields that differ from what Git last shipped.",
        labels=_SERVICE,
    )
    age = GaugeMetricFamily(
        "trueup_service_drift_age_seconds",
        "For how long the oldest drift is there, as AWS tells, or else was seen.",
        labels=_SERVICE,
    )
    for status in services:
        fields.add_metric(_names(status), len(status.drift_since))
        since = min(status.drift_since.values(), default=now)
        age.add_metric(_names(status), max(0.0, now - since))
    yield fields
    yield age


def _obstacles(services: tuple[ServiceStatus, ...]) -> Iterator[Metric]:
    labels = [*_SERVICE, "reason"]
    held = GaugeMetricFamily("trueup_service_held_info", "1 where a release is held, with AWS's code.", labels=labels)
    blocked = GaugeMetricFamily("trueup_service_blocked_info", "1 where something stands in the way.", labels=labels)
    for status in services:
        if isinstance(status.outcome, Held):
            held.add_metric([*_names(status), _bounded(words.reason(status.outcome))], 1)
        elif isinstance(status.outcome, Blocked):
            blocked.add_metric([*_names(status), _bounded(words.reason(status.outcome))], 1)
    yield held
    yield blocked


def _drifted_fields(services: tuple[ServiceStatus, ...], now: float) -> Metric:
    """By field and by who made it, as far as AWS tells; the oldest first, and what is beyond ``MOST`` as one."""
    age = GaugeMetricFamily(
        "trueup_service_drift_field_age_seconds",
        "For how long a field differs, as AWS tells, or else was seen to, and who made it so.",
        labels=[*_SERVICE, "field", "who"],
    )
    for status in services:
        changes = {change.path: change for change in status.changes}
        oldest = sorted(status.drift_since.items(), key=lambda item: (item[1], item[0]))
        for path, since in oldest[:MOST]:
            made = author(status, changes[path]).who if path in changes else None
            age.add_metric([*_names(status), path, name(made or "")[:100]], max(0.0, now - since))
        if len(oldest) > MOST:
            age.add_metric([*_names(status), "other", ""], max(0.0, now - oldest[MOST][1]))
    return age


def _obstacle_age(services: tuple[ServiceStatus, ...], now: float) -> Metric:
    age = GaugeMetricFamily(
        "trueup_service_obstacle_age_seconds",
        "For how long a service has been held or blocked; 0 where it is not.",
        labels=[*_SERVICE, "obstacle"],
    )
    for status in services:
        for obstacle, kind in (("held", Held), ("blocked", Blocked)):
            since = status.since if isinstance(status.outcome, kind) and status.since is not None else now
            age.add_metric([*_names(status), obstacle], max(0.0, now - since))
    return age


def _rollout(services: tuple[ServiceStatus, ...], now: float) -> Iterator[Metric]:
    share = GaugeMetricFamily("trueup_rollout_traffic_ratio", "The new version's share of production.", labels=_SERVICE)
    age = GaugeMetricFamily(
        "trueup_rollout_age_seconds", "How long the rollout that goes on has gone on; 0 without one.", labels=_SERVICE
    )
    for status in services:
        if status.rollout is not None and status.rollout.progress is not None:
            share.add_metric(_names(status), status.rollout.progress.traffic / 100)
        age.add_metric(_names(status), max(0.0, now - status.rollout.since) if status.rollout is not None else 0.0)
    yield share
    yield age


def _alarms(services: tuple[ServiceStatus, ...]) -> Metric:
    firing = GaugeMetricFamily(
        "trueup_rollout_alarm_firing",
        "1 while an alarm that watches a rollout fires, 0 while it does not.",
        labels=[*_SERVICE, "alarm"],
    )
    for status in services:
        if status.rollout is not None and status.rollout.progress is not None:
            for alarm in status.rollout.progress.alarms[:MOST]:
                firing.add_metric([*_names(status), alarm.name], float(alarm.state == "ALARM"))
    return firing


def _bounded(code: str) -> str:
    """AWS's code as a label: one of its words, and not a sentence where it gives one."""
    return code if _CODE.match(code) else "other"


def _names(status: ServiceStatus) -> list[str]:
    return [status.wanted.key.environment, status.wanted.key.name]
