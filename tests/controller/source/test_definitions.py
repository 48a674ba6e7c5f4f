from __future__ import annotations

import json
from typing import Any

import pytest

from tests.controller.source.commits import SOUND, compiled, definition, manifest, plain, said

WEB = {"name": "web", "image": "registry.example/web:1"}


def task(*containers: dict[str, Any], **fields: Any) -> str:
    return json.dumps({"family": "web", "containerDefinitions": list(containers) or [WEB], **fields}, indent=2)


def problems(text: str, **changes: str) -> list[str]:
    files = plain(text)
    files["desired/prod/web.yaml"] = manifest(chart="taskDefinition: web.json", images="sync: auto", **changes)
    return said(compiled(files))


def problem(text: str, **changes: str) -> str:
    (found,) = problems(text, **changes)
    return found


def test_a_plain_task_definition_is_taken_as_it_stands_but_for_the_image() -> None:
    assert definition(compiled(plain(task(cpu="256")))) == {
        "family": "web",
        "cpu": "256",
        "containerDefinitions": [{"name": "web", "image": "registry.example/web:3f2a1bc"}],
    }


def test_a_plain_task_definition_may_be_yaml() -> None:
    files = plain("containerDefinitions:\n- {name: web, image: web}\n")
    assert definition(compiled(files))["containerDefinitions"] == [{"name": "web", "image": "web:3f2a1bc"}]


def test_json_may_be_indented_with_tabs() -> None:
    files = plain('{\n\t"containerDefinitions": [\n\t\t{"name": "web", "image": "web"}\n\t]\n}\n')
    assert definition(compiled(files))["family"] == "prod-web"


def test_a_family_that_is_not_given_is_the_services_name_with_its_environment() -> None:
    text = json.dumps({"containerDefinitions": [WEB]})
    assert definition(compiled(plain(text)))["family"] == "prod-web"


def test_a_container_that_the_manifest_does_not_name_keeps_its_image() -> None:
    side = {"name": "side", "image": "side:7"}
    containers = definition(compiled(plain(task(WEB, side))))["containerDefinitions"]
    assert [container["image"] for container in containers] == ["registry.example/web:3f2a1bc", "side:7"]


def test_an_image_for_a_container_that_is_not_there_gets_the_nearest_name() -> None:
    files = plain(task()) | {
        "desired/prod/web.yaml": manifest(chart="taskDefinition: web.json", images="images: {wep: 1}")
    }
    assert said(compiled(files)) == [
        "desired/prod/web.yaml:9:12: The task definition has no container wep. Did you mean web?"
    ]


def test_a_tag_for_an_image_that_is_none_is_a_problem_of_both() -> None:
    in_manifest, in_definition = said(compiled(plain(task({"name": "web", "image": "No Image"}))))
    assert in_manifest.startswith("desired/prod/web.yaml:9:17: The repository for web cannot be told: 'No Image' is no")
    assert in_definition.startswith("web.json:6:16: 'No Image' is no image reference (for desired/prod/web.yaml).")


def test_what_describe_answers_is_not_what_register_takes() -> None:
    text = json.dumps({"taskDefinition": {"family": "web", "containerDefinitions": [WEB]}, "tags": []})
    assert "This is an answer of describe-task-definition" in problem(text)


def test_a_field_of_awss_answer_is_to_be_deleted() -> None:
    found = problems(task(revision=3, status="ACTIVE"))
    assert [text.partition(" is part of AWS's answer")[0] for text in found] == [
        "web.json:9:3: revision",
        "web.json:10:3: status",
    ]


def test_an_unknown_field_gets_its_path_and_the_nearest_name() -> None:
    text = problem(task({**WEB, "portMapings": []}))
    assert text == (
        "web.json:7:7: In containerDefinitions[0]: AWS knows no field portMapings here (for desired/prod/web.yaml). "
        "Did you mean portMappings?"
    )


def test_a_number_where_aws_wants_text_is_to_be_quoted() -> None:
    text = problem(task(cpu=256))
    assert "cpu must be text, and is a number (for desired/prod/web.yaml). Put it in quotes." in text


def test_a_wrong_field_does_not_hide_the_other_problems() -> None:
    wrong = {**WEB, "memoryy": 1, "essential": False, "environment": [{"name": "A", "value": 8080}]}
    found = "\n".join(
        problems(task(wrong, requiresCompatibilities=["FARGATE"], cpu="300", memory="512", networkMode="awsvpc"))
    )
    for expected in ("field memoryy", "environment[0].value must be text", "No container is essential", "with cpu 300"):
        assert expected in found


