"""When a shift is expected to be over, from how its configuration moves traffic and from how far it has come; and when
AWS gives up one that nobody lets go.
"""

from collections.abc import Sequence
from math import ceil

from reconcilers.attempts import Attempt
from reconcilers.progress import Pace, Progress

NEARLY = 0.8  # of the configured time: whatever took less was not run by AWS's own minutes


def took_before(attempts: Sequence[Attempt], config: str) -> float | None:
    """For how many seconds, at most, the newest earlier shift of this configuration moved traffic; ``None`` where none
    is known. It is counted from its creation, so that in AWS it is never less than the configuration says.
    """
    ended = ((each, each.moved_at) for each in attempts if each.config == config)
    return next((moved_at - each.created_at for each, moved_at in ended if moved_at is not None), None)


def expected_end(
    progress: Progress, pace: Pace | None, stepped_at: float, now: float, before: float | None = None
) -> float | None:
    """When all of production will be on the new version, in seconds since the epoch; ``None`` before traffic moves,
    where it moves at once, and once it has moved.

    The first step is made as AllowTraffic begins, and the last one so far was there at ``stepped_at``. Where the steps
    came faster than configured, as in a sandbox whose minutes are shorter, their own pace counts. It is taken from
    ``stepped_at`` and not from ``now``: between two steps nothing is learnt, so that the end stays where it is. Until
    there is a second step, what an earlier shift took (``before``) tells such a pace.
    """
    began = next((each.started_at for each in progress.events if each.name == "AllowTraffic"), None)
    if pace is None or began is None or pace.percent <= 0 or progress.traffic >= 100:
        return None
    steps = 1 if pace.canary else ceil(100 / pace.percent) - 1
    taken = 0 if pace.canary else max(0, round(progress.traffic / pace.percent) - 1)
    interval = pace.interval
    took = max(0.0, stepped_at - began)
    if taken and took < NEARLY * taken * interval:
        interval = took / taken
    elif not taken and before is not None and 0 < before < NEARLY * steps * interval:
        interval = before / steps
    return max(now, began + steps * interval)


def gives_up_at(progress: Progress, patience: float | None) -> float | None:
    """When AWS stops what waits for a person, in seconds since the epoch: it has waited since its last step ended.

    ``None`` where it waits for nobody (``patience`` is ``None``), or no step has ended.
    """
    ended = [each.ended_at for each in progress.events if each.ended_at is not None]
    return max(ended) + patience if ended and patience is not None else None
