"""``trueup run``: the daemon."""

import typer

from controller import ending
from controller.cli.options import flags_of
from controller.settings import Settings


@flags_of(Settings)
def run(settings: Settings) -> None:
    """Keep the services that a repository describes true to it, until SIGTERM or Ctrl-C."""
    ending.listen()
    from controller import logs
    from controller.notify.building import MisconfiguredError
    from controller.wiring import build_daemon

    logs.configure(settings.log_format, settings.log_level)
    log = logs.logger()
    try:
        daemon = build_daemon(settings, log)
    except OSError as error:
        place = f"{settings.host}:{settings.port}"
        typer.echo(f"trueup: cannot serve on {place}: {error.strerror}. Name a free one: --port.", err=True)
        raise typer.Exit(1) from None
    except MisconfiguredError as error:
        for problem in error.problems:
            typer.echo(f"{problem.severity}: {problem}", err=True)
        raise typer.Exit(1) from None
    log.info("started", url=daemon.http.url, path=settings.path, branch=settings.branch, workers=settings.workers)
    if not settings.api_token:
        log.info("no TRUEUP_API_TOKEN: sync and retry have no route")
    ended = daemon.run(settings.workers, ending.asked.wait)
    log.info("ended" if ended else "ended with a step in hand that took too long")
