"""``trueup run``: the daemon."""

import signal
import threading

import typer

from controller.cli.options import flags_of
from controller.settings import Settings


@flags_of(Settings)
def run(settings: Settings) -> None:
    """Keep the services that a repository describes true to it, until SIGTERM or Ctrl-C."""
    from controller import logs
    from controller.loop.observers import LogLines
    from controller.wiring import build_daemon

    logs.configure(settings.log_format, settings.log_level)
    log = logs.logger()
    try:
        daemon = build_daemon(settings, LogLines(log))
    except OSError as error:
        typer.echo(
            f"trueup: cannot serve on {settings.host}:{settings.port}: {error.strerror}. Name a free one: --port."
        )
        raise typer.Exit(1) from None
    asked = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: asked.set())
    log.info("started", url=daemon.http.url, path=settings.path, branch=settings.branch, workers=settings.workers)
    if not settings.api_token:
        log.info("no TRUEUP_API_TOKEN: sync and retry have no route")
    ended = daemon.run(settings.workers, asked.wait)
    log.info("ended" if ended else "ended with a step in hand that took too long")
