"""Statuses and snapshots as the API shows them."""

from dataclasses import replace
from typing import Any

import pytest

from controller.loop.board import SourceStatus
from controller.source.problem import Problem
from controller.source.snapshot import Snapshot
from controller.web.showing import broken_view, service_view, service_views, source_view
from reconcilers.diff import Change
from reconcilers.masking import MASK
from reconcilers.model import Revision
from reconcilers.outcome import Failed, Finding, Progressing
from reconcilers.progress import LifecycleEvent, Progress
from reconcilers.verdict import Link, LinkState
from tests.controller.builders import (
    BLOCKED,
    DEBUG,
    HELD,
    KEY,
    NOW,
    SHIFTING,
    drifted,
    named,
    observed,
    report,
    snapshot,
    status,
    wanted,
)
from tests.reconcilers.builders import attempt, registered, service, task_set

BROKEN = Problem("desired/prod/notes.yaml", 3, 7, "There is no field imagez", "Did you mean images?")
WARNING = Problem("desired/prod/notes.yaml", 9, 1, "The tag is latest", "Name a release.", "warning")
CHAIN = tuple(
    Link(name, LinkState.DONE, f"{name} is done")
    for name in ("commit", "rendering", "revision", "preflight", "deployment", "traffic")
)


def stale(*problems: Problem, **more: Any) -> Snapshot:
    """A snapshot whose newest commit broke the manifest of the service that stands."""
    return replace(snapshot(), spoiled={KEY: problems or (BROKEN,)}, stale=frozenset({KEY}), **more)


def chain_of(view: Any) -> list[tuple[str, str]]:
    return [(link.name, link.state) for link in view.chain]


def test_a_service_in_sync_says_so() -> None:
    view = service_view(status(report()))
    assert (view.sync, view.health, view.ready, view.outcome) == ("in-sync", "healthy", True, "in-sync")
    assert (view.environment, view.name, view.cluster, view.region) == ("prod", "notes", "prod", "eu-west-1")
    assert view.commit is not None
    assert (view.commit.id, view.commit.author, view.images) == ("commit-v2", "ann", {"proxy": "notes:v2"})


def test_before_the_first_look_nothing_is_known() -> None:
    view = service_view(status())
    assert (view.sync, view.outcome, view.running, view.rollout, view.since) == ("unknown", "unknown", None, None, None)


def test_a_held_service_says_aws_reason() -> None:
    view = service_view(status(report(HELD)))
    assert (view.sync, view.outcome, view.reason, view.ready) == ("held", "held", "ALARM_ACTIVE", False)


def test_a_blocked_service_says_what_to_do_and_each_finding_once() -> None:
    view = service_view(status(report(BLOCKED, plan={"warnings": BLOCKED.findings})))
    assert view.remedy == "Wait for it to end."
    assert [each.code for each in view.findings] == ["AlarmFiring"]


def test_warnings_are_shown_although_nothing_blocks() -> None:
    warning = Finding("NoAlarm", "No alarm at all.", "Make one.", blocking=False)
    view = service_view(status(report(plan={"warnings": (warning,)})))
    assert [(each.code, each.blocking) for each in view.findings] == [("NoAlarm", False)]


def test_a_shift_shows_its_share_and_its_events() -> None:
    progress = Progress(30.0, 2, 4, (LifecycleEvent("AllowTraffic", "InProgress"),))
    view = service_view(status(report(replace(SHIFTING, progress=progress))))
    assert view.rollout is not None
    assert (view.rollout.deployment, view.rollout.traffic, view.rollout.since) == ("d-v2", 30.0, NOW)
    assert [(each.name, each.status) for each in view.rollout.events] == [("AllowTraffic", "InProgress")]


def test_a_deployment_that_was_just_created_shows_no_share_yet() -> None:
    view = service_view(status(report(Progressing("created", 15.0, "d-v2"))))
    assert view.rollout is not None
    assert (view.rollout.traffic, view.rollout.events) == (None, ())


def test_what_progresses_without_a_deployment_has_no_rollout() -> None:
    assert service_view(status(report(Progressing("fields are put back", 15.0)))).rollout is None


def test_what_runs_says_who_registered_and_which_deployment_shipped_it() -> None:
    by_hand = registered("v1", 3, registered_by="arn:aws:iam::1:user/mallory", registered_at=NOW - 9)
    live = replace(
        observed(attempt("v3", id="d-hand", mark=None)), service=service(task_set(number=3)), running=by_hand
    )
    running = service_view(status(report(observed=live))).running
    assert running is not None
    assert (running.registered_by, running.registered_at) == ("arn:aws:iam::1:user/mallory", NOW - 9)
    assert (running.deployment, running.deployed_by, running.deployed_at) == ("d-hand", "user", NOW - 3600)


