"""``trueup status``: every service in a line."""

import time

from rich.text import Text

from controller.cli.daemon import DEFAULT_URL, URL
from controller.cli.output import FORM, Form, console, failing_clearly, print_json, state, table
from controller.source.problem import Problem
from controller.web.client import Daemon
from controller.web.views import ProblemView, ServiceView


def status(url: URL = DEFAULT_URL, form: FORM = Form.TABLE) -> None:
    """Show every service: how Git and AWS stand to each other, how it is, and since when."""
    with failing_clearly():
        daemon = Daemon(url)
        services, source = daemon.services(), daemon.source()
    if form is Form.JSON:
        print_json(services)
        return
    out = console()
    now = time.time()
    headings = ["SERVICE", "SYNC", "HEALTH", "SINCE", "COMMIT", "WHAT"]
    out.print(table(headings, [_row(each, now) for each in services]) if services else "No services yet.")
    if source.failing_since is not None:
        unwell = f"Git has not answered well for {age(now - source.failing_since)}"
        out.print(Text(f"\n{unwell}: {source.message} {source.remedy}", "yellow"))
    for problem in source.problems:
        out.print(told(problem), markup=False)


def told(problem: ProblemView) -> str:
    """A problem with its place, which editors and terminals can jump to."""
    known = Problem(problem.file, problem.line, problem.column, problem.message, problem.remedy)
    return f"{problem.severity}: {known}"


def age(seconds: float | None) -> str:
    """A span as people say it: 40s, 12m, 3h, 5d."""
    if seconds is None:
        return "-"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(max(0, seconds))}s"


def _row(service: ServiceView, now: float) -> list[str | Text]:
    return [
        f"{service.environment}/{service.name}",
        state(service.sync),
        state(service.health),
        age(None if service.since is None else now - service.since),
        service.commit.id[:7] if service.commit else "-",
        _what(service),
    ]


def _what(service: ServiceView) -> str:
    if service.rollout is not None and service.rollout.traffic is not None:
        return f"{service.rollout.deployment}: {service.rollout.traffic:.0f} % of the traffic"
    if service.stale:
        return f"an earlier commit's, since its manifest is broken; {service.text}"
    return service.text
