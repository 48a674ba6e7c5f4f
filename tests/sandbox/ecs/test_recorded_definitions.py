"""Recorded pairs of what was declared and what AWS answered: the sandbox answers the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.ecs.around import FakePlace

RECORDED = Path(__file__).parents[4] / "shared" / "real-aws" / "task-definitions"
PAIRS = sorted(RECORDED.glob("*.json"))

pytestmark = pytest.mark.skipif(not PAIRS, reason="the recorded pairs of real AWS are not beside this checkout")


def folded(value: Any) -> Any:
    """Without what is empty, and with every list of structures in one order."""
    if isinstance(value, dict):
        parts = {name: folded(part) for name, part in value.items()}
        # An empty host stands for itself; every other empty member may be told or left out.
        return {name: part for name, part in parts.items() if part not in (None, "", [], {}) or name == "host"}
    if isinstance(value, list):
        return sorted((folded(part) for part in value), key=lambda part: json.dumps(part, sort_keys=True))
    return value


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_a_registered_definition_reads_back_as_real_aws_has_answered(path: Path) -> None:
    pair = json.loads(path.read_text())
    request = {"family": "recorded"} | pair["declared"]
    answer = FakePlace().call("RegisterTaskDefinition", **request)["taskDefinition"]
    told = {"family", "tags", "taskDefinitionArn"}
    expected = folded({name: part for name, part in pair["live"].items() if name not in told})
    assert {name: part for name, part in folded(answer).items() if name in expected} == expected
