"""The address of a repository as an operator writes it: taken apart, or refused without a word of a password in it."""

from __future__ import annotations

import os.path
import re
from urllib.parse import SplitResult, unquote, urlsplit

from controller.source.git_errors import SourceError

ALWAYS = ("https", "ssh")
ON_REQUEST = ("file", "git", "http")  # neither encrypted nor, but for this machine's files, of anybody in particular

_SCP_LIKE = re.compile(r"^(?:[^@/:]+@)?(?P<host>\[[^\]]+\]|[^@/:]+):(?!//)")
_PASSWORD_AND_SCP_LIKE = re.compile(r"^[^@/:]*:[^@/]*@[^@/:]+:")
_ALMOST_HTTP = re.compile(r"^https?:?/", re.IGNORECASE)  # of which a path or a host named https would be made
_HELPER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9+.-]*::")


def taken_apart(given: str) -> tuple[str, str, str]:
    """An address without its credentials, the user's name and the password. Raises SourceError `refused`, without what
    was given where a password may be in it, for one that is never given to git.
    """
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


def transport_of(url: str) -> str:
    """What git would speak to an address."""
    scheme, separator, _ = url.partition("://")
    return scheme.lower() if separator else "ssh" if _SCP_LIKE.match(url) else "file"


def not_allowed(url: str, transport: str) -> SourceError:
    """The address is of a transport that nobody allowed."""
    message = f"The repository's address '{_shown(url)}' is of the transport {transport}, which is not allowed."
    return SourceError("refused", message, f"Use https or ssh, or allow it: TRUEUP_GIT_ALLOW={transport}.")


def _url(given: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(given)
        host = parts.hostname or ""
    except ValueError:
        raise _refused(given, "is not an address") from None
    if parts.query or parts.fragment or host.startswith("-") or (parts.username or "").startswith("-"):
        raise _refused(given, "has parts that a repository's address does not have")
    if parts.scheme == "file":
        if "@" in parts.netloc:
            raise _refused(given, "has a user in the path of a file")
        return given, "", ""
    place = _place(given, parts)
    if parts.scheme in {"http", "https"}:
        bare = parts._replace(netloc=place).geturl()
        return bare, unquote(parts.username or ""), unquote(parts.password or "")
    user = f"{parts.username}@" if parts.username and parts.scheme == "ssh" else ""
    return parts._replace(netloc=f"{user}{place}").geturl(), "", ""


def _place(given: str, parts: SplitResult) -> str:
    """Host and port. A password with a / in it ends the place too early: its start looks like a port."""
    _, _, place = parts.netloc.rpartition("@")
    if not place:
        raise _refused(given, "names no host")
    port = place.rpartition("]")[2].partition(":")[2]
    if port and not (port.isascii() and port.isdigit()):
        raise _refused(f"{parts.scheme}://@", "has no number for its port")
    if "@" in parts.path:
        raise _refused(given, "has an @ behind its host, where a password with a / in it would put one")
    return place


def _path_or_scp(given: str) -> str:
    if _ALMOST_HTTP.match(given):
        raise _refused(given, "lacks the :// behind its scheme")
    scp_like = _SCP_LIKE.match(given)
    if scp_like is None:
        return os.path.abspath(given)  # noqa: PTH100 - a link in the path is the operator's business
    if scp_like["host"].startswith("-") or _PASSWORD_AND_SCP_LIKE.match(given) or "@" in given[scp_like.end() :]:
        raise _refused(given, "is not an address")
    return given


def _refused(given: str, why: str) -> SourceError:
    remedy = "Write https://host/path, or ssh's user@host:path. A password in it: percent-encode what it has beside "
    remedy += "letters and digits, or better leave it out and set TRUEUP_GIT_TOKEN."
    return SourceError("refused", f"The repository's address '{_shown(given)}' {why}.", remedy)


def _shown(given: str) -> str:
    """An address as people may see it: of one with an @, in which anything may be the password, the scheme alone."""
    scheme, separator, _ = given.partition("://")
    if "@" in given:
        return f"{scheme if scheme.isascii() and scheme.isalpha() else ''}{separator}***" if separator else "***"
    return "".join(filter(str.isprintable, given.partition("?")[0].partition("#")[0]))
