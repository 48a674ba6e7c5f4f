"""The workflow that the documents show: it is well formed, it is careful, and its lines do what is said of them."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconcilers.model import Service
from sandbox import clients
from sandbox.clock import HostClock
from sandbox.server import Server, serve
from sandbox.world.world import World
from tests.controller.daemons import DEFINITION, PLAIN
from tests.reconcilers.sandboxed import Account, reconciler, rolled, shifted

DOCUMENT = Path(__file__).parents[2] / "docs" / "github-actions.md"
MARKER = "<!-- trueup-plan -->"
THEIRS = {"id": 1, "user": {"login": "mallory"}, "body": f"{MARKER} mine"}
IAM = {"elbv2": "elasticloadbalancing"}
jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is missing: sudo apt-get install jq")


def shown(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    (text,) = shown("yaml")
    # `on` is a truth value to YAML 1.1, and a name to GitHub.
    found: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # it makes nothing but text
    return found


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_it_has_what_githubs_schema_asks_for(workflow: dict[str, Any]) -> None:
    assert set(workflow) == {"name", "on", "permissions", "env", "concurrency", "jobs"}
    assert set(workflow["concurrency"]) == {"group", "cancel-in-progress"}
    for job in workflow["jobs"].values():
        assert set(job) <= {"if", "runs-on", "timeout-minutes", "permissions", "steps"}
        assert set(job["permissions"].values()) <= {"read", "write"}
        assert set(job["permissions"]) <= {"contents", "id-token", "pull-requests"}
    for step in steps(workflow):
        assert set(step) <= {"name", "id", "if", "uses", "with", "env", "run"}
        assert ("uses" in step) != ("run" in step)
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "a/b@v1"))


def test_a_stranger_gets_no_more_than_to_be_checked(workflow: dict[str, Any]) -> None:
    assert set(workflow["on"]) == {"pull_request"}
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["validate"]["permissions"] == {"contents": "read"}
    assert workflow["jobs"]["plan"]["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert "secrets." not in DOCUMENT.read_text("utf-8")


def test_nothing_of_the_pull_request_is_put_into_a_script(workflow: dict[str, Any]) -> None:
    assert [step["name"] for step in steps(workflow) if "${{" in step.get("run", "")] == []


def test_no_credential_stays_in_the_checkout(workflow: dict[str, Any]) -> None:
    checkouts = [step["with"] for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]
    assert [each["persist-credentials"] for each in checkouts] == ["false", "false"]
    assert checkouts[1]["fetch-depth"] == "2"


# What runs with the role is named by its content, and not by a name that somebody else may take.
PINNED = r"install trueup @ git[+]https://[^ ]+@[0-9a-f]{40}"


def git(folder: Path, *command: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@t.example", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, "-C", str(folder), *command], check=True, capture_output=True)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "-m", "a commit")


@dataclass
class Runner:
    """What GitHub's runner is to the lines of the plan's job: a merge checked out two deep, and variables."""

    folder: Path
    endpoint: str
    workflow: dict[str, Any]

    @property
    def origin(self) -> Path:
        return self.folder / "origin"

    @property
    def comments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self.folder / "comments.json").read_text("utf-8"))
        return found

    def prepare(self) -> None:
        self.origin.mkdir()
        git(self.origin, "init")
        api = (
            PLAIN["desired/prod/notes.yaml"]
            .replace("name: notes", "name: api")
            .replace("service: notes", "service: api")
        )
        write(self.origin, {**PLAIN, "desired/prod/api.yaml": api})
        (self.folder / "comments.json").write_text(json.dumps([THEIRS]), "utf-8")
        tools = self.folder / "tools"
        tools.mkdir()
        scripts = {
            "gh": f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).with_name("gh.py")}" "$@"\n',
            "trueup": f'#!/bin/sh\nexec "{sys.executable}" -m controller.cli "$@"\n',
            "pip": f'#!/bin/sh\nprintf "%s\\n" "$*" | grep -Eqx "{PINNED}"\n',
        }
        for name, text in scripts.items():
            (tools / name).write_text(text, "utf-8")
            (tools / name).chmod(0o755)

    def proposes(self, **files: str) -> None:
        """A pull request with one commit, merged into main as GitHub does to test it."""
        git(self.origin, "checkout", "-B", "proposal", "main")
        write(self.origin, {name.replace("__", "/"): text for name, text in files.items()})
        git(self.origin, "checkout", "-B", "merged", "main")
        git(self.origin, "merge", "--no-ff", "--no-edit", "proposal")

    def runs(self) -> list[int]:
        """The exit codes of the lines of the plan's job, each as the runner would run it."""
        checkout = self.folder / "checkout"
        shutil.rmtree(checkout, ignore_errors=True)
        source = [self.origin.as_uri(), str(checkout)]
        subprocess.run(["git", "clone", "-q", "--depth=2", "--branch=merged", *source], check=True, capture_output=True)
        outputs: dict[str, str] = {}
        return [self.run(step, checkout, outputs) for step in self.workflow["jobs"]["plan"]["steps"] if "run" in step]

    def run(self, step: dict[str, Any], checkout: Path, outputs: dict[str, str]) -> int:
        """The exit code of a step's lines; ``outputs`` are those of the steps before, and get its own."""
        said = self.folder / "output"
        said.write_text("", "utf-8")
        values = {
            "github.server_url": "https://github.com",
            "github.repository": "org/gitops",
            "github.event.pull_request.head.sha": "abc123",
            "github.event.pull_request.number": "7",
            "github.token": "t0ken",
            "steps.plan.outputs.code": outputs.get("code", ""),
        }
        given = {
            name: re.sub(r"\$\{\{ (.+?) \}\}", lambda found: values[found[1]], text)
            for name, text in step.get("env", {}).items()
        }
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=checkout,
            env=self.workflow["env"] | self._environment(said) | given,
            check=False,
        )
        outputs |= dict(line.split("=", 1) for line in said.read_text("utf-8").splitlines())
        return done.returncode

    def _environment(self, output: Path) -> dict[str, str]:
        return {
            "PATH": f"{self.folder / 'tools'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_REPOSITORY": "org/gitops",
            "GH_COMMENTS": str(self.folder / "comments.json"),
            "AWS_ACCESS_KEY_ID": "123456789012",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_EC2_METADATA_DISABLED": "true",
            "TRUEUP_ENDPOINT_URL": self.endpoint,
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }


