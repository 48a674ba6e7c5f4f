"""What the demo's story has no reason to show: series that are made up show that these questions have an answer."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dashboards.asking import Asked, Question, put, questions
from tests.dashboards.made import dashboards
from tests.dashboards.unseen import UNSEEN, known_as
from tests.rules.files import NO_PROMTOOL, PROMTOOL, said_by

ASKED = Asked({"environment": ("prod",), "service": (), "instance": ()}, range=3600.0, rate_interval=60.0)
QUESTIONS = {
    known_as(question): question
    for text in dashboards().values()
    for question in questions(json.loads(text))
    if known_as(question) in UNSEEN
}


def counted(series: str, each: float) -> dict[str, str]:
    """A counter that grows by so much every quarter of a minute, as it is scraped."""
    return {"series": series, "values": f"0+{each:g}x40"}


def rollouts(result: str, seconds: float) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """Rollouts that ended so, each after so many seconds, beside others that ended well; and what is to be shown."""
    name = "trueup_rollout_duration_seconds"
    series = [
        counted(f'{name}_sum{{environment="prod", result="{result}"}}', 2 * seconds),
        counted(f'{name}_count{{environment="prod", result="{result}"}}', 2),
        counted(f'{name}_sum{{environment="prod", result="succeeded"}}', 900),
        counted(f'{name}_count{{environment="prod", result="succeeded"}}', 1),
    ]
    return series, [{"labels": "{}", "value": seconds}]


# Four scrapes of five refusals each are twenty within the shortest window.
THROTTLES = [counted('trueup_aws_throttles_total{instance="a", service="ecs", operation="DescribeServices"}', 5)]
REFUSED = [{"labels": '{service="ecs", operation="DescribeServices"}', "value": 20}]
MADE_UP = {
    "Throttled {{service}} {{operation}}": (THROTTLES, REFUSED),
    "Duration, by result Failed": rollouts("failed", 240),
    "Duration, by result Stopped": rollouts("stopped", 60),
    "Duration, by result Superseded": rollouts("superseded", 30),
}


def test_everything_that_is_unseen_is_a_question_and_is_made_up_here() -> None:
    assert set(UNSEEN) == set(QUESTIONS) == set(MADE_UP)


@pytest.mark.skipif(PROMTOOL is None, reason=NO_PROMTOOL)
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_that_the_story_leaves_open_has_an_answer(question: Question, tmp_path: Path) -> None:
    series, answer = MADE_UP[known_as(question)]
    asked = {"expr": put(question.expression, ASKED), "eval_time": "5m", "exp_samples": answer}
    tests = [{"interval": "15s", "input_series": series, "promql_expr_test": [asked]}]
    (tmp_path / "unseen.yml").write_text(yaml.safe_dump({"evaluation_interval": "15s", "tests": tests}), "utf-8")
    code, said = said_by(PROMTOOL, "test", "rules", "unseen.yml", folder=tmp_path)
    assert code == 0, said
