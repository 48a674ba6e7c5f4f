"""Why a repository could not be read, and what to do about it: git's own words, sorted into reasons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from reconcilers.outcome import full_stop

Reason = Literal[
    "empty-repository",
    "missing-branch",
    "wrong-credentials",
    "host-key",
    "unreachable",
    "timeout",
    "corrupt",
    "not-a-repository",
    "refused",  # an address or a branch that is never given to git
    "unverified",  # a commit without a signature of somebody who may
    "local",  # this machine: no git, no room, no right to write
    "stopped",
    "defect",  # Trueup itself failed
    "failed",  # git failed in words not known here
]
UNAPPLIED = ("unverified", "defect")
"""Reasons for which the host does answer, and its newest commit is not applied."""


class SourceError(Exception):
    """A repository could not be read. `message` and `remedy` are sentences and never hold credentials."""

    def __init__(self, reason: Reason, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.reason: Reason = reason
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class _Saying:
    """A way git (or ssh, or curl under it) says no. `{url}` in the message is where it was said."""

    reason: Reason
    words: re.Pattern[str]
    message: str
    remedy: str


def _saying(reason: Reason, words: str, message: str, remedy: str) -> _Saying:
    return _Saying(reason, re.compile(words, re.IGNORECASE), message, remedy)


# The first that matches counts: ssh and git often add a general sentence to a telling one.
_SAYINGS = (
    _saying(
        "host-key",
        r"remote host identification has changed|offending .* key in",
        "The ssh host key of {url} is not the one that is known.",
        "Find out from the host's operator whether it changed; then put the new key where TRUEUP_GIT_KNOWN_HOSTS says.",
    ),
    _saying(
        "host-key",
        r"host key verification failed|no .* host key is known|known_hosts",
        "The ssh host key of {url} is not known, so it is not trusted.",
        "Compare `ssh-keyscan HOST` with the keys that the host publishes; put them where TRUEUP_GIT_KNOWN_HOSTS says.",
    ),
    _saying(
        "host-key",
        r"ssl certificate problem|certificate verification failed|ssl peer certificate|certificate subject name",
        "The TLS certificate of {url} is not trusted.",
        "Give the certificate authority in SSL_CERT_FILE or GIT_SSL_CAINFO, or put the host's certificate right.",
    ),
    _saying(
        "refused",
        r"transport '[^']*' not allowed|protocol .* (not supported|disabled)",
        "{url} leads to a transport that is not allowed.",
        "Name the address that it leads to, or allow the transport: TRUEUP_GIT_ALLOW.",
    ),
    _saying(
        "wrong-credentials",
        r"could not read (username|password)|terminal prompts disabled",
        "{url} wants credentials and none that fit are set.",
        "Set a user name and a token that may read the repository.",
    ),
    _saying(
        "wrong-credentials",
        r"authentication failed|returned error: 40[13]|invalid username or password|http basic: access denied",
        "{url} refuses the credentials.",
        "Check that the token is valid, has not expired, and may read the repository.",
    ),
    _saying(
        "wrong-credentials",
        r"permission denied \([a-z,-]*(publickey|password|keyboard|hostbased)|too many authentication failures"
        r"|error in libcrypto|load key ",
        "{url} refuses the ssh key.",
        "Check that the key file is readable for this user alone, has no passphrase, and is allowed to read there.",
    ),
    _saying(
        "wrong-credentials",
        r"repository '.*' not found|repository not found|project you were looking for could not be found"
        r"|returned error: 404|access denied or repository not exported",
        "{url} is not there, or these credentials may not see it.",
        "Check the address for a typo, and that the credentials may read the repository.",
    ),
    _saying(
        "not-a-repository",
        r"does not appear to be a git repository|is this a git repository|returned error: 410"
        r"|not a valid bundle|unrecognized repository",
        "{url} is not a Git repository.",
        "Check the address for a typo: it is what `git clone` takes.",
    ),
    _saying(
        "local",
        r"no space left on device|read-only file system|disk quota exceeded|too many open files",
        "The mirror of {url} cannot be written: the disk is full or read-only.",
        "Make room, or choose another directory for the mirror.",
    ),
    _saying(
        "timeout",
        r"timed out|timeout|operation too slow",
        "{url} did not answer in time.",
        "Check the network between here and there; a longer time limit helps a slow host.",
    ),
    _saying(
        "unreachable",
        r"could not resolve|couldn't resolve|failed to connect|couldn't connect|connection refused|no route to host"
        r"|network is unreachable|unable to connect|unable to look up|name or service not known|returned error: 5\d\d"
        r"|returned error: 429|connection (was )?reset|connection closed|closed by remote host|empty reply"
        r"|gnutls_handshake|ssl_connect|recv failure|broken pipe",
        "{url} cannot be reached.",
        "Check the host's name, its port, and that a connection from here is allowed.",
    ),
    _saying(
        "corrupt",
        r"object file .* is empty|loose object|bad object|missing (blob|tree|commit|object)|did not send all necessary"
        r"|invalid index-pack|index-pack failed|packfile .* (cannot|is)|unable to read (tree|sha1|[0-9a-f]{40})"
        r"|not a tree object|not a valid object|inflate|not our ref|bad (config|tree|pack|ref)"
        r"|could not read [0-9a-f]{40}|not a git repository|bad signature|object .* corrupt"
        r"|mismatched algorithms|could not get object info",
        "The data of {url} is damaged.",
        "The mirror is made anew by itself; if this stays, run `git fsck` in the repository on the host.",
    ),
    _saying(
        "unreachable",
        r"hung up unexpectedly|early eof|rpc failed|could not read from remote repository|unable to access",
        "{url} ended the connection before the answer was complete.",
        "Check the host, and any proxy between here and there.",
    ),
)


def explain(errors: bytes, url: str, secrets: tuple[str, ...] = ()) -> SourceError:
    """Sort what git wrote on its error stream; `url` is the address as people may see it, `secrets` are blotted out."""
    said = scrub(errors.decode("utf-8", "replace"), secrets)
    words = said.replace(url, "")
    for saying in _SAYINGS:
        if saying.words.search(words):
            return SourceError(saying.reason, saying.message.format_map({"url": url}), saying.remedy)
    message = full_stop(f"git failed on {url}: {_telling_line(said)}")
    return SourceError("failed", message, "Try `git ls-remote` on it by hand.")


def damaged() -> SourceError:
    """The mirror does not hold what it should."""
    return SourceError(
        "corrupt",
        "The mirror of the repository is damaged.",
        "It is made anew by itself; if this stays, run `git fsck` in the repository on the host.",
    )


def stopped() -> SourceError:
    """Asked after the daemon began to stop."""
    return SourceError("stopped", "Reading the repository was stopped.", "Start the daemon again.")


def too_slow(url: str, seconds: float) -> SourceError:
    """Nothing came in the time there was."""
    remedy = "Check the network between here and there; a longer time limit helps a slow host."
    return SourceError("timeout", f"{url} did not answer within {seconds:g} seconds.", remedy)


def unusable(place: str, error: Exception) -> SourceError:
    """This machine's fault: a file that cannot be written, or no git at all."""
    why = error.strerror if isinstance(error, OSError) else str(error)
    if isinstance(error, FileNotFoundError) and error.filename == "git":
        return SourceError("local", "git is not installed.", "Install it: apt-get install git, or dnf install git.")
    return SourceError(
        "local", f"{place} cannot be used: {why}.", "Give the mirror a directory this user may write to."
    )


def no_branch(url: str, branch: str, branches: Sequence[str]) -> SourceError:
    """The branch is not there; `branches` are those that are."""
    if not branches:
        remedy = f"Commit something to the branch {branch} and push it."
        return SourceError("empty-repository", f"{url} is empty: it has no branch yet.", remedy)
    near = get_close_matches(branch, branches, n=3, cutoff=0.5) or list(branches[:3])
    named = " or ".join(near)
    return SourceError("missing-branch", f"{url} has no branch {branch}.", f"Did you mean {named}? Or push {branch}.")


def scrub(text: str, secrets: tuple[str, ...]) -> str:
    """Take credentials out of a text: the given ones, and whatever stands before an @ in an address."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return re.sub(r"(\w://)[^/\s@]*(?:@[^/\s@]*)*@", r"\1", text)


def _telling_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return "".join(filter(str.isprintable, (fatal or lines or ["it said nothing"])[-1]))[:300]
