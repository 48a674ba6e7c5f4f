"""What the story leaves behind."""

import json
from pathlib import Path

from controller.demo.record import Check, Record, Step

TRUE, FALSE = Check("it shipped", True, "7c31f0e"), Check("it was held", False)


def test_a_story_is_true_where_every_claim_is() -> None:
    assert Record(90, [Step("one", checks=[TRUE]), Step("two", checks=[TRUE])]).true


def test_one_false_claim_makes_it_false() -> None:
    assert not Record(90, [Step("one", checks=[TRUE, FALSE])]).true


def test_a_step_that_claims_nothing_proves_nothing() -> None:
    assert not Record(90, [Step("one", checks=[TRUE]), Step("two")]).true


def test_a_story_without_steps_proves_nothing() -> None:
    assert not Record(90).true


def test_a_state_is_noted_once_while_it_lasts() -> None:
    step = Step("one")
    assert [step.saw(0.1, "10%"), step.saw(0.2, "10%"), step.saw(0.3, "20%")] == [True, False, True]
    assert step.states == [(0.1, "10%"), (0.3, "20%")]


def test_the_report_is_json_with_states_by_their_seconds(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    Record(90, [Step("one", "c0ffee", ["d-1"], [(0.1, "10%")], [TRUE], {}, 1.5)], 2.0).write(file)
    told = json.loads(file.read_text("utf-8"))
    assert (told["true"], told["steps"][0]["states"]) == (True, [{"at": 0.1, "state": "10%"}])
    assert told["steps"][0]["commit"] == "c0ffee"
