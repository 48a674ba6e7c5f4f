"""The dashboards' questions, put to the Prometheus that watched the story, as Grafana would put them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.dashboards.asking import Asked, Question, panels, put, questions
from tests.dashboards.made import dashboards
from tests.story.telling import Told

DASHBOARDS: tuple[dict[str, Any], ...] = tuple(json.loads(text) for text in dashboards().values())
QUESTIONS: tuple[Question, ...] = tuple(question for dashboard in DASHBOARDS for question in questions(dashboard))
STEP = 0.5
# Four scrapes of a second and a little, as Grafana makes it of the scrape interval.
RATE_INTERVAL = 4.5


@dataclass(frozen=True, slots=True)
class Series:
    """One line, band, bar or row: its labels and its values by time."""

    labels: dict[str, str]
    values: tuple[tuple[float, float], ...]

    @property
    def numbers(self) -> list[float]:
        return [number for _, number in self.values]


def one(where: str, legend: str = "") -> Question:
    """The question of the panel, annotation or variable ``where``, of the name ``legend`` if it asks several."""
    return next(each for each in QUESTIONS if each.where == where and legend in ("", each.legend))


def over(story: Told, question: Question, act: int | None = None, **chosen: str) -> list[Series]:
    """The answer at each moment of an act, the first being 1; of the whole story without one."""
    acts = story.acts if act is None else [story.acts[act - 1]]
    expression = put(question.expression, _asked(story, chosen))
    return [
        _series(each, each["values"]) for each in story.prometheus.range(expression, acts[0].begin, acts[-1].end, STEP)
    ]


def after(story: Told, question: Question, act: int, **chosen: str) -> list[Series]:
    """The answer as an act ended."""
    expression = put(question.expression, _asked(story, chosen))
    return [_series(each, [each["value"]]) for each in story.prometheus.query(expression, story.acts[act - 1].end)]


def number(story: Told, question: Question, act: int, **chosen: str) -> float | None:
    """The one number that a question has for its answer as an act ended."""
    found = after(story, question, act, **chosen)
    return found[0].numbers[0] if found else None


def numbers(story: Told, question: Question, act: int) -> list[float]:
    """Every number of an answer during an act."""
    return [each for series in over(story, question, act) for each in series.numbers]


def spans(story: Told, question: Question) -> list[tuple[int, int]]:
    """From which act to which an annotation's regions reach: Grafana joins moments that are a step apart."""
    found = []
    for series in over(story, question):
        times = [at for at, value in series.values if value > 0]
        breaks = [
            0,
            *(place for place, (was, now) in enumerate(pairwise(times), 1) if now - was > STEP * 1.5),
            len(times),
        ]
        found += [(_act(story, times[begin]), _act(story, times[end - 1])) for begin, end in pairwise(breaks)]
    return sorted(found)


def empty_in_a_quiet_fleet(story: Told) -> dict[str, str]:
    """The panels with nothing to show as the first act ended, and what stands there instead."""
    found = {}
    for dashboard in DASHBOARDS:
        for panel in panels(dashboard):
            asked = [each for each in questions({**dashboard, "panels": [panel]}) if each.where == panel["title"]]
            if asked and not any(after(story, each, 1) for each in asked):
                found[panel["title"]] = panel["fieldConfig"]["defaults"]["noValue"]
    return found


def _asked(story: Told, chosen: dict[str, str]) -> Asked:
    names: dict[str, tuple[str, ...]] = {"environment": (), "service": (), "instance": ()}
    picked = {name: tuple(value.split(",")) for name, value in chosen.items()}
    return Asked({**names, **picked}, story.acts[-1].end - story.acts[0].begin, RATE_INTERVAL)


def _series(answer: dict[str, Any], values: Sequence[Sequence[Any]]) -> Series:
    return Series(answer["metric"], tuple((float(at), float(value)) for at, value in values))


def _act(story: Told, at: float) -> int:
    return next((place for place, act in enumerate(story.acts, 1) if at <= act.end), len(story.acts))
