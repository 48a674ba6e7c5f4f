"""*Rollouts*: what is being shipped, how it goes, how it went, and the four figures of DORA."""

from grafana_foundation_sdk.models.common import LineInterpolation
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from tests.dashboards import colours
from tests.dashboards.drift import quantile
from tests.dashboards.frame import OF_ENVIRONMENT, OF_SERVICE, PAGE, Row, Sheet, services
from tests.dashboards.panels import Ask, Column, Panel, Says, bars, counts, dots, figure, layers, lines, rows

ENDED = f"trueup_rollouts_total{{{OF_SERVICE}%s}}"
DURATION = f"trueup_rollout_duration_seconds%s{{{OF_ENVIRONMENT}}}"
LEAD = f"trueup_commit_to_live_seconds%s{{{OF_ENVIRONMENT}}}"
RESTORE = f"trueup_restore_duration_seconds%s{{{OF_ENVIRONMENT}}}"
WEEK = "7d"
MEDIAN = ((0.5, "Median"), (0.95, "95 %"))


def sheet() -> Sheet:
    """The dashboard."""
    return Sheet(
        uid="trueup-rollouts",
        title="Trueup / Rollouts",
        description="What is being shipped, how it goes, how it went, and the four figures of DORA over a week.",
        since="now-6h",
        variables=services(),
        rows=[
            Row("The four figures of DORA, over a week", [_frequency(), _lead(), _failures(), _restore()]),
            Row("What goes on", [_traffic(), _going(), _obstacles()]),
            Row("How it went", [_results_when(), _results(), _duration(), _durations(), _leads()]),
        ],
    )


def _frequency() -> Panel:
    says = Says(
        "Deployments a day",
        "Deployment frequency: commits that came to serve production, per day of the last week. Heals, retries and "
        "rollbacks are none. It is yours to judge; what counts is that it does not sink.",
        decimals=1,
    )
    made = LEAD % "_count"
    per_day = f"sum(increase({made}[$__range])) * 86400 / $__range_s or vector(0)"
    return figure(says, [Ask(per_day, "A day")], 6, coloured=False).time_from(WEEK)


def _lead() -> Panel:
    says = Says(
        "Lead time",
        "Lead time for changes: from the commit's time until it serves all of production, over the last week; the "
        "median, and what 95 % stayed below. It has the shift's length in it: a long bake is a choice.",
        unit="dtdurations",
        nothing="Nothing was shipped",
    )
    return figure(says, [Ask(quantile(each, LEAD), name) for each, name in MEDIAN], 6, coloured=False).time_from(WEEK)


def _failures() -> Panel:
    says = Says(
        "Change failure rate",
        "Change failure rate: commits whose rollout was rolled back or failed, of those and the commits that came to "
        "serve production, over the last week. Heals and retries are none. Above 15 %: look at what the alarms caught, "
        "and catch it before it ships.",
        unit="percentunit",
        nothing="Nothing was shipped",
    )
    steps = ((None, colours.GOOD), (0.15, colours.WARNING), (0.3, colours.BAD))
    return figure(says, [Ask(failure_rate(), "Failed")], 6, steps=steps).time_from(WEEK)


def failure_rate() -> str:
    """Failed of all changes, as the recording rule has it; nothing where there was none."""
    failed = f"sum(increase(trueup_changes_failed_total{{{OF_ENVIRONMENT}}}[$__range]))"
    shipped = f"sum(increase({LEAD % '_count'}[$__range]))"
    return f"{failed} / ({failed} + {shipped}) >= 0"


def _restore() -> Panel:
    says = Says(
        "Time to restore",
        "Time to restore: from the end of the first of the failures that came one after the other until the next "
        "release that is live, over the last week. Production itself was back with the rollback.",
        unit="dtdurations",
        nothing="Nothing had to be restored",
    )
    return figure(says, [Ask(quantile(each, RESTORE), name) for each, name in MEDIAN], 6, coloured=False).time_from(
        WEEK
    )


def _traffic() -> Panel:
    says = Says(
        "Traffic on the new version, and alarms",
        "The share of production that the new version serves, step by step. The red ground is an alarm of the "
        "deployment group that fires: CodeDeploy stops the shift and the share falls back. It stands still for long: "
        "trueup why.",
        unit="percentunit",
        nothing="No rollout goes on",
    )
    share = f"max by (environment, service) (trueup_rollout_traffic_ratio{{{OF_SERVICE}}})"
    alarm = f"max by (environment, service, alarm) (trueup_rollout_alarm_firing{{{OF_SERVICE}}}) > 0"
    name = "alarm {{alarm}} of {{environment}}/{{service}}"
    panel = lines(says, [Ask(share, "{{environment}}/{{service}}"), Ask(alarm, name)], 24).max(1)
    return panel.line_interpolation(LineInterpolation.STEP_AFTER).override_by_regexp("/^alarm /", _alarming())


