"""Asking the daemon: a few requests over HTTP, and its answers as the API's own views."""

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from controller.web.views import ActivityView, HistoryView, ServiceView, SourceView, View
from reconcilers.aws.sanitize import sanitized

V = TypeVar("V", bound=View)


class DaemonError(Exception):
    """The daemon did not do what was asked: one sentence why, one what to do."""


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running ``trueup run``. Every method raises ``DaemonError``."""

    url: str
    token: str | None = field(default=None, repr=False)
    timeout: float = 10.0

    def services(self) -> list[ServiceView]:
        answer = self._ask("GET", "services")
        return [self._read(ServiceView, each) for each in (answer if isinstance(answer, list) else [answer])]

    def service(self, environment: str, name: str) -> ServiceView:
        return self._read(ServiceView, self._ask("GET", _path(environment, name)))

    def history(self, environment: str, name: str) -> HistoryView:
        return self._read(HistoryView, self._ask("GET", _path(environment, name, "history")))

    def activity(self, **chosen: str | int) -> ActivityView:
        """What happened, newest first; ``chosen`` as the route takes it: after, limit, environment, service, kind."""
        return self._read(ActivityView, self._ask("GET", f"activity?{urlencode(chosen)}"))

    def source(self) -> SourceView:
        return self._read(SourceView, self._ask("GET", "source"))

    def sync(self, environment: str, name: str, despite_alarm: str | None) -> None:
        said = {"despiteAlarm": despite_alarm, "by": _who()}
        self._ask("POST", _path(environment, name, "sync"), {key: value for key, value in said.items() if value})

    def retry(self, environment: str, name: str) -> None:
        self._ask("POST", _path(environment, name, "retry"), {"by": _who()})

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        if not self.url.startswith(("http://", "https://")):
            raise DaemonError(f"{self._place} is no daemon's address. Write one such as http://127.0.0.1:8080.")
        try:
            request = urllib.request.Request(  # noqa: S310 - its scheme was looked at
                f"{self.url.rstrip('/')}/api/v1/{path}",
                method=method,
                data=None if body is None else json.dumps(body).encode(),
                headers={"content-type": "application/json", **self._credentials()},
            )
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise self._refused(error, method) from None
        except (OSError, HTTPException, ValueError) as error:
            why = getattr(error, "reason", error) if isinstance(error, OSError) else "what answers is something else"
            raise DaemonError(
                f"No daemon answers at {self._place} ({why}). Start one with trueup run, or name it with --url."
            ) from None

    def _read(self, shape: type[V], answer: Any) -> V:
        try:
            return shape.model_validate(answer)
        except ValidationError:
            raise DaemonError(
                f"What answers at {self._place} speaks otherwise than this trueup {version('trueup')}. "
                "Use the daemon's own version, or name another with --url."
            ) from None

    @property
    def _place(self) -> str:
        return sanitized(self.url)

    def _credentials(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}

    def _refused(self, error: urllib.error.HTTPError, method: str) -> DaemonError:
        try:
            said = json.load(error).get("detail", "")
        except (ValueError, AttributeError):
            said = ""
        if error.code == 404 and method == "POST" and not str(said).startswith("No manifest"):
            return DaemonError("This daemon takes no orders: it runs without TRUEUP_API_TOKEN. Set one and restart it.")
        if error.code == 401 and not self.token:
            return DaemonError("The daemon wants to know who asks. Set TRUEUP_API_TOKEN to the token it runs with.")
        return DaemonError(str(said) or f"The daemon answered {error.code} {error.reason}. Its log says why.")


def _path(environment: str, name: str, *more: str) -> str:
    return "/".join(["services", quote(environment, safe=""), quote(name, safe=""), *more])


def _who() -> str:
    return os.environ.get("USER", "")
