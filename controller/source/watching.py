"""Rendering that tells how far it is: a commit that takes long looks like a daemon that does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from controller.source.chart_sandbox import Rendering
from controller.source.headway import Compiling
from controller.source.rendering import Render, RenderJob

EVERY = 3.0  # seconds; what takes less is not worth a word


def watched(render: Render, tell: Callable[[Compiling], None], clock: Callable[[], float]) -> Render:
    """Give `render` that tells, at most every few seconds, how many of a batch are done. Raises what `render` does."""

    def rendered(jobs: Iterable[RenderJob]) -> Iterator[Rendering]:
        batch = tuple(jobs)
        return told(render(batch), len(batch))

    def told(answers: Iterable[Rendering], of: int) -> Iterator[Rendering]:
        told_at = clock()
        for done, answer in enumerate(answers, start=1):
            now = clock()
            if now - told_at >= EVERY:
                told_at = now
                tell(Compiling(done, of))
            yield answer

    return rendered
