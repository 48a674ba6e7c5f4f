"""What real AWS answered to what was declared: nothing differs, and one changed leaf is found and nothing else."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconcilers.diff import Change, service_changes, task_definition_changes
from reconcilers.task_definition import revision_digest
from tests.reconcilers.leaves import (
    KEYS,
    NAMELESS,
    RECORDED,
    SETS,
    Steps,
    expected,
    leaves,
    other,
    pointer,
    replaced,
)

FILES = sorted(RECORDED.glob("*/*.json"))
pytestmark = pytest.mark.skipif(not FILES, reason=f"no recorded pairs: {RECORDED} is not there")


def each_pair(kind: str = "") -> list[Any]:
    """The recorded files, or a placeholder that is skipped."""
    return [pytest.param(file, id=file.stem) for file in FILES if kind in file.parent.name] or [Path("absent")]


def read(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    recorded = json.loads(file.read_text())
    return recorded["declared"], recorded["live"]


def changes(file: Path, declared: Mapping[str, Any], live: Mapping[str, Any]) -> tuple[Change, ...]:
    if file.parent.name == "services":
        return service_changes(declared, live, scalable=False)
    return task_definition_changes(declared, live)


def names(declared: Any, live: Any, steps: Steps) -> bool:
    """Whether ``declared`` has the leaf of ``live``, whatever the order of its lists."""
    field = ""
    for step in steps:
        live = live[step]
        if isinstance(step, str):
            if step not in declared:
                return False
            field, declared = step, declared[step]
        elif field in KEYS or field in NAMELESS:
            known_by = KEYS.get(field) or tuple(name for name in live if not isinstance(live[name], dict))
            same = [one for one in declared if all(one.get(name) == live[name] for name in known_by)]
            if not same:
                return False
            declared = same[0]
        elif field in SETS:
            return live in declared
        else:
            declared = declared[step]
    return True


def mutations(declared: Any, live: Any) -> Iterator[tuple[Steps, Any]]:
    for steps, leaf in leaves(live):
        if names(declared, live, steps):
            yield steps, leaf


@pytest.mark.parametrize("file", each_pair())
def test_nothing_differs_in_what_was_recorded_without_drift(file: Path) -> None:
    assert changes(file, *read(file)) == ()


@pytest.mark.parametrize("file", each_pair())
def test_one_changed_leaf_is_found_and_nothing_else(file: Path) -> None:
    declared, live = read(file)
    root = "serviceDefinition" if file.parent.name == "services" else "taskDefinition"
    tried = 0
    for steps, leaf in mutations(declared, live):
        mutated = replaced(live, steps, other(leaf))
        tokens, is_key = expected(root, live, steps)
        found = changes(file, declared, mutated)
        if is_key:
            renamed, _ = expected(root, mutated, steps)
            assert {(one.path, one.kind) for one in found} == {
                (pointer(tokens), "removed"),
                (pointer(renamed), "added"),
            }
        else:
            assert [(one.path, one.kind, one.declared, one.live) for one in found] == [
                (pointer(tokens), "changed", leaf, other(leaf))
            ]
        tried += 1
    assert tried >= 5


@pytest.mark.parametrize("file", each_pair("task-definitions"))
def test_every_leaf_of_a_container_is_owned_declared_or_not(file: Path) -> None:
    declared, live = read(file)
    for steps, leaf in leaves({"containerDefinitions": live["containerDefinitions"]}):
        assert changes(file, declared, replaced(live, steps, other(leaf))), steps


@pytest.mark.parametrize("file", each_pair("task-definitions"))
def test_the_digest_of_a_recorded_answer_is_the_declared_ones(file: Path) -> None:
    declared, live = read(file)
    assert revision_digest({"family": live["family"], **declared}) == revision_digest(live)
