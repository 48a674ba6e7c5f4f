"""The tags on a registered revision: by which it is found again, and what CodeDeploy's history may forget.

AWS allows 256 characters of letters, digits, spaces and ``+ - = . _ : / @`` in a tag's value.
"""

import re
from dataclasses import dataclass

from reconcilers.attempts import AwsReason, Cause
from reconcilers.live_service import RegisteredRevision

DIGEST = "trueup:digest"  # of the content
RELEASE = "trueup:release"
COMMIT = "trueup:commit"
OWNER = "trueup:owner"  # the service's key: environment/name
HELD = "trueup:held"  # <deployment> <code>: <message>
SUPERSEDED = "trueup:superseded"  # the deployment that we stopped for a newer release, which is no verdict on this one
DESPITE_ALARM = "trueup:despite-alarm"  # the reason of a person who shipped it while an alarm fired

SHIPPED = "trueup:shipped"  # <seconds since the epoch>-<cause> of every rolling update that we started with it

VALUE_LIMIT = 256
STAMPS = 10  # of the newest updates, which is all that is ever looked back upon
_FORBIDDEN = re.compile(r"[^\w +\-=.:/@]", re.ASCII)
_STAMP = re.compile(r"(?P<at>\d+)-(?P<cause>commit|heal|retry)", re.ASCII)
_HELD = re.compile(r"(?P<deployment>\S+) (?P<code>[^:]+): ?(?P<message>.*)")


@dataclass(frozen=True, slots=True)
class HeldTag:
    """Why a revision's release is held: which deployment did not succeed, and AWS's reason."""

    deployment: str
    reason: AwsReason


def written(held: HeldTag) -> str:
    """The value of the held tag, cut to what AWS allows."""
    return allowed(f"{held.deployment} {held.reason.code}: {held.reason.message}")


def allowed(text: str) -> str:
    """A text as a tag's value may be: on one line, other characters blanked, cut to the limit."""
    return " ".join(_FORBIDDEN.sub(" ", text).split())[:VALUE_LIMIT].rstrip()


def held_on(revision: RegisteredRevision) -> HeldTag | None:
    """What a revision's held tag says; ``None`` without one, or with one that is not ours to read."""
    found = _HELD.fullmatch(value(revision, HELD))
    return HeldTag(found["deployment"], AwsReason(found["code"], found["message"])) if found else None


def stamped(before: str, at: float, cause: Cause) -> str:
    """The value of the shipped tag with one more update on it."""
    return " ".join([*before.split()[1 - STAMPS :], f"{at:.0f}-{cause.value}"])


def stamps(text: str) -> tuple[tuple[float, Cause], ...]:
    """When a revision was shipped by us and why, oldest first; what is not ours to read is left out."""
    found = (_STAMP.fullmatch(each) for each in text.split())
    return tuple((float(each["at"]), Cause(each["cause"])) for each in found if each)


def value(revision: RegisteredRevision, tag: str) -> str:
    """A tag's value, empty where there is none."""
    return (revision.tags or {}).get(tag, "")
