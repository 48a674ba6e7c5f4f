"""A commit that takes long to compile says so."""

from collections.abc import Iterable, Iterator

from controller.source.chart_sandbox import ChartTemplates, Rendering
from controller.source.headway import Compiling
from controller.source.rendering import RenderJob
from controller.source.templating import Rendered
from controller.source.watching import watched

JOB = RenderJob(ChartTemplates({}, "main.j2"), {})


class Slow:
    """A renderer, and the clock by which each rendering takes so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._now = seconds, 0.0
        self.told: list[Compiling] = []

    def clock(self) -> float:
        return self._now

    def render(self, jobs: Iterable[RenderJob]) -> Iterator[Rendering]:
        for number, _ in enumerate(jobs):
            self._now += self._seconds
            yield Rendered(str(number), ())

    def rendered(self, count: int) -> list[Rendering]:
        return list(watched(self.render, self.told.append, self.clock)([JOB] * count))


def test_what_is_quick_says_nothing() -> None:
    slow = Slow(0.1)
    slow.rendered(20)
    assert slow.told == []


def test_what_takes_long_says_every_few_seconds_how_far_it_is() -> None:
    slow = Slow(1.0)
    slow.rendered(7)
    assert slow.told == [Compiling(3, 7), Compiling(6, 7)]


def test_answers_are_those_of_who_renders() -> None:
    assert Slow(1.0).rendered(3) == [Rendered(str(number), ()) for number in range(3)]
