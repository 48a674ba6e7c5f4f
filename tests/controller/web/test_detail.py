"""One service, whole."""

from dataclasses import replace
from typing import Any

import pytest

from controller.source.problem import Problem
from controller.web.detail import broken_detail, detail_view, history_view
from controller.web.detail_views import DetailView
from controller.web.offered import Reader
from reconcilers.attempts import AttemptState, AwsReason, Failure
from reconcilers.history import History
from reconcilers.live import Live
from reconcilers.model import RollingRollout
from reconcilers.outcome import Progressing, Waiting
from reconcilers.preflight_facts import Alarm
from reconcilers.progress import Colour, LifecycleEvent, Progress
from reconcilers.report import Report
from tests.controller.builders import BLOCKED, KEY, NOW, attempt, observed, report, snapshot, status
from tests.reconcilers.builders import arn, registered

BLUE = Colour(green=False, weight=70, running=2, desired=2, task_definition_arn=arn(1))
GREEN = Colour(green=True, weight=30, running=1, desired=2, task_definition_arn=arn(2))
STEPS = (LifecycleEvent("Install", "Succeeded", NOW - 60, NOW - 30), LifecycleEvent("AllowTraffic", "InProgress", NOW))


def shown(outcome: Any = None, live: Live | None = None) -> DetailView:
    return detail_view(status(report(outcome, observed=live or observed())), snapshot(), Reader())


def shifting(*colours: Colour) -> DetailView:
    far = Progress(30.0, 2, 2, STEPS, colours, (Alarm("5xx", "OK"),), NOW + 300)
    return shown(Progressing("d-v2 goes on", 15.0, "d-v2", far), replace(observed(), running=registered("v1", 1)))


def test_a_service_at_rest_has_no_shift() -> None:
    assert shown().shift is None


def test_what_is_under_way_without_a_deployment_is_no_shift() -> None:
    assert shown(Progressing("a revision was registered", 1.0)).shift is None


def test_a_shift_that_was_just_made_has_no_colours_yet() -> None:
    shift = shown(Progressing("d-v2 was created", 5.0, "d-v2")).shift
    assert shift is not None
    assert (shift.deployment, shift.colours, shift.ends_at) == ("d-v2", (), None)


def test_a_shift_shows_blue_before_green_with_their_weights() -> None:
    shift = shifting(GREEN, BLUE).shift
    assert shift is not None
    assert [(each.label, each.weight, each.running, each.desired) for each in shift.colours] == [
        ("blue", 70, 2, 2),
        ("green", 30, 1, 2),
    ]


def test_a_shift_shows_which_version_each_colour_runs() -> None:
    shift = shifting(GREEN, BLUE).shift
    assert shift is not None
    assert [each.images for each in shift.colours] == [{"proxy": "notes:v1"}, {"proxy": "notes:v2"}]


def test_a_rolling_update_shows_which_version_each_side_runs() -> None:
    far = Progress(30.0, 2, 2, colours=(GREEN, BLUE))
    live = replace(observed(), running=registered("v3", 2), replaced=registered("v1", 1))
    shift = shown(Progressing("x goes on", 15.0, "d-v2", far), live).shift
    assert shift is not None
    assert [each.images for each in shift.colours] == [{"proxy": "notes:v1"}, {"proxy": "notes:v3"}]


def test_a_colour_of_which_nothing_is_known_shows_no_version() -> None:
    shift = shifting(replace(BLUE, task_definition_arn=None)).shift
    assert shift is not None
    assert (shift.colours[0].images, shift.colours[0].task_definition) == ({}, "")


def test_a_colour_without_a_read_revision_shows_no_version() -> None:
    view = shown(Progressing("on", 1.0, "d-v2", Progress(0.0, 0, 2, colours=(BLUE,))))
    assert view.shift is not None
    live = view.shift.colours[0]
    assert live.task_definition == "notes:1"


def test_a_shift_shows_its_steps_its_alarms_and_its_end() -> None:
    shift = shifting().shift
    assert shift is not None
    assert [(each.name, each.status) for each in shift.steps] == [
        ("Install", "Succeeded"),
        ("AllowTraffic", "InProgress"),
    ]
    assert (shift.alarms[0].name, shift.alarms[0].state, shift.ends_at) == ("5xx", "OK", NOW + 300)
    assert shift.since == NOW


def held_up(state: AttemptState, *earlier: Report) -> DetailView:
    """A service whose deployment waits for a person, or for its own end."""
    far = Progress(0.0, 2, 2, STEPS, (BLUE, GREEN), (Alarm("5xx", "OK"),), gives_up_at=NOW + 900)
    seen = replace(observed(attempt("v2", state, created_at=NOW - 120)), progress=far)
    return detail_view(status(*earlier, report(Waiting("d-v2 …", "a person", 15.0), observed=seen)), None, Reader())


