"""Numbers as Prometheus reads them: over what the loop tells, and over what the board says at a scrape."""

import re
import shutil
import subprocess
from dataclasses import replace
from typing import Any, get_args

import pytest
from prometheus_client import generate_latest
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families

from controller.loop import words
from controller.loop.board import Board
from controller.loop.events import Result
from controller.loop.keys import Key, SyncSource
from controller.loop.queue import WorkQueue
from controller.loop.surroundings import Swept
from controller.metrics import Metrics
from controller.metrics.services import MOST
from controller.source.git_errors import Reason
from controller.source.problem import Problem
from reconcilers.attempts import AttemptState, AwsReason, Cause, Mark
from reconcilers.aws.pace import Level, Waited
from reconcilers.aws.session import Call
from reconcilers.leases import Shard
from reconcilers.model import Cluster, Scope, ServiceKey
from reconcilers.outcome import Failed, Held, Outcome, Progressing, Waiting
from reconcilers.preflight_facts import Alarm
from reconcilers.progress import Progress
from reconcilers.verdict import Order
from tests.controller.builders import (
    BLOCKED,
    DEBUG,
    HELD,
    KEY,
    NOW,
    SHIFTING,
    attempt,
    drifted,
    named,
    observed,
    report,
    snapshot,
    wanted,
)
from tests.reconcilers.builders import registered

CLUSTER = Cluster(Scope("eu-west-1"), "prod")
NOTES = {"environment": "prod", "service": "notes"}
UNITS = (
    "_seconds",
    "_total",
    "_info",
    "_ratio",
    "_bytes",
    "_fields",
    "_keys",
    "_problems",
    "_services",
    "_fds",
    "_workers",
    "_leader",
    "_firing",
    "_per_second",
)


