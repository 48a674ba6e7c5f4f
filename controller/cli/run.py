"""``trueup run``: the daemon."""

import re
from dataclasses import fields

import typer

from controller import ending
from controller.cli.options import flags_of
from controller.settings import Settings

_PASSWORD = re.compile(r"^https?://[^/@]*@|://[^/@]*:[^/@]*@", re.IGNORECASE)


def _refuse_secrets_in_sight(settings: Settings, context: typer.Context) -> None:
    """What stands on a command line, everybody on the machine can read in ``ps``."""
    for each in fields(settings):
        source = context.get_parameter_source(each.name)
        if each.repr or source is None or source.name != "COMMANDLINE":
            continue
        if each.name != "repository" or _PASSWORD.search(settings.repository):
            flag, variable = f"--{each.name.replace('_', '-')}", f"TRUEUP_{each.name.upper()}"
            raise typer.BadParameter(f"{flag} would show a secret to everybody who runs ps. Set {variable} instead.")


def _complaint(error: Exception, settings: Settings) -> str:
    """Why no daemon could be built, for who started it."""
    from controller.rules.reading import MisconfiguredError
    from reconcilers.outcome import Stalled

    match error:
        case MisconfiguredError():
            return "\n".join(f"{problem.severity}: {problem}" for problem in error.problems)
        case Stalled():
            return f"trueup: {error.message} {error.remedy}"
        case OSError():
            place = f"{settings.host}:{settings.port}"
            return f"trueup: cannot serve on {place}: {error.strerror}. Name a free one: --port."
        case ModuleNotFoundError(name="jwt" | "cryptography"):
            return "trueup: TRUEUP_ROLES names a provider, which takes PyJWT: pip install 'trueup[oidc]'"
        case _:
            raise error


@flags_of(Settings)
def run(settings: Settings, context: typer.Context) -> None:
    """Keep the services that a repository describes true to it, until SIGTERM or Ctrl-C."""
    ending.listen()
    _refuse_secrets_in_sight(settings, context)
    from controller import logs
    from controller.rules.reading import MisconfiguredError
    from controller.wiring import build_daemon
    from reconcilers.outcome import Stalled

    logs.configure(settings.log_format, settings.log_level)
    log = logs.logger()
    try:
        daemon = build_daemon(settings, log)
    except (OSError, ModuleNotFoundError, Stalled, MisconfiguredError) as error:
        typer.echo(_complaint(error, settings), err=True)
        raise typer.Exit(1) from None
    log.info("started", url=daemon.http.url, path=settings.path, branch=settings.branch, workers=settings.workers)
    if not settings.api_token and settings.roles is None and not settings.roles_yaml:
        log.info("no TRUEUP_API_TOKEN and no TRUEUP_ROLES: sync and retry have no route")
    ended = daemon.run(settings.workers, ending.wait)
    log.info("ended" if ended else "ended with a step in hand that took too long")
