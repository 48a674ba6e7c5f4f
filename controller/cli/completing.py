"""What a shell may offer while a command is typed: names that the daemon knows, or that files here have.

A shell waits for it at every press of the key: a daemon that does not answer at once is not waited for, and nothing is
ever said. What is offered is put on a command line, so that only what is spelled like a name is offered.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from controller.cli.daemon import DEFAULT_URL
from reconcilers.aws.arns import cluster_name

if TYPE_CHECKING:
    from controller.web.client import Daemon
    from controller.web.fleet_views import FleetRow

T = TypeVar("T")
PATIENCE = 1.5  # seconds
MOST_FILES = 2000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


def services(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """``environment/name`` of every service that the daemon knows, and how it stands."""
    said = {f"{row.environment}/{row.name}": f"{row.sync}, {row.health}" for row in _rows(ctx)}
    return [(name, said[name]) for name in _fitting(said, incomplete)]


def environments(ctx: typer.Context, incomplete: str) -> list[str]:
    """The environments that the daemon knows."""
    return _fitting((row.environment for row in _rows(ctx)), incomplete)


def clusters(ctx: typer.Context, incomplete: str) -> list[str]:
    """The clusters that the daemon knows, by name."""
    return _fitting((cluster_name(row.cluster or "") for row in _rows(ctx)), incomplete)


def containers(ctx: typer.Context, incomplete: str) -> list[str]:
    """The containers of the service that the command names, as Git wants them and as they run."""

    def found(daemon: "Daemon", environment: str, name: str) -> Iterable[str]:
        view = daemon.service(environment, name)
        return [*view.images, *(view.running.images if view.running is not None else ())]

    return _fitting(_of_service(ctx, found), incomplete)


def deployments(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The deployments of the service that the command names, newest first, and how each ended."""

    def found(daemon: "Daemon", environment: str, name: str) -> Iterable[tuple[str, str]]:
        return [(each.deployment.rpartition("/")[2], each.state) for each in daemon.history(environment, name).attempts]

    said = dict(_of_service(ctx, found))
    return [(name, said[name]) for name in _named(said, incomplete)]


def services_in_files(ctx: typer.Context, incomplete: str) -> list[str]:
    """``environment/name`` of every manifest in the folder that the command reads."""
    root = ctx.params.get("root") or Path()
    return _fitting(_manifests(Path(root) / (ctx.params.get("path") or "desired")), incomplete)


def _fitting(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted(set(_named(names, incomplete)))


def _named(names: Iterable[str], incomplete: str) -> list[str]:
    return [each for each in names if each.startswith(incomplete) and _NAME.fullmatch(each)]


def _rows(ctx: typer.Context) -> "tuple[FleetRow, ...]":
    return tuple(_asked(ctx, lambda daemon: daemon.fleet().rows))


def _of_service(ctx: typer.Context, ask: "Callable[[Daemon, str, str], Iterable[T]]") -> Iterable[T]:
    """What the daemon says of the service on the command line; nothing where none stands there yet.

    While an option waits for its value, what stands beside options was not made parameters of yet.
    """
    service = ctx.params.get("service") or next(iter(ctx.args), "")
    environment, _, name = service.partition("/")
    return _asked(ctx, lambda daemon: ask(daemon, environment, name)) if name else ()


def _asked(ctx: typer.Context, ask: "Callable[[Daemon], Iterable[T]]") -> Iterable[T]:
    from controller.web.client import Daemon, DaemonError

    url = ctx.params.get("url") or os.environ.get("TRUEUP_URL") or DEFAULT_URL
    try:
        return ask(Daemon(url, timeout=PATIENCE))
    except DaemonError:
        return ()


def _manifests(folder: Path) -> Iterator[str]:
    import yaml

    files = sorted(each for each in folder.rglob("*") if each.suffix in (".yaml", ".yml"))
    for file in files[:MOST_FILES]:
        try:
            # Text stays text, as in the daemon's own reading: an environment may be called 0123.
            documents = list(yaml.load_all(file.read_text("utf-8"), yaml.CBaseLoader))
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            continue
        yield from (_key(each) for each in documents)


def _key(document: Any) -> str:
    metadata = document.get("metadata") if isinstance(document, dict) else None
    if not isinstance(metadata, dict):
        return ""
    return f"{metadata.get('environment', '')}/{metadata.get('name', '')}"