@pytest.mark.parametrize("containers", [3, ["web"], [[]], [None], {"a": 1}])
def test_containers_of_the_wrong_type_are_problems_and_nothing_worse(containers: Any) -> None:
    text = json.dumps({"family": "web", "containerDefinitions": containers})
    assert any("must be" in found for found in problems(text))


def test_a_task_definition_without_containers_is_refused() -> None:
    assert "containerDefinitions is required and missing" in problem(json.dumps({"family": "web"}))
    assert "The task definition has no container" in problem(json.dumps({"family": "web", "containerDefinitions": []}))


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ([{"image": "a:1"}], "The container has no name"),
        ([{"name": "web"}], "The container web has no image"),
        ([WEB, WEB], "There are 2 containers with the name web"),
        ([{**WEB, "essential": False}], "No container is essential"),
        ([{**WEB, "name": f"c{index}"} for index in range(11)], "has 11 containers, and a task at most 10"),
        ([{**WEB, "environment": [{"name": "A", "value": "1"}] * 2}], "There are 2 variables with the name A"),
        (
            [{**WEB, "environment": [{"name": "A", "value": "1"}], "secrets": [{"name": "A", "valueFrom": "x"}]}],
            "There are 2 variables with the name A",
        ),
        ([{**WEB, "mountPoints": [{"sourceVolume": "data"}]}], "The task definition has no volume data"),
        ([{**WEB, "dependsOn": [{"containerName": "bd", "condition": "START"}]}], "The task has no container bd"),
        (
            [{**WEB, "dependsOn": [{"containerName": "web", "condition": "START"}]}],
            "The container web waits for itself",
        ),
        (
            [WEB, {**WEB, "name": "b", "dependsOn": [{"containerName": "web", "condition": "HEALTHY"}]}],
            "b waits for web to be healthy, which has no health check",
        ),
        ([{**WEB, "environment": [{"name": "A", "value": "x" * 70_000}]}], "bytes, and may have 65,536"),
    ],
)
def test_what_ecs_refuses_is_found_before(containers: list[dict[str, Any]], expected: str) -> None:
    assert expected in problem(task(*containers))


def test_a_dependency_that_can_be_met_is_fine() -> None:
    probed = {**WEB, "healthCheck": {"command": ["CMD", "true"]}}
    waiting = {**WEB, "name": "b", "dependsOn": [{"containerName": "web", "condition": "HEALTHY"}]}
    assert problems(task(probed, waiting)) == []


def test_a_volume_that_exists_can_be_mounted() -> None:
    mount = {**WEB, "mountPoints": [{"sourceVolume": "data", "containerPath": "/d"}, {"containerPath": "/e"}]}
    assert problems(task(mount, volumes=[{"name": "data"}])) == []


def test_what_fargate_does_not_have_is_placed_where_it_stands() -> None:
    text = problem(task(requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="4096"))
    assert text.startswith("web.json:14:13: Fargate has no tasks with cpu 256 and memory 4096")


def test_what_fargate_does_not_support_is_placed_in_its_container() -> None:
    ports = [{"containerPort": 80, "hostPort": 8080}]
    fargate = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    found = problems(task({**WEB, "privileged": True, "portMappings": ports}, **fargate))
    assert found[0].startswith("web.json:7:21: Fargate does not support privileged")
    assert found[1].startswith("web.json:11:23: Under awsvpc ")


def test_what_fargate_does_not_support_in_a_list_is_placed_there() -> None:
    capabilities = {"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE", "SYS_ADMIN"]}}}
    fargate = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    assert problem(task({**WEB, **capabilities}, **fargate)).startswith("web.json:11:13: ")


NAMELESS = {"containerDefinitions": [WEB, {"image": "a/b:c", "privileged": True}]}
BIND = {"containerDefinitions": [WEB], "volumes": [{"name": "data"}, {"host": {"sourcePath": "/var"}}]}
ADDS = {"containerDefinitions": [{**WEB, "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE", ""]}}}]}
ODD = {"containerDefinitions": [WEB], "volumes": [{"name": "a/~b", "host": {"sourcePath": "/var"}}]}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (NAMELESS, "web.json:9:18: Fargate does not support privileged"),
        (BIND, "web.json:14:19: Fargate has no host to take a directory from"),
        (ADDS, "web.json:10:7: Fargate does not add the capability"),
        (ODD, "web.json:12:19: Fargate has no host to take a directory from"),
    ],
)
def test_what_fargate_does_not_take_of_what_has_no_name_is_placed_where_it_stands(fields: Any, said: str) -> None:
    fargate = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    found = problems(json.dumps({**fields, **fargate}, indent=1))
    assert [each for each in found if each.startswith(said)], found


