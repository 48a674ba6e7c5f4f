"""``trueup why``: the chain from commit to traffic, and the one link that blocks."""

import time

from rich.console import Console
from rich.text import Text

from controller.cli.daemon import DEFAULT_URL, URL
from controller.cli.made import how, maker
from controller.cli.output import FORM, Form, console, failing_clearly, print_json, state, table
from controller.cli.status import age, told
from controller.web.client import Daemon, DaemonError
from controller.web.views import ChangeView, ServiceView

SIGNS = {"done": "✓", "active": "▶", "blocked": "✗", "pending": "·"}


def why(service: str, url: URL = DEFAULT_URL, form: FORM = Form.TABLE) -> None:
    """Explain where SERVICE (environment/name) stands between commit and traffic, and who can clear what blocks."""
    with failing_clearly():
        answer = Daemon(url).service(*named(service))
    if form is Form.JSON:
        print_json(answer)
        return
    _tell(console(), answer)


def named(service: str) -> tuple[str, str]:
    """``prod/notes-app`` as environment and name."""
    environment, slash, name = service.partition("/")
    if not slash or not environment or not name or "/" in name:
        raise DaemonError(f"{service} is not a service's name. Write environment/name, as trueup status shows it.")
    return environment, name


def _tell(out: Console, service: ServiceView) -> None:
    title = Text.assemble((f"{service.environment}/{service.name}", "bold"), "  ", state(service.sync), "  ")
    out.print(title.append_text(state(service.health)))
    out.print(service.text, markup=False)
    out.print()
    for link in service.chain:
        out.print(
            Text.assemble(f" {SIGNS.get(link.state, ' ')} ", f"{link.name:<11}", state(link.state), f"  {link.text}")
        )
        if link.state == "blocked":
            out.print(f"   {'':<11}{link.who}: {link.how}", markup=False)
    if service.changes:
        now = time.time()
        out.print()
        out.print(table(["FIELD", "GIT", "LIVE", "BY", "SEEN"], [_row(each, now) for each in service.changes]))
        for made in dict.fromkeys(
            f"{maker(each.by, pending=False)}: {how(each)}" for each in service.changes if each.call
        ):
            out.print(made, markup=False)
    for finding in service.findings:
        out.print()
        out.print(f"{finding.code}: {finding.message} {finding.remedy}", markup=False)
    for problem in service.problems:
        out.print()
        out.print(told(problem), markup=False)


def _row(change: ChangeView, now: float) -> list[str | Text]:
    declared = "-" if change.kind == "added" else _short(change.declared)
    live = "-" if change.kind == "removed" else _short(change.live)
    seen = age(None if change.since is None else now - change.since)
    return [Text(change.path), Text(declared), Text(live), Text(maker(change.by, pending=change.pending)), seen]


def _short(value: object, most: int = 60) -> str:
    text = str(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"
