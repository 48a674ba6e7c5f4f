from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from reconcilers.attempts import AttemptState, AwsReason, Cause, Mark
from reconcilers.aws.ecs import REMEMBERED, EcsGateway
from reconcilers.digest import Digest
from reconcilers.live_service import LoadBalancer
from reconcilers.outcome import Retry, Stalled
from reconcilers.task_definition import revision_digest
from tests.reconcilers.aws.wire import Params, Refusal, Reply, Wire

ARN = "arn:aws:ecs:eu-west-1:123456789012"


def service(name: str, **more: Any) -> dict[str, Any]:
    return {
        "serviceArn": f"{ARN}:service/prod/{name}",
        "serviceName": name,
        "clusterArn": f"{ARN}:cluster/prod",
        "status": "ACTIVE",
        "taskDefinition": f"{ARN}:task-definition/web:1",
        **more,
    }


def definition(number: int, image: str = "web", **more: Any) -> dict[str, Any]:
    return {
        "taskDefinitionArn": f"{ARN}:task-definition/web:{number}",
        "family": "web",
        "revision": number,
        "status": "ACTIVE",
        "containerDefinitions": [{"name": "web", "image": f"{image}:{number}"}],
        "requiresAttributes": [{"name": "ecs.capability.x"}],
        **more,
    }