@pytest.fixture(scope="module")
def aws() -> Iterator[Server]:
    """An AWS in which the services of the manifests run."""
    world = World(HostClock(), speed=600.0)
    ecs = clients.client(world, "ecs")
    ecs.create_cluster(clusterName="prod")
    ecs.register_task_definition(**DEFINITION)
    network = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
    for name in ("notes", "api"):
        ecs.create_service(
            cluster="prod", serviceName=name, taskDefinition="notes", desiredCount=1, launchType="FARGATE",
            networkConfiguration=network,
        )  # fmt: skip
    with serve(world) as server:
        yield server


@pytest.fixture
def runner(tmp_path: Path, aws: Server, workflow: dict[str, Any]) -> Runner:
    made = Runner(tmp_path, aws.url, workflow)
    made.prepare()
    return made


MANIFEST = PLAIN["desired/prod/notes.yaml"]
BUMPED = MANIFEST.replace("proxy: v1", "proxy: v2")


@jq
def test_one_comment_is_made_and_changed_and_nobody_elses(runner: Runner, capfd: pytest.CaptureFixture[str]) -> None:
    """Two pushes: of a release, and of its withdrawal."""
    runner.proposes(**{"desired__prod__notes.yaml": BUMPED})
    assert runner.runs() == [0, 0, 0]
    theirs, comment = runner.comments
    assert theirs == THEIRS
    lines = comment["body"].splitlines()
    assert lines[0] == MARKER
    assert "**1 to change**, 1 service as it is." in lines
    (row,) = [line for line in lines if line.startswith("| [prod/notes]")]
    assert "| **ship** | <code>v1</code> → <code>v2</code> | 1 |" in row
    assert "+ /taskDefinition/containerDefinitions/proxy/image: notes:v2" in lines
    assert (runner.folder / "summary.md").read_text("utf-8").endswith(comment["body"])
    assert "::stop-commands::" in capfd.readouterr().out

    runner.proposes(README="nothing of ours")
    assert runner.runs() == [0, 0, 0]
    theirs, now = runner.comments
    assert (theirs, now["id"]) == (THEIRS, comment["id"])
    assert now["body"].splitlines()[3:] == ["2 services as they are."]


COUNTED = MANIFEST.replace("\nspec:\n", "\nspec:\n  serviceDefinition: {desiredCount: 2}\n")


@jq
def test_a_field_that_the_pull_request_changes_is_no_drift(runner: Runner) -> None:
    runner.proposes(**{"desired__prod__notes.yaml": COUNTED})
    assert runner.runs() == [0, 0, 0]
    (row,) = [line for line in runner.comments[-1]["body"].splitlines() if line.startswith("| [prod/notes]")]
    assert "outdated" in row


@jq
def test_where_nothing_changes_and_nothing_was_said_nothing_is_said(runner: Runner) -> None:
    (comment,) = [step for step in runner.workflow["jobs"]["plan"]["steps"] if step.get("name") == "Comment"]
    assert runner.run(comment, runner.folder, {"code": "0"}) == 0
    assert runner.comments == [THEIRS]


@jq
def test_a_broken_manifest_fails_the_plan_and_is_told_at_its_line(
    runner: Runner, capfd: pytest.CaptureFixture[str]
) -> None:
    runner.proposes(**{"desired__prod__notes.yaml": BUMPED.replace("  images:", "  imagez:")})
    assert runner.runs() == [0, 1, 0]
    comment = runner.comments[-1]
    assert "**1 error** in the files" in comment["body"]
    assert "](https://github.com/org/gitops/blob/abc123/desired/prod/notes.yaml#L11)" in comment["body"]
    assert "::error file=desired/prod/notes.yaml,line=11,col=3,title=Trueup::" in capfd.readouterr().out


def allowed() -> set[str]:
    policies = [json.loads(text)["Statement"] for text in shown("json")]
    (statements,) = [each for each in policies if "Sid" in each[0]]
    named = [each["Action"] for each in statements]
    return {action for each in named for action in ([each] if isinstance(each, str) else each)}


def needed(account: Account, wanted: Service) -> set[str]:
    account.world.calls.clear()
    reconciler(account.world).preview(wanted)
    return {f"{IAM.get(service, service)}:{operation}" for service, operation in account.world.calls}


def test_the_policy_allows_all_that_a_plan_asks_and_nothing_that_writes() -> None:
    asked: set[str] = set()
    for account in (shifted(), rolled()):
        asked |= needed(account, account.wanted) | needed(account, account.wants("2.0"))
        account.push("2.0")
        asked |= needed(account, account.wants("2.0"))
        account.follow(reconciler(account.world), account.wants("2.0"), minutes=3)
        asked |= needed(account, account.wants("2.0"))
    assert asked - allowed() == set()
    assert all(re.match(r"\w[\w-]*:(Describe|List|Get|BatchGet)", each) for each in allowed())
