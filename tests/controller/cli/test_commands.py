"""The verbs as they are typed: what they say, where they say it, and their exit codes."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner, Result

from controller.cli import app
from controller.cli.spans import age
from controller.loop.board import Board
from controller.loop.journal import Journal
from controller.source.problem import Problem
from controller.web.app import build
from controller.web.face import Face
from controller.web.server import HttpServer
from controller.web.stream import Hub
from reconcilers.history import History
from reconcilers.live import Live
from reconcilers.model import ServiceKey
from reconcilers.verdict import Order
from sandbox.clock import HostClock
from sandbox.server import Server, serve
from sandbox.world.world import World
from tests.controller.builders import BLOCKED, KEY, NOW, SHIFTING, drifted, named, observed, report, snapshot, wanted
from tests.controller.daemons import PLAIN, silence
from tests.reconcilers.builders import registered

BROKEN = Problem("desired/prod/broken.yaml", 3, 7, "There is no field imagez", "Did you mean images?")
NOBODY = "http://127.0.0.1:1"


def typed(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "250", **environment})


class Loop:
    def look_at_source(self) -> None:
        """Nothing to look at."""

    def ask(self, key: ServiceKey, order: Order) -> bool:
        return key == KEY


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A daemon that keeps a drifted service, one that shifts, one that is blocked, and knows of a broken manifest."""
    board = Board()
    web, api = named("web"), named("api")
    found = replace(
        snapshot(wanted("v2"), web, api, problems=(BROKEN,)), spoiled={ServiceKey("prod", "broken"): (BROKEN,)}
    )
    board.adopt(found, time.time())
    by_hand = Live(NOW, None, registered("v1", registered_by="arn:aws:iam::1:user/mallory", registered_at=NOW))
    board.reported(replace(drifted(at=time.time() - 7200), observed=by_hand), Order())
    board.reported(report(SHIFTING, key=web.key, observed=observed()), Order())
    board.reported(report(BLOCKED, key=api.key), Order())
    board.source_failed("timeout", "git.example did not answer.", "Check the network.", time.time())
    journal = Journal(board, time.time)
    face = Face(
        board,
        Loop(),
        CollectorRegistry(),
        lambda: True,
        lambda: True,
        time.time,
        "1.2.3",
        journal,
        Hub(),
        lambda *_: History(),
    )
    server = HttpServer(build(face, "t0ken", None), "127.0.0.1", 0)
    server.start()
    yield server.url
    server.stop()


def test_status_is_a_line_for_each_service(url: str) -> None:
    said = typed("status", "--url", url)
    assert said.exit_code == 0
    rows = {line.split()[0]: line for line in said.output.splitlines() if line.startswith("prod/")}
    assert set(rows) == {"prod/notes", "prod/web", "prod/api", "prod/broken"}
    assert "drifted" in rows["prod/notes"]
    assert "2h" in rows["prod/notes"]
    assert "30 % of the traffic" in rows["prod/web"]
    assert "its manifest is broken: desired/prod/broken.yaml:3:7" in rows["prod/broken"]


def test_beside_a_daemon_with_a_port_of_its_own_its_setting_says_where_to_ask(url: str) -> None:
    told = {"PATH": os.environ["PATH"], "TRUEUP_PORT": str(urlsplit(url).port)}
    command = [sys.executable, "-m", "controller.cli", "get", "-o", "name"]
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=True)
    assert "prod/web" in done.stdout.split()


def test_status_says_what_is_wrong_with_git_and_with_the_commit(url: str) -> None:
    said = typed("status", TRUEUP_URL=url).output
    assert re.search(r"Git has not answered well for \d+s: git.example did not answer. Check the network.", said)
    assert "error: desired/prod/broken.yaml:3:7: There is no field imagez. Did you mean images?" in said


def test_status_as_json_is_the_apis_own_answer(url: str) -> None:
    said = json.loads(typed("status", "--url", url, "--format", "json").output)
    assert [each["name"] for each in said] == ["api", "broken", "notes", "web"]
    assert said[2]["drift"][0]["by"] == "arn:aws:iam::1:user/mallory"


def test_why_says_who_changed_what_and_since_when(url: str) -> None:
    lines = typed("why", "prod/notes", "--url", url).output.splitlines()
    place = lines.index("/taskDefinition/containerDefinitions/proxy/environment/DEBUG")
    sign, live = lines[place + 1].split()
    assert (sign, set(live)) == ("-", {"•"})
    assert lines[place + 2].startswith("  user/mallory, ")


def test_why_says_what_blocks_and_what_to_do(url: str) -> None:
    assert "AlarmFiring: Alarm 5xx fires. Wait for it to end." in typed("why", "prod/api", "--url", url).output


def test_why_says_what_is_wrong_with_git(url: str) -> None:
    said = typed("why", "prod/notes", "--url", url).output
    assert "Git says nothing new that counts: git.example did not answer. Check the network." in said


def test_why_says_where_a_manifest_is_broken(url: str) -> None:
    said = typed("why", "prod/broken", "--url", url).output
    assert "✗ rendering" in said
    assert "a person: Did you mean images?" in said
    assert "error: desired/prod/broken.yaml:3:7: There is no field imagez." in said


def test_why_as_json_is_one_object(url: str) -> None:
    assert json.loads(typed("why", "prod/web", "--url", url, "--format", "json").output)["rollout"]["traffic"] == 30.0


def test_an_unknown_service_is_said_to_be_unknown(url: str) -> None:
    said = typed("why", "prod/other", "--url", url)
    assert (said.exit_code, "No manifest names prod/other" in said.stderr) == (1, True)


