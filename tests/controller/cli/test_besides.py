"""What a pull request changes, apart from what somebody changed on AWS."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from controller.cli.besides import besides
from controller.cli.planned import Planned, as_json, text
from controller.cli.planned_markdown import markdown
from reconcilers.diff import Change
from reconcilers.model import Service
from reconcilers.outcome import Differs, Health, Sync
from reconcilers.verdict import Plan
from tests.controller.builders import KEY, wanted

IMAGE = Change("/taskDefinition/containerDefinitions/proxy/image", "changed", "notes:v2", "notes:v1")
DEBUG = Change("/taskDefinition/containerDefinitions/proxy/environment/DEBUG", "added", None, "1")
COUNT = Change("/serviceDefinition/desiredCount", "changed", 3, 2)
GRACE = Change("/serviceDefinition/healthCheckGracePeriodSeconds", "changed", 60, 5)
FIELDS: Mapping[str, Any] = {"desiredCount": 2, "healthCheckGracePeriodSeconds": 60}
BEFORE = wanted("v1", service_definition=FIELDS)
AFTER = wanted("v2", service_definition={**FIELDS, "desiredCount": 3})


def planned(*changes: Change) -> Plan:
    return Plan((), Differs("it differs"), Sync.OUTDATED, Health.HEALTHY, changes=changes)


def foreign(before: Service | None, after: Service, *changes: Change) -> set[str]:
    known = {KEY: before} if before is not None else {}
    return set(besides({KEY: planned(*changes)}, {KEY: after}, known).get(KEY, ()))


def test_a_leaf_that_the_commit_changes_is_its_own() -> None:
    assert foreign(BEFORE, AFTER, IMAGE, COUNT) == set()


def test_a_leaf_in_which_git_says_the_same_as_before_is_not() -> None:
    assert foreign(BEFORE, AFTER, IMAGE, DEBUG, COUNT, GRACE) == {DEBUG.path, GRACE.path}


def test_what_lies_within_a_part_that_the_commit_adds_is_its_own() -> None:
    sidecar = {"name": "agent", "image": "agent:1"}
    containers = [*BEFORE.task_definition["containerDefinitions"], sidecar]
    after = replace(BEFORE, task_definition={**BEFORE.task_definition, "containerDefinitions": containers})
    within = Change("/taskDefinition/containerDefinitions/agent/image", "changed", "agent:1", "agent:0")
    whole = Change("/taskDefinition/containerDefinitions/agent", "removed", sidecar, None)
    around = Change("/taskDefinition/containerDefinitions", "changed", containers, [])
    namesake = Change("/taskDefinition/containerDefinitions/agent2", "added", None, {"name": "agent2"})
    assert foreign(BEFORE, after, within, whole, around, namesake) == {namesake.path}


def test_of_a_service_that_was_not_there_before_all_is_new() -> None:
    assert foreign(None, AFTER, IMAGE, DEBUG) == set()


def test_a_service_without_any_is_not_named() -> None:
    assert besides({KEY: planned(IMAGE)}, {KEY: AFTER}, {KEY: BEFORE}) == {}


def test_each_form_tells_them_apart() -> None:
    found = Planned({KEY: planned(IMAGE, DEBUG)}, services={KEY: AFTER}, besides={KEY: frozenset({DEBUG.path})})
    marked = [
        line for line in text(found).splitlines() if line.endswith("(not of this change: live is otherwise already)")
    ]
    assert len(marked) == 1
    assert DEBUG.path in marked[0]
    assert json.loads(as_json(found))["services"][0]["besides"] == [DEBUG.path]
    own, title, other = markdown(found).partition("Not of this change: live is otherwise")
    assert title
    assert (IMAGE.path in own, DEBUG.path in own) == (True, False)
    assert (IMAGE.path in other, DEBUG.path in other) == (False, True)
    assert "| 1, and 1 besides |" in own


def test_where_all_is_of_the_change_nothing_is_said_of_it() -> None:
    found = Planned({KEY: planned(IMAGE)}, services={KEY: AFTER})
    assert "this change" not in text(found) + markdown(found)
