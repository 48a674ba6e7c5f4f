"""Whatever the files of a commit hold, compiling them raises nothing, and says something where it gives no service."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.controller.source.commits import SOUND, compiled, plain
from tests.examples import examples

_WORDS = "null - [] {} : {{ }} {% %} &a *a !!x 1e999 .inf 99999999999999999999 true ../x /x é ? | > @ ' \""
_JUNK = st.sampled_from([*_WORDS.split(), "\t", "\x00", "\ud83d", "\n"]) | st.text(max_size=5)
_TOP = "family containerDefinitions volumes cpu memory networkMode requiresCompatibilities"
_BELOW = """
name image environment value mountPoints sourceVolume dependsOn containerName condition command healthCheck portMappings
containerPort logConfiguration options linuxParameters capabilities add tags essential secrets extraHosts hostname
"""
_PLAIN: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70_000) | st.sampled_from(["", "web", "awsvpc", "FARGATE", "a:b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(f"{_TOP} {_BELOW}".split()), inner, max_size=6)
    ),
    max_leaves=25,
)


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
    snapshot = compiled(files)
    assert snapshot.services or snapshot.errors


@given(st.dictionaries(st.sampled_from(_TOP.split()), _PLAIN, min_size=1))
@settings(max_examples=examples(150))
def test_a_task_definition_of_any_shape_gives_a_service_or_an_error(definition: dict[str, Any]) -> None:
    snapshot = compiled(plain(json.dumps(definition)))
    assert snapshot.services or snapshot.errors