def _alarming() -> list[DynamicConfigValue]:
    looks: dict[str, object] = {
        "color": {"mode": "fixed", "fixedColor": colours.BAD},
        "custom.fillOpacity": 25,
        "custom.lineWidth": 1,
    }
    return [DynamicConfigValue(id_val=name, value=value) for name, value in looks.items()]


def _going() -> Panel:
    says = Says(
        "Rollouts that go on",
        "What is being shipped now, and for how long. After 90 minutes the alert TrueupRolloutStuck fires: trueup "
        "why says what it waits for. Click a service to see its steps.",
        nothing="No rollout goes on",
    )
    age = f"max by (environment, service) (trueup_rollout_age_seconds{{{OF_SERVICE}}}) > 0"
    columns = [
        Column("environment", "Environment", 130),
        Column("service", "Service", link=PAGE),
        Column("Value", "For", 130, unit="dtdurations"),
    ]
    return rows(says, Ask(age, "Rollouts"), columns, 12)


def _obstacles() -> Panel:
    says = Says(
        "Held and blocked",
        "Held: releases that were tried and did not succeed, production being on the version before. Blocked: "
        "rollouts that cannot begin. Both wait for a person: the dashboard Drift has the list.",
        decimals=0,
    )
    held = f"count(max by (environment, service) (trueup_service_held_info{{{OF_SERVICE}}})) or vector(0)"
    blocked = f"count(max by (environment, service) (trueup_service_blocked_info{{{OF_SERVICE}}})) or vector(0)"
    return layers(says, [Ask(held, "Held", colours.BAD), Ask(blocked, "Blocked", colours.WARNING)], 12)


def _results_when() -> Panel:
    says = Says(
        "Rollouts that ended, by result",
        "When rollouts ended, and how. Heals are among them. Stopped: by a person in the console; superseded: by a "
        "newer commit.",
        nothing="No rollout ended",
    )
    return counts(
        says, [Ask(_ended(result, "$__rate_interval"), *each) for result, each in colours.RESULTS.items()], 16
    )


def _results() -> Panel:
    says = Says(
        "Results",
        "How the rollouts ended that ended within the time that is shown.",
        decimals=0,
    )
    asks = [Ask(f"{_ended(result, '$__range')} or vector(0)", *each) for result, each in colours.RESULTS.items()]
    return bars(says, asks, 8, height=8)


def _ended(result: str, window: str) -> str:
    counted = ENDED % f',result="{result}"'
    return f"sum(increase({counted}[{window}]))"


def _duration() -> Panel:
    says = Says(
        "Duration of a rollout",
        "From a deployment's creation until production moved or would not, within the time that is shown. Much above "
        "what the deployment configuration takes: tasks come up slowly, or a hook waits.",
        unit="dtdurations",
        nothing="No rollout ended",
    )
    return figure(says, [Ask(quantile(each, DURATION), name) for each, name in MEDIAN], 6, coloured=False)


def _durations() -> Panel:
    says = Says(
        "Duration, by result",
        "How long the rollouts took that ended at that time. Rolled back after seconds: the image does not start; at "
        "the end of the shift: it fails under load.",
        unit="dtdurations",
        nothing="No rollout ended",
    )
    asks = [
        Ask(_mean(f'trueup_rollout_duration_seconds%s{{{OF_ENVIRONMENT},result="{result}"}}'), *each)
        for result, each in colours.RESULTS.items()
    ]
    return dots(says, asks, 10)


def _leads() -> Panel:
    says = Says(
        "Lead time, over time",
        "From commit to production, for what came live at that time.",
        unit="dtdurations",
        nothing="Nothing was shipped",
    )
    return dots(says, [Ask(_mean(LEAD), "Lead time", colours.NEWS)], 8)


def _mean(histogram: str) -> str:
    """The mean of what ended within a window; nothing where nothing did."""
    total, number = histogram % "_sum", histogram % "_count"
    return f"sum(rate({total}[$__rate_interval])) / (sum(rate({number}[$__rate_interval])) > 0)"
