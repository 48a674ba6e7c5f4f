"""A GitHub App's installation tokens: an hour each, made with the App's private key, renewed before they end.

The API is described at https://docs.github.com/en/rest/apps/apps (Create an installation access token for an app). The
App says who it is with a JSON Web Token (RFC 7519) signed with RS256, which ends after minutes.
"""

import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError

from controller.credentials.reading import SecretError, SecretReader
from controller.credentials.reference import Reference
from controller.source.git_errors import SourceError

BEFORE = 300.0  # seconds before its end at which a token is renewed; a look at Git takes less
YOUNG = 60.0  # seconds for which a token that is refused is not made again: the fault is not its age
_TIMEOUT = 10.0
_MOST = 1 << 16  # bytes of an answer that are read


@dataclass(frozen=True, slots=True)
class App:
    """An App as it is installed. ``id``: the App's or its client ID. ``api``: GitHub's, or an Enterprise server's."""

    id: str
    installation: str
    key: Reference
    api: str = "https://api.github.com"


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    made_at: float
    ends_at: float

    def __repr__(self) -> str:
        return "_Token(***)"


class AppToken:
    """The installation token of ``app``, for one thread at a time. ``now`` is in seconds since the epoch."""

    def __init__(self, app: App, reader: SecretReader, now: Callable[[], float]) -> None:
        self._app = app
        self._reader = reader
        self._now = now
        self._token: _Token | None = None

    def current(self) -> str:
        """A token with some minutes left. Raises SourceError where GitHub gives none."""
        if self._token is None or self._now() > self._token.ends_at - BEFORE:
            self._token = self._made()
        return self._token.value

    def renewed(self) -> bool:
        """Make another, since the token was refused. Whether there is one."""
        if self._token is None or self._now() - self._token.made_at < YOUNG:
            return False
        self._reader.forget(self._app.key)
        self._token = self._made()
        return True

    def _made(self) -> _Token:
        now = self._now()
        try:
            signed = _signed(self._app.id, self._reader.value(self._app.key), now)
        except SecretError as error:
            raise SourceError("wrong-credentials", error.message, error.remedy) from None
        answer = _ask(self._app, signed)
        try:
            return _Token(str(answer["token"]), now, datetime.fromisoformat(answer["expires_at"]).timestamp())
        except (KeyError, TypeError, ValueError):
            raise _no_answer(self._app, "it answered something else than a token") from None


def _signed(issuer: str, key: str, now: float) -> str:
    from controller.credentials.json_web_token import json_web_token  # noqa: PLC0415 - megabytes, for an App alone

    try:
        return json_web_token(issuer, key, now)
    except ValueError as error:
        raise SecretError(str(error), "Give the file that GitHub made, as it is.") from None


class _Unmoved(urllib.request.HTTPRedirectHandler):
    """Follows nothing: what is sent is for one address."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _ask(app: App, signed: str) -> Any:
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked where the setting is read
        f"{app.api.rstrip('/')}/app/installations/{app.installation}/access_tokens",
        data=json.dumps({"permissions": {"contents": "read"}}).encode(),
        headers={
            "Authorization": f"Bearer {signed}",
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
            "User-Agent": "trueup",
        },
    )
    try:
        with urllib.request.build_opener(_Unmoved).open(request, timeout=_TIMEOUT) as answer:
            return json.loads(answer.read(_MOST))
    except HTTPError as error:
        error.close()
        raise _refused(app, error.code) from None
    except (OSError, HTTPException) as error:
        # The words of the error are GitHub's or the network's, and not needed: its kind says enough.
        raise _no_answer(app, type(error).__name__) from None
    except ValueError:
        raise _no_answer(app, "it answered something else than JSON") from None


def _refused(app: App, status: int) -> SourceError:
    who = f"GitHub App {app.id}, installation {app.installation}"
    match status:
        case 401:
            what, remedy = "its key", "Check the App's ID, its private key, and this machine's clock."
        case 403 | 404:
            what, remedy = (
                "its installation",
                "Check the installation's ID, and that it is neither removed nor suspended.",
            )
        case 422:
            what, remedy = (
                "that it reads",
                "Give the App the permission Contents: read, and accept it where it is installed.",
            )
        case _:
            return _no_answer(app, f"it answered {status}")
    return SourceError("wrong-credentials", f"{who}: {app.api} refuses {what} ({status}).", remedy)


def _no_answer(app: App, what: str) -> SourceError:
    message = f"GitHub App {app.id}: {app.api} gave no token: {what}."
    return SourceError(
        "unreachable", message, "Check TRUEUP_GITHUB_API_URL, and that a connection from here is allowed."
    )
