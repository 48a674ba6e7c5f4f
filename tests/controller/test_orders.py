"""What people order, from the command line to AWS: a real daemon, a real repository, the sandbox, and durations that
pass six hundred times as fast as AWS's.
"""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from controller.cli import app
from controller.demo.daemon import TOKEN
from controller.demo.stage import MANIFEST, Stage, push_image, staged
from controller.web.views import ServiceView
from tests.controller.daemons import until

SERVICE = ("prod", "notes-app")
NAME = "prod/notes-app"
SYNCS = {"in-sync": "in-sync", "held": "held", "blocked": "outdated"}
LONG = 40.0  # seconds: the machine may be busy


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(600.0) as made:
        made.daemon.start()
        made.daemon.wait_until_ready()
        until("every service to be in sync", lambda: synced(made), LONG)
        yield made


def synced(stage: Stage) -> bool:
    services = stage.daemon.api.services()
    return bool(services) and all(each.sync == "in-sync" for each in services)


def trueup(stage: Stage, *arguments: str, token: str = TOKEN) -> str:
    """What the command says, where it succeeds."""
    environment = {"TRUEUP_URL": stage.daemon.url, "TRUEUP_API_TOKEN": token, "COLUMNS": "300"}
    done = CliRunner().invoke(app, list(arguments), env=environment)
    assert done.exit_code == 0, done.output
    return done.output


