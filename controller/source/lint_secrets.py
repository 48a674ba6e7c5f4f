"""Values that look like secrets, judged by their name and by their form. A value itself is never given out."""

from __future__ import annotations

import re
from itertools import pairwise

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET_WORDS = frozenset(
    ("password", "passwords", "passwd", "pass", "passphrase", "secret", "secrets", "token", "credential", "credentials")
)
_SECRET_ENDINGS = ("password", "passwd", "secret", "token", "apikey", "dbpass", "passphrase")
_KEYS = frozenset(("api", "access", "private", "encryption", "signing", "master", "license", "auth", "service", "jwt"))
_ABOUT_A_SECRET = frozenset(
    [
        "file",
        "path",
        "dir",
        "arn",
        "name",
        "url",
        "uri",
        "endpoint",
        "header",
        "ttl",
        "expiry",
        "expires",
        "expiration",
        "lifetime",
        "length",
        "min",
        "max",
        "count",
        "limit",
        "size",
        "type",
        "algorithm",
        "alg",
        "enabled",
        "required",
        "policy",
        "age",
        "timeout",
        "interval",
        "issuer",
        "audience",
        "id",
        "public",
        "prefix",
        "mode",
        "seconds",
        "minutes",
        "hours",
        "days",
        "in",
        "rotation",
        "rounds",
        "provider",
        "host",
        "port",
    ]
)
_NO_SECRET = re.compile(r"|true|false|yes|no|on|off|none|null|enabled|disabled|[$<{%].*", re.IGNORECASE | re.DOTALL)
_FORMS = (
    re.compile(r"[a-z0-9]://[^\s/?#:@'\"]*:(?![$<{%])[^\s/?#@'\"]+@", re.IGNORECASE),  # a URL with a password
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),  # AWS access keys
    re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    re.compile(r"\bglpat-[\w-]{20,}"),
    re.compile(r"\bxox[abeoprs]-[\w-]{10,}"),
    re.compile(r"\b[sr]k_live_[A-Za-z0-9]{16,}"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
)
_FLAG = re.compile(
    r"(?:^|\s)--(?:[\w-]*-)?(?:password|passwd|requirepass|secret|token|api-?key)[=\s]+['\"]?(?![$<{%'\"-])\S",
    re.IGNORECASE,
)


def named_secret(name: str, value: str) -> bool:
    """Whether a variable of this name holds a secret in `value`, and not a path, a length or a switch about one."""
    words = [word.lower() for word in _WORD.findall(name)]
    if _NO_SECRET.fullmatch(value) or not words or _ABOUT_A_SECRET.intersection(words):
        return False
    if any(word in _SECRET_WORDS or word.endswith(_SECRET_ENDINGS) for word in words):
        return True
    return (words[-1] == "pwd" and len(words) > 1) or any(
        first in _KEYS and second == "key" for first, second in pairwise(words)
    )


def formed_secret(text: str) -> bool:
    """Whether a text holds what can only be a secret: a password in a URL, an access key, a private key."""
    return any(form.search(text) for form in _FORMS)


def passed_secret(line: str) -> bool:
    """Whether a command line passes a secret."""
    return _FLAG.search(line) is not None or formed_secret(line)
