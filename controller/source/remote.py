"""The address of a repository, and the credentials for it, kept apart: addresses are shown, credentials never are."""

from __future__ import annotations

import hashlib
import os.path
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit

from controller.source.git_errors import SourceError
from controller.source.signatures import NOBODY, Trust

ALWAYS = ("https", "ssh")
ON_REQUEST = ("file", "git", "http")  # neither encrypted nor, but for this machine's files, of anybody in particular

_SCP_LIKE = re.compile(r"^(?:[^@/:]+@)?(?P<host>\[[^\]]+\]|[^@/:]+):(?!//)")
_PASSWORD_AND_SCP_LIKE = re.compile(r"^[^@/:]*:[^@/]*@[^@/:]+:")
_ALMOST_HTTP = re.compile(r"^https?:?/", re.IGNORECASE)  # of which a path or a host named https would be made
_HELPER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9+.-]*::")
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
    url, username, password = _address(settings.url)
    if (transport := _transport(url)) not in settings.transports:
        raise _not_allowed(url, transport)
    username, password = settings.username or username or "git", _token(settings) or password
    if not f"{username}{password}".isprintable():
        raise _no_token("The user name or the token has a line break or another control character in it.")
    return Remote(url, _branch(settings.branch), username, password)


def well_formed(given: str) -> None:
    """Raise SourceError, without what was given, where it is an address that is never given to git."""
    _address(given)


def without_credentials(settings: GitSettings) -> GitSettings:
    """The same repository for what is known of it here: where there is no token to be had, that is no matter."""
    return replace(settings, token="", token_file=None, tokens=None)


def _address(given: str) -> tuple[str, str, str]:
    if not given or given.startswith("-") or any(character <= " " or character == "\x7f" for character in given):
        raise _refused(given, "is not an address")
    if _HELPER.match(given):
        raise _refused(given, "names a transport that runs commands")
    scheme, separator, _ = given.partition("://")
    if not separator:
        return _path_or_scp(given), "", ""
    if scheme.lower() not in (*ALWAYS, *ON_REQUEST):
        raise _refused(given, "has an unknown scheme")
    return _url(given)


def _url(given: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(given)
        host = parts.hostname or ""
        port = parts.netloc.rpartition("@")[2].rpartition("]")[2].partition(":")[2]
    except ValueError:
        raise _refused(given, "is not an address") from None
    if port and not (port.isascii() and port.isdigit()):
        raise _refused(f"{parts.scheme}://@", "has no number for its port")  # it may be the start of a password
    if "@" in parts.path and parts.scheme != "file":
        raise _refused(given, "has an @ behind its host, where a password with a / in it would put one")
    if parts.query or parts.fragment or host.startswith("-") or (parts.username or "").startswith("-"):
        raise _refused(given, "has parts that a repository's address does not have")
    if parts.scheme == "file":
        if "@" in parts.netloc:
            raise _refused(given, "has a user in the path of a file")
        return given, "", ""
    _, _, place = parts.netloc.rpartition("@")
    if not place:
        raise _refused(given, "names no host")
    if parts.scheme in {"http", "https"}:
        bare = parts._replace(netloc=place).geturl()
        return bare, unquote(parts.username or ""), unquote(parts.password or "")
    user = f"{parts.username}@" if parts.username and parts.scheme == "ssh" else ""
    return parts._replace(netloc=f"{user}{place}").geturl(), "", ""


def _path_or_scp(given: str) -> str:
    if _ALMOST_HTTP.match(given):
        raise _refused(given, "lacks the :// behind its scheme")
    scp_like = _SCP_LIKE.match(given)
    if scp_like is None:
        return os.path.abspath(given)  # noqa: PTH100 - a link in the path is the operator's business
    if scp_like["host"].startswith("-") or _PASSWORD_AND_SCP_LIKE.match(given) or "@" in given[scp_like.end() :]:
        raise _refused(given, "is not an address")
    return given


def _transport(url: str) -> str:
    scheme, separator, _ = url.partition("://")
    return scheme.lower() if separator else "ssh" if _SCP_LIKE.match(url) else "file"


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


def _refused(given: str, why: str) -> SourceError:
    remedy = "Write https://host/path, or ssh's user@host:path. A password in it: percent-encode what it has beside "
    remedy += "letters and digits, or better leave it out and set TRUEUP_GIT_TOKEN."
    return SourceError("refused", f"The repository's address '{_shown(given)}' {why}.", remedy)


def _shown(given: str) -> str:
    """An address as people may see it. With an @ in it anything may be the password, so of that nothing but the scheme."""
    scheme, separator, _ = given.partition("://")
    if "@" in given:
        return f"{scheme if scheme.isascii() and scheme.isalpha() else ''}{separator}***" if separator else "***"
    return "".join(filter(str.isprintable, given.partition("?")[0].partition("#")[0]))


def _not_allowed(url: str, transport: str) -> SourceError:
    message = f"The repository's address '{_shown(url)}' is of the transport {transport}, which is not allowed."
    return SourceError("refused", message, f"Use https or ssh, or allow it: TRUEUP_GIT_ALLOW={transport}.")
