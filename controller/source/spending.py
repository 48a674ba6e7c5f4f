"""What the renderings of one chart may cost in one commit, so that who writes a chart holds up nobody else for long.

What one rendering may cost is bounded elsewhere (`render_child`), but a chart has as many renderings as manifests name
it. Counted is CPU time, which a slow or busy machine does not make more of as it does of the clock's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from controller.source.chart_sandbox import ChartTemplates
from controller.source.templating import RenderFailure

_ENDED_AT_MOST = 3  # renderings of one chart


@dataclass(frozen=True, slots=True)
class Allowance:
    """CPU seconds that the renderings of one chart may take together: for a few services, or for each of many."""

    seconds: float = 5.0
    each: float = 0.02

    def of(self, renderings: int) -> float:
        """Give what so many renderings may take."""
        return max(self.seconds, renderings * self.each)


@dataclass(slots=True)
class _Account:
    spent: float = 0.0
    ended: list[RenderFailure] = field(default_factory=list)


class Spending:
    """Keeps account of each chart in a batch. `charts`: that of each rendering to come, one object for each chart."""

    def __init__(self, charts: Iterable[ChartTemplates], allowance: Allowance) -> None:
        self._charts = tuple(charts)  # kept, since they are told apart by their identity
        self._allowed = {id_: allowance.of(count) for id_, count in Counter(map(id, self._charts)).items()}
        self._accounts = {id_: _Account() for id_ in self._allowed}

    def note(self, chart: ChartTemplates, cpu: float, ended: RenderFailure | None) -> None:
        """Take down what a rendering took, and how it was ended if it was."""
        account = self._accounts[id(chart)]
        account.spent += max(0.0, cpu)
        if ended is not None:
            account.ended.append(ended)

    def refusal(self, chart: ChartTemplates) -> RenderFailure | None:
        """Give why a chart is not rendered again in this batch; None where it is."""
        account, allowed = self._accounts[id(chart)], self._allowed[id(chart)]
        if len(account.ended) >= _ENDED_AT_MOST:
            return account.ended[-1]
        if account.spent <= allowed:
            return None
        return RenderFailure(
            f"The renderings of this chart took more than {allowed:g} s of CPU together, and the rest were not begun",
            "Look for what it does too often, such as a loop within a loop, or split it.",
        )
