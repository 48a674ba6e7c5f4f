"""The operator's file of guard rails: what it says, and what is wrong with it, at its place."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from controller.rules.guard_rails import guard_rails, parse, schema
from controller.rules.reading import MisconfiguredError
from reconcilers.guard_rails.rails import GuardRails, Rails
from reconcilers.image_reference import Repository

WHOLE = """\
guardRails:
  - environments: [prod, "prod-*"]
    allowedClusters: [prod]
    allowedRoleArns: []
    allowedImages: [123456789012.dkr.ecr.eu-west-1.amazonaws.com/team, docker.io/library/nginx]
    allowedTaskRoles: ["arn:aws:iam::123456789012:role/prod-*-task"]
    allowedExecutionRoles: ["arn:aws:iam::123456789012:role/prod-*-execution"]
    allowedInfrastructureRoles: ["arn:aws:iam::123456789012:role/prod-*-infrastructure"]
    secretsBelow: ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/", /prod/]
    allowedFileSystems: [fs-0123]
    privileged: true
    hostMounts: true
    hostNamespaces: true
  - environments: ["*"]
"""


def read(text: str) -> GuardRails:
    found = parse(text.encode(), "rails.yaml")
    assert isinstance(found, GuardRails), found
    return found


def problems(text: str) -> list[str]:
    found = parse(text.encode(), "rails.yaml")
    assert isinstance(found, tuple)
    return [str(each) for each in found]


def test_every_field_arrives_in_the_rails() -> None:
    assert read(WHOLE).entries[0] == Rails(
        environments=("prod", "prod-*"),
        clusters=("prod",),
        role_arns=(),
        images=(
            Repository("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "team"),
            Repository("docker.io", "library/nginx"),
        ),
        task_roles=("arn:aws:iam::123456789012:role/prod-*-task",),
        execution_roles=("arn:aws:iam::123456789012:role/prod-*-execution",),
        infrastructure_roles=("arn:aws:iam::123456789012:role/prod-*-infrastructure",),
        secrets_below=("arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/", "/prod/"),
        file_systems=("fs-0123",),
        privileged=True,
        host_mounts=True,
        host_namespaces=True,
    )


def test_what_is_left_out_is_open_and_the_host_is_closed() -> None:
    assert read(WHOLE).entries[1] == Rails(("*",))


ENTRY = "guardRails:\n  - environments: [prod]\n    "


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("guardRails: []", "rails.yaml:1:13: guardRails cannot be used."),
        ("guardrails: []", "rails.yaml:1:1: There is no field guardrails in the file. Did you mean guardRails?"),
        ("- a", "rails.yaml:1:1: "),
        (WHOLE + "---\n" + WHOLE, "rails.yaml: The file holds several documents. Keep one of them."),
        (
            "guardRails:\n  - privileged: false",
            "rails.yaml:2:5: guardRails[0].environments is missing. Add environments.",
        ),
        (ENTRY + "allowedImage: []", "rails.yaml:3:5: There is no field allowedImage in guardRails[0]. Did you mean"),
        (
            ENTRY + "allowed_images: []",
            "rails.yaml:3:5: There is no field allowed_images in guardRails[0]. Did you mean",
        ),
        (ENTRY + "allowedImages: [team]", "rails.yaml:3:21: guardRails[0].allowedImages[0] cannot be used. Write a"),
        (ENTRY + "allowedImages: ['ghcr.io/*']", "rails.yaml:3:21: guardRails[0].allowedImages[0] cannot be used."),
        (ENTRY + "privileged: 'no'", "rails.yaml:3:17: guardRails[0].privileged cannot be used."),
        (ENTRY + "hostMounts: 0", "rails.yaml:3:17: guardRails[0].hostMounts cannot be used."),
        (ENTRY + "allowedTaskRoles: ['']", "rails.yaml:3:24: guardRails[0].allowedTaskRoles[0] cannot be used."),
        (ENTRY + "secretsBelow: ['arn:aws:s']", "rails.yaml:3:20: guardRails[0].secretsBelow[0] cannot be used. Write"),
        (ENTRY + "secretsBelow: ['prod/*']", "rails.yaml:3:20: guardRails[0].secretsBelow[0] cannot be used. Write"),
        (ENTRY + "secretsBelow: ['arn:aws:ssm:']", "rails.yaml:3:20: guardRails[0].secretsBelow[0] cannot be used."),
    ],
)
def test_what_is_wrong_has_its_place_and_a_remedy(text: str, problem: str) -> None:
    assert problems(text)[0].startswith(problem)


def test_all_that_is_wrong_comes_at_once() -> None:
    assert len(problems(ENTRY + "privileged: 1\n    hostMounts: 1\n    x: 1")) == 3


def test_a_list_with_a_wrong_entry_is_not_called_too_short() -> None:
    assert len(problems("guardRails:\n  - environments: [prod]\n    x: 1")) == 1


def test_without_a_file_there_are_no_rails() -> None:
    assert guard_rails(None) is None


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError, match=r"rails\.yaml: The file cannot be read: No such file or directory"):
        guard_rails(tmp_path / "rails.yaml")


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "rails.yaml").write_text(WHOLE, "utf-8")
    assert guard_rails(tmp_path / "rails.yaml") == read(WHOLE)


def test_a_wrong_file_is_no_file_without_rails(tmp_path: Path) -> None:
    (tmp_path / "rails.yaml").write_text("guardRails: []", "utf-8")
    with pytest.raises(MisconfiguredError, match=r"rails\.yaml:1:13"):
        guard_rails(tmp_path / "rails.yaml")


def test_the_schema_takes_what_the_file_takes() -> None:
    jsonschema.validate(yaml.safe_load(WHOLE), json.loads(json.dumps(schema())))


@given(st.integers(0, len(WHOLE)))
def test_a_truncated_file_gives_rails_or_problems(length: int) -> None:
    found = parse(WHOLE[:length].encode(), "rails.yaml")
    assert isinstance(found, GuardRails) or (found and all(each.file == "rails.yaml" for each in found))


@given(st.binary(max_size=60))
def test_whatever_the_file_holds_there_is_an_answer(text: bytes) -> None:
    assert parse(text, "rails.yaml")
