"""Guard rails before a commit: what validate, plan and run say of them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from controller.cli import app
from controller.rules.reading import MisconfiguredError
from controller.settings import Settings
from controller.wiring import build_daemon
from sandbox.clock import HostClock
from sandbox.server import serve
from sandbox.world.world import World
from tests.controller.daemons import silence

ROOT = Path(__file__).parents[3]
TIGHT = "guardRails: [{environments: [prod], allowedImages: [ghcr.io/team]}, {environments: [dev]}]"


def typed(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "250", **environment})


@pytest.fixture
def tight(tmp_path: Path) -> str:
    (tmp_path / "rails.yaml").write_text(TIGHT, "utf-8")
    return str(tmp_path / "rails.yaml")


def test_validate_says_what_the_rails_refuse_and_of_which_manifest(tight: str) -> None:
    answer = typed("validate", str(ROOT), "--guard-rails", tight)
    assert answer.exit_code == 1
    assert "error: desired/prod/web.yaml: ImageNotAllowed: The guard rails of prod refuse container web, image " in (
        answer.stderr
    )
    assert "desired/dev" not in answer.stderr
    assert "4 services, 4 errors" in answer.stdout


def test_the_file_may_stand_in_the_environment(tight: str) -> None:
    answer = typed("validate", str(ROOT), "-o", "json", TRUEUP_GUARD_RAILS=tight)
    assert answer.exit_code == 1
    assert {each["file"] for each in json.loads(answer.stdout)["problems"]} == {
        "desired/prod/web.yaml",
        "desired/prod/notes-app.yaml",
    }


def test_without_rails_nothing_is_refused() -> None:
    assert typed("validate", str(ROOT)).exit_code == 0


@pytest.mark.parametrize("verb", ["validate", "plan"])
def test_a_file_that_cannot_be_used_ends_the_command(tmp_path: Path, verb: str) -> None:
    (tmp_path / "rails.yaml").write_text("guardRails: [{environment: [prod]}]", "utf-8")
    answer = typed(verb, str(ROOT), "--guard-rails", str(tmp_path / "rails.yaml"))
    assert answer.exit_code == 1
    assert (
        "rails.yaml:1:15: There is no field environment in guardRails[0]. Did you mean environments?" in answer.stderr
    )


def test_plan_fails_for_what_the_rails_refuse_and_for_nothing_else(tight: str) -> None:
    with serve(World(HostClock())) as server:
        url = server.url
        refused = typed("plan", str(ROOT), "--guard-rails", tight, "--endpoint-url", url, "--service", "prod/web")
        allowed = typed("plan", str(ROOT), "--guard-rails", tight, "--endpoint-url", url, "--service", "dev/web")
    assert refused.exit_code == 1
    assert "ImageNotAllowed" in refused.stdout
    assert "ImageNotAllowed" not in allowed.stdout


def test_the_schema_of_the_file_is_printed() -> None:
    assert json.loads(typed("schema", "--guard-rails").stdout)["title"] == "Trueup guard rails"


def test_a_daemon_does_not_start_with_rails_that_cannot_be_read(tmp_path: Path) -> None:
    settings = Settings(tmp_path.as_uri(), state_dir=tmp_path, port=0, guard_rails=tmp_path / "none.yaml")
    with pytest.raises(MisconfiguredError, match=r"none\.yaml: The file cannot be read"):
        build_daemon(settings, silence())
