from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from reconcilers.attempts import Attempt, AttemptState
from reconcilers.live import Live
from reconcilers.live_service import RollingDeployment, TaskSet
from reconcilers.observe import base, closer
from reconcilers.outcome import Retry
from reconcilers.progress import Colour, Progress
from reconcilers.task_definition import revision_digest
from reconcilers.verdict import Look
from tests.reconcilers.aws.wire import Refusal, Wire
from tests.reconcilers.builders import (
    NOW,
    ROLLING,
    arn,
    attempt,
    definition,
    registered,
    release,
    rolling_service,
    service,
    wanted,
)
from tests.reconcilers.gateways import described, over, replies

LIVE = Live(NOW, service(), registered())


def deployment(number: int, **more: Any) -> dict[str, Any]:
    return {
        "deploymentId": f"d-{number}",
        "status": "Succeeded",
        "createTime": datetime.fromtimestamp(number, UTC),
        "revision": {"revisionType": "AppSpecContent", "appSpecContent": {"sha256": str(number)}},
        **more,
    }


def tried(*deployments: dict[str, Any]) -> dict[str, Any]:
    content = f'{{"Resources": [{{"TargetService": {{"Properties": {{"TaskDefinition": "{arn(7)}"}}}}}}]}}'
    return {
        "ListDeployments": {"deployments": [each["deploymentId"] for each in deployments]},
        "BatchGetDeployments": {"deploymentsInfo": list(deployments)},
        "GetApplicationRevision": {"revision": {"appSpecContent": {"content": content}}},
    }


def test_the_first_look_is_the_service_and_what_it_runs() -> None:
    gateways, wire = over(replies())

    live = base(gateways, wanted(), NOW)

    assert live.observed_at == NOW
    assert live.service is not None
    assert live.running is not None
    assert live.running.digest == revision_digest(definition("v1"))
    assert live.attempts is None
    assert wire.operations == ["DescribeServices", "DescribeTaskDefinition"]


def test_a_second_look_is_one_call() -> None:
    gateways, wire = over(replies())
    base(gateways, wanted(), NOW)
    wire.calls.clear()

    base(gateways, wanted(), NOW)

    assert wire.operations == ["DescribeServices"]


def test_a_service_that_is_missing_is_none() -> None:
    gateways, _ = over(replies(DescribeServices={"failures": [{"arn": "x/notes", "reason": "MISSING"}]}))

    assert base(gateways, wanted(), NOW) == Live(NOW, None)


def test_a_service_that_could_not_be_read_is_not_missing() -> None:
    gateways, _ = over(replies(DescribeServices=Refusal("ThrottlingException")))

    with pytest.raises(Retry):
        base(gateways, wanted(), NOW)


def test_a_service_that_runs_a_deleted_definition_runs_something_unknown() -> None:
    gateways, _ = over(replies(DescribeTaskDefinition=Refusal("ClientException")))

    assert base(gateways, wanted(), NOW).running is None


def test_only_what_was_asked_for_is_looked_at() -> None:
    gateways, wire = over(replies())

    live = closer(gateways, wanted(), LIVE, frozenset({Look.SCALING}), NOW)

    assert live == replace(LIVE, scalable=False)
    assert wire.operations == ["DescribeScalableTargets"]


def test_what_somebody_else_shipped_is_known_by_its_content() -> None:
    gateways, _ = over(
        replies(**tried(deployment(1, description="by hand")), DescribeTaskDefinition=described(7, "v9"))
    )

    live = closer(gateways, wanted(), LIVE, frozenset({Look.ATTEMPTS}), NOW)

    assert live.attempts is not None
    assert live.attempts[0].revision == revision_digest(definition("v9"))


def test_what_we_shipped_is_known_by_its_mark_alone() -> None:
    marked = deployment(1, description=f"trueup release={release('v1')} commit=c cause=commit")
    gateways, wire = over(replies(**tried(marked)))

    live = closer(gateways, wanted(), LIVE, frozenset({Look.ATTEMPTS}), NOW)

    assert live.attempts is not None
    assert live.attempts[0].mark is not None
    assert wire.asked("DescribeTaskDefinition") == []


def test_what_an_older_version_of_ours_shipped_is_known_by_its_content() -> None:
    marked = deployment(1, description="trueup release=v0-old commit=c cause=commit")
    gateways, _ = over(replies(**tried(marked), DescribeTaskDefinition=described(7, "v9")))

    live = closer(gateways, wanted(), LIVE, frozenset({Look.ATTEMPTS}), NOW)

    assert live.attempts is not None
    assert live.attempts[0].revision == revision_digest(definition("v9"))


