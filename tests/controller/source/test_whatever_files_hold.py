"""Whatever the files of a commit hold, compiling them raises nothing, and says something where it gives no service."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.source.defects import BY_DEFECT
from controller.source.snapshot import Snapshot
from reconcilers.excerpt import LONGEST
from tests.controller.source.commits import SOUND, compiled, manifest, plain
from tests.examples import examples

_WORDS = "null - [] {} : {{ }} {% %} &a *a !!x 1e999 .inf 99999999999999999999 true ../x /x é ? | > @ ' \""
_JUNK = st.sampled_from([*_WORDS.split(), "\t", "\x00", "\ud83d", "\n"]) | st.text(max_size=5)
_DIGITS = "9" * 5_000
_LONG = [
    *(f'"{_DIGITS}{unit}"' for unit in ("", ".5", " vCPU", " GB", "m", "e9")),
    *(_DIGITS, f"-{_DIGITS}", f"0.{_DIGITS}", "1e999999", "1e999999999", f"1e{_DIGITS}"),
]
_NUMBERS = [
    "rollout: {ecs: {timeout: #}}",
    "rollout: {ecs: {retries: #}}",
    "rollout: {ecs: {maximumPercent: #}}",
    "rollout: {codeDeploy: {application: a, deploymentGroup: g, timeout: #}}",
    "serviceDefinition: {desiredCount: #}",
    "serviceDefinition: {loadBalancers: [{containerPort: #}]}",
]
_TOP = "family containerDefinitions volumes cpu memory networkMode requiresCompatibilities"
_BELOW = """
name image environment value mountPoints sourceVolume dependsOn containerName condition command healthCheck portMappings
containerPort logConfiguration options linuxParameters capabilities add tags essential secrets extraHosts hostname
host sourcePath privileged hostPort devices
"""
_PLAIN: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 70_000)
    | st.sampled_from(["", "web", "awsvpc", "FARGATE", "a:b", _DIGITS, f"{_DIGITS} GB", f"{_DIGITS}m"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(f"{_TOP} {_BELOW}".split()), inner, max_size=6)
    ),
    max_leaves=25,
)


def judged(snapshot: Snapshot) -> None:
    """There is a service or an error, and none that only says that Trueup failed at it."""
    assert snapshot.services or snapshot.errors
    assert not [problem for problem in snapshot.problems if problem.message.startswith(BY_DEFECT)]


@st.composite
def mangled(draw: st.DrawFn) -> dict[str, str | bytes]:
    """The sound commit, with some text of some files replaced by junk."""
    files = dict(SOUND)
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(sorted(SOUND)))
        text = files[path]
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.integers(0, 12)))
        files[path] = text[:begin] + draw(_JUNK) + text[end:]
    return {path: text.encode("utf-8", "surrogatepass") for path, text in files.items()}


@given(mangled())
@settings(max_examples=examples(150))
def test_a_mangled_commit_gives_a_service_or_an_error(files: dict[str, str | bytes]) -> None:
    judged(compiled(files))


@given(st.dictionaries(st.sampled_from(_TOP.split()), _PLAIN, min_size=1))
@settings(max_examples=examples(150))
def test_a_task_definition_of_any_shape_gives_a_service_or_an_error(definition: dict[str, Any]) -> None:
    judged(compiled(plain(json.dumps(definition))))


@given(st.lists(_PLAIN, max_size=2), st.dictionaries(st.sampled_from(_BELOW.split()), _PLAIN, max_size=5))
@settings(max_examples=examples(150))
def test_a_container_of_any_shape_on_fargate_gives_a_service_or_an_error(volumes: Any, fields: dict[str, Any]) -> None:
    fargate = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    container = {"image": "a/b:c", "privileged": True, **fields}
    judged(compiled(plain(json.dumps({**fargate, "containerDefinitions": [container], "volumes": volumes}))))


@pytest.mark.parametrize("written", _LONG)
@pytest.mark.parametrize("name", ["cpu", "memory"])
def test_an_amount_of_thousands_of_digits_is_an_error_at_its_place(name: str, written: str) -> None:
    sizes = {"cpu": '"256"', "memory": '"512"', name: written}
    text = f"""{{"cpu": {sizes["cpu"]}, "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",
"memory": {sizes["memory"]}, "containerDefinitions": [{{"name": "web", "image": "a/b:c"}}]}}"""
    snapshot = compiled(plain(text))
    judged(snapshot)
    assert {(error.file, error.line) for error in snapshot.errors} == {("web.json", 1 if name == "cpu" else 2)}


@pytest.mark.parametrize("written", _LONG)
@pytest.mark.parametrize("field", _NUMBERS)
def test_a_number_of_thousands_of_digits_in_a_manifest_is_its_own_error(field: str, written: str) -> None:
    before, _, after = field.partition("#")
    snapshot = compiled({**SOUND, "desired/prod/web.yaml": manifest(field=f"{before}{written}{after}")})
    judged(snapshot)
    assert {error.file for error in snapshot.errors} == {"desired/prod/web.yaml"}


@pytest.mark.parametrize("written", _LONG)
def test_a_value_of_thousands_of_digits_gives_a_service_or_an_error(written: str) -> None:
    schema = '{"properties": {"logLevel": {"multipleOf": 3, "maximum": 5, "minLength": 1}}}'
    for more in ({}, {"charts/web/values.schema.json": schema}):
        judged(
            compiled({**SOUND, "desired/prod/web.yaml": manifest(values=f"values: {{logLevel: {written}}}"), **more})
        )


@pytest.mark.parametrize("field", ["chart", "sync", "drift"])
def test_what_is_wrong_is_told_in_short_however_long_a_value_is(field: str) -> None:
    found = compiled({**SOUND, "desired/prod/web.yaml": manifest(**{field: f"{field}: {'a' * 300_000}"})})
    assert found.problems
    assert max(len(str(problem)) for problem in found.problems) < 3 * LONGEST