@pytest.mark.parametrize("state", [AttemptState.READY, AttemptState.STOPPING])
def test_a_shift_that_waits_or_is_being_stopped_goes_on_being_shown(state: AttemptState) -> None:
    shift = held_up(state).shift
    assert shift is not None
    assert (shift.deployment, shift.state, shift.since) == ("d-v2", state, NOW - 120)
    assert [each.label for each in shift.colours] == ["blue", "green"]
    assert (len(shift.steps), shift.alarms[0].name, shift.gives_up_at) == (2, "5xx", NOW + 900)


def test_a_look_that_read_no_progress_leaves_what_was_read_last() -> None:
    far = Progress(30.0, 2, 2, STEPS)
    stops = report(Progressing("stops d-v2: superseded by v3", 15.0, "d-v2"))
    shift = detail_view(status(report(Progressing("on", 15.0, "d-v2", far)), stops), None, Reader()).shift
    assert shift is not None
    assert len(shift.steps) == 2


def test_a_shift_is_shown_while_something_else_is_in_the_way() -> None:
    seen = observed(attempt("v2", AttemptState.RUNNING))
    assert detail_view(status(report(BLOCKED, observed=seen)), None, Reader()).shift is not None


def test_a_service_links_to_its_pages() -> None:
    titles = [link.title for link in shown(live=replace(observed(), running=registered("v1", 1))).links]
    assert titles[:3] == ["Service in ECS", "Task definition that runs", "Deployment group in CodeDeploy"]


def test_a_rolling_service_has_no_deployment_group() -> None:
    rolling = status()
    rolling = replace(rolling, wanted=replace(rolling.wanted, rollout=RollingRollout()))
    assert [link.title for link in detail_view(rolling, None, Reader()).links] == ["Service in ECS"]


def test_a_service_links_to_each_of_its_log_groups_once() -> None:
    def container(name: str, driver: str, **options: str) -> dict[str, Any]:
        return {"name": name, "image": "i:1", "logConfiguration": {"logDriver": driver, "options": options}}

    logging = {"awslogs-group": "/ecs/notes"}
    definition = {
        "family": "notes",
        "containerDefinitions": [
            container("a", "awslogs", **logging),
            container("b", "awslogs", **logging),
            container("c", "awsfirelens", Name="s3"),
            {"name": "d", "image": "i:1"},
            {"name": "e", "image": "i:1", "logConfiguration": {"logDriver": "awslogs"}},
        ],
    }
    view = shown(live=replace(observed(), running=registered(definition=definition)))
    assert [link.title for link in view.links if link.title.startswith("Logs")] == ["Logs: /ecs/notes"]


def test_a_manifest_that_never_could_be_read_has_a_page_without_actions() -> None:
    broken = replace(snapshot(), services={}, spoiled={KEY: (Problem("a.yaml", 3, 1, "No field imagez", "images?"),)})
    view = broken_detail(KEY, broken)
    assert (view.reason, view.actions, view.links, view.shift) == ("broken-manifest", (), (), None)


def test_an_attempt_of_ours_is_shown_with_its_commit() -> None:
    (shown,) = history_view(status(report()), History((attempt("v2"),), {}, NOW)).attempts
    assert (shown.ours, shown.commit, shown.cause, shown.reason) == (True, "commit-v2", "commit", "")
    assert shown.url.startswith("https://")


def test_somebody_elses_attempt_has_no_commit() -> None:
    (shown,) = history_view(status(report()), History((attempt(None, id="d-hand"),), {}, NOW)).attempts
    assert (shown.ours, shown.commit, shown.release) == (False, None, None)


def test_a_failed_attempt_is_shown_with_what_went_wrong() -> None:
    bad = attempt("v2", AttemptState.FAILED, reason=AwsReason("ALARM_ACTIVE", "it fired"))
    failures = {bad.id: (Failure("AllowTraffic", "ScriptFailed", "no"),)}
    (shown,) = history_view(status(report()), History((bad,), failures, NOW)).attempts
    assert (shown.reason, shown.message) == ("ALARM_ACTIVE", "it fired")
    assert [(each.what, each.code) for each in shown.failures] == [("AllowTraffic", "ScriptFailed")]


def test_what_was_taken_back_is_rolled_back_though_aws_says_stopped() -> None:
    back = attempt("v2", AttemptState.STOPPED, aws_status="Stopped", rollback="d-back")
    stopped = replace(back, rollback=None)
    shown = history_view(status(report()), History((back, stopped), {}, NOW)).attempts
    assert [(each.state, each.aws_status) for each in shown] == [("rolled-back", "Stopped"), ("stopped", "Stopped")]


def test_a_history_that_could_not_be_read_again_says_so() -> None:
    view = history_view(status(report()), History((attempt("v1"),), {}, NOW - 60, "AWS did not answer."))
    assert (view.as_of, view.error, len(view.attempts)) == (NOW - 60, "AWS did not answer.", 1)
