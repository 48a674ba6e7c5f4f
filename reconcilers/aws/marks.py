"""The mark that we leave on a deployment, written and read in one place.

A CodeDeploy deployment carries it in its description, of which AWS keeps 256 characters:
``trueup release=<digest> commit=<sha> cause=<commit|heal|retry>``, then the reason of a person who ships despite an
alarm. A rolling deployment has nowhere to write, so its revision's tags carry it.
"""

import re
from collections.abc import Mapping

from reconcilers import tags as names
from reconcilers.digest import Digest
from reconcilers.live import Cause, Mark

DESCRIPTION_LIMIT = 256
_MARK = re.compile(
    r"^trueup release=(?P<release>\S+) commit=(?P<commit>\S+) cause=(?P<cause>commit|heal|retry)(?=\s|$)"
)


def description(mark: Mark, despite_alarm: str | None) -> str:
    """The description of a deployment of ours; the reason is cut to what fits."""
    text = f"trueup release={mark.release} commit={mark.commit} cause={mark.cause.value}"
    if despite_alarm is None:
        return text
    room = DESCRIPTION_LIMIT - len(text) - len(' despite-alarm=""')
    reason = " ".join(despite_alarm.replace('"', "'").split())[: max(room, 0)]
    return f'{text} despite-alarm="{reason}"'[:DESCRIPTION_LIMIT]


def mark_in(text: str | None) -> Mark | None:
    """The mark in a deployment's description; ``None`` where it is not ours."""
    found = _MARK.match(text or "")
    return Mark(Digest(found["release"]), found["commit"], Cause(found["cause"])) if found else None


def says_release(mark: Mark | None, release: Digest | None) -> bool:
    """Whether a mark tells by itself if ``release`` was shipped: digests of two versions cannot be compared."""
    return mark is not None and (release is None or _version(mark.release) == _version(release))


def _version(digest: Digest) -> str:
    return digest.partition("-")[0]


def mark_on(tags: Mapping[str, str], owner: str) -> Mark | None:
    """The mark on a revision's tags; ``None`` where they are missing, or another service's (``owner``: its key)."""
    if tags.get(names.OWNER) != owner or names.RELEASE not in tags:
        return None
    return Mark(Digest(tags[names.RELEASE]), tags.get(names.COMMIT, ""), Cause.COMMIT)
