"""What a receiver's answer means: taken, later, or never."""

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from controller.notify.told import Answer, Later, Refused
from controller.notify.wording import cut

LONGEST = 3600.0  # seconds that a receiver may ask us to wait
_NEVER = frozenset({400, 405, 406, 409, 411, 413, 414, 415, 422, 431})  # of what was sent, not of who we are


def taken(answer: Answer, now: float) -> None:
    """Return where the receiver took it. Raises ``Later`` or ``Refused``.

    What is wrong with the credentials or the address (401, 403, 404, 410, a redirect) waits until somebody puts it
    right; what is wrong with the message itself is given up.
    """
    if 200 <= answer.status < 300:
        return
    reason = f"HTTP {answer.status}{_said(answer)}"
    if answer.status in _NEVER:
        raise Refused(reason)
    raise Later(reason, asked_to_wait(answer.headers, now))


def asked_to_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until the receiver wants to be asked again, where it says so (Retry-After, or GitHub's own words)."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return min(float(text), LONGEST)
    if text:
        try:
            return min(max(0.0, parsedate_to_datetime(text).timestamp() - now), LONGEST)
        except (TypeError, ValueError):
            return None
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return min(max(0.0, float(reset) - now), LONGEST)
    return None


def parsed(answer: Answer) -> Any:
    """The body as JSON; ``None`` where it is none."""
    try:
        return json.loads(answer.body or b"null")
    except (ValueError, RecursionError):  # the latter: thousands of brackets, one in the other
        return None


def _said(answer: Answer) -> str:
    """The receiver's own words, where they are short and say why."""
    found = parsed(answer)
    said = (found.get("message") or found.get("error")) if isinstance(found, dict) else None
    if said is None and len(answer.body) < 80:
        said = answer.body.decode("utf-8", "replace")
    text = said if isinstance(said, str) else json.dumps(said) if said else ""
    return f" {cut(text, 120)}" if text.strip() else ""