def test_what_fargate_misses_is_placed_around_where_it_should_be() -> None:
    text = problem(task(requiresCompatibilities=["FARGATE"], networkMode="awsvpc", memory="512"))
    assert text.startswith("web.json:1:1: Fargate needs the task's cpu")


def test_warnings_leave_the_service_standing() -> None:
    files = plain(task({"name": "web", "image": "web", "environment": [{"name": "API_KEY", "value": "abc"}]}))
    snapshot = compiled(files)
    assert len(snapshot.services) == 1
    assert [problem.severity for problem in snapshot.problems] == ["warning"]


def test_strict_turns_warnings_into_errors() -> None:
    text = task({**WEB, "environment": [{"name": "API_KEY", "value": "abc"}]})
    files = plain(text) | {"desired/prod/web.yaml": manifest(chart="taskDefinition: web.json", strict="strict: true")}
    snapshot = compiled(files)
    assert not snapshot.services
    assert [problem.severity for problem in snapshot.problems] == ["error"]


def test_a_container_that_addresses_another_by_name_does_not_deploy() -> None:
    other = {"name": "api", "image": "api:1", "environment": [{"name": "WEB", "value": "http://web:80"}]}
    snapshot = compiled(plain(task(WEB, other, networkMode="awsvpc")))
    assert not snapshot.services
    assert "WEB of api addresses the container web of the same task by its name" in said(snapshot)[0]


def test_a_file_beside_the_manifest_is_found() -> None:
    files = {"desired/prod/web.yaml": manifest(chart="taskDefinition: ./web.json"), "desired/prod/web.json": task()}
    assert definition(compiled(files))["family"] == "web"


def test_a_missing_file_gets_the_nearest_name() -> None:
    files = {"desired/prod/web.yaml": manifest(chart="taskDefinition: wep.json"), "web.json": task(), "a.json": "{}"}
    assert said(compiled(files)) == ["desired/prod/web.yaml:8:19: There is no file wep.json. Did you mean web.json?"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "web.json: The file is empty"),
        ("[]", "web.json:1:1: The document is not a mapping"),
        ('{"family": "a", "family": "b"}', "The key 'family' is given twice"),
        ("a: 1\n---\nb: 2\n", "web.json: There is more than one document"),
        ("a: [", "web.json:2:1: "),
    ],
)
def test_a_file_that_is_no_document_is_a_problem_of_the_file(text: str, expected: str) -> None:
    assert expected in problem(text)


@pytest.mark.parametrize("text", ["{", '{"family": "web"}'])
def test_a_file_among_the_manifests_that_one_of_them_names_is_no_manifest(text: str) -> None:
    files = {"desired/prod/web.yaml": manifest(chart="taskDefinition: web.json", images="sync: auto")}
    snapshot = compiled({**files, "desired/prod/web.json": text})
    assert {problem.file for problem in snapshot.problems} == {"desired/prod/web.json"}
    assert snapshot.unread == frozenset()


def test_the_sound_commit_is_sound() -> None:
    assert said(compiled(SOUND)) == []


LOG = {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1"}}


@pytest.mark.parametrize("role", ["*", "arn:aws:iam::123456789012:role/*", "role/ex?c", "a/${aws:username}", "arn:x"])
@pytest.mark.parametrize("field", ["taskRoleArn", "executionRoleArn"])
def test_a_role_that_is_a_pattern_is_refused_in_its_place(field: str, role: str) -> None:
    assert f"{role} is no role's name or ARN" in problem(task(**{field: role}))


def test_an_account_that_is_a_pattern_is_refused() -> None:
    assert "is no role's name or ARN" in problem(task(taskRoleArn="arn:aws:iam::*:role/exec"))


@pytest.mark.parametrize("family", ["*", "we?", "${x}", "a:b"])
def test_a_family_that_is_a_pattern_is_refused(family: str) -> None:
    assert f"{family} is no name of a family" in problem(task(family=family))


@pytest.mark.parametrize("option", ["awslogs-group", "awslogs-region"])
def test_a_place_of_logs_that_is_a_pattern_is_refused(option: str) -> None:
    log = {**LOG, "options": {**LOG["options"], option: "*"}}  # type: ignore[dict-item]
    assert f"{option} cannot be *" in problem(task({**WEB, "logConfiguration": log}))


def test_roles_and_places_of_logs_that_are_names_are_taken() -> None:
    arn = "arn:aws-cn:iam::123456789012:role/path/exec+=,.@-_"
    assert problems(task({**WEB, "logConfiguration": LOG}, taskRoleArn="task", executionRoleArn=arn)) == []
