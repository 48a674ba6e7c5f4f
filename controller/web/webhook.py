"""Pushes told by GitHub and GitLab: checked, and then only ever a hint to look now.

What a delivery says is not believed beyond that: the poll reads the branch itself.
"""

import hashlib
import hmac
from collections.abc import Mapping
from enum import Enum

MOST_BYTES = 25 * 1024 * 1024  # GitHub sends no larger payload


class Delivery(Enum):
    """What a delivery is worth."""

    PUSH = "push"
    IGNORED = "ignored"  # a ping, or an event that changes no branch
    REFUSED = "refused"


def seal(secret: str) -> hmac.HMAC:
    """What takes a body in as it arrives, so that nothing of it has to be kept."""
    return hmac.new(secret.encode(), digestmod=hashlib.sha256)


def check(headers: Mapping[str, str], sealed: hmac.HMAC, secret: str) -> Delivery:
    """Whether a delivery comes from somebody who knows ``secret``, and whether it tells of a push.

    ``sealed`` is the ``seal`` of its whole body, which counts with GitHub alone. ``headers`` are looked up in lower
    case. GitHub signs the body (``X-Hub-Signature-256``: HMAC-SHA256 in hex), GitLab sends the secret itself
    (``X-Gitlab-Token``). Compared in constant time.
    """
    signature = headers.get("x-hub-signature-256")
    if signature is not None:
        wanted = f"sha256={sealed.hexdigest()}"
        genuine = hmac.compare_digest(signature.encode(), wanted.encode())
        return _worth(genuine, headers.get("x-github-event") == "push")
    token = headers.get("x-gitlab-token")
    if token is not None:
        genuine = hmac.compare_digest(token.encode(), secret.encode())
        return _worth(genuine, headers.get("x-gitlab-event") in ("Push Hook", "System Hook", "Merge Request Hook"))
    return Delivery.REFUSED


def signed(headers: Mapping[str, str]) -> bool:
    """Whether it takes the body to know who a delivery comes from."""
    return "x-hub-signature-256" in headers


def _worth(genuine: bool, push: bool) -> Delivery:
    if not genuine:
        return Delivery.REFUSED
    return Delivery.PUSH if push else Delivery.IGNORED
