"""``trueup sync`` and ``trueup retry``: what a person asks the daemon to do."""

from typing import Annotated

import typer

from controller.cli.asking import named
from controller.cli.daemon import DEFAULT_URL, TOKEN, URL
from controller.cli.one import SERVICE
from controller.cli.output import FORM, Form, failing_clearly, for_machines, say, written
from controller.web.client import Daemon

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
        Daemon(url, token).sync(*named(service), despite_alarm, why)
    _noted(service, "sync", form)


def retry(
    service: SERVICE, why: WHY = "", url: URL = DEFAULT_URL, token: TOKEN = None, form: FORM = Form.TABLE
) -> None:
    """Try the held release of SERVICE (environment/name) once more."""
    with failing_clearly():
        Daemon(url, token).retry(*named(service), why)
    _noted(service, "retry", form)


def _noted(service: str, what: str, form: Form) -> None:
    if form is Form.NAME:
        say(f"{service}\n")
    elif for_machines(form):
        say(written({"accepted": True, "service": service, "order": what}, form))
    else:
        typer.echo(f"{what} of {service} is noted. Follow it: trueup why {service}")