def test_the_deployment_of_what_runs_is_known_without_its_attempts() -> None:
    live = replace(observed(), service=service(task_set(external_id="d-heal")))
    running = service_view(status(report(observed=live))).running
    assert running is not None
    assert (running.deployment, running.deployed_by) == ("d-heal", None)


def test_values_of_environment_variables_are_masked() -> None:
    secret = Change("/taskDefinition/containerDefinitions/proxy/environment/KEY", "changed", "s3cret", "hunter2")
    text = service_view(status(drifted(secret))).model_dump_json()
    assert "s3cret" not in text
    assert "hunter2" not in text
    assert MASK in text


def test_a_container_that_was_added_shows_none_of_its_values() -> None:
    sidecar: dict[str, Any] = {"name": "spy", "image": "spy:1", "environment": [{"name": "KEY", "value": "hunter2"}]}
    added = Change("/taskDefinition/containerDefinitions/spy", "added", None, sidecar)
    text = service_view(status(drifted(added))).model_dump_json()
    assert "hunter2" not in text
    assert "spy:1" in text


def test_drift_says_who_made_it_and_since_when_it_is_seen() -> None:
    by_hand = registered("v1", registered_by="arn:aws:iam::1:user/mallory", registered_at=NOW - 9)
    found = replace(drifted(), observed=replace(observed(), running=by_hand))
    [change] = service_view(status(found)).drift
    assert (change.by, change.at, change.since) == ("arn:aws:iam::1:user/mallory", NOW - 9, NOW)


def test_what_drifted_is_still_so_beside_what_a_newer_commit_ships() -> None:
    newer = Change("/taskDefinition/containerDefinitions/proxy/image", "changed", "v3", "v2")
    view = service_view(status(drifted(), report(SHIFTING, plan={"changes": (newer, DEBUG)})))
    assert [[each.path for each in shown] for shown in (view.changes, view.drift)] == [
        [newer.path, DEBUG.path],
        [DEBUG.path],
    ]


def test_what_git_is_ahead_by_is_a_change_and_no_drift() -> None:
    view = service_view(status(report(SHIFTING, plan={"changes": (DEBUG,)})))
    assert len(view.changes) == 1
    assert view.drift == ()
    assert (view.changes[0].by, view.changes[0].at, view.changes[0].since) == (None, None, None)


def test_an_aws_that_does_not_answer_leaves_the_last_answer_with_its_age() -> None:
    view = service_view(status(report(), report(Failed("Timeout", "no answer"), at=NOW + 60)))
    assert (view.sync, view.outcome, view.seen_at, view.failing_since) == ("in-sync", "failed", NOW, NOW + 60)


def test_a_service_whose_manifest_is_sound_is_not_stale_and_shows_its_warnings() -> None:
    view = service_view(status(report()), snapshot(problems=(WARNING,)))
    assert (view.stale, view.ready) == (False, True)
    assert [each.message for each in view.problems] == ["The tag is latest"]


def test_problems_of_other_manifests_are_not_its_own() -> None:
    other = replace(BROKEN, file="desired/prod/web.yaml")
    assert service_view(status(report()), snapshot(problems=(other,))).problems == ()


def test_a_service_whose_manifest_broke_is_stale_and_says_where() -> None:
    view = service_view(status(report(plan={"chain": CHAIN})), stale())
    assert (view.stale, view.ready, view.sync) == (True, False, "in-sync")
    assert [(each.file, each.line, each.column) for each in view.problems] == [("desired/prod/notes.yaml", 3, 7)]


def test_the_chain_of_a_stale_service_ends_at_the_newest_commits_rendering() -> None:
    newest = Revision("0123456789abcdef", NOW, subject="break it")
    view = service_view(status(report(plan={"chain": CHAIN})), stale(revision=newest))
    assert chain_of(view) == [
        ("commit", "done"),
        ("rendering", "blocked"),
        ("revision", "pending"),
        ("preflight", "pending"),
        ("deployment", "pending"),
        ("traffic", "pending"),
    ]
    assert view.chain[0].text == "0123456789ab break it"
    assert view.chain[1].text == "desired/prod/notes.yaml:3:7: There is no field imagez"
    assert (view.chain[1].who, view.chain[1].how) == ("a person", "Did you mean images?")


