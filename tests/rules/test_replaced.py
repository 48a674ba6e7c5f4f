"""A task takes the place of another, or keeps what another kept: nobody is told twice of what did not change."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rules.files import NO_PROMTOOL, OBSERVABILITY, PROMTOOL, rules, said_by

FAR = 32  # minutes that the first task is seen
AWAY = 2  # minutes without any
LONG = 40  # minutes that the second is
AGE, STANDS = "0+60x{}", "1x{}"
SERVICE = 'environment="prod", service="notes"'
# What is so without an end, as a task reports it; an age is counted from the task's own start where AWS keeps none.
SERIES = {
    "TrueupDown": {"up": "0x{}"},
    "TrueupNoLeader": {"trueup_leader": "0x{}"},
    "TrueupShardUnkept": {"trueup_shards": "3x{}", "trueup_shards_held": "1x{}"},
    "TrueupGitStale": {"trueup_git_snapshot_age_seconds": AGE},
    "TrueupManifestsBroken": {"trueup_git_stale_services": STANDS, 'trueup_git_problems{severity="error"}': STANDS},
    "TrueupSweepSlow": {
        'trueup_sweep_age_seconds{region="eu-west-1", cluster="prod"}': AGE,
        "trueup_sweep_interval_seconds": "60x{}",
    },
    "TrueupQueueSlow": {"trueup_queue_oldest_age_seconds": AGE},
    "TrueupThrottled": {'trueup_aws_throttles_total{service="ecs", operation="DescribeServices"}': "0+12x{}"},
    "TrueupDefect": {"trueup_step_failures_total": "0+1x{}"},
    "TrueupNotificationsLate": {'trueup_notification_oldest_age_seconds{channel="slack"}': AGE},
    "TrueupReleaseHeld": {f'trueup_service_held_info{{{SERVICE}, reason="ALARM_ACTIVE"}}': STANDS},
    "TrueupServiceBlocked": {f'trueup_service_obstacle_age_seconds{{{SERVICE}, obstacle="blocked"}}': AGE},
    "TrueupDriftStays": {f"trueup_service_drift_age_seconds{{{SERVICE}}}": AGE},
    "TrueupServiceUnread": {f"trueup_service_failing_age_seconds{{{SERVICE}}}": AGE},
}
# AWS says since when: the second task goes on counting.
KEPT_BY_AWS = {"TrueupRolloutStuck": {f"trueup_rollout_age_seconds{{{SERVICE}}}": "{}+60x{}"}}
FIRST = 6000


def reported(series: str, instance: str, values: str) -> dict[str, str]:
    """A series of a task's own."""
    name, _, labels = series.rstrip("}").partition("{")
    more = f", {labels}" if labels else ""
    return {"series": f'{name}{{job="trueup", instance="{instance}"{more}}}', "values": values}


def reports(alert: str, second: int) -> list[dict[str, str]]:
    """What both tasks report, the second from its minute on."""
    found = []
    for series, values in SERIES.get(alert, {}).items():
        found.append(reported(series, "10.0.0.1:8080", f"{values.format(FAR)} stale"))
        found.append(reported(series, "10.0.0.2:8080", f"_x{second} {values.format(LONG)}"))
    for series, values in KEPT_BY_AWS.get(alert, {}).items():
        found.append(reported(series, "10.0.0.1:8080", f"{values.format(FIRST, FAR)} stale"))
        late = FIRST + 60 * second
        found.append(reported(series, "10.0.0.2:8080", f"_x{second} {values.format(late, LONG)}"))
    return found


def fires_once(alert: str, second: int) -> dict[str, Any]:
    """A unit test: from before the first task ends until long after, the alert fires, and as one."""
    asked = f'count(ALERTS{{alertname="{alert}", alertstate="firing"}})'
    moments = [
        {"expr": asked, "eval_time": f"{at}m", "exp_samples": [{"labels": "{}", "value": 1}]}
        for at in range(FAR - 4, FAR + LONG - 5)
    ]
    return {"name": alert, "interval": "1m", "input_series": reports(alert, second), "promql_expr_test": moments}


ALERTS = (*SERIES, *KEPT_BY_AWS)


def test_each_alert_is_replaced_here_but_the_one_of_no_task_at_all() -> None:
    assert sorted(ALERTS) == sorted(set(rules("alert")) - {"TrueupAbsent"})


@pytest.mark.skipif(PROMTOOL is None, reason=NO_PROMTOOL)
@pytest.mark.parametrize(
    "second",
    [
        pytest.param(FAR + 1 + AWAY, id="replaced, with a gap"),
        pytest.param(FAR - 3, id="handed over, with both at once"),
    ],
)
def test_no_alert_ends_or_doubles_where_one_task_follows_another(second: int, tmp_path: Path) -> None:
    files = [str(OBSERVABILITY / "rules" / name) for name in ("recording.yml", "alerts.yml")]
    text = {"rule_files": files, "evaluation_interval": "1m", "tests": [fires_once(each, second) for each in ALERTS]}
    (tmp_path / "replaced.yml").write_text(yaml.safe_dump(text), "utf-8")
    code, said = said_by(PROMTOOL, "test", "rules", "replaced.yml", folder=tmp_path)
    assert code == 0, said
