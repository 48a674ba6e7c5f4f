"""What the documents show is true: manifests are valid, commands exist, names are the program's own."""

import json
import re
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest
from botocore.session import get_session
from typer.testing import CliRunner

from controller.cli import app
from controller.lease.view import Sharing
from controller.loop.board import Board
from controller.loop.queue import WorkQueue
from controller.metrics import Metrics
from controller.rules import guard_rails, roles
from controller.settings import Settings
from controller.source.objects import Tree
from controller.source.rendering import render_in_process
from controller.source.snapshot import compile_tree
from reconcilers.aws.limits import FAMILIES, family_of
from reconcilers.guard_rails.rails import GuardRails
from reconcilers.model import Revision

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "charts/README.md", *(ROOT / "docs").glob("*.md")])
MODELS = {"elasticloadbalancing": "elbv2", "application-autoscaling": "application-autoscaling"}


def blocks(language: str) -> list[tuple[str, str]]:
    """Every fenced block of a language, by the document it stands in."""
    pattern = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [(document.name, body) for document in DOCUMENTS for body in pattern.findall(document.read_text("utf-8"))]


def commands() -> list[str]:
    """Every command shown, without its remark."""
    lines = [line.split("  #")[0].strip() for _, body in blocks("console") for line in body.splitlines()]
    return [line for line in lines if line]


@pytest.mark.parametrize(("document", "text"), [each for each in blocks("yaml") if "apiVersion: trueup" in each[1]])
def test_a_manifest_that_is_shown_is_valid(document: str, text: str) -> None:
    charts = {
        path.relative_to(ROOT).as_posix(): path.read_bytes() for path in ROOT.glob("charts/**/*") if path.is_file()
    }
    tree = Tree({**charts, "desired/shown.yaml": text.encode()}, ())
    snapshot = compile_tree(tree, Revision("c", 0.0), render_in_process)
    assert [str(problem) for problem in snapshot.problems] == []
    assert len(snapshot.services) == 1


@pytest.mark.parametrize("text", [body for _, body in blocks("yaml") if body.startswith("guardRails:")])
def test_guard_rails_that_are_shown_are_read(text: str) -> None:
    assert isinstance(guard_rails.parse(text.encode(), "shown.yaml"), GuardRails)


@pytest.mark.parametrize("text", [body for _, body in blocks("yaml") if "\ngrants:" in body])
def test_roles_that_are_shown_are_read(text: str) -> None:
    assert isinstance(roles.parse(text.encode(), "shown.yaml"), roles.Roles)


@pytest.mark.parametrize("command", [each for each in commands() if each.startswith("trueup ")])
def test_a_command_that_is_shown_exists_with_its_flags(command: str) -> None:
    _, verb, *rest = command.partition(">")[0].split()
    shown = CliRunner().invoke(app, [verb, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert shown.exit_code == 0
    assert [flag for flag in rest if flag.startswith("--") and flag not in shown.output] == []


@pytest.mark.parametrize("command", [each for each in commands() if each.startswith("make ")])
def test_a_make_target_that_is_shown_exists(command: str) -> None:
    dry = subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert dry.returncode == 0, dry.stderr


@pytest.mark.parametrize("arguments", [["validate", str(ROOT)], ["render", "prod/notes-app", "--root", str(ROOT)]])
def test_what_is_said_to_work_on_this_repository_does(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 0


def test_the_first_screen_shows_two_commands() -> None:
    first = (ROOT / "README.md").read_text("utf-8").split("## ")[0]
    assert re.findall(r"```console\n(.*?)\n```", first, re.DOTALL) == ["make demo", "make test"]


def test_every_setting_is_described_and_no_other() -> None:
    described = set(re.findall(r"TRUEUP_[A-Z_]+", (ROOT / "docs/operating.md").read_text("utf-8")))
    hints = get_type_hints(Settings, include_extras=True)
    known = {str(hints[each.name].__metadata__[0].envvar) for each in fields(Settings)}
    assert described == known


def test_the_limits_of_aws_that_are_shown_are_those_that_are_kept() -> None:
    text = (ROOT / "docs/operating.md").read_text("utf-8").split("## AWS's limits")[1].split("\n## ")[0]
    shown = re.findall(r"^\| `([a-z0-9 ]+)` \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    assert [(name, float(most), float(rate)) for name, most, rate in shown] == [
        (each.name, each.capacity, each.refill) for each in dict.fromkeys(FAMILIES.values())
    ]
    assumed = family_of("codedeploy", "CreateDeployment")
    assert f"{assumed.capacity:g} and {assumed.refill:g} are assumed" in text


def test_every_metric_is_described_and_no_other() -> None:
    text = (ROOT / "docs/operating.md").read_text("utf-8").split("## Metrics")[1].split("\n## ")[0]
    described = set(re.findall(r"trueup_[a-z_]+", text))
    metrics = Metrics()
    metrics.watch(Board(), WorkQueue(clock=lambda: 0.0), lambda: 0.0)
    metrics.shares(lambda: Sharing(left=1.0))
    metrics.levels(tuple)
    exposed = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in metrics.registry.collect()
        if family.name.startswith("trueup_")
    }
    assert described == exposed


@pytest.mark.parametrize("policy", [json.loads(body) for _, body in blocks("json") if '"Statement"' in body])
def test_a_policy_names_actions_that_aws_has(policy: dict[str, list[dict[str, list[str] | str]]]) -> None:
    unknown = []
    for statement in policy["Statement"]:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            service, _, operation = action.partition(":")
            model = get_session().get_service_model(MODELS.get(service, service))
            if operation not in model.operation_names and action != "iam:PassRole":
                unknown.append(action)
    assert unknown == []


def test_the_general_policy_allows_all_that_the_exact_one_does() -> None:
    general = [json.loads(body) for name, body in blocks("json") if name == "operating.md" and '"Statement"' in body]
    allowed = {action for policy in general for each in policy["Statement"] for action in _many(each["Action"])}
    printed = CliRunner().invoke(app, ["iam-policy", str(ROOT), "--notifications"]).stdout
    needed = {
        action
        for policy in json.loads(printed).values()
        for each in policy["Statement"]
        for action in _many(each["Action"])
    }
    assert needed - allowed == set()


def _many(said: str | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else said


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_link_within_the_repository_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text("utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_every_picture_is_shown() -> None:
    text = "".join(document.read_text("utf-8") for document in DOCUMENTS)
    pictures = (ROOT / "docs/pictures").iterdir()
    assert [each.name for each in pictures if f"pictures/{each.name})" not in text] == []
