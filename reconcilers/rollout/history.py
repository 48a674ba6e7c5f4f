"""What was tried, read from AWS's record. Attempts come newest first, as ``Live`` has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import assert_never

from reconcilers.attempts import Attempt, AttemptState, Cause
from reconcilers.digest import Digest
from reconcilers.live import Live
from reconcilers.live_service import RegisteredRevision
from reconcilers.model import CodeDeployRollout, RollingRollout, Service


@dataclass(frozen=True, slots=True)
class Content:
    """By what the wanted content is known: its digests, and the revisions that are known to have it."""

    digests: frozenset[Digest]
    arns: frozenset[str]

    def holds(self, attempt: Attempt) -> bool:
        """Whether an attempt ships this content, as far as that can be seen."""
        return attempt.revision in self.digests or attempt.task_definition_arn in self.arns


def succeeded(attempt: Attempt) -> bool:
    """Whether it ended well and was not taken back afterwards."""
    return attempt.state is AttemptState.SUCCEEDED and attempt.rollback is None


def is_rollback(attempt: Attempt) -> bool:
    """Whether CodeDeploy made it to take another one back. Such a deployment is no attempt at any release."""
    return attempt.rollback_of is not None or attempt.creator == "codeDeployRollback"


def ships(attempt: Attempt, wanted: Service, content: Content) -> bool:
    """Whether an attempt is one at the wanted release.

    The release in our mark says so exactly, as long as it was written by the same version of the digest. What an older
    version or somebody else shipped is known by its content and hooks. A rolling deployment's mark stands on its
    revision, which may be older than the release, so that there content counts wherever it is known.
    """
    if is_rollback(attempt):
        return False
    marked = attempt.mark.release if attempt.mark is not None else None
    match wanted.rollout:
        case CodeDeployRollout(hooks=hooks):
            if marked is not None and _version(marked) == _version(wanted.release):
                return marked == wanted.release
            return content.holds(attempt) and named(attempt.hooks) == named(hooks)
        case RollingRollout():
            return content.holds(attempt) or (attempt.revision is None and marked == wanted.release)
        case _:
            assert_never(wanted.rollout)


def named(hooks: Mapping[str, str]) -> dict[str, str]:
    """The hooks that call something: an event with an empty function is one that was emptied on purpose."""
    return {event: function for event, function in hooks.items() if function}


def latest_success(attempts: tuple[Attempt, ...]) -> Attempt | None:
    """The newest attempt that succeeded, whoever made it."""
    return next((each for each in attempts if succeeded(each) and not is_rollback(each)), None)


def latest_success_of_ours(attempts: tuple[Attempt, ...]) -> Attempt | None:
    """The newest attempt of ours that succeeded."""
    return latest_success(tuple(each for each in attempts if each.mark is not None))


def brought_by(attempts: tuple[Attempt, ...], release: Digest) -> str | None:
    """The commit that brought a release, as our marks say: the newest that shipped it as a commit, not as a heal or
    once more. ``None`` where the newest attempt of ours was at another release, or there is none.
    """
    ours = (each.mark for each in attempts if each.mark is not None and not is_rollback(each))
    row = list(takewhile(lambda mark: mark.release == release, ours))
    brought = next((mark for mark in row if mark.cause is Cause.COMMIT), row[-1] if row else None)
    return brought.commit or None if brought is not None else None


def shipped(live: Live, revision: RegisteredRevision | None) -> Attempt | None:
    """The deployment that brought a revision up, where the attempts were looked at and it is among them."""
    if revision is None:
        return None
    arn = revision.arn
    primary = live.service.primary if live.service is not None else None
    attempts = [each for each in live.attempts or () if each.task_definition_arn == arn]
    named = (each for each in attempts if primary is not None and each.id == primary.external_id)
    return next(named, next(iter(attempts), None))


def in_a_row(attempts: tuple[Attempt, ...], arn: str) -> tuple[Attempt, ...]:
    """The newest deployments that came up or are coming, as far as they are of this one revision."""
    up = (each for each in attempts if each.active or succeeded(each))
    return tuple(takewhile(lambda each: each.task_definition_arn == arn, up))


def brought_in(live: Live, revision: RegisteredRevision) -> Attempt | None:
    """The deployment since which a revision runs: ECS may have been told to start it anew, by anybody, ever since."""
    deployment = shipped(live, revision)
    if deployment is None or not deployment.id.startswith("arn:"):
        return deployment
    return next(reversed(in_a_row(live.attempts or (), revision.arn)), deployment)


def drifted_at(live: Live, committed_at: float | None) -> float | None:
    """When somebody else began to ship what runs over what we had shipped; ``None`` where AWS's record has no such.

    Where we never shipped anything, what Git wants and what runs differ since the later of both came: ``committed_at``
    is when Git began to want it. Not when the revision was registered: that may have been long before it was shipped.
    """
    deployment = brought_in(live, live.running) if live.running is not None else None
    if deployment is None or deployment.mark is not None or is_rollback(deployment):
        return None
    ours = [each.created_at for each in live.attempts or () if each.mark is not None]
    if ours:
        return deployment.created_at if min(ours) < deployment.created_at else None
    return max(deployment.created_at, committed_at) if committed_at is not None else None


def _version(digest: Digest) -> str:
    return digest.partition("-")[0]
