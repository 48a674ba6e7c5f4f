"""Equal digests mean that nothing differs: what a sweep leaves out of its work, it does not leave out of its answer."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconcilers.diff import task_definition_changes
from reconcilers.live_service import RegisteredRevision
from reconcilers.model import Service
from reconcilers.pointer import Pointer
from reconcilers.rollout.survey import compare
from reconcilers.task_definition import release_digest, revision_digest
from tests.examples import examples
from tests.reconcilers.builders import definition, service, wanted
from tests.reconcilers.task_definitions import TASK_DEFINITIONS, as_aws_reads_back


def wanting(task_definition: dict[str, Any], *ignore: Pointer) -> Service:
    revision = revision_digest(task_definition)
    release = release_digest(revision, {})
    return replace(wanted(), task_definition=task_definition, revision=revision, release=release, ignore=ignore)


def running(task_definition: dict[str, Any]) -> RegisteredRevision:
    return RegisteredRevision("arn", task_definition, revision_digest(task_definition))


@given(TASK_DEFINITIONS, TASK_DEFINITIONS, st.integers(0, 9), st.booleans())
@settings(max_examples=examples(60))
def test_what_is_found_is_what_comparing_every_leaf_finds(
    declared: dict[str, Any], other: dict[str, Any], seed: int, same: bool
) -> None:
    live = as_aws_reads_back(declared if same else {**other, "family": declared["family"]}, seed)
    want = wanting(declared)
    found = compare(want, service(), running(live)).by_deployment
    assert found == task_definition_changes(declared, live)


def test_a_revision_that_differs_only_in_what_is_ignored_does_not_differ() -> None:
    name = definition("v1")["containerDefinitions"][0]["name"]
    image = Pointer.parse(f"/taskDefinition/containerDefinitions/{name}/image")
    assert compare(wanting(definition("v2"), image), service(), running(definition("v1"))).by_deployment == ()
    assert compare(wanting(definition("v2")), service(), running(definition("v1"))).by_deployment != ()


def test_a_digest_of_another_version_leads_to_a_look_at_every_leaf() -> None:
    older = replace(running(definition("v1")), digest=revision_digest({"family": "of another version"}))
    assert compare(wanting(definition("v1")), service(), older).by_deployment == ()
    assert compare(wanting(definition("v2")), service(), older).by_deployment != ()