def family(*definitions: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> dict[str, Reply]:
    """A registry: it describes what it has, and lists the ACTIVE ones, newest first."""
    known = {each["taskDefinitionArn"]: each for each in definitions}

    def describe(params: Params) -> Mapping[str, Any]:
        if params["taskDefinition"] not in known:
            raise Refusal("ClientException", "Unable to describe task definition.")
        labels = [{"key": key, "value": value} for key, value in (tags or {}).items()]
        return {"taskDefinition": known[params["taskDefinition"]], "tags": labels}

    active = [arn for arn, each in known.items() if each["status"] == "ACTIVE"]
    return {"DescribeTaskDefinition": describe, "ListTaskDefinitions": {"taskDefinitionArns": active[::-1]}}


def gateway(replies: dict[str, Reply]) -> tuple[EcsGateway, Wire]:
    wire = Wire(replies)
    return EcsGateway(wire.client("ecs"), revision_digest), wire


def described(params: Params) -> Mapping[str, Any]:
    return {"services": [service(name) for name in params["services"]], "failures": []}


def test_services_are_described_ten_a_call() -> None:
    ecs, wire = gateway({"DescribeServices": described})
    names = tuple(f"s{number}" for number in range(21))

    found = ecs.describe_services("prod", names)

    assert [len(params["services"]) for params in wire.asked("DescribeServices")] == [10, 10, 1]
    assert tuple(found.found) == names


@pytest.mark.parametrize("arn", [f"{ARN}:service/gone", f"{ARN}:service/prod/gone"])
def test_an_unknown_service_is_missing_whichever_arn_names_it(arn: str) -> None:
    ecs, _ = gateway({"DescribeServices": {"services": [], "failures": [{"arn": arn, "reason": "MISSING"}]}})

    assert ecs.describe_services("prod", ("gone",)).missing == {"gone"}


def test_a_service_that_could_not_be_read_is_not_missing() -> None:
    ecs, _ = gateway({"DescribeServices": {"services": [], "failures": [{"arn": "x/web", "reason": "BUSY"}]}})

    with pytest.raises(Retry, match="BUSY"):
        ecs.describe_services("prod", ("web",))


def test_a_missing_cluster_stalls() -> None:
    ecs, _ = gateway({"DescribeServices": Refusal("ClusterNotFoundException", "Cluster not found.")})

    with pytest.raises(Stalled) as caught:
        ecs.describe_services("prod", ("web",))

    assert caught.value.reason == "ClusterNotFound"


def test_a_blue_green_service_has_its_task_sets() -> None:
    balancers = [{"targetGroupArn": "tg/blue", "containerName": "web", "containerPort": 80}]
    task_sets = [
        {"id": "ecs-svc/1", "status": "PRIMARY", "taskDefinition": "web:1", "computedDesiredCount": 2},
        {
            "id": "ecs-svc/2",
            "status": "ACTIVE",
            "taskDefinition": "web:2",
            "externalId": "d-1",
            "stabilityStatus": "STABILIZING",
            "loadBalancers": balancers,
            "runningCount": 1,
            "pendingCount": 1,
        },
    ]
    answer = service(
        "web", taskSets=task_sets, deploymentController={"type": "CODE_DEPLOY"}, loadBalancers=balancers, desiredCount=2
    )
    ecs, _ = gateway({"DescribeServices": {"services": [answer]}})

    found = ecs.describe_services("prod", ("web",)).found["web"]

    assert found.controller == "CODE_DEPLOY"
    assert found.load_balancers == (LoadBalancer("tg/blue", "web", 80),)
    assert found.primary is not None
    assert found.primary.external_id is None
    assert found.task_sets[1].external_id == "d-1"
    assert found.task_sets[1].stability == "STABILIZING"
    assert found.task_sets[1].target_group_arns == ("tg/blue",)
    assert found.definition["desiredCount"] == 2
    assert not {"events", "taskSets", "deployments"} & found.definition.keys()


def test_what_only_the_primary_deployment_shows_is_of_the_service() -> None:
    deployments = [
        {"id": "ecs-svc/2", "status": "ACTIVE", "serviceConnectConfiguration": {"enabled": True}},
        {
            "id": "ecs-svc/1",
            "status": "PRIMARY",
            "taskDefinition": "web:2",
            "serviceConnectConfiguration": {"enabled": False},
            "volumeConfigurations": [{"name": "data"}],
        },
    ]
    ecs, _ = gateway({"DescribeServices": {"services": [service("web", deployments=deployments)]}})

    found = ecs.describe_services("prod", ("web",)).found["web"].definition

    assert found["serviceConnectConfiguration"] == {"enabled": False}
    assert found["volumeConfigurations"] == [{"name": "data"}]
    assert "vpcLatticeConfigurations" not in found
    assert found["taskDefinition"] != "web:2"


def test_a_rolling_service_has_its_deployments() -> None:
    deployment = {"id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": "FAILED", "failedTasks": 3}
    ecs, _ = gateway({"DescribeServices": {"services": [service("web", deployments=[deployment])]}})

    found = ecs.describe_services("prod", ("web",)).found["web"]

    assert found.controller == "ECS"
    assert found.deployments[0].rollout_state == "FAILED"
    assert found.deployments[0].failed_tasks == 3


def test_the_content_of_a_revision_is_asked_for_once() -> None:
    one = definition(1)
    ecs, wire = gateway(family(one))

    first = ecs.task_definition(one["taskDefinitionArn"])
    second = ecs.task_definition(one["taskDefinitionArn"])

    assert wire.operations == ["DescribeTaskDefinition"]
    assert first is not None
    assert second is not None
    assert first.digest == second.digest == revision_digest(one)
    assert second.tags is None
    assert "requiresAttributes" not in first.definition


def test_a_large_fleets_revisions_are_all_remembered() -> None:
    names = tuple(f"s{number}" for number in range(REMEMBERED + 1))
    revisions = [definition(number) for number in range(1, len(names) + 1)]
    ecs, _ = gateway({"DescribeServices": described, **family(*revisions)})
    ecs.describe_services("prod", names)
    for each in revisions:
        ecs.task_definition(each["taskDefinitionArn"])
    assert ecs.remembers(revisions[0]["taskDefinitionArn"])


def test_status_and_tags_of_a_revision_are_asked_for_every_time() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    one = definition(1, status="INACTIVE", registeredBy="arn:joe", registeredAt=moment)
    ecs, wire = gateway(family(one, tags={"trueup:commit": "abc"}))
    ecs.task_definition(one["taskDefinitionArn"])

    found = ecs.revision(one["taskDefinitionArn"])

    assert wire.operations == ["DescribeTaskDefinition"] * 2
    assert found is not None
    assert found.status == "INACTIVE"
    assert found.tags == {"trueup:commit": "abc"}
    assert found.registered_by == "arn:joe"
    assert found.registered_at == moment.timestamp()


def test_a_deleted_revision_is_none() -> None:
    ecs, _ = gateway(family())

    assert ecs.task_definition(f"{ARN}:task-definition/web:9") is None


def test_a_revision_of_the_same_content_is_found_with_its_tags() -> None:
    ecs, _ = gateway(family(definition(1), definition(2), definition(3), tags={"a": "b"}))

    (found,) = ecs.candidates("web", frozenset({revision_digest(definition(2))}))

    assert found.arn.endswith("web:2")
    assert found.tags == {"a": "b"}


def test_all_known_revisions_of_the_same_content_are_found() -> None:
    same = [definition(number, containerDefinitions=[{"name": "web", "image": "web:1"}]) for number in (1, 2)]
    ecs, _ = gateway(family(*same))
    for each in same:
        ecs.task_definition(each["taskDefinitionArn"])

    found = ecs.candidates("web", frozenset({revision_digest(same[0])}))

    assert [revision.arn[-5:] for revision in found] == ["web:2", "web:1"]


def test_no_candidate_is_found_where_the_content_is_new() -> None:
    ecs, _ = gateway(family(definition(1), definition(2)))

    assert ecs.candidates("web", frozenset({revision_digest(definition(3))})) == ()


def test_only_the_newest_unseen_revisions_are_described() -> None:
    ecs, wire = gateway(family(*(definition(number) for number in range(1, 31))))

    assert ecs.candidates("web", frozenset({revision_digest(definition(1))})) == ()
    assert len(wire.asked("DescribeTaskDefinition")) == 5


def test_an_old_revision_is_found_again_where_its_content_is_known() -> None:
    ecs, _ = gateway(family(*(definition(number) for number in range(1, 31))))
    ecs.task_definition(f"{ARN}:task-definition/web:1")

    (found,) = ecs.candidates("web", frozenset({revision_digest(definition(1))}))

    assert found.arn.endswith("web:1")


def test_an_old_revision_is_found_again_where_a_deployment_named_it() -> None:
    ecs, wire = gateway(family(*(definition(number) for number in range(1, 31))))

    (found,) = ecs.candidates("web", frozenset({revision_digest(definition(1))}), (f"{ARN}:task-definition/web:1",))

    assert found.arn.endswith("web:1")
    assert len(wire.asked("DescribeTaskDefinition")) == 1


def test_an_inactive_revision_is_no_candidate() -> None:
    gone = definition(1, status="INACTIVE")
    ecs, _ = gateway(family(gone))
    ecs.task_definition(gone["taskDefinitionArn"])

    assert ecs.candidates("web", frozenset({revision_digest(gone)}), (gone["taskDefinitionArn"],)) == ()


def test_registering_adds_our_tags_to_the_ones_of_the_definition() -> None:
    ecs, wire = gateway({"RegisterTaskDefinition": {"taskDefinition": definition(7)}})
    wanted = {"family": "web", "containerDefinitions": [{"name": "web"}], "tags": [{"key": "team", "value": "a"}]}

    assert ecs.register(wanted, {"trueup:commit": "abc"}) == f"{ARN}:task-definition/web:7"
    (sent,) = wire.asked("RegisterTaskDefinition")
    assert sent["tags"] == [{"key": "team", "value": "a"}, {"key": "trueup:commit", "value": "abc"}]


def test_what_was_registered_is_not_asked_for_again() -> None:
    ecs, wire = gateway({"RegisterTaskDefinition": {"taskDefinition": definition(7)}})
    ecs.register({"family": "web", "containerDefinitions": [{"name": "web"}]}, {})

    assert ecs.task_definition(f"{ARN}:task-definition/web:7") is not None
    assert wire.operations == ["RegisterTaskDefinition"]


def test_what_was_registered_here_is_found_although_the_list_lacks_it_still() -> None:
    ecs, _ = gateway(
        family(definition(7))
        | {"ListTaskDefinitions": {"taskDefinitionArns": []}}
        | {"RegisterTaskDefinition": {"taskDefinition": definition(7)}}
    )
    ecs.register({"family": "web", "containerDefinitions": [{"name": "web"}]}, {})

    (found,) = ecs.candidates("web", frozenset({revision_digest(definition(7))}))

    assert found.arn.endswith("web:7")


def test_a_refused_registration_does_not_repeat_an_environment_value() -> None:
    ecs, _ = gateway({"RegisterTaskDefinition": Refusal("ClientException", "hunter22 is not allowed")})
    environment = [{"name": "PASSWORD", "value": "hunter22"}]

    with pytest.raises(Stalled) as caught:
        ecs.register({"family": "web", "containerDefinitions": [{"name": "web", "environment": environment}]}, {})

    assert "hunter22" not in str(caught.value)


def test_labels_are_put_on_and_taken_off() -> None:
    ecs, wire = gateway({"TagResource": {}, "UntagResource": {}})

    ecs.tag("arn", {"trueup:held": "d-1 ALARM: it's <bad>" + "x" * 300, "old": None})

    (put,) = wire.asked("TagResource")
    assert put["tags"][0]["value"].startswith("d-1 ALARM: it s  bad x")
    assert len(put["tags"][0]["value"]) == 256
    assert wire.asked("UntagResource") == [{"resourceArn": "arn", "tagKeys": ["old"]}]


def test_no_label_is_no_call() -> None:
    ecs, wire = gateway({})

    ecs.tag("arn", {})

    assert wire.calls == []


def test_an_update_carries_the_declared_fields_and_no_others() -> None:
    ecs, wire = gateway({"UpdateService": {"service": service("web", desiredCount=3)}})

    assert ecs.update_service("prod", "web", {"desiredCount": 3}).desired_count == 3
    assert wire.asked("UpdateService") == [{"cluster": "prod", "service": "web", "desiredCount": 3}]


def test_a_service_says_when_and_by_whom_it_was_created() -> None:
    made = service("web", createdAt=datetime.fromtimestamp(1000, UTC), createdBy="arn:aws:iam::1:user/operator")
    ecs, _ = gateway({"DescribeServices": {"services": [made]}})

    found = ecs.describe_services("prod", ("web",)).found["web"]

    assert (found.created_at, found.created_by) == (1000.0, "arn:aws:iam::1:user/operator")


DEPLOYMENT = f"{ARN}:service-deployment/prod/web"
REVISION = f"{ARN}:service-revision/prod/web"


def rolling(number: int, status: str, **more: Any) -> dict[str, Any]:
    return {
        "serviceDeploymentArn": f"{DEPLOYMENT}/{number}",
        "status": status,
        "createdAt": datetime.fromtimestamp(1000 + number, UTC),
        "targetServiceRevision": {"arn": f"{REVISION}/{number}"},
        **more,
    }


def history(*deployments: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> dict[str, Reply]:
    known = {each["serviceDeploymentArn"]: each for each in deployments}
    briefs = [
        {**{key: each[key] for key in ("serviceDeploymentArn", "status", "createdAt")},
         "targetServiceRevisionArn": each["targetServiceRevision"]["arn"]}
        for each in deployments
    ]  # fmt: skip

    def revisions(params: Params) -> Mapping[str, Any]:
        return {
            "serviceRevisions": [
                {"serviceRevisionArn": arn, "taskDefinition": f"{ARN}:task-definition/web:{arn.rsplit('/')[-1]}"}
                for arn in params["serviceRevisionArns"]
            ]
        }

    return {
        "ListServiceDeployments": {"serviceDeployments": briefs},
        "DescribeServiceDeployments": lambda params: {
            "serviceDeployments": [known[arn] for arn in params["serviceDeploymentArns"]]
        },
        "DescribeServiceRevisions": revisions,
        **family(definition(1), definition(2), tags=tags),
    }


OURS = {"trueup:owner": "prod/web", "trueup:release": "v1-r", "trueup:commit": "abc"}


def test_rolling_deployments_come_newest_first_with_what_they_ship() -> None:
    stamped = {**OURS, "trueup:shipped": "1002-heal"}
    ecs, _ = gateway(history(rolling(1, "SUCCESSFUL"), rolling(2, "IN_PROGRESS"), tags=stamped))

    newest, oldest = ecs.service_deployments("prod", "web", "prod/web")

    assert (newest.id, newest.state, oldest.state) == (
        f"{DEPLOYMENT}/2",
        AttemptState.RUNNING,
        AttemptState.SUCCEEDED,
    )
    assert newest.task_definition_arn == f"{ARN}:task-definition/web:2"
    assert newest.revision == revision_digest(definition(2))
    assert newest.mark == Mark(Digest("v1-r"), "abc", Cause.HEAL)
    assert newest.created_at == 1002


def test_a_revision_of_another_owner_is_not_our_mark() -> None:
    ecs, _ = gateway(
        history(rolling(1, "SUCCESSFUL"), tags={**OURS, "trueup:owner": "dev/web", "trueup:shipped": "1001-heal"})
    )

    assert ecs.service_deployments("prod", "web", "prod/web")[0].mark is None


def test_a_rollback_by_the_circuit_breaker_is_not_a_success() -> None:
    breaker = {"status": "TRIGGERED"}
    ended = rolling(1, "ROLLBACK_SUCCESSFUL", deploymentCircuitBreaker=breaker, rollback={"reason": "Too many."})
    ecs, _ = gateway(history(ended))

    (attempt,) = ecs.service_deployments("prod", "web", "prod/web")

    assert attempt.state is AttemptState.ROLLED_BACK
    assert attempt.reason == AwsReason("CIRCUIT_BREAKER", "Too many.")


@pytest.mark.parametrize(
    ("names", "said", "told"),
    [
        (["5xx"], {}, "Activated alarms: <5xx>"),
        (["5xx", "p99"], {"rollback": {"reason": "It was."}}, "It was. Activated alarms: <5xx> <p99>"),
        ([], {"statusReason": "It was."}, "It was."),
    ],
)
def test_a_rollback_by_an_alarm_names_it(names: list[str], said: dict[str, Any], told: str) -> None:
    alarms = {"status": "TRIGGERED", "triggeredAlarmNames": names}
    ecs, _ = gateway(history(rolling(1, "ROLLBACK_IN_PROGRESS", alarms=alarms, **said)))

    (attempt,) = ecs.service_deployments("prod", "web", "prod/web")

    assert attempt.state is AttemptState.STOPPING
    assert attempt.reason == AwsReason("ALARM_ACTIVE", told)


def test_a_stop_carries_what_ecs_said() -> None:
    ecs, _ = gateway(history(rolling(1, "STOPPED", statusReason="Stopped by joe.")))

    (attempt,) = ecs.service_deployments("prod", "web", "prod/web")

    assert attempt.reason == AwsReason("STOPPED", "Stopped by joe.")


def test_what_has_ended_is_not_described_again() -> None:
    ecs, wire = gateway(history(rolling(1, "SUCCESSFUL"), rolling(2, "IN_PROGRESS")))
    ecs.service_deployments("prod", "web", "prod/web")
    wire.calls.clear()

    ecs.service_deployments("prod", "web", "prod/web")

    (asked,) = wire.asked("DescribeServiceDeployments")
    assert asked["serviceDeploymentArns"] == [f"{DEPLOYMENT}/2"]
    assert wire.asked("DescribeServiceRevisions") == []


def test_a_service_without_deployments_costs_one_call() -> None:
    ecs, wire = gateway({"ListServiceDeployments": {"serviceDeployments": []}})

    assert ecs.service_deployments("prod", "web", "prod/web") == ()
    assert wire.operations == ["ListServiceDeployments"]


def test_a_service_that_is_gone_has_no_deployments() -> None:
    ecs, _ = gateway({"ListServiceDeployments": Refusal("ServiceNotFoundException")})

    assert ecs.service_deployments("prod", "web", "prod/web") == ()


def test_a_stopped_rolling_deployment_is_rolled_back() -> None:
    ecs, wire = gateway({"StopServiceDeployment": {"serviceDeploymentArn": "x"}})

    ecs.stop_service_deployment("x")

    assert wire.asked("StopServiceDeployment") == [{"serviceDeploymentArn": "x", "stopType": "ROLLBACK"}]