def test_a_missing_group_has_no_attempts() -> None:
    gateways, _ = over(replies(ListDeployments=Refusal("DeploymentGroupDoesNotExistException")))

    assert closer(gateways, wanted(), LIVE, frozenset({Look.ATTEMPTS}), NOW).attempts == ()


def test_a_rolling_service_is_asked_for_its_own_deployments() -> None:
    gateways, wire = over(replies(ListServiceDeployments={"serviceDeployments": []}))

    live = closer(gateways, wanted(rollout=ROLLING), LIVE, frozenset({Look.ATTEMPTS}), NOW)

    assert live.attempts == ()
    assert wire.operations == ["ListServiceDeployments"]


def test_the_revision_that_a_release_shipped_before_is_looked_at_first() -> None:
    gateways, wire = over(replies(DescribeTaskDefinition=described(7, "v2")))
    live = replace(LIVE, attempts=(attempt("v2", task_definition_arn=arn(7)), attempt("v1")))

    live = closer(gateways, wanted("v2"), live, frozenset({Look.CANDIDATES}), NOW)

    assert live.candidates is not None
    assert [each.arn for each in live.candidates] == [arn(7)]
    assert wire.asked("DescribeTaskDefinition") == [{"taskDefinition": arn(7), "include": ["TAGS"]}]


def test_the_tags_of_what_runs_are_read_once() -> None:
    gateways, wire = over(replies(DescribeTaskDefinition={**described(1, "v1"), "tags": [{"key": "a", "value": "b"}]}))

    live = closer(gateways, wanted(), LIVE, frozenset({Look.LABELS}), NOW)
    again = closer(gateways, wanted(), live, frozenset({Look.LABELS}), NOW)

    assert live.running is not None
    assert live.running.tags == {"a": "b"}
    assert again == live
    assert wire.operations == ["DescribeTaskDefinition"]


def test_a_definition_that_was_deleted_while_it_runs_has_no_tags() -> None:
    gateways, _ = over(replies(DescribeTaskDefinition=Refusal("ClientException")))

    live = closer(gateways, wanted(), LIVE, frozenset({Look.LABELS}), NOW)

    assert live.running == registered(tags={})


def test_a_running_shift_that_has_not_started_is_at_nothing() -> None:
    gateways, _ = over(replies())
    live = replace(LIVE, attempts=(attempt("v2", AttemptState.RUNNING),))

    assert closer(gateways, wanted("v2"), live, frozenset({Look.PROGRESS}), NOW).progress == Progress(0.0, 0, 0)


def test_progress_without_a_running_shift_is_nothing() -> None:
    gateways, wire = over(replies())

    live = closer(gateways, wanted(), replace(LIVE, attempts=(attempt("v1"),)), frozenset({Look.PROGRESS}), NOW)

    assert live.progress == Progress(0.0, 0, 0)
    assert wire.calls == []


def test_the_target_of_a_shift_is_named_without_the_clusters_arn() -> None:
    gateways, wire = over(replies())
    live = replace(LIVE, attempts=(attempt("v2", AttemptState.RUNNING),))
    named = wanted("v2", cluster="arn:aws:ecs:eu-west-1:1:cluster/prod")

    closer(gateways, named, live, frozenset({Look.PROGRESS, Look.SCALING}), NOW)

    assert wire.asked("GetDeploymentTarget")[0]["targetId"] == "prod:notes"
    assert wire.asked("DescribeScalableTargets")[0]["ResourceIds"] == ["service/prod/notes"]


def test_while_a_release_is_taken_back_it_is_the_one_that_is_looked_at() -> None:
    gateways, wire = over(replies())
    back = attempt("v1", AttemptState.RUNNING, id="d-back", config="Linear", rollback_of="d-v2")

    closer(gateways, wanted("v2"), replace(LIVE, attempts=(back,)), frozenset({Look.PROGRESS}), NOW)

    assert [each["deploymentId"] for each in wire.asked("GetDeploymentTarget")] == ["d-v2"]
    assert wire.asked("GetDeploymentConfig") == []


def test_a_rolling_updates_share_is_its_share_of_the_running_tasks() -> None:
    gateways, _ = over(replies())
    new = RollingDeployment("new", "PRIMARY", arn(2), "IN_PROGRESS", desired=4, running=1)
    old = RollingDeployment("old", "ACTIVE", arn(1), "COMPLETED", running=3)
    live = replace(LIVE, service=rolling_service(deployments=(new, old)))

    live = closer(gateways, wanted(rollout=ROLLING), live, frozenset({Look.PROGRESS}), NOW)

    colours = (Colour(True, 25.0, 1, 4, arn(2)), Colour(False, 75.0, 3, 0, arn(1)))
    assert live.progress is not None
    assert replace(live.progress, alarms=()) == Progress(25.0, 1, 4, colours=colours)


