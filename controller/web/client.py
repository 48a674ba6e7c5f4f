"""Asking the daemon: a few requests over HTTP, and its answers as the API's own views."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from controller.web.detail_views import DetailView, HistoryView
from controller.web.fact_views import ActivityView
from controller.web.fleet_views import FleetView
from controller.web.messages import Message, messages
from controller.web.refusals import Code
from controller.web.task_log_views import TaskLogsView
from controller.web.views import ServiceView, SourceView, View
from reconcilers.aws.sanitize import sanitized

V = TypeVar("V", bound=View)
# What to do about a refusal's code, at a terminal: the API's own remedy is for those who write requests.
_REMEDIES: dict[str, str] = {
    Code.UNKNOWN_SERVICE: "trueup get lists those that exist.",
    Code.LEFT_GIT: "trueup get lists those that exist.",
    Code.NOT_READ_YET: "trueup get --watch goes on by itself once it is.",
    Code.STRANGER: "Set TRUEUP_API_TOKEN, or --api-token, to a token that it knows.",
}
_NO_ROUTE = "Not Found"  # as the framework says it: the daemon's own words name what there is not
_IN_BETWEEN = frozenset({401, 403, 502, 503, 504})  # what a proxy or a load balancer says before a daemon
SILENCE = 40.0  # seconds without a word on a stream, on which the daemon speaks every fifteen


class _Straight(urllib.request.HTTPRedirectHandler):
    """Whoever leads elsewhere is not followed: the token would go along, and an order would become a question."""

    def redirect_request(self, *_: Any) -> None:
        return None


_STRAIGHT = urllib.request.build_opener(_Straight)


class DaemonError(Exception):
    """The daemon did not do what was asked: one sentence why, one what to do."""


class NoDaemonError(DaemonError):
    """Nobody answers there, or somebody else does: what was asked is not known."""


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running ``trueup run``. Every method raises ``DaemonError``."""

    url: str
    token: str | None = field(default=None, repr=False)
    timeout: float = 10.0

    def services(self) -> list[ServiceView]:
        answer = self._ask("GET", "services")
        return [self._read(ServiceView, each) for each in (answer if isinstance(answer, list) else [answer])]

    def fleet(self) -> FleetView:
        return self._read(FleetView, self._ask("GET", "fleet"))

    def service(self, environment: str, name: str) -> DetailView:
        return self._read(DetailView, self._ask("GET", _path(environment, name)))

    def history(self, environment: str, name: str) -> HistoryView:
        return self._read(HistoryView, self._ask("GET", _path(environment, name, "history")))

    def activity(self, **chosen: str | int | Sequence[str]) -> ActivityView:
        """What happened, newest first; ``chosen`` as the route takes it: after, limit, environment, service, kind."""
        return self._read(ActivityView, self._ask("GET", f"activity?{urlencode(chosen, doseq=True)}"))

    def logs(self, environment: str, name: str, **asked: str | int | float) -> TaskLogsView:
        """What a deployment's tasks wrote; ``asked`` as the route takes it. It takes the token."""
        return self._read(TaskLogsView, self._ask("GET", f"{_path(environment, name, 'logs')}?{urlencode(asked)}"))

    def source(self) -> SourceView:
        return self._read(SourceView, self._ask("GET", "source"))

    def sync(self, environment: str, name: str, despite_alarm: str | None, why: str = "") -> None:
        said = {"despiteAlarm": despite_alarm, "by": _who(), "why": why}
        self._order(_path(environment, name, "sync"), {key: value for key, value in said.items() if value})

    def retry(self, environment: str, name: str, why: str = "") -> None:
        self._order(_path(environment, name, "retry"), {"by": _who(), **({"why": why} if why else {})})

    def listen(self, path: str, last: str = "") -> Iterator[Message]:
        """What a stream of the API sends, in order, until it ends: a connection that goes silent is an error.

        ``last``: the ``id`` of the last message that arrived over an earlier connection.
        """
        headers = {"accept": "text/event-stream", **({"last-event-id": last} if last else {})}
        with self._told("GET"), self._opened("GET", path, headers=headers, timeout=SILENCE) as answer:
            if answer.headers.get_content_type() != "text/event-stream":
                raise ValueError
            yield from messages(line.decode() for line in answer)

    def read(self, shape: type[V], text: str) -> V:
        """A message's data as one of the API's views."""
        with self._told("GET"):
            return self._read(shape, json.loads(text))

    def _order(self, path: str, said: Mapping[str, str]) -> None:
        answer = self._ask("POST", path, said)
        if not isinstance(answer, dict) or answer.get("accepted") is not True:
            raise self._foreign()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        with self._told(method), self._opened(method, path, data, headers=headers, timeout=self.timeout) as answer:
            return json.load(answer)

    def _opened(
        self, method: str, path: str, data: bytes | None = None, *, headers: dict[str, str], timeout: float
    ) -> HTTPResponse:
        if not self.url.startswith(("http://", "https://")):
            raise NoDaemonError(f"{self._place} is no daemon's address. Write one such as http://127.0.0.1:8080.")
        request = urllib.request.Request(  # noqa: S310 - its scheme was looked at
            f"{self.url.rstrip('/')}/api/v1/{path}", method=method, data=data, headers=headers | self._credentials()
        )
        answer: HTTPResponse = _STRAIGHT.open(request, timeout=timeout)
        return answer

    @contextmanager
    def _told(self, method: str) -> Iterator[None]:
        """Whatever goes wrong on the way, as an error of ours."""
        try:
            yield
        except urllib.error.HTTPError as error:
            raise self._refused(error, method) from None
        except (OSError, HTTPException, ValueError) as error:
            why = getattr(error, "reason", error) if isinstance(error, OSError) else "what answers is something else"
            raise NoDaemonError(
                f"No daemon answers at {self._place} ({why}). Start one with trueup run, or name it with --url."
            ) from None

    def _read(self, shape: type[V], answer: Any) -> V:
        try:
            return shape.model_validate(answer)
        except ValidationError:
            raise self._foreign() from None

    @property
    def _place(self) -> str:
        return sanitized(self.url)

    def _credentials(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}

    def _refused(self, error: urllib.error.HTTPError, method: str) -> DaemonError:
        said, code = _worded(error)
        if 300 <= error.code < 400:
            return self._elsewhere(error.headers.get("location", ""))
        if not said:
            return self._strange(f"{error.code} {error.reason}", hidden=error.code in _IN_BETWEEN)
        if remedy := _REMEDIES.get(code):
            return DaemonError(f"{said} {remedy}")
        if error.code == 404 and method == "POST":
            return DaemonError("This daemon takes no orders: it runs without TRUEUP_API_TOKEN. Set one and restart it.")
        if error.code == 404 and said == _NO_ROUTE:
            if error.url.partition("?")[0].endswith("/logs"):
                return DaemonError(
                    "This daemon shows no logs: it runs without TRUEUP_API_TOKEN, which they take. "
                    "Set one and restart it."
                )
            return self._foreign()
        return DaemonError(said)

    def _elsewhere(self, where: str) -> NoDaemonError:
        told = sanitized(where.partition("/api/v1/")[0]) or "nowhere"
        return NoDaemonError(f"What answers at {self._place} leads elsewhere. Name that with --url: {told}")

    def _strange(self, said: str, *, hidden: bool) -> NoDaemonError:
        """Of an error that no daemon words so. ``hidden``: there may be one behind whoever says that."""
        if hidden:
            return NoDaemonError(
                f"No answer of a daemon came from {self._place}: what answers there says {said}. "
                "See to what stands before the daemon, or name it with --url."
            )
        return NoDaemonError(
            f"What answers at {self._place} is no daemon of Trueup: it says {said}. "
            "Start one with trueup run, or name it with --url."
        )

    def _foreign(self) -> NoDaemonError:
        return NoDaemonError(
            f"What answers at {self._place} speaks otherwise than this trueup {version('trueup')}. "
            "Use the daemon's own version, or name another with --url."
        )


def _worded(error: urllib.error.HTTPError) -> tuple[str, str]:
    """What a daemon says of an error, and its code for it; empty where no daemon does."""
    try:
        answer = json.load(error)
        said, code = answer.get("detail"), answer.get("code")
    except (OSError, HTTPException, ValueError, AttributeError):
        return "", ""
    return (said if isinstance(said, str) else ""), (code if isinstance(code, str) else "")


def _path(environment: str, name: str, *more: str) -> str:
    return "/".join(["services", quote(environment, safe=""), quote(name, safe=""), *more])


def _who() -> str:
    return os.environ.get("USER", "")
