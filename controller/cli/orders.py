"""``trueup sync`` and ``trueup retry``: what a person asks the daemon to do."""

from typing import Annotated

import typer

from controller.cli.asking import named
from controller.cli.daemon import DEFAULT_URL, TOKEN, URL
from controller.cli.one import SERVICE
from controller.cli.output import FORM, Form, failing_clearly, for_machines, say, written
from controller.web.client import Daemon, DaemonError
from controller.web.views import MOST_SAID

DESPITE = Annotated[
    str | None, typer.Option("--despite-alarm", metavar="REASON", help="Ship once although an alarm fires; recorded.")
]

WHY = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, for the record.")]


def sync(  # noqa: PLR0913,PLR0917 - a flag each
    service: SERVICE,
    despite_alarm: DESPITE = None,
    why: WHY = "",
    url: URL = DEFAULT_URL,
    token: TOKEN = None,
    form: FORM = Form.TABLE,
) -> None:
    """Ship what Git wants for SERVICE (environment/name) now, also where its sync is manual."""
    with failing_clearly():
        _short_enough("--why", why)
        _a_reason(despite_alarm)
        Daemon(url, token).sync(*named(service), despite_alarm, why)
    _noted(service, "sync", form)


def retry(
    service: SERVICE, why: WHY = "", url: URL = DEFAULT_URL, token: TOKEN = None, form: FORM = Form.TABLE
) -> None:
    """Try the held release of SERVICE (environment/name) once more."""
    with failing_clearly():
        _short_enough("--why", why)
        Daemon(url, token).retry(*named(service), why)
    _noted(service, "retry", form)


def _a_reason(despite_alarm: str | None) -> None:
    if despite_alarm is not None and not despite_alarm.strip():
        raise DaemonError("--despite-alarm says nothing. Say why the alarm may be passed over.")
    _short_enough("--despite-alarm", (despite_alarm or "").strip())


def _short_enough(flag: str, text: str) -> None:
    """Raises ``DaemonError`` with the flag's name: the API's refusal would name a field of the request."""
    if len(text) > MOST_SAID:
        raise DaemonError(f"{flag} has {len(text)} characters, and takes {MOST_SAID} at most. Say it in fewer.")


def _noted(service: str, what: str, form: Form) -> None:
    if form is Form.NAME:
        say(f"{service}\n")
    elif for_machines(form):
        say(written({"accepted": True, "service": service, "order": what}, form))
    else:
        typer.echo(f"{what} of {service} is noted. Follow it: trueup why {service}")