def test_a_shift_that_runs_stays_to_be_seen_in_a_stale_chain() -> None:
    shifting = (*CHAIN[:5], Link("traffic", LinkState.ACTIVE, "30 % of production"))
    view = service_view(status(report(SHIFTING, plan={"chain": shifting})), stale())
    assert chain_of(view)[-1] == ("traffic", "active")


def test_a_folder_that_could_not_be_read_is_a_problem_of_what_lies_in_it() -> None:
    link = Problem("desired/prod", None, None, "This is a symlink", "Write files.")
    unread = replace(snapshot(problems=(link,)), stale=frozenset({KEY}))
    view = service_view(status(report(plan={"chain": CHAIN})), unread)
    assert [each.message for each in view.problems] == ["This is a symlink"]
    assert view.chain[1].text == "desired/prod: This is a symlink"


def test_a_stale_service_without_a_known_problem_is_blocked_all_the_same() -> None:
    view = service_view(status(report()), replace(snapshot(), stale=frozenset({KEY})))
    assert chain_of(view)[1] == ("rendering", "blocked")


def test_a_service_that_never_could_be_read_is_shown_with_what_is_wrong() -> None:
    view = broken_view(KEY, stale())
    assert (view.environment, view.name, view.sync, view.health, view.ready) == (
        "prod",
        "notes",
        "unknown",
        "unknown",
        False,
    )
    assert (view.cluster, view.commit, view.source) == (None, None, "desired/prod/notes.yaml")
    assert view.text == "its manifest is broken: desired/prod/notes.yaml:3:7: There is no field imagez"
    assert (view.reason, view.remedy) == ("broken-manifest", "Did you mean images?")
    assert [name for name, _ in chain_of(view)] == [link.name for link in CHAIN]


def test_a_spoiled_service_without_a_problem_of_its_own_is_shown_too() -> None:
    view = broken_view(KEY, replace(snapshot(), spoiled={KEY: ()}))
    assert (view.text, view.source, view.remedy) == ("its manifest is broken", "", "")


def test_all_services_are_listed_once_and_sorted() -> None:
    broken = replace(KEY, name="broken")
    found = replace(stale(), spoiled={KEY: (BROKEN,), broken: (BROKEN,)})
    views = service_views((status(report()), replace(status(), wanted=named("zoo"))), found)
    assert [each.name for each in views] == ["broken", "notes", "zoo"]


def test_without_a_snapshot_what_stands_is_listed() -> None:
    assert [each.name for each in service_views((status(report()),), None)] == ["notes"]


def test_the_source_says_its_commit_and_its_problems() -> None:
    view = source_view(SourceStatus(good_at=NOW), snapshot(wanted("v2"), problems=(BROKEN,)))
    assert (view.commit, view.good_at, view.failing_since) == ("c1", NOW, None)
    assert [(each.file, each.line, each.severity) for each in view.problems] == [
        ("desired/prod/notes.yaml", 3, "error")
    ]


def test_a_source_that_is_large_says_how_far_it_is() -> None:
    assert source_view(SourceStatus(arriving="40 MiB are here"), None).arriving == "40 MiB are here"


def test_a_source_that_never_answered_says_why() -> None:
    view = source_view(SourceStatus(None, NOW, "timeout", "It did not answer.", "Check it."), None)
    assert (view.commit, view.failing_since, view.reason) == (None, NOW, "timeout")
    assert view.problems == ()


@pytest.mark.parametrize("name", ["seenAt", "failingSince", "taskDefinition", "committedAt"])
def test_names_are_as_json_has_them(name: str) -> None:
    assert f'"{name}"' in service_view(status(report())).model_dump_json(by_alias=True)


ROLLED = "arn:aws:ecs:eu-west-1:1:service-deployment/prod/notes/x1"


def test_a_rolling_deployment_is_shown_by_its_name() -> None:
    view = service_view(status(report(Progressing("x1 goes on", 15.0, ROLLED))))
    assert view.rollout is not None
    assert view.rollout.deployment == "x1"


def test_during_a_rolling_update_the_running_version_is_the_one_that_still_serves() -> None:
    tried = (attempt("v2", id=ROLLED), attempt("v1", id=f"{ROLLED[:-2]}x0"))
    seen = replace(observed(*tried), running=registered("v2", 2), replaced=registered("v1"))
    running = service_view(status(report(SHIFTING, observed=seen))).running
    assert running is not None
    assert (running.images, running.deployment) == ({"proxy": "notes:v1"}, "x0")