class Seat:
    """Metrics over a board and a queue, at a time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW
        self.board = Board()
        self.queue: WorkQueue[Key] = WorkQueue(lambda: self.now)
        self.metrics = Metrics()
        self.metrics.watch(self.board, self.queue, lambda: self.now)
        self.board.adopt(snapshot(wanted("v2")), NOW)

    def look(self, outcome: Outcome | None = None, **more: Any) -> None:
        """A look at the service ended so."""
        self.tell(report(outcome, at=self.now, **more))

    def tell(self, seen: Any) -> None:
        told = self.board.reported(seen, Order())
        assert told is not None
        self.metrics.told(told)

    def ship(self, state: AttemptState, rollback: str | None = None) -> None:
        """A shift of v2 that began a minute ago came to this end."""
        self.look(SHIFTING)
        self.now += 60
        ended = attempt("v2", state, created_at=self.now - 60, finished_at=self.now, rollback=rollback)
        self.look(None if state is AttemptState.SUCCEEDED and not rollback else HELD, observed=observed(ended))

    def families(self) -> dict[str, Metric]:
        text = generate_latest(self.metrics.registry).decode()
        return {family.name: family for family in text_string_to_metric_families(text)}

    def series(self, name: str) -> dict[frozenset[tuple[str, str]], float]:
        samples = (sample for family in self.families().values() for sample in family.samples)
        return {frozenset(each.labels.items()): each.value for each in samples if each.name == name}

    def value(self, name: str, **labels: str) -> float | None:
        return self.series(name).get(frozenset(labels.items()))


@pytest.fixture
def seat() -> Seat:
    return Seat()


def test_services_are_counted_by_sync_and_health(seat: Seat) -> None:
    seat.look()
    assert seat.value("trueup_services", sync="in-sync", health="healthy") == 1
    assert seat.value("trueup_services", sync="held", health="degraded") == 0
    assert sum(seat.series("trueup_services").values()) == 1


def test_each_service_has_one_series_with_its_state(seat: Seat) -> None:
    seat.look(HELD)
    assert seat.series("trueup_service_info") == {
        frozenset({**NOTES, "sync": "held", "health": "healthy", "outcome": "held"}.items()): 1
    }


def test_drift_has_its_number_of_fields_and_its_age(seat: Seat) -> None:
    seat.tell(drifted(DEBUG))
    seat.now += 90
    assert seat.value("trueup_service_drift_fields", **NOTES) == 1
    assert seat.value("trueup_service_drift_age_seconds", **NOTES) == 90


def test_without_drift_both_are_nought(seat: Seat) -> None:
    seat.look()
    seat.now += 90
    assert seat.value("trueup_service_drift_fields", **NOTES) == 0
    assert seat.value("trueup_service_drift_age_seconds", **NOTES) == 0


def test_drift_that_is_gone_is_observed_with_how_long_it_lasted(seat: Seat) -> None:
    seat.tell(drifted(DEBUG))
    seat.now += 90
    seat.look()
    assert seat.value("trueup_drift_duration_seconds_count", environment="prod") == 1
    assert seat.value("trueup_drift_duration_seconds_sum", environment="prod") == 90


def test_a_hold_has_aws_code_for_its_reason(seat: Seat) -> None:
    seat.look(HELD)
    assert seat.value("trueup_service_held_info", **NOTES, reason="ALARM_ACTIVE") == 1
    assert seat.series("trueup_service_blocked_info") == {}


def test_a_block_has_its_word_for_its_reason(seat: Seat) -> None:
    seat.look(BLOCKED)
    assert seat.value("trueup_service_blocked_info", **NOTES, reason="preflight") == 1
    assert seat.series("trueup_service_held_info") == {}


def test_a_reason_in_a_sentence_is_no_label(seat: Seat) -> None:
    seat.look(Held(wanted("v2").release, "d-v2", AwsReason("tasks failed to start: 17 of 20", "…")))
    assert seat.value("trueup_service_held_info", **NOTES, reason="other") == 1


def test_an_obstacle_that_is_gone_leaves_no_series(seat: Seat) -> None:
    seat.look(HELD)
    seat.look()
    assert seat.series("trueup_service_held_info") == {}


@pytest.mark.parametrize(
    ("state", "rollback", "result"),
    [
        (AttemptState.SUCCEEDED, None, Result.SUCCEEDED),
        (AttemptState.STOPPED, "d-back", Result.ROLLED_BACK),
        (AttemptState.FAILED, None, Result.FAILED),
        (AttemptState.STOPPED, None, Result.STOPPED),
        (AttemptState.ROLLED_BACK, None, Result.ROLLED_BACK),
    ],
)
def test_a_rollout_is_counted_once_by_how_it_ended(
    seat: Seat, state: AttemptState, rollback: str | None, result: Result
) -> None:
    seat.ship(state, rollback)
    assert seat.value("trueup_rollouts_total", **NOTES, result=result) == 1
    assert sum(seat.series("trueup_rollouts_total").values()) == 1
    assert seat.value("trueup_rollout_duration_seconds_sum", environment="prod", result=result) == 60
    assert seat.value("trueup_rollout_duration_seconds_count", environment="prod", result=result) == 1


def test_rollouts_add_up(seat: Seat) -> None:
    seat.ship(AttemptState.SUCCEEDED)
    seat.ship(AttemptState.SUCCEEDED)
    seat.ship(AttemptState.FAILED)
    assert seat.value("trueup_rollouts_total", **NOTES, result="succeeded") == 2
    assert seat.value("trueup_rollouts_total", **NOTES, result="failed") == 1


def test_a_commit_that_is_live_has_its_lead_time(seat: Seat) -> None:
    seat.ship(AttemptState.SUCCEEDED)
    assert seat.value("trueup_commit_to_live_seconds_count", environment="prod") == 1
    assert (
        seat.value("trueup_commit_to_live_seconds_sum", environment="prod") == 120
    )  # committed a minute before the shift began


def test_what_was_rolled_back_never_was_live(seat: Seat) -> None:
    seat.ship(AttemptState.STOPPED, "d-back")
    assert seat.value("trueup_commit_to_live_seconds_count", environment="prod") == 0


def test_a_commit_that_was_rolled_back_is_a_change_that_failed(seat: Seat) -> None:
    seat.ship(AttemptState.SUCCEEDED)
    assert seat.value("trueup_changes_failed_total", environment="prod") == 0
    seat.ship(AttemptState.STOPPED, "d-back")
    assert seat.value("trueup_changes_failed_total", environment="prod") == 1


@pytest.mark.parametrize("made", [Mark(wanted("v2").release, "c" * 40, Cause.HEAL), None])
def test_a_heal_or_somebody_elses_release_that_fails_is_no_change_that_failed(seat: Seat, made: Mark | None) -> None:
    seat.look(SHIFTING)
    ended = attempt("v2", AttemptState.FAILED, created_at=NOW, finished_at=NOW + 60, mark=made)
    seat.look(HELD, observed=observed(ended))
    assert seat.value("trueup_changes_failed_total", environment="prod") == 0


def test_a_shift_shows_its_share_while_it_runs_and_no_longer(seat: Seat) -> None:
    seat.look(SHIFTING)
    assert seat.value("trueup_rollout_traffic_ratio", **NOTES) == 0.3
    seat.look()
    assert seat.series("trueup_rollout_traffic_ratio") == {}


def test_looks_are_timed_by_their_outcome(seat: Seat) -> None:
    seat.look(BLOCKED)
    assert seat.value("trueup_reconcile_duration_seconds_sum", outcome="blocked") == 0.5
    assert seat.value("trueup_reconcile_duration_seconds_count", outcome="blocked") == 1


def test_an_aws_that_does_not_answer_for_a_service_ages(seat: Seat) -> None:
    seat.look(Failed("Timeout", "no answer"))
    seat.now += 30
    assert seat.value("trueup_service_failing_age_seconds", **NOTES) == 30
    seat.look()
    assert seat.value("trueup_service_failing_age_seconds", **NOTES) == 0


def test_sweeps_are_timed_and_failed_ones_counted(seat: Seat) -> None:
    seat.metrics.swept(Swept(CLUSTER, 3, 0, 0.25))
    seat.metrics.swept(Swept(CLUSTER, 3, 0, 0.5, "Throttled"))
    assert seat.value("trueup_sweep_duration_seconds_sum") == 0.75
    assert seat.value("trueup_sweep_failures_total") == 1


def test_polls_are_counted_by_result_and_timed(seat: Seat) -> None:
    seat.metrics.polled("unchanged", 0.25)
    seat.metrics.polled("timeout", 60.0)
    assert seat.value("trueup_git_polls_total", result="unchanged") == 1
    assert seat.value("trueup_git_polls_total", result="timeout") == 1
    assert seat.value("trueup_git_poll_duration_seconds_sum") == 60.25


def test_the_snapshot_ages_while_git_does_not_answer(seat: Seat) -> None:
    seat.now += 45
    seat.board.source_failed("timeout", "", "", seat.now)
    assert seat.value("trueup_git_snapshot_age_seconds") == 45
    seat.board.source_unchanged(seat.now)
    assert seat.value("trueup_git_snapshot_age_seconds") == 0


def test_the_newest_commit_has_its_time(seat: Seat) -> None:
    assert seat.value("trueup_git_commit_timestamp_seconds") == NOW


def test_before_git_was_read_its_age_counts_from_the_start_and_nothing_is_said_of_a_commit() -> None:
    metrics, board, times = Metrics(), Board(), iter([NOW, *[NOW + 1000.0] * 20])
    metrics.watch(board, WorkQueue(lambda: NOW), lambda: next(times))
    text = generate_latest(metrics.registry).decode()
    assert "trueup_git_snapshot_age_seconds 1000.0" in text
    assert not re.search(r"(?m)^trueup_git_commit_timestamp_seconds ", text)
    assert "trueup_git_stale_services 0.0" in text


def test_problems_and_stale_services_of_the_newest_commit_are_counted(seat: Seat) -> None:
    problems = (Problem("a", 1, 1, "x", "y"), Problem("b", 1, 1, "x", "y", "warning"))
    seat.board.adopt(replace(snapshot(problems=problems), stale=frozenset({KEY})), NOW)
    assert seat.value("trueup_git_problems", severity="error") == 1
    assert seat.value("trueup_git_problems", severity="warning") == 1
    assert seat.value("trueup_git_stale_services") == 1


def test_the_queue_shows_its_depth_and_its_oldest_key(seat: Seat) -> None:
    seat.queue.add(SyncSource())
    seat.queue.add(KEY, after=100)
    seat.now += 7
    assert seat.value("trueup_queue_depth_keys") == 1
    assert seat.value("trueup_queue_oldest_age_seconds") == 7


def test_aws_calls_are_counted_by_service_operation_and_result(seat: Seat) -> None:
    seat.metrics.called(Call("ecs", "DescribeServices", "ok", 0.25))
    seat.metrics.called(Call("ecs", "DescribeServices", "ok", 0.25))
    assert seat.value("trueup_aws_calls_total", service="ecs", operation="DescribeServices", result="ok") == 2
    assert seat.value("trueup_aws_call_duration_seconds_sum", service="ecs") == 0.5
    assert seat.series("trueup_aws_throttles_total") == {}


def test_throttles_have_a_counter_of_their_own(seat: Seat) -> None:
    seat.metrics.called(Call("ecs", "DescribeServices", "throttled", 0.25))
    assert seat.value("trueup_aws_throttles_total", service="ecs", operation="DescribeServices") == 1


def test_the_published_limits_stand_beside_the_calls(seat: Seat) -> None:
    assert seat.value("trueup_aws_limit_calls_per_second", service="ecs", operation="DescribeServices") == 20


def test_waits_for_aws_are_counted_by_family_from_nought(seat: Seat) -> None:
    family = {"family": "ecs service read"}
    before = (seat.value("trueup_aws_wait_seconds_total", **family), seat.value("trueup_aws_put_off_total", **family))
    seat.metrics.waited(Waited("ecs service read", 1.5, put_off=False))
    seat.metrics.waited(Waited("ecs service read", 0.0, put_off=True))
    assert before == (0, 0)
    assert seat.value("trueup_aws_wait_seconds_total", **family) == 1.5
    assert seat.value("trueup_aws_put_off_total", **family) == 1


def test_what_is_left_of_a_limit_is_shown_by_account_region_and_family(seat: Seat) -> None:
    shard = Shard("", "eu-west-1")
    seat.metrics.levels(lambda: (Level(shard, "ecs service read", 99), Level(shard, "ecs service modify", -3)))
    place = {"account": "own", "region": "eu-west-1"}
    assert seat.value("trueup_aws_tokens", **place, family="ecs service read") == 99
    assert seat.value("trueup_aws_tokens", **place, family="ecs service modify") == -3


def test_an_obstacle_has_its_age(seat: Seat) -> None:
    seat.look(HELD)
    seat.now += 90
    assert seat.value("trueup_service_obstacle_age_seconds", **NOTES, obstacle="held") == 90
    assert seat.value("trueup_service_obstacle_age_seconds", **NOTES, obstacle="blocked") == 0


def test_an_alarm_of_a_shift_is_shown_while_it_runs(seat: Seat) -> None:
    seat.look(watched("OK"))
    assert seat.value("trueup_rollout_alarm_firing", **NOTES, alarm="5xx") == 0
    seat.look(watched("ALARM"))
    assert seat.value("trueup_rollout_alarm_firing", **NOTES, alarm="5xx") == 1
    seat.look()
    assert seat.series("trueup_rollout_alarm_firing") == {}


def test_a_rollout_ages_until_it_ends(seat: Seat) -> None:
    seat.look(SHIFTING)
    seat.now += 90
    assert seat.value("trueup_rollout_age_seconds", **NOTES) == 90
    seat.look()
    assert seat.value("trueup_rollout_age_seconds", **NOTES) == 0


def test_each_drifted_field_has_its_age_and_who_made_it(seat: Seat) -> None:
    mallory = registered(registered_by="arn:aws:iam::1:user/mallory", registered_at=NOW)
    seat.tell(replace(drifted(DEBUG), observed=replace(observed(), running=mallory)))
    seat.now += 90
    assert seat.series("trueup_service_drift_field_age_seconds") == {
        frozenset({**NOTES, "field": DEBUG.path, "who": "user/mallory"}.items()): 90
    }


def test_more_fields_than_can_be_told_apart_are_one(seat: Seat) -> None:
    seat.tell(drifted(*(replace(DEBUG, path=f"/serviceDefinition/f{number:02}") for number in range(MOST + 5))))
    ages = seat.series("trueup_service_drift_field_age_seconds")
    assert len(ages) == MOST + 1
    assert frozenset({**NOTES, "field": "other", "who": ""}.items()) in ages


def test_a_release_that_is_live_after_a_rollback_has_its_time_to_restore(seat: Seat) -> None:
    seat.look(SHIFTING)
    bad = attempt("v1", AttemptState.STOPPED, rollback="d-back", finished_at=NOW - 300)
    seat.look(observed=observed(attempt("v2", finished_at=NOW + 60), bad))
    assert seat.value("trueup_restore_duration_seconds_sum", environment="prod") == 360


def test_how_the_loop_is_set_is_told(seat: Seat) -> None:
    seat.metrics.configured(30, 60, 4)
    names = ("trueup_git_poll_interval_seconds", "trueup_sweep_interval_seconds", "trueup_workers")
    assert [seat.value(name) for name in names] == [30, 60, 4]


def test_a_key_in_hand_is_a_busy_worker(seat: Seat) -> None:
    seat.queue.add(KEY)
    seat.queue.take()
    assert seat.value("trueup_busy_workers") == 1


def test_a_sweep_ages_until_the_next(seat: Seat) -> None:
    seat.now += 90
    assert seat.value("trueup_sweep_age_seconds", region="eu-west-1", cluster="prod") == 90
    seat.metrics.swept(Swept(CLUSTER, 3, 0, 0.25))
    assert seat.value("trueup_sweep_age_seconds", region="eu-west-1", cluster="prod") == 0


def test_defects_are_counted(seat: Seat) -> None:
    seat.metrics.broke("source", ValueError())
    assert seat.value("trueup_step_failures_total") == 1


def test_the_version_that_runs_is_told(seat: Seat) -> None:
    [labels] = seat.series("trueup_build_info")
    assert dict(labels).keys() == {"version"}


def test_a_service_that_left_git_leaves_no_series(seat: Seat) -> None:
    seat.board.adopt(snapshot(wanted("v2"), named("web")), NOW)
    seat.look(HELD)
    seat.tell(replace(drifted(DEBUG), key=ServiceKey("prod", "web")))
    assert any("web" in dict(labels).values() for labels in seat.series("trueup_service_info"))
    seat.board.adopt(snapshot(named("api")), NOW)
    for family in seat.families().values():
        for sample in family.samples:
            assert sample.labels.get("service") not in ("notes", "web"), sample


def test_what_is_counted_by_environment_begins_at_nought_with_the_first_look(seat: Seat) -> None:
    seat.look()
    ended = [seat.value("trueup_rollout_duration_seconds_count", environment="prod", result=each) for each in Result]
    names = ("commit_to_live", "restore_duration", "drift_duration")
    others = [seat.value(f"trueup_{name}_seconds_count", environment="prod") for name in names]
    assert set(ended + others) == {0}


def test_counters_begin_at_nought(seat: Seat) -> None:
    assert all(seat.value("trueup_rollouts_total", **NOTES, result=each) == 0 for each in Result)
    polled = ("changed", "unchanged", *get_args(Reason))
    assert all(seat.value("trueup_git_polls_total", result=each) == 0 for each in polled)
    outcomes = words.KINDS.values()
    assert all(seat.value("trueup_reconcile_duration_seconds_count", outcome=each) == 0 for each in outcomes)
    assert seat.value("trueup_sweep_failures_total") == 0


def watched(state: str) -> Progressing:
    """A shift that one alarm watches."""
    return Progressing("d-v2 goes on", 15.0, "d-v2", Progress(30.0, 2, 2, alarms=(Alarm("5xx", state),)))


def full(seat: Seat) -> Seat:
    """Every series there is."""
    seat.board.adopt(snapshot(wanted("v2"), named("web"), named("api"), named("hand")), NOW)
    seat.metrics.configured(30, 60, 4)
    seat.tell(replace(drifted(DEBUG), key=ServiceKey("prod", "hand")))
    seat.ship(AttemptState.STOPPED, "d-back")
    seat.tell(drifted(DEBUG))
    seat.tell(replace(report(HELD), key=ServiceKey("prod", "web")))
    seat.tell(replace(report(BLOCKED), key=ServiceKey("prod", "api")))
    seat.look(watched("OK"))
    seat.metrics.called(Call("ecs", "DescribeServices", "throttled", 0.25))
    return seat


def test_every_name_is_ours_and_ends_in_its_unit(seat: Seat) -> None:
    for family in full(seat).families().values():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        assert name.startswith(("trueup_", "process_"))
        assert name.endswith(UNITS), name


def test_every_metric_says_what_it_is(seat: Seat) -> None:
    assert all(len(family.documentation) > 10 for family in full(seat).families().values())


def test_labels_are_of_a_bounded_set(seat: Seat) -> None:
    labels = {name for family in full(seat).families().values() for each in family.samples for name in each.labels}
    bounded = {"environment", "service", "sync", "health", "outcome", "result", "reason", "operation", "severity"}
    assert labels == bounded | {"version", "le", "field", "who", "obstacle", "alarm", "region", "cluster", "family"}


def test_it_reads_as_openmetrics_too(seat: Seat) -> None:
    encode, _ = choose_encoder("application/openmetrics-text; version=1.0.0")
    families = openmetrics_families(encode(full(seat).metrics.registry).decode())  # type: ignore[no-untyped-call]
    names = {family.name for family in families}
    assert {"trueup_rollouts", "trueup_services", "trueup_service_drift_age_seconds"} <= names


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_has_nothing_to_complain_of(seat: Seat) -> None:
    text = generate_latest(full(seat).metrics.registry)
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")


def test_clients_that_were_let_go_are_counted_by_the_reason(seat: Seat) -> None:
    seat.metrics.let_go({"too-many": 0, "slow-head": 2})
    seat.metrics.let_go({"slow-head": 1})
    assert seat.value("trueup_http_clients_let_go_total", reason="slow-head") == 3
    assert seat.value("trueup_http_clients_let_go_total", reason="too-many") == 0


@pytest.mark.parametrize("state", [AttemptState.READY, AttemptState.STOPPING])
def test_a_rollout_that_waits_or_is_being_stopped_goes_on_in_the_metrics(seat: Seat, state: AttemptState) -> None:
    seat.look(SHIFTING)
    seat.now += 90
    far = Progress(20.0, 2, 2, alarms=(Alarm("5xx", "OK"),))
    held_up = replace(observed(attempt("v2", state, created_at=NOW)), progress=far)
    seat.look(Waiting("d-v2 waits", "a person", 15.0), observed=held_up)
    assert seat.value("trueup_rollout_traffic_ratio", **NOTES) == 0.2
    assert seat.value("trueup_rollout_age_seconds", **NOTES) == 90
    assert seat.value("trueup_rollout_alarm_firing", **NOTES, alarm="5xx") == 0
    assert set(seat.series("trueup_rollouts_total").values()) == {0}
