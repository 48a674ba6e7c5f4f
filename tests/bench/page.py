"""What the page costs, measured in Chromium: ``python -m tests.bench.page [--json FILE]``.

Weight and requests are what went over the wire. A page is interactive when its first line is there and the keys work;
it is measured from the first request on, with nothing kept from before. Slow 3G is what Chromium's own tools call so.
"""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from rich.console import Console
from rich.table import Table

from tests.page.browser import FLAGS, MISSING, USUAL
from tests.page.fleets import hold, in_sync, thousand, wants
from tests.page.stage import Stage, on_stage
from tests.page.states import busy

SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
ROUNDS = 5
UPDATES = 20
MOST_KB = 60.0
MOST_REQUESTS = 8
MOST_SLOW_MS = 12_000.0
MOST_UPDATE_MS = 50.0  # of the main thread: a longer task is one that a reader feels
# When the first line came into the document, in milliseconds since the navigation.
FIRST_LINE = """new MutationObserver((_, watch) => {
  if (!document.querySelector(".body .row")) return;
  window.firstLine = performance.now();
  watch.disconnect();
}).observe(document, { childList: true, subtree: true });
window.longest = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) window.longest = Math.max(window.longest, each.duration);
}).observe({ type: "longtask", buffered: true });"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


@dataclass(frozen=True, slots=True)
class Opening:
    """Opening the fleet once. Weight in kB as it was sent, times in milliseconds."""

    what: str
    requests: int
    kilobytes: float
    painted: float
    interactive: float
    longest_task: float


@dataclass(frozen=True, slots=True)
class Update:
    """One service of a thousand changes: the main thread's time for it, in milliseconds."""

    median_ms: float
    slowest_ms: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a run measures."""

    openings: tuple[Opening, ...]
    update: Update

    def missed(self) -> tuple[str, ...]:
        """The budgets that were not kept, in words."""
        first, slow = self.openings[:2]
        held = (
            (first.kilobytes <= MOST_KB, f"The page weighs {first.kilobytes:.0f} kB: over {MOST_KB:g}."),
            (first.requests <= MOST_REQUESTS, f"It takes {first.requests} requests: over {MOST_REQUESTS}."),
            (slow.interactive <= MOST_SLOW_MS, f"On a slow link it takes {slow.interactive / 1000:.1f} s."),
            (self.update.median_ms <= MOST_UPDATE_MS, f"An update takes {self.update.median_ms:.0f} ms."),
        )
        return tuple(said for kept, said in held if not kept)

    def shown(self) -> Table:
        """As a table for a terminal."""
        table = Table(title="Opening the fleet", title_justify="left")
        for heading in ("", "requests", "kB sent", "first paint ms", "interactive ms", "longest task ms"):
            table.add_column(heading, justify="right" if heading else "left")
        for each in self.openings:
            numbers = (each.painted, each.interactive, each.longest_task)
            table.add_row(
                each.what, str(each.requests), f"{each.kilobytes:.1f}", *(f"{number:,.0f}" for number in numbers)
            )
        update = f"{self.update.median_ms:.1f} ms of the main thread, {self.update.slowest_ms:.1f} at most"
        table.caption = f"One service of a thousand changes: {update}."
        return table


def bench(
    report: Annotated[Path | None, typer.Option("--json", help="Write the figures to FILE as well.")] = None,
) -> None:
    """Measure what the page costs. Exit 1 where a budget is missed."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit(MISSING)
    snapshot, reports = thousand()

    def many(stage: Stage) -> None:
        stage.adopt(snapshot)
        stage.report(*reports)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        openings = (
            _opened(browser, "24 services", busy, None),
            _opened(browser, "24 services, slow 3G", busy, SLOW_3G),
            _opened(browser, "1,000 services", many, None),
            _opened(browser, "1,000 services, slow 3G", many, SLOW_3G),
        )
        figures = Figures(openings, _updated(browser, many))
        browser.close()
    console = Console(width=None if Console().is_terminal else 110)
    console.print(figures.shown())
    if report is not None:
        report.write_text(json.dumps(asdict(figures) | {"missed": list(figures.missed())}, indent=2) + "\n", "utf-8")
    for each in figures.missed():
        console.print(f"[red]{each}[/red]")
    raise typer.Exit(1 if figures.missed() else 0)


def _opened(browser: Browser, what: str, fill: Callable[[Stage], None], link: dict[str, Any] | None) -> Opening:
    """The median of a few, each in a browser's profile that knows nothing."""
    with on_stage(fill) as stage:
        rounds = [_once(browser, stage, link) for _ in range(ROUNDS if link is None else 1)]
    best = sorted(rounds, key=lambda each: each["interactive"])[len(rounds) // 2]
    return Opening(what, **best)


def _once(browser: Browser, stage: Stage, link: dict[str, Any] | None) -> dict[str, Any]:
    context = browser.new_context(**USUAL)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.add_init_script(FIRST_LINE)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    if link is not None:
        wire.send("Network.emulateNetworkConditions", link)
    sent: list[float] = []
    asked: list[str] = []
    wire.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    wire.on("Network.dataReceived", lambda event: sent.append(event["encodedDataLength"]))
    wire.on("Network.responseReceived", lambda event: sent.append(event["response"]["encodedDataLength"]))
    page.goto(stage.url)
    page.locator(".line[data-line=open]").wait_for()
    page.locator(".body .row").first.wait_for()
    found = {
        "requests": len(asked),
        "kilobytes": sum(sent) / 1000,
        "painted": page.evaluate(PAINTED),
        "interactive": page.evaluate("window.firstLine"),
        "longest_task": page.evaluate("window.longest"),
    }
    context.close()
    return found


def _updated(browser: Browser, fill: Callable[[Stage], None]) -> Update:
    """One service is held and in sync again, so many times."""
    changing = wants("service-0500", "dev", "1.0.0")
    with on_stage(fill) as stage:
        context = browser.new_context(**USUAL)
        page = context.new_page()
        page.goto(stage.url)
        page.locator(".body .row").nth(999).wait_for(state="attached")
        wire = context.new_cdp_session(page)
        wire.send("Performance.enable")
        costs = [
            _cost(page, wire, stage, (hold if number % 2 == 0 else in_sync)(changing)) for number in range(UPDATES)
        ]
        context.close()
    return Update(median(costs), max(costs))


def _cost(page: Page, wire: CDPSession, stage: Stage, report: Any) -> float:
    before = _busy(wire)
    word = "Held" if report.plan.sync == "held" else "In sync"
    stage.report(report)
    line = page.locator(".body .row").filter(has=page.locator('a[data-key="dev/service-0500"]'))
    line.locator(".c-sync", has_text=word).wait_for(state="attached")
    return 1000 * (_busy(wire) - before)


def _busy(wire: CDPSession) -> float:
    """Seconds that the main thread worked so far: script, style and layout."""
    found = {each["name"]: each["value"] for each in wire.send("Performance.getMetrics")["metrics"]}
    return float(found["ScriptDuration"] + found["LayoutDuration"] + found["RecalcStyleDuration"])


if __name__ == "__main__":
    typer.run(bench)