def err(stage: Stage, share: float, tag: str = "*") -> None:
    """Let this share of the requests fail from now on that images with this tag answer."""
    said = json.dumps({"pattern": f"*:{tag}", "errorRate": share}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{stage.server.url}/_sandbox/behaviours", data=said)) as answer:
        assert answer.status == 200


def commit(stage: Stage, tag: str) -> str:
    stage.push_images(tag)
    return stage.repository.bump(MANIFEST, dict.fromkeys(stage.tags(), tag), f"Ship {tag}")


def ended_as(stage: Stage, outcome: str, commit: str) -> ServiceView:
    """The service, as soon as this commit's look ended so."""

    def look() -> ServiceView | None:
        told = stage.told(SERVICE)
        there = told.outcome == outcome and told.sync == SYNCS[outcome]
        return told if there and told.commit and told.commit.id == commit else None

    return until(f"{commit[:7]} to be {outcome}", look, LONG)


def of(stage: Stage, commit: str) -> list[str]:
    """The descriptions of our deployments of a commit, oldest first."""
    descriptions = [stage.witness.seen(each).description for each in stage.witness.deployments()]
    return [each for each in descriptions if commit in each]


def quiet(stage: Stage) -> None:
    until("the alarms to be quiet", lambda: "ALARM" not in stage.witness.alarms().values(), LONG)


def settled(stage: Stage) -> None:
    until("the old task set to be gone", lambda: len(stage.witness.service()["taskSets"]) == 1, LONG)


def several_sweeps(stage: Stage) -> None:
    sweeps = stage.sweeps()
    until("more sweeps", lambda: stage.sweeps() > sweeps + 4, LONG)


def test_a_plan_exits_with_0_for_nothing_and_2_for_something(stage: Stage, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", stage.repository.url, str(tmp_path / "clone")], check=True)
    manifest = tmp_path / "clone" / MANIFEST
    keys = {"AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "x"}

    def plan(form: str) -> Result:
        arguments = ["plan", str(tmp_path / "clone"), "--format", form, "--endpoint-url", stage.server.url]
        return CliRunner().invoke(app, arguments, env=keys)

    calm = plan("text")
    assert (calm.exit_code, calm.stdout.splitlines()[-1]) == (0, "4 planned, 0 with changes, 0 with errors")
    tag = next(iter(stage.tags().values()))
    manifest.write_text(manifest.read_text("utf-8").replace(tag, "abc1234"), "utf-8")
    stage.push_images("abc1234")
    busy = plan("json")
    assert busy.exit_code == 2
    [changed] = [each for each in json.loads(busy.stdout)["services"] if each["changes"]]
    assert (changed["environment"], changed["name"]) == SERVICE
    assert any("shift the traffic" in each for each in changed["actions"])
    assert "<details><summary>prod/notes-app: " in plan("markdown").stdout
    assert changed["text"] == "ships the change (commit)"
    identity = ["-c", "user.name=t", "-c", "user.email=t@t.example"]
    subprocess.run(["git", "-C", str(tmp_path / "clone"), *identity, "commit", "--quiet", "--all", "-mx"], check=True)
    asked = ["git", "-C", str(tmp_path / "clone"), "rev-parse", "HEAD"]
    head = subprocess.run(asked, check=True, capture_output=True, text=True).stdout[:12]
    for form in ("text", "json", "markdown"):
        assert f"ships {head} " in plan(form).stdout


def test_a_held_release_ships_once_more_after_a_retry_and_only_once(stage: Stage) -> None:
    settled(stage)
    err(stage, 0.6, "0badc0de")
    bad = commit(stage, "0badc0de")
    assert ended_as(stage, "held", bad).reason == "ALARM_ACTIVE"
    assert "blocked" in trueup(stage, "why", NAME)
    quiet(stage)
    err(stage, 0.0, "0badc0de")
    several_sweeps(stage)
    assert len(of(stage, bad)) == 1  # what was wrong is right again, and still it is a person's to say

    assert "noted" in trueup(stage, "retry", NAME)
    ended_as(stage, "in-sync", bad)
    several_sweeps(stage)
    first, second = of(stage, bad)
    assert "cause=commit" in first
    assert "cause=retry" in second


def test_a_retry_that_fails_again_is_held_again_and_spent(stage: Stage) -> None:
    settled(stage)
    err(stage, 0.6, "1badc0de")
    bad = commit(stage, "1badc0de")
    ended_as(stage, "held", bad)
    quiet(stage)
    trueup(stage, "retry", NAME)
    until("the second try", lambda: len(of(stage, bad)) == 2, LONG)
    ended_as(stage, "held", bad)
    several_sweeps(stage)
    assert len(of(stage, bad)) == 2
    quiet(stage)


def test_a_firing_alarm_blocks_and_a_person_with_a_reason_ships_past_it_once(stage: Stage) -> None:
    settled(stage)
    err(stage, 0.6)
    until("an alarm to fire", lambda: "ALARM" in stage.witness.alarms().values(), LONG)
    fix = commit(stage, "f1x0001")
    blocked = ended_as(stage, "blocked", fix)
    assert [each.code for each in blocked.findings if each.blocking] == ["AlarmFiring"]
    assert of(stage, fix) == []

    assert "noted" in trueup(stage, "sync", NAME, "--despite-alarm", 'INC-42: "the" fix')
    ended_as(stage, "in-sync", fix)
    [shipped] = of(stage, fix)
    assert shipped.endswith("""despite-alarm="INC-42: 'the' fix\"""")

    settled(stage)
    until("an alarm to fire still", lambda: "ALARM" in stage.witness.alarms().values(), LONG)
    another = commit(stage, "f1x0002")
    ended_as(stage, "blocked", another)
    several_sweeps(stage)
    assert of(stage, another) == []
    err(stage, 0.0)
    quiet(stage)
    trueup(stage, "sync", NAME)
    ended_as(stage, "in-sync", another)
    [alone] = of(stage, another)
    assert "despite-alarm" not in alone


def test_drift_says_who_made_it_and_shows_no_secret(stage: Stage) -> None:
    push_image(stage.server.url, f"{web_image(stage)}:1.12.0")
    shipped = stage.repository.bump("desired/dev/web.yaml", {"web": "1.12.0"}, "Ship 1.12.0")
    until("dev/web to be shipped", lambda: is_at(stage.told(("dev", "web")), shipped), LONG)
    ship_by_hand(stage)
    drifted = until("drift of dev/web", lambda: stage.told(("dev", "web")).drift, LONG)
    assert all(each.by and each.by.endswith("mallory") and each.at for each in drifted)
    said = trueup(stage, "why", "dev/web")
    assert "/environment/DB_PASSWORD" in said
    assert "user/mallory" in said
    assert "hunter2" not in said
    assert "drifted" in trueup(stage, "status")


def is_at(told: ServiceView, commit: str) -> bool:
    return told.commit is not None and (told.commit.id, told.sync, told.outcome) == (commit, "in-sync", "in-sync")


def web_image(stage: Stage) -> str:
    return stage.told(("dev", "web")).images["web"].rpartition(":")[0]


def ship_by_hand(stage: Stage) -> None:
    """Somebody registers what dev/web runs with a variable more, and rolls the service to it."""
    from controller.demo.somebody import OUTPUT_ONLY
    from controller.demo.witness import client

    ecs: Any = client("ecs", stage.server.url, "eu-west-1", "mallory")
    service = ecs.describe_services(cluster="dev-web", services=["web"])["services"][0]
    running = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    request = {key: value for key, value in running.items() if key not in OUTPUT_ONLY}
    request["containerDefinitions"][0]["environment"].append({"name": "DB_PASSWORD", "value": "hunter2"})
    mine = ecs.register_task_definition(**request)["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster="dev-web", service="web", taskDefinition=mine)
