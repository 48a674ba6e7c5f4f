"""``trueup get``: services in lines, chosen and sorted; ``trueup status`` shows the same of all."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from controller.cli.asking import Watching, answer, named
from controller.cli.clean import cleaned
from controller.cli.completing import clusters, environments, services
from controller.cli.existing import clusters_exist, environments_exist, services_exist
from controller.cli.fleet_lines import Sort, State, arranged, fleet, is_in, line, name_of
from controller.cli.look import Look
from controller.cli.options import flags_of
from controller.cli.output import Form, failing_clearly, say, written
from controller.cli.question import Question
from controller.cli.spans import clock
from controller.cli.unread import unread
from controller.web.fleet_views import FleetRow, FleetView
from controller.web.messages import Message
from reconcilers.aws.arns import cluster_name

SERVICES = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SERVICE]...", help="environment/name; all if left out.", autocompletion=services),
]
ENVIRONMENT = Annotated[
    list[str] | None,
    typer.Option("--environment", "-e", help="Only these environments.", autocompletion=environments),
]
CLUSTER = Annotated[
    list[str] | None, typer.Option("--cluster", "-c", help="Only in these clusters.", autocompletion=clusters)
]
STATE = Annotated[list[State] | None, typer.Option("--state", "-s", help="Only in one of these states.")]
SORT = Annotated[Sort, typer.Option("--sort", help="The worst, the latest change, the oldest drift first.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen(Watching):
    """What ``get`` takes."""

    services: SERVICES = None
    environment: ENVIRONMENT = None
    cluster: CLUSTER = None
    state: STATE = None
    sort: SORT = Sort.NAME


@dataclass(frozen=True, slots=True)
class Choice:
    """Which services are meant, and in which order; an empty list means all."""

    services: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    sort: Sort = Sort.NAME

    def of(self, view: FleetView) -> list[FleetRow]:
        """Those that are meant."""
        return arranged(filter(self._means, view.rows), self.sort)

    def _means(self, row: FleetRow) -> bool:
        return (
            (not self.services or name_of(row) in self.services)
            and (not self.environments or row.environment in self.environments)
            and (not self.clusters or cluster_name(row.cluster or "") in self.clusters)
            and (not self.states or any(is_in(row, each) for each in self.states))
        )


@dataclass(frozen=True, slots=True)
class Getting(Question[FleetView]):
    """The fleet, and which of it is meant."""

    choice: Choice = field(default_factory=Choice)

    @property
    def stream(self) -> str:
        return "stream"

    def ask(self) -> FleetView:
        view = self.daemon.fleet()
        services_exist(self.choice.services, view)
        environments_exist(self.choice.environments, view)
        clusters_exist(self.choice.clusters, view)
        return view

    def unanswered(self, answer: FleetView) -> str:
        return unread(answer.source)

    def heard(self, known: FleetView, message: Message) -> FleetView:
        if message.event != "fleet":
            return known
        news = self.daemon.read(FleetView, message.data)
        if news.source.unread:  # a daemon that has just started: what is not known has not left
            return news.model_copy(update={"whole": True, "rows": known.rows, "removed": ()})
        if news.whole:
            return news
        rows = {name_of(row): row for row in known.rows} | {name_of(row): row for row in news.rows}
        kept = (row for name, row in rows.items() if name not in news.removed)
        return news.model_copy(update={"whole": True, "rows": tuple(kept), "removed": ()})

    def drawn(self, answer: FleetView, look: Look) -> RenderableType:
        view = cleaned(answer)
        return fleet(view, self.choice.of(view), look)

    def names(self, answer: FleetView) -> Iterable[str]:
        return [name_of(row) for row in self.choice.of(answer)]

    def record(self, answer: FleetView) -> Any:
        return self.choice.of(answer)

    def first(self, answer: FleetView) -> list[Any]:
        return [*self.choice.of(answer)]

    def records(self, before: FleetView, after: FleetView) -> list[Any]:
        """The lines that changed: also of a service that is no longer as was asked for, or has left Git."""
        meant = {name_of(row) for view in (before, after) for row in self.choice.of(view)}
        was = {name_of(row): row for row in before.rows}
        now = {name_of(row): row for row in after.rows}
        gone = [
            {"environment": was[name].environment, "name": was[name].name, "removed": True}
            for name in sorted(meant - now.keys())
        ]
        return [now[name] for name in sorted(meant & now.keys()) if was.get(name) != now[name]] + gone

    def news(self, before: FleetView, after: FleetView, look: Look) -> RenderableType | None:
        said = [_told(each, look) for each in self.records(before, after)]
        return Group(*said) if said else None


def _told(record: Any, look: Look) -> Text:
    if isinstance(record, FleetRow):
        return line(cleaned(record), look)
    return Text(f"{clock(look.now)}  {record['environment']}/{record['name']}  left Git")


@flags_of(Chosen)
def get(chosen: Chosen) -> None:
    """Show services in lines: how Git and AWS stand to each other, and what goes on."""
    services = tuple(chosen.services or ())
    with failing_clearly():
        for each in services:
            named(each)
    inside, among = tuple(chosen.environment or ()), tuple(chosen.cluster or ())
    answer(Getting(chosen.daemon, Choice(services, inside, among, tuple(chosen.state or ()), chosen.sort)), chosen)


@flags_of(Watching)
def status(asking: Watching) -> None:
    """Show every service in a line, as get does; as JSON or YAML each of them whole."""
    if asking.watch or asking.output not in (Form.JSON, Form.YAML):
        answer(Getting(asking.daemon), asking)
        return
    with failing_clearly():
        say(written(asking.daemon.services(), asking.output))
