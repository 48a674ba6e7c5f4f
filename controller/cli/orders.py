"""``trueup sync`` and ``trueup retry``: what a person asks the daemon to do."""

from typing import Annotated

import typer

from controller.cli.asking import named
from controller.cli.daemon import DEFAULT_URL, TOKEN, URL
from controller.cli.output import FORM, Form, failing_clearly, print_json
from controller.web.client import Daemon

DESPITE = Annotated[
    str | None, typer.Option("--despite-alarm", metavar="REASON", help="Ship once although an alarm fires; recorded.")
]


def sync(
    service: str, despite_alarm: DESPITE = None, url: URL = DEFAULT_URL, token: TOKEN = None, form: FORM = Form.TABLE
) -> None:
    """Ship what Git wants for SERVICE (environment/name) now, also where its sync is manual."""
    with failing_clearly():
        Daemon(url, token).sync(*named(service), despite_alarm)
    _noted(service, "sync", form)


def retry(service: str, url: URL = DEFAULT_URL, token: TOKEN = None, form: FORM = Form.TABLE) -> None:
    """Try the held release of SERVICE (environment/name) once more."""
    with failing_clearly():
        Daemon(url, token).retry(*named(service))
    _noted(service, "retry", form)


def _noted(service: str, what: str, form: Form) -> None:
    if form is Form.JSON:
        print_json({"accepted": True, "service": service, "order": what})
    else:
        typer.echo(f"{what} of {service} is noted. Follow it: trueup why {service}")
