"""When a shift is expected to be over, from how its configuration moves traffic and from how far it has come; and when
AWS gives up one that nobody lets go.
"""

from math import ceil

from reconcilers.progress import Pace, Progress


def expected_end(progress: Progress, pace: Pace | None, stepped_at: float, now: float) -> float | None:
    """When all of production will be on the new version, in seconds since the epoch; ``None`` before traffic moves,
    where it moves at once, and once it has moved.

    The first step is made as AllowTraffic begins, and the last one so far was there at ``stepped_at``. Where the steps
    came faster than configured, as in a sandbox whose minutes are shorter, their own pace counts. It is taken from
    ``stepped_at`` and not from ``now``: between two steps nothing is learnt, so that the end stays where it is.
    """
    began = next((each.started_at for each in progress.events if each.name == "AllowTraffic"), None)
    if pace is None or began is None or pace.percent <= 0 or progress.traffic >= 100:
        return None
    steps = 1 if pace.canary else ceil(100 / pace.percent) - 1
    taken = 0 if pace.canary else max(0, round(progress.traffic / pace.percent) - 1)
    interval = pace.interval
    took = max(0.0, stepped_at - began)
    if taken and took < 0.8 * taken * interval:
        interval = took / taken
    return max(now, began + steps * interval)


def gives_up_at(progress: Progress, patience: float | None) -> float | None:
    """When AWS stops what waits for a person, in seconds since the epoch: it has waited since its last step ended.

    ``None`` where it waits for nobody (``patience`` is ``None``), or no step has ended.
    """
    ended = [each.ended_at for each in progress.events if each.ended_at is not None]
    return max(ended) + patience if ended and patience is not None else None
