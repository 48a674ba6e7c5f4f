"""What docs/image.md shows is how the image is run in the tests, and what AWS takes."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from botocore.session import get_session
from botocore.validate import ParamValidator

from tests.image.container import HARDENED

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/image.md").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def _task() -> dict[str, Any]:
    found = re.search(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found is not None
    task: dict[str, Any] = json.loads(found[1])
    return task


def test_the_command_takes_away_what_the_tests_take_away() -> None:
    taken = {each for each in HARDENED if each.startswith(("--read-only", "--cap-drop", "--security-opt"))}
    shown = set(re.findall(r"--[a-z-]+(?:=\S+)?", DOCUMENT.partition("```console\ndocker run")[2].partition("```")[0]))
    assert taken - shown == {"--read-only-tmpfs=false"}  # podman's own; docker mounts nothing of the kind


def test_the_task_definition_is_one_that_ecs_takes() -> None:
    shape = get_session().get_service_model("ecs").operation_model("RegisterTaskDefinition").input_shape
    assert shape is not None
    report = ParamValidator().validate({"family": "trueup", **_task()}, shape)
    assert report.generate_report() == ""


def test_the_task_is_what_the_dockerfile_says() -> None:
    task = _task()["containerDefinitions"][0]
    check = re.search(r"HEALTHCHECK --interval=(\d+)s --timeout=(\d+)s --start-period=(\d+)s CMD (\[.*\])", DOCKERFILE)
    assert check is not None
    seconds = [task["healthCheck"][each] for each in ("interval", "timeout", "startPeriod")]
    assert [int(each) for each in check.groups()[:3]] == seconds
    assert ["CMD", *json.loads(check[4])] == task["healthCheck"]["command"]
    assert f"USER {task['user']}\n" in DOCKERFILE
    assert f"VOLUME {task['mountPoints'][0]['containerPath']}\n" in DOCKERFILE


def test_both_name_the_version_that_this_is() -> None:
    assert set(re.findall(r"trueup:([0-9.]+)", DOCUMENT)) == {VERSION}


def test_whatever_the_dockerfile_copies_is_let_through_to_it() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    copied = {
        word for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]
    }
    assert {f"!{each}" for each in copied} == {each for each in ignored if each.startswith("!")}
    assert all((ROOT / each).exists() for each in copied)
