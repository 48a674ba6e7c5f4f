"""What was measured, held against what was promised."""

from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from rich.console import Group
from rich.table import Table

from tests.bench.lead import Lead
from tests.bench.speed import Diffs, Renders
from tests.bench.sweep import Swept

CPU_MS = 1.0  # a service, at most
RSS_MIB = 200.0  # at any size, at most
DIFF_MS = 1.0  # a comparison, at most
BATCH = 10  # services that one DescribeServices answers for


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a run measures."""

    sweeps: tuple[Swept, ...]
    leads: tuple[Lead, ...]
    renders: Renders
    diffs: Diffs

    def missed(self) -> tuple[str, ...]:
        """The budgets that were not kept, in words."""
        found: list[str] = []
        for each in self.sweeps:
            expected = ceil(each.services / BATCH)
            if each.calls != expected:
                found.append(f"A sweep of {each.services} services took {each.calls} calls instead of {expected}.")
            if each.cpu_ms > CPU_MS:
                found.append(f"A sweep of {each.services} took {each.cpu_ms:.2f} ms of CPU a service: over {CPU_MS:g}.")
            if each.rss_mib > RSS_MIB:
                found.append(f"With {each.services} services it held {each.rss_mib:.0f} MiB: over {RSS_MIB:g}.")
        if self.diffs.slowest_ms > DIFF_MS:
            found.append(f"A comparison took {self.diffs.slowest_ms:.2f} ms: over {DIFF_MS:g}.")
        return tuple(found)

    def data(self) -> dict[str, Any]:
        """As plain data, the verdict included."""
        return asdict(self) | {"missed": list(self.missed())}

    def shown(self) -> Group:
        """As tables for a terminal."""
        return Group(self._sweeps(), self._leads(), self._speeds())

    def _sweeps(self) -> Table:
        table = Table(title="A sweep over services that have not changed", title_justify="left", min_width=72)
        for heading in (
            "services",
            "AWS calls",
            "CPU ms/service",
            "wall s",
            "peak MiB",
            "first: calls",
            "CPU ms/service",
        ):
            table.add_column(heading, justify="right")
        for each in self.sweeps:
            first = (str(each.first_calls), f"{each.first_cpu_ms:.2f}")
            cost = (f"{each.cpu_ms:.2f}", f"{each.seconds:.3f}", f"{each.rss_mib:.0f}")
            table.add_row(f"{each.services:,}", str(each.calls), *cost, *first)
        return table

    def _leads(self) -> Table:
        table = Table(
            title="From a commit to CreateDeployment, without AWS's own time", title_justify="left", min_width=72
        )
        for heading in ("services in the repository", "AWS calls", "median ms"):
            table.add_column(heading, justify="right")
        for each in self.leads:
            table.add_row(f"{each.services:,}", str(each.calls), f"{each.milliseconds:.0f}")
        return table

    def _speeds(self) -> Table:
        table = Table(title="Speed", title_justify="left", min_width=72)
        for heading in ("what", "a second", "slowest ms"):
            table.add_column(heading, justify="left" if heading == "what" else "right")
        table.add_row(
            f"renderings of charts/notes-app (batch of {self.renders.renderings})",
            f"{self.renders.per_second:,.0f}",
            "",
        )
        differs = f"comparisons, one of {self.diffs.leaves} leaves differs"
        table.add_row(differs, f"{self.diffs.per_second:,.0f}", f"{self.diffs.slowest_ms:.2f}")
        return table
