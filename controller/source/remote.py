"""The address of a repository, and the credentials for it, kept apart: addresses are shown, credentials never are."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

from controller.source.address import ALWAYS, not_allowed, taken_apart, transport_of
from controller.source.git_errors import SourceError
from controller.source.signatures import NOBODY, Trust

# What git's check-ref-format forbids in the name of a branch.
_NO_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|^[-./@]$|^[-./]|[/.]$")


class Tokens(Protocol):
    """Who knows the password of the moment."""

    def current(self) -> str:
        """Give it. Raises SourceError where it is not to be had."""

    def renewed(self) -> bool:
        """Look for another one, since this one was refused; whether there is one. Raises SourceError."""


@dataclass(frozen=True, slots=True)
class GitSettings:
    """Where the desired state is, and how to get at it. `timeout` is in seconds, for one look at the repository.

    A token may come from `tokens`, stand in `token`, in a file (read at each look, so that it can be rotated), or in
    the URL. `allow` are the transports, of ON_REQUEST, that are taken beside https and ssh; a path on this machine is
    `file`.
    """

    url: str = field(repr=False)
    branch: str = "main"
    timeout: float = 60.0
    username: str = ""
    token: str = field(default="", repr=False)
    token_file: Path | None = None
    tokens: Tokens | None = field(default=None, repr=False)
    ssh_key_file: Path | None = None
    known_hosts_file: Path | None = None
    allow: frozenset[str] = frozenset()
    trust: Trust = NOBODY

    @property
    def transports(self) -> tuple[str, ...]:
        """What git may speak, redirects included."""
        return (*ALWAYS, *sorted(self.allow))


@dataclass(frozen=True, slots=True)
class Remote:
    """An address that may be given to git. `url` is without credentials, so it may also be shown.

    `secrets` are what must never be seen in a message, in every spelling that is likely.
    """

    url: str
    branch: str
    username: str = ""
    password: str = field(default="", repr=False)

    @property
    def site(self) -> str:
        """Scheme, host and port: where the credentials may go. Empty where git would send none."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else ""

    @property
    def digest(self) -> str:
        """A short name of address and branch, whatever the credentials, for what is kept of them."""
        return hashlib.sha256(f"{self.url}\n{self.branch}".encode()).hexdigest()[:16]

    @property
    def ref(self) -> str:
        """The branch by its full name."""
        return f"refs/heads/{self.branch}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password as it stands and as it stands in URLs."""
        return (self.password, quote(self.password, safe="")) if self.password else ()


def remote(settings: GitSettings) -> Remote:
    """Take settings apart, or raise SourceError: `refused` for an address or a branch that is never given to git."""
    url, username, password = taken_apart(settings.url)
    if (transport := transport_of(url)) not in settings.transports:
        raise not_allowed(url, transport)
    username, password = settings.username or username or "git", _token(settings) or password
    if not f"{username}{password}".isprintable():
        raise _no_token("The user name or the token has a line break or another control character in it.")
    return Remote(url, _branch(settings.branch), username, password)


def without_credentials(settings: GitSettings) -> GitSettings:
    """The same repository for what is known of it here: where there is no token to be had, that is no matter."""
    return replace(settings, token="", token_file=None, tokens=None)


def _branch(given: str) -> str:
    name = given.removeprefix("refs/heads/")
    if not name or _NO_BRANCH.search(name):
        shown = "".join(filter(str.isprintable, name))
        raise SourceError("refused", f"'{shown}' is not the name of a branch.", "Write a branch's name, such as main.")
    return name


def _token(settings: GitSettings) -> str:
    if settings.tokens is not None:
        return settings.tokens.current()
    if settings.token_file is None:
        return settings.token
    try:
        token = settings.token_file.read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not text"
        raise _no_token(f"The token file {settings.token_file} cannot be read: {what}.") from None
    if not token:
        raise _no_token(f"The token file {settings.token_file} is empty.")
    return token


def _no_token(message: str) -> SourceError:
    return SourceError("wrong-credentials", message, "Give a token of one line, readable for this user.")