@pytest.mark.parametrize("verb", ["sync", "retry"])
def test_an_order_is_noted(url: str, verb: str) -> None:
    said = typed(verb, "prod/notes", "--url", url, TRUEUP_API_TOKEN="t0ken")
    assert (said.exit_code, said.output) == (0, f"{verb} of prod/notes is noted. Follow it: trueup why prod/notes\n")
    said = typed(verb, "prod/notes", "--url", url, "--api-token", "t0ken", "--format", "json")
    assert json.loads(said.output) == {"accepted": True, "service": "prod/notes", "order": verb}


@pytest.mark.parametrize("verb", ["sync", "retry"])
def test_an_order_without_the_token_fails_and_says_why(url: str, verb: str) -> None:
    said = typed(verb, "prod/notes", "--url", url, TRUEUP_API_TOKEN="")
    assert (said.exit_code, "Set TRUEUP_API_TOKEN" in said.stderr) == (1, True)


@pytest.mark.parametrize("arguments", [("status",), ("why", "a/b"), ("sync", "a/b"), ("retry", "a/b")])
def test_without_a_daemon_every_question_fails_in_a_sentence(arguments: tuple[str, ...]) -> None:
    said = typed(*arguments, "--url", NOBODY)
    assert (said.exit_code, said.stdout) == (3, "")
    assert said.stderr.startswith("trueup: No daemon answers at http://127.0.0.1:1")


LONG = "x" * 201


@pytest.mark.parametrize(("verb", "flag"), [("sync", "--why"), ("retry", "--why"), ("sync", "--despite-alarm")])
def test_a_reason_that_is_too_long_is_told_before_the_daemon_is_asked(verb: str, flag: str) -> None:
    said = typed(verb, "prod/notes", flag, LONG, "--url", NOBODY)
    assert said.exit_code == 1
    assert said.stderr == f"trueup: {flag} has 201 characters, and takes 200 at most. Say it in fewer.\n"


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_alarm_is_not_passed_over_without_a_reason(reason: str) -> None:
    said = typed("sync", "prod/notes", "--despite-alarm", reason, "--url", NOBODY)
    assert said.exit_code == 1
    assert said.stderr == "trueup: --despite-alarm says nothing. Say why the alarm may be passed over.\n"


@pytest.mark.parametrize("name", ["notes", "/notes", "prod/", "prod/notes/x", ""])
def test_what_is_no_services_name_is_refused(name: str) -> None:
    said = typed("why", name, "--url", NOBODY)
    assert (said.exit_code, "Write environment/name" in said.stderr) == (1, True)


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, "-"), (-5, "0s"), (59, "59s"), (60, "1m"), (7199, "1h"), (86400 * 3, "3d")]
)
def test_ages_are_said_as_people_say_them(seconds: float | None, said: str) -> None:
    assert age(seconds) == said


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in PLAIN.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def spoil(root: Path) -> None:
    manifest = root / "desired/prod/notes.yaml"
    manifest.write_text(manifest.read_text().replace("  images:", "  imagez:"))


def test_sound_files_are_valid(root: Path) -> None:
    said = typed("validate", str(root))
    assert (said.exit_code, said.stdout) == (0, "1 service, 0 errors, 0 warnings\n")


def test_a_problem_is_said_with_file_line_and_column(root: Path) -> None:
    spoil(root)
    said = typed("validate", str(root))
    assert said.exit_code == 1
    assert said.stderr.startswith("error: desired/prod/notes.yaml:11:3: ")
    assert "images" in said.stderr
    assert json.loads(typed("validate", str(root), "--format", "json").stdout)["problems"][0]["line"] == 11


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    said = typed("validate", str(tmp_path / "nowhere"))
    assert (said.exit_code, said.stderr) == (
        1,
        f"trueup: {tmp_path / 'nowhere'} cannot be read: No such file or directory.\n",
    )


def test_a_rendering_is_what_would_be_registered(root: Path) -> None:
    said = json.loads(typed("render", "prod/notes", "--root", str(root)).stdout)
    assert (said["family"], said["containerDefinitions"][0]["image"]) == ("notes", "notes:v1")


def test_a_service_that_does_not_render_is_refused_with_those_that_do(root: Path) -> None:
    said = typed("render", "prod/other", "--root", str(root))
    assert (said.exit_code, said.stdout) == (1, "")
    assert "Those that render: prod/notes." in said.stderr


def test_the_schema_is_of_json() -> None:
    assert json.loads(typed("schema").stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.fixture(scope="module")
def aws() -> Iterator[Server]:
    with serve(World(HostClock())) as server:
        yield server


KEYS = {"AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true"}


def test_a_plan_of_a_service_that_is_not_there_is_an_error_or_says_so(root: Path, aws: Server) -> None:
    said = typed("plan", str(root), "--endpoint-url", aws.url, **KEYS)
    assert said.exit_code == 1
    assert "ClusterNotFound" in said.stdout


def test_a_plan_without_an_aws_fails_quickly_and_says_so(root: Path) -> None:
    said = typed("plan", str(root), "--endpoint-url", NOBODY, **KEYS)
    assert (said.exit_code, "not planned. Unreachable" in said.stdout) == (1, True)


def test_a_plan_for_a_service_that_no_manifest_names_is_refused(root: Path) -> None:
    said = typed("plan", str(root), "--service", "prod/other", "--endpoint-url", NOBODY, **KEYS)
    assert (said.exit_code, "no sound manifest names prod/other" in said.stderr) == (1, True)


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    with silence() as host:
        port = host.url.rpartition(":")[2]
        said = typed("sandbox", "--port", port)
        assert (said.exit_code, said.stderr.startswith(f"trueup: cannot serve on 127.0.0.1:{port}")) == (1, True)