def rolling_answer(*deployments: tuple[str, int, int]) -> dict[str, Any]:
    """DescribeServices of a rolling service whose deployments are of this status, revision and number of tasks."""
    parts = [
        {"id": f"ecs-svc/{number}", "status": status, "taskDefinition": arn(number), "runningCount": running}
        for status, number, running in deployments
    ]
    service = {
        "serviceName": "notes",
        "serviceArn": "arn:aws:ecs:eu-west-1:1:service/prod/notes",
        "clusterArn": "arn:aws:ecs:eu-west-1:1:cluster/prod",
        "status": "ACTIVE",
        "taskDefinition": arn(deployments[0][1]),
        "deployments": parts,
    }
    return {"services": [service]}


@pytest.mark.parametrize(
    ("deployments", "serving"),
    [
        ([("PRIMARY", 2, 0), ("ACTIVE", 1, 2)], arn(1)),
        ([("PRIMARY", 3, 1), ("ACTIVE", 2, 1), ("ACTIVE", 1, 2)], arn(1)),
        ([("PRIMARY", 2, 2), ("ACTIVE", 1, 0)], arn(2)),
        ([("PRIMARY", 2, 2)], arn(2)),
    ],
)
def test_during_a_rolling_update_what_it_replaces_serves_while_it_has_tasks(
    deployments: list[tuple[str, int, int]], serving: str
) -> None:
    answers = {f"{arn(number)}": described(number, f"v{number}") for number in (1, 2, 3)}
    gateways, _ = over(
        replies(
            DescribeServices=rolling_answer(*deployments),
            DescribeTaskDefinition=lambda asked: answers[asked["taskDefinition"]],
        )
    )
    seen = base(gateways, wanted(rollout=ROLLING), NOW).serving
    assert seen is not None
    assert seen.arn == serving


def test_what_is_replaced_and_cannot_be_read_is_not_known() -> None:
    def answer(asked: dict[str, Any]) -> Any:
        return described(2, "v2") if asked["taskDefinition"] == arn(2) else Refusal("ThrottlingException")

    services = rolling_answer(("PRIMARY", 2, 0), ("ACTIVE", 1, 2))
    gateways, _ = over(replies(DescribeServices=services, DescribeTaskDefinition=answer))
    live = base(gateways, wanted(rollout=ROLLING), NOW)
    assert (live.replaced, live.serving) == (None, live.running)


@pytest.mark.parametrize("deployments", [(), (RollingDeployment("new", "PRIMARY", arn(2), "IN_PROGRESS"),)])
def test_a_rolling_update_without_tasks_is_at_nothing(deployments: tuple[RollingDeployment, ...]) -> None:
    gateways, _ = over(replies())
    live = replace(LIVE, service=rolling_service(deployments=deployments))

    live = closer(gateways, wanted(rollout=ROLLING), live, frozenset({Look.PROGRESS}), NOW)

    assert live.progress is not None
    assert (live.progress.traffic, live.progress.running, live.progress.desired) == (0.0, 0, 0)


def target(*events: dict[str, Any]) -> dict[str, Any]:
    sets = [
        {"identifer": "ecs-svc/1", "taskSetLabel": "Blue", "trafficWeight": 70.0, "runningCount": 2, "desiredCount": 2},
        {
            "identifer": "ecs-svc/2",
            "taskSetLabel": "Green",
            "trafficWeight": 30.0,
            "runningCount": 1,
            "desiredCount": 2,
        },
    ]
    return {"deploymentTarget": {"ecsTarget": {"taskSetsInfo": sets, "lifecycleEvents": list(events)}}}


SHIFTING = replace(LIVE, attempts=(replace(attempt("v2", AttemptState.RUNNING), config="Linear"),))
LINEAR = {"timeBasedLinear": {"linearPercentage": 10, "linearInterval": 1}}
ALLOWING = {
    "lifecycleEventName": "AllowTraffic", "status": "InProgress", "startTime": datetime.fromtimestamp(NOW - 130, UTC)
}  # fmt: skip


def config(routing: dict[str, Any]) -> dict[str, Any]:
    return {"deploymentConfigInfo": {"trafficRoutingConfig": routing}}


