"""By what a rolling deployment is known as ours: a stamp on its revision, written before the call that starts it.

ECS's service deployments have no description. So the tags of the revision that runs say when we started it and why, and
whatever has no stamp near it was started by somebody else, whosever the revision is.
"""

from collections.abc import Mapping

from reconcilers import tags
from reconcilers.actions import TagRevision
from reconcilers.attempts import Cause
from reconcilers.declared import STARTING, field_of
from reconcilers.live_service import RegisteredRevision
from reconcilers.model import RollingRollout
from reconcilers.outcome import Sync
from reconcilers.rollout import shipping
from reconcilers.rollout.history import in_a_row
from reconcilers.rollout.situation import Situation


def stamp(situation: Situation, revision: RegisteredRevision | None, cause: Cause) -> dict[str, str]:
    """The tag that says that a revision, or one that is about to be registered, is started now."""
    before = tags.value(revision, tags.SHIPPED) if revision is not None else ""
    return {tags.SHIPPED: tags.stamped(before, situation.now, cause)}


def claim(situation: Situation, revision: RegisteredRevision, stamped: Mapping[str, str]) -> TagRevision:
    """To be done before a revision with the wanted content is started: it says whose it is, and the stamp."""
    labels = shipping.labels(situation).items()
    other = {name: text for name, text in labels if tags.value(revision, name) != text}
    return TagRevision(revision.arn, other | {**stamped})


def unread(situation: Situation) -> bool:
    """Whether an edit may start a deployment of what runs, and what its tags say is not known yet."""
    edited = {field_of(each) for each in situation.field_changes}
    return situation.running.tags is None and not edited.isdisjoint(STARTING)


def of_edit(situation: Situation, names: tuple[str, ...], sync: Sync) -> tuple[TagRevision, ...]:
    """To be done before these fields are sent to the service: a stamp, if that starts what runs anew.

    None where somebody else shipped what runs and Git wants something else: to edit a field of the service makes no
    release of ours of it.
    """
    running = situation.running
    if not isinstance(situation.wanted.rollout, RollingRollout) or STARTING.isdisjoint(names):
        return ()
    owner, cause = tags.value(running, tags.OWNER), Cause.HEAL if sync is Sync.DRIFTED else Cause.COMMIT
    if running.status != "ACTIVE" or owner not in ("", str(situation.wanted.key)):
        return ()
    stamped = stamp(situation, running, cause)
    if running.arn in situation.content.arns and (not owner or cause is Cause.COMMIT):
        return (claim(situation, running, stamped),)
    known = owner and (running.arn in situation.content.arns or _ours(situation))
    return (TagRevision(running.arn, {**stamped}),) if known else ()


def _ours(situation: Situation) -> bool:
    """Whether what runs is what we shipped, however often anybody started it anew since."""
    return any(each.mark is not None for each in in_a_row(situation.attempts, situation.running.arn))
