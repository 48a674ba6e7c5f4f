"""Which deployment of ours is under way, for as long as AWS has it under way: however a look ended meanwhile.

One that waits for a person, or that is being stopped, goes on, and so does one beside which something stands in the
way. One that has shifted the traffic is over, though its termination wait goes on. Where a look came to no record of
deployments, nothing is known of any: it is followed no more, and nobody is told that it ended. The next look that finds
it takes it up again.
"""

from dataclasses import replace

from controller.loop.status import Rollout
from reconcilers.actions import CreateDeployment, StartRolling
from reconcilers.attempts import Attempt, AttemptState, Cause
from reconcilers.outcome import Progressing
from reconcilers.progress import Progress
from reconcilers.report import Report
from reconcilers.rollout.history import is_rollback


def followed(before: Rollout | None, report: Report) -> Rollout | None:
    """The deployment that is under way after a look, and how far it is; ``None`` where none of ours is."""
    deployment = _under_way(report)
    attempt = next((each for each in _attempts(report) if each.id == deployment), None)
    if deployment is None or (attempt is not None and attempt.shift_over):
        return None
    same = before if before is not None and before.deployment == deployment else None
    began = same or Rollout(deployment, min(report.at, attempt.created_at) if attempt is not None else report.at)
    return replace(
        began,
        cause=began.cause or _cause(report, deployment),
        state=attempt.state if attempt is not None else AttemptState.RUNNING,
        progress=_progress(report) or began.progress,
    )


def _under_way(report: Report) -> str | None:
    if isinstance(report.outcome, Progressing) and report.outcome.deployment is not None:
        return report.outcome.deployment
    return next((each.id for each in _attempts(report) if _goes_on(each)), None)


def _goes_on(attempt: Attempt) -> bool:
    return attempt.active and attempt.mark is not None and not attempt.shift_over and not is_rollback(attempt)


def _attempts(report: Report) -> tuple[Attempt, ...]:
    return (report.observed.attempts if report.observed is not None else None) or ()


def _progress(report: Report) -> Progress | None:
    told = report.outcome.progress if isinstance(report.outcome, Progressing) else None
    return told or (report.observed.progress if report.observed is not None else None)


def _cause(report: Report, deployment: str) -> Cause | None:
    """Why a deployment was made: as this look made it, or as its mark says, which the next look reads first."""
    acted = (done.action for done in report.acted if done.result == deployment)
    made = next((each.mark for each in acted if isinstance(each, CreateDeployment | StartRolling)), None)
    mark = made or next((each.mark for each in _attempts(report) if each.id == deployment), None)
    return mark.cause if mark is not None else None