def test_a_shift_tells_what_each_colour_runs() -> None:
    blue = TaskSet("ecs-svc/1", "PRIMARY", arn(1))
    live = replace(SHIFTING, service=service(task_sets=(blue,)))
    gateways, _ = over(replies(GetDeploymentTarget=target(), GetDeploymentConfig=config({})))

    progress = closer(gateways, wanted("v2"), live, frozenset({Look.PROGRESS}), NOW).progress

    assert progress is not None
    assert progress.colours == (Colour(False, 70.0, 2, 2, arn(1)), Colour(True, 30.0, 1, 2, None))
    assert (progress.traffic, progress.running, progress.desired) == (30.0, 1, 2)


def test_a_shift_tells_when_it_is_expected_to_end() -> None:
    gateways, _ = over(replies(GetDeploymentTarget=target(ALLOWING), GetDeploymentConfig=config(LINEAR)))

    progress = closer(gateways, wanted("v2"), SHIFTING, frozenset({Look.PROGRESS}), NOW).progress

    assert progress is not None
    assert progress.ends_at == NOW - 130 + 9 * 60


@pytest.mark.parametrize(("config_before", "seconds"), [("Linear", 45.0), ("Canary", 9 * 60.0)])
def test_at_first_a_shift_is_expected_to_take_what_the_one_before_it_took(config_before: str, seconds: float) -> None:
    began = ALLOWING | {"startTime": datetime.fromtimestamp(NOW, UTC)}
    before = attempt("v1", created_at=NOW - 500, moved_at=NOW - 455, shift_over=True, config=config_before)
    active = attempt("v2", AttemptState.RUNNING, config="Linear")
    seen = replace(SHIFTING, attempts=(active, before))
    first = config({"timeBasedLinear": {"linearPercentage": 30, "linearInterval": 3}})
    gateways, _ = over(replies(GetDeploymentTarget=target(began), GetDeploymentConfig=first))

    progress = closer(gateways, wanted("v2"), seen, frozenset({Look.PROGRESS}), NOW).progress

    assert progress is not None
    assert progress.ends_at == NOW + seconds


@pytest.mark.parametrize("refused", ["GetDeploymentConfig", "DescribeAlarms"])
def test_a_shift_is_followed_where_what_is_only_to_be_shown_is_not_to_be_had(refused: str) -> None:
    answers: dict[str, Any] = {
        "GetDeploymentTarget": target(ALLOWING),
        "GetDeploymentConfig": config(LINEAR),
        refused: Refusal("AccessDeniedException", "no"),
    }
    gateways, _ = over(replies(**answers))

    progress = closer(gateways, wanted("v2"), SHIFTING, frozenset({Look.PROGRESS}), NOW).progress

    assert progress is not None
    assert progress.traffic == 30.0
    assert (progress.ends_at is None) == (refused == "GetDeploymentConfig")
    assert (progress.alarms == ()) == (refused == "DescribeAlarms")


ALLOWED = ALLOWING | {"status": "Succeeded", "endTime": datetime.fromtimestamp(NOW - 90, UTC)}


def looked_at(*deployments: dict[str, Any], told: Any) -> tuple[tuple[Attempt, ...], Wire]:
    """What is known of the attempts, where AWS answers so for a deployment's target."""
    gateways, wire = over(replies(**tried(*deployments), GetDeploymentTarget=told))
    live = closer(gateways, wanted(), LIVE, frozenset({Look.ATTEMPTS}), NOW)
    assert live.attempts is not None
    return live.attempts, wire


def test_of_the_newest_that_moved_production_alone_it_is_asked_when_that_was() -> None:
    bad = deployment(3, status="Failed", rollbackInfo={"rollbackDeploymentId": "d-4"})
    back = deployment(4, rollbackInfo={"rollbackTriggeringDeploymentId": "d-3"})
    attempts, wire = looked_at(back, bad, deployment(2), deployment(1), told=target(ALLOWED))
    assert {each.id: each.moved_at for each in attempts} == {"d-4": None, "d-3": None, "d-2": NOW - 90, "d-1": None}
    assert [each["deploymentId"] for each in wire.asked("GetDeploymentTarget")] == ["d-2"]


def test_before_production_has_moved_nothing_is_asked() -> None:
    _, wire = looked_at(deployment(1, status="InProgress"), told=target(ALLOWING))
    assert wire.asked("GetDeploymentTarget") == []


@pytest.mark.parametrize("refusal", [Refusal("ThrottlingException"), Refusal("AccessDeniedException")])
def test_that_aws_does_not_say_when_production_moved_is_in_nobodys_way(refusal: Refusal) -> None:
    attempts, _ = looked_at(deployment(1), told=refusal)
    assert [(each.id, each.moved_at) for each in attempts] == [("d-1", None)]


