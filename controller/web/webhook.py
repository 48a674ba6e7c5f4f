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


def check(headers: Mapping[str, str], body: bytes, secret: str) -> Delivery:
    """Whether ``body`` comes from somebody who knows ``secret``, and whether it tells of a push.

    ``headers`` are looked up in lower case. GitHub signs the body (``X-Hub-Signature-256``: HMAC-SHA256 in hex), GitLab
    sends the secret itself (``X-Gitlab-Token``). Compared in constant time.
    """
    signature = headers.get("x-hub-signature-256")
    if signature is not None:
        wanted = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        genuine = hmac.compare_digest(signature.encode(), wanted.encode())
        return _worth(genuine, headers.get("x-github-event") == "push")
    token = headers.get("x-gitlab-token")
    if token is not None:
        genuine = hmac.compare_digest(token.encode(), secret.encode())
        return _worth(genuine, headers.get("x-gitlab-event") in ("Push Hook", "System Hook", "Merge Request Hook"))
    return Delivery.REFUSED


def signed(headers: Mapping[str, str]) -> bool:
    """Whether a delivery says at all who it comes from."""
    return "x-hub-signature-256" in headers or "x-gitlab-token" in headers


def _worth(genuine: bool, push: bool) -> Delivery:
    if not genuine:
        return Delivery.REFUSED
    return Delivery.PUSH if push else Delivery.IGNORED
