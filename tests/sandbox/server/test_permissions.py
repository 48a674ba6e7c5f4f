"""Policies at the door: who has one may do only what it allows."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.clock import HostClock
from sandbox.server import Server, serve
from sandbox.server.permissions.policy import Policy, PolicyError, Wish
from sandbox.world.world import World

SERVICE = "arn:aws:ecs:eu-west-1:123456789012:service/prod/notes"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def allowed(statement: dict[str, Any], action: str, resource: str | None = None, **context: str) -> bool:
    return Policy([document(statement)]).allows(Wish(action, resource, context))


@pytest.mark.parametrize(
    ("statement", "yes"),
    [
        (allow("ecs:UpdateService", SERVICE), True),
        (allow("ecs:*", "*"), True),
        (allow(["ecs:DescribeServices", "ECS:updateservice"], ["x", SERVICE]), True),
        (allow("ecs:UpdateService", SERVICE.replace("notes", "n?t*")), True),
        (allow("ecs:UpdateService", SERVICE + "-evil"), False),
        (allow("ecs:UpdateService", SERVICE[:-1]), False),
        (allow("ecs:Update", SERVICE), False),
        ({**allow("ecs:*"), "Effect": "Deny"}, False),
    ],
)
def test_an_action_on_a_resource_is_allowed_by_patterns(statement: dict[str, Any], *, yes: bool) -> None:
    assert allowed(statement, "ecs:UpdateService", SERVICE) is yes


def test_what_names_no_resource_is_held_against_the_action_alone() -> None:
    assert allowed(allow("codedeploy:GetDeployment", "arn:aws:x"), "codedeploy:GetDeployment")
    assert not allowed(allow("codedeploy:GetDeployment", "arn:aws:x"), "codedeploy:StopDeployment")


def test_a_denial_outweighs_an_allowance() -> None:
    policy = Policy([document(allow("*")), document({**allow("ecs:DeleteService"), "Effect": "Deny"})])
    assert policy.allows(Wish("ecs:UpdateService", SERVICE, {}))
    assert not policy.allows(Wish("ecs:DeleteService", SERVICE, {}))


@pytest.mark.parametrize(
    ("condition", "found", "yes"),
    [
        ({"StringEquals": {"k": ["a", "b"]}}, "b", True),
        ({"StringEquals": {"k": "a"}}, "ab", False),
        ({"StringEquals": {"k": "a"}}, None, False),
        ({"StringEqualsIfExists": {"k": "a"}}, None, True),
        ({"StringEqualsIfExists": {"k": "a"}}, "b", False),
        ({"ArnLike": {"k": "arn:*:x"}}, "arn:1:x", True),
        ({"BoolIfExists": {"k": "false"}}, "true", False),
    ],
)
def test_a_condition_must_hold(condition: dict[str, Any], found: str | None, *, yes: bool) -> None:
    policy = Policy([document(allow("*", Condition=condition))])
    assert policy.allows(Wish("a:B", None, {} if found is None else {"k": found})) is yes


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"Version": "2008-10-17", "Statement": []},
        document({"Effect": "Allow", "NotAction": "x", "Resource": "*"}),
        document(allow("*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})),
    ],
)
def test_what_is_not_understood_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(PolicyError):
        Policy([wrong])


@contextmanager
def guarded(*statements: dict[str, Any]) -> Iterator[Server]:
    with serve(World(HostClock()), policies={"trueup": [document(*statements)]}) as server:
        yield server


def client(server: Server, service: str, key: str = "trueup") -> Any:
    connect: Any = boto3.client
    return connect(
        service,
        endpoint_url=server.url,
        region_name="eu-west-1",
        aws_access_key_id=key,
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )


def refused(call: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_refusal_has_the_words_of_iam() -> None:
    with guarded() as server:
        code, message = refused(client(server, "ecs").update_service, cluster="prod", service="notes")
    assert code == "AccessDeniedException"
    assert message == (
        "User: arn:aws:iam::123456789012:user/trueup is not authorized to perform: ecs:UpdateService on resource: "
        f"{SERVICE} because no identity-based policy allows the ecs:UpdateService action"
    )


def test_a_service_of_the_query_protocol_is_refused_in_its_own_words() -> None:
    with guarded() as server:
        assert refused(client(server, "elbv2").describe_listeners)[0] == "AccessDenied"


def test_what_the_policy_allows_is_answered_and_everybody_else_may_do_everything() -> None:
    with guarded(allow("ecs:ListClusters")) as server:
        assert client(server, "ecs").list_clusters()["clusterArns"] == []
        assert client(server, "cloudwatch", "ann").describe_alarms()["MetricAlarms"] == []
        assert refused(client(server, "cloudwatch").describe_alarms)[0] == "AccessDeniedException"


def test_what_moto_answers_is_guarded_too() -> None:
    with guarded() as server:
        assert refused(client(server, "dynamodb").list_tables)[0] == "AccessDeniedException"


DEFINITION = {
    "family": "notes",
    "taskRoleArn": "arn:aws:iam::123456789012:role/task",
    "containerDefinitions": [{"name": "web", "image": "web:1", "memory": 128}],
}
REGISTER = allow("ecs:RegisterTaskDefinition", "arn:aws:ecs:eu-west-1:123456789012:task-definition/notes:*")
PASS = allow("iam:PassRole", DEFINITION["taskRoleArn"])


def test_to_register_is_to_pass_the_roles_and_to_put_on_the_tags() -> None:
    with guarded(REGISTER) as server:
        assert (
            "iam:PassRole on resource: arn:aws:iam::123456789012:role/task"
            in (refused(client(server, "ecs").register_task_definition, **DEFINITION)[1])
        )
    with guarded(REGISTER, PASS) as server:
        ecs = client(server, "ecs")
        assert ecs.register_task_definition(**DEFINITION)["taskDefinition"]["revision"] == 1
        assert "ecs:TagResource" in refused(ecs.register_task_definition, **DEFINITION, tags=[{"key": "a"}])[1]


def test_another_family_is_refused() -> None:
    with guarded(REGISTER, PASS) as server:
        other = {**DEFINITION, "family": "notes-evil"}
        assert "task-definition/notes-evil" in refused(client(server, "ecs").register_task_definition, **other)[1]


def test_what_was_refused_is_kept_once() -> None:
    with guarded() as server:
        for _ in range(2):
            refused(client(server, "ecs").update_service, cluster="prod", service="notes")
        with urllib.request.urlopen(f"{server.url}/_sandbox/refused", timeout=10) as answer:
            assert json.loads(answer.read()) == [
                {
                    "principal": "arn:aws:iam::123456789012:user/trueup",
                    "action": "ecs:UpdateService",
                    "resource": SERVICE,
                }
            ]


def test_a_policy_of_a_role_is_that_of_its_sessions() -> None:
    with serve(World(HostClock()), policies={"deployer": [document()]}) as server:
        role = "arn:aws:iam::123456789012:role/deployer"
        session = client(server, "sts", "ann").assume_role(RoleArn=role, RoleSessionName="deploy")["Credentials"]
        assert refused(client(server, "ecs", session["AccessKeyId"]).list_clusters)[0] == "AccessDeniedException"