def stop(code: str | None = "MANUAL_STOP", by: str | None = None) -> dict[str, Any]:
    """A deployment that was stopped, by default one of ours and by hand."""
    mark = by or f"trueup release={release('v1')} commit=c cause=commit"
    error = {"errorInformation": {"code": code, "message": "…"}} if code else {}
    return deployment(1, description=mark, status="Stopped", **error)


def superseded(name: str) -> dict[str, Any]:
    return {**described(7, "v1"), "tags": [{"key": "trueup:superseded", "value": name}]}


@pytest.mark.parametrize("code", ["MANUAL_STOP", None])
@pytest.mark.parametrize(("name", "ours"), [("d-1", True), ("d-0", False)])
def test_a_stop_by_hand_was_ours_where_the_revisions_tag_says_so(code: str | None, name: str, ours: bool) -> None:
    gateways, wire = over(replies(**tried(stop(code)), DescribeTaskDefinition=superseded(name)))

    for _ in range(2):
        live = closer(gateways, wanted(), LIVE, frozenset({Look.ATTEMPTS}), NOW)

    assert live.attempts is not None
    assert live.attempts[0].gives_way is ours
    assert wire.asked("DescribeTaskDefinition") == [{"taskDefinition": arn(7), "include": ["TAGS"]}], "asked once"


def test_whose_a_stop_was_is_asked_of_an_old_one_too() -> None:
    newer = [
        deployment(number, description=f"trueup release={release('v1')} commit=c cause=commit") for number in (8, 9)
    ]
    gateways, _ = over(replies(**tried(*newer, stop()), DescribeTaskDefinition=superseded("d-1")))

    live = closer(gateways, wanted(), LIVE, frozenset({Look.ATTEMPTS}), NOW)

    assert live.attempts is not None
    assert [each.gives_way for each in live.attempts] == [False, False, True]


@pytest.mark.parametrize("ended", [stop("ALARM_ACTIVE"), stop(by="by hand, trueup release=v1-x")])
def test_what_an_alarm_stopped_and_what_is_not_ours_never_gave_way(ended: dict[str, Any]) -> None:
    gateways, _ = over(replies(**tried(ended), DescribeTaskDefinition=superseded("d-1")))

    live = closer(gateways, wanted(), LIVE, frozenset({Look.ATTEMPTS}), NOW)

    assert live.attempts is not None
    assert not live.attempts[0].gives_way


def test_a_deployment_that_waits_for_a_person_tells_when_aws_gives_up() -> None:
    gateways, wire = over(
        replies(GetDeploymentTarget=target(ALLOWING | {"endTime": datetime.fromtimestamp(NOW - 60, UTC)}))
    )
    ready = attempt("v2", AttemptState.READY, config="Linear", patience=3600.0)

    live = closer(gateways, wanted("v2"), replace(LIVE, attempts=(ready,)), frozenset({Look.PROGRESS}), NOW)

    assert live.progress is not None
    assert (live.progress.gives_up_at, live.progress.ends_at) == (NOW + 3540, None)
    assert wire.asked("GetDeploymentConfig") == []


def test_while_ecs_takes_a_release_back_the_new_side_is_what_goes() -> None:
    gateways, _ = over(replies())
    old = RollingDeployment("back", "PRIMARY", arn(1), "IN_PROGRESS", desired=4, running=3)
    new = RollingDeployment("new", "ACTIVE", arn(2), "FAILED", running=1)
    back = attempt("v2", AttemptState.STOPPING)
    live = replace(LIVE, service=rolling_service(deployments=(old, new)), attempts=(back,))

    live = closer(gateways, wanted("v2", rollout=ROLLING), live, frozenset({Look.PROGRESS}), NOW)

    assert live.progress is not None
    assert (live.progress.traffic, [each.green for each in live.progress.colours]) == (25.0, [False, True])


@pytest.mark.parametrize(("number", "share"), [(2, 0.0), (1, 100.0), (None, 100.0)])
def test_a_release_that_is_taken_back_has_no_share_once_its_tasks_are_gone(number: int | None, share: float) -> None:
    gateways, _ = over(replies())
    old = RollingDeployment("back", "PRIMARY", arn(1), "IN_PROGRESS", desired=4, running=4)
    back = attempt("v2", AttemptState.STOPPING, task_definition_arn=arn(number) if number else None)
    live = replace(LIVE, service=rolling_service(deployments=(old,)), attempts=(back,))

    live = closer(gateways, wanted("v2", rollout=ROLLING), live, frozenset({Look.PROGRESS}), NOW)

    assert live.progress is not None
    assert live.progress.traffic == share
