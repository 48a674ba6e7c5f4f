"""What holds for every task definition."""

import json
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconcilers.diff import carry_ignored, task_definition_changes
from reconcilers.pointer import Pointer
from reconcilers.task_definition import canonical, revision_digest
from tests.examples import examples
from tests.reconcilers.leaves import expected, leaves, other, pointer, replaced
from tests.reconcilers.task_definitions import TASK_DEFINITIONS, as_aws_reads_back

SEEDS = st.integers(0, 1000)
OUTPUT = {"taskDefinitionArn", "revision", "status"}
properties = settings(max_examples=examples(60))


@properties
@given(TASK_DEFINITIONS)
def test_the_form_of_a_form_is_itself(declared: dict[str, Any]) -> None:
    before = json.dumps(declared)
    once = canonical(declared)
    assert canonical(once) == once
    assert json.dumps(declared) == before


@properties
@given(TASK_DEFINITIONS)
def test_nothing_differs_from_itself(declared: dict[str, Any]) -> None:
    assert task_definition_changes(declared, declared) == ()


@properties
@given(TASK_DEFINITIONS, SEEDS)
def test_defaults_and_another_order_change_nothing(declared: dict[str, Any], seed: int) -> None:
    live = as_aws_reads_back(declared, seed)
    assert task_definition_changes(declared, live) == ()
    assert task_definition_changes(live, declared) == ()
    assert canonical(declared) == canonical(live)
    assert revision_digest(declared) == revision_digest(live)


@properties
@given(TASK_DEFINITIONS, SEEDS, st.data())
def test_one_changed_leaf_is_reported_and_nothing_else(
    declared: dict[str, Any], seed: int, data: st.DataObject
) -> None:
    live = as_aws_reads_back(declared, seed)
    steps, leaf = data.draw(st.sampled_from([one for one in leaves(live) if one[0][0] not in OUTPUT]))
    mutated = replaced(live, steps, other(leaf))
    tokens, is_key = expected("taskDefinition", live, steps)
    found = [(one.path, one.kind) for one in task_definition_changes(declared, mutated)]
    if is_key:
        renamed, _ = expected("taskDefinition", mutated, steps)
        assert sorted(found) == sorted([(pointer(tokens), "removed"), (pointer(renamed), "added")])
    else:
        assert found == [(pointer(tokens), "changed")]


@properties
@given(TASK_DEFINITIONS, TASK_DEFINITIONS, SEEDS)
def test_digests_are_equal_exactly_where_nothing_differs(
    one: dict[str, Any], another: dict[str, Any], seed: int
) -> None:
    live = as_aws_reads_back(another, seed)
    assert (revision_digest(one) == revision_digest(live)) == (task_definition_changes(one, live) == ())


@properties
@given(TASK_DEFINITIONS, TASK_DEFINITIONS, SEEDS, st.data())
def test_what_is_ignored_is_carried_and_the_rest_is_not_touched(
    declared: dict[str, Any], another: dict[str, Any], seed: int, data: st.DataObject
) -> None:
    live = as_aws_reads_back(another, seed)
    changes = task_definition_changes(declared, live)
    assume(changes)
    ignored = data.draw(st.sampled_from(changes))
    ignore = (Pointer.parse(ignored.path),)
    carried = carry_ignored(declared, live, ignore)
    left = task_definition_changes(declared, live, ignore)
    assert not any(one.path == ignored.path or one.path.startswith(f"{ignored.path}/") for one in left)
    assert all(one in task_definition_changes(carried, live) for one in left)
    if not any(name in ignored.path for name in ("networkMode", "links", "requiresCompatibilities")):
        assert left == tuple(one for one in changes if not Pointer.parse(ignored.path).covers(_tokens(one.path)))


def _tokens(path: str) -> tuple[str, ...]:
    return Pointer.parse(path).tokens
