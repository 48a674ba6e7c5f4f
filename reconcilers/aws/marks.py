"""The mark that we leave on a deployment, written and read in one place.

A CodeDeploy deployment carries it in its description, of which AWS keeps 256 characters:
``trueup release=<digest> commit=<sha> cause=<commit|heal|retry>``, then the reason of a person who ships despite an
alarm. A rolling deployment has nowhere to write, so its revision's tags carry it, and with it a stamp for each
deployment that we started: somebody else may ship a revision of ours, or start one anew, as well.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from reconcilers import tags as names
from reconcilers.attempts import Attempt, Cause, Mark
from reconcilers.digest import Digest

DESCRIPTION_LIMIT = 256
SLACK = 300.0  # seconds between our clock's stamp and AWS's, which was read a few calls later
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


def marked(attempts: tuple[Attempt, ...], tags: Mapping[str, Mapping[str, str]], owner: str) -> tuple[Attempt, ...]:
    """Rolling deployments, newest first, those of the revisions of ``tags`` (by ARN) with the marks of ``owner``'s.

    Ours is only what has a stamp of its own. That the revision is ours says nothing: anybody may start it anew, by
    forcing a deployment or by editing the service's network.
    """
    causes: dict[str, Cause] = {}
    for arn, labels in tags.items():
        causes |= _stamped(attempts, arn, labels)
    return tuple(
        each
        if (told := tags.get(each.task_definition_arn or "")) is None
        else replace(
            each,
            mark=_mark(mark_on(told, owner), causes.get(each.id)),
            gives_way=told.get(names.SUPERSEDED) == each.id,
        )
        for each in attempts
    )


def _mark(on_revision: Mark | None, cause: Cause | None) -> Mark | None:
    return replace(on_revision, cause=cause) if on_revision is not None and cause is not None else None


def _stamped(attempts: tuple[Attempt, ...], arn: str, labels: Mapping[str, str]) -> dict[str, Cause]:
    """By id, the deployments of a revision to which one of its stamps belongs: the one nearest in time."""
    causes: dict[str, Cause] = {}
    for at, cause in names.stamps(labels.get(names.SHIPPED, "")):
        near = [
            (abs(each.created_at - at), each.id)
            for each in attempts
            if each.task_definition_arn == arn and each.id not in causes and abs(each.created_at - at) <= SLACK
        ]
        if near:
            causes[min(near)[1]] = cause
    return causes
