"""docs/install.md: its commands are AWS's, its parameters the template's, and what it deploys comes up."""

import re
import shlex
import tomllib
from typing import Any

import pytest
import yaml
from botocore import xform_name
from botocore.session import get_session

from sandbox.clock import ManualClock
from sandbox.world.world import World
from tests.docs.test_docs import MODELS, blocks
from tests.installation.stack import ROOT, TEMPLATE, deployed, ground

EVERYWHERE = {"query", "output", "region", "profile"}
# Commands of the CLI's own, which no model describes, with the options that they have.
OF_THE_CLI = {
    ("cloudformation", "deploy"): {"stack-name", "template-file", "capabilities", "parameter-overrides"},
    ("ecr", "get-login-password"): set[str](),
    ("logs", "tail"): {"since", "follow"},
}
TEMPLATE_FILE = "charts/trueup/cloudformation.yaml"


class _Plain(yaml.SafeLoader):
    """Takes CloudFormation's short forms for their text: here only parameters are looked at."""


_Plain.add_multi_constructor("!", lambda loader, suffix, node: None)
PARAMETERS: dict[str, dict[str, Any]] = yaml.load(TEMPLATE.read_text("utf-8"), _Plain)["Parameters"]


def shown() -> list[str]:
    """The lines of the document's shell blocks, continued ones joined."""
    bodies = [body for document, body in blocks("sh") if document == "install.md"]
    return [line for body in bodies for line in body.replace("\\\n", " ").splitlines()]


def aws_commands() -> list[list[str]]:
    """Every call of the aws CLI, wherever in a line it stands."""
    found = [each for line in shown() for each in re.findall(r"(?:^|[(| ])(aws [^|)]+)", line)]
    return [shlex.split(each, comments=True)[1:] for each in found]


def deployments() -> list[dict[str, str]]:
    """The parameters of each deployment of the stack."""
    made = [words for words in aws_commands() if words[:2] == ["cloudformation", "deploy"]]
    return [
        dict(word.split("=", 1) for word in words[words.index("--parameter-overrides") + 1 :] if "=" in word)
        for words in made
    ]


@pytest.mark.parametrize("words", aws_commands(), ids=lambda words: "-".join(words[:2]))
def test_a_call_of_the_aws_cli_is_one_with_its_options(words: list[str]) -> None:
    service, command = words[:2]
    options = {word[2:] for word in words[2:] if word.startswith("--")} - EVERYWHERE
    if (service, command) in OF_THE_CLI:
        assert options <= OF_THE_CLI[service, command]
        return
    model = get_session().get_service_model(MODELS.get(service, service))
    operation = {xform_name(name, "-"): name for name in model.operation_names}[command]
    shape: Any = model.operation_model(operation).input_shape
    members = shape.members
    flags = {xform_name(name, "-") for name, member in members.items() if member.type_name == "boolean"}
    assert options <= {xform_name(name, "-") for name in members} | {f"no-{flag}" for flag in flags}
    required = {xform_name(name, "-") for name in shape.required_members}
    assert required <= options


def test_the_image_is_made_as_the_makefile_makes_it_with_its_version_and_commit() -> None:
    lines = shown()
    assert "make image" in lines
    assert [line for line in lines if re.match(r"(docker|podman|buildah) build", line)] == []
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert [line.split()[2] for line in lines if line.startswith("docker tag ")] == [f"trueup:{version}"]


def test_there_are_commands_to_look_at() -> None:
    assert len(aws_commands()) >= 12
    assert len(deployments()) == 3


@pytest.mark.parametrize("given", deployments(), ids=lambda given: "-".join(sorted(given))[:40])
def test_the_parameters_of_a_deployment_are_the_template_s_and_fit(given: dict[str, str]) -> None:
    for name, value in given.items():
        said = PARAMETERS[name]
        assert value in said.get("AllowedValues", [value])
        if "AllowedPattern" in said and not value.startswith("$"):
            assert re.fullmatch(said["AllowedPattern"], value), f"{name}={value}"


def test_the_first_deployment_gives_what_has_no_default() -> None:
    assert {name for name, said in PARAMETERS.items() if "Default" not in said} <= deployments()[0].keys()


@pytest.mark.timeout(600)
def test_the_first_deployment_comes_up() -> None:
    there = ground(World(ManualClock()), "888888888888")  # what is made beside the stack stays in moto
    secret = there.boto("secretsmanager").create_secret(Name="trueup/git-token", SecretString="t")["ARN"]
    here = {
        "Vpc": there.vpc,
        "Subnets": ",".join(there.subnets),
        "GitSecret": secret,
        "SourceSecurityGroup": there.group,
    }
    with deployed(there, **{**deployments()[0], **here}) as stack:
        text = (ROOT / "docs/install.md").read_text("utf-8")
        named = set(re.findall(r"output `(\w+)`", text))
        assert named <= stack.outputs.keys()
        assert stack.outputs["PageUrl"] == "http://trueup.internal:8080/"
        assert stack.service()["status"] == "ACTIVE"


def test_every_parameter_is_explained_and_stands_in_a_group() -> None:
    metadata = yaml.load(TEMPLATE.read_text("utf-8"), _Plain)["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in metadata["ParameterGroups"] for name in group["Parameters"]]
    assert sorted(grouped) == sorted(PARAMETERS)
    assert [name for name, said in PARAMETERS.items() if not said.get("Description")] == []


def test_every_parameter_that_is_named_exists() -> None:
    text = (ROOT / "docs/install.md").read_text("utf-8")
    named = set(re.findall(r"`([A-Z][A-Za-z]+)=", text))
    assert named
    assert named <= PARAMETERS.keys()
