"""Following a deployment that is under way, ours or somebody else's. Common to both ways of deploying."""

from reconcilers.attempts import Attempt, Cause
from reconcilers.outcome import InSync, Progressing, Sync, Waiting
from reconcilers.progress import LifecycleEvent
from reconcilers.rollout.situation import Situation
from reconcilers.verdict import Look, LookCloser, Plan

# Between these steps CodeDeploy asks a person whether the traffic may go.
_WAITS = (("AfterAllowTestTraffic", "BeforeAllowTraffic"), ("BeforeAllowTraffic", "AllowTraffic"))


def foreign(situation: Situation, attempt: Attempt) -> Plan:
    """Somebody else's is reported and waited for. It is never stopped, and nothing is written while it runs."""
    if attempt.shift_over and situation.sync() is Sync.IN_SYNC:
        note = f"{attempt.name}, {attempt.maker}'s, has shifted the traffic and waits to end the old task set."
        return situation.plan(InSync(note), Sync.IN_SYNC, spends=True)
    waiting = Waiting("", "", situation.policy.poll, foreign=attempt.name).by(attempt.maker)
    return situation.plan(waiting, situation.sync())


def stopping(situation: Situation, attempt: Attempt) -> Plan | LookCloser:
    """It was told to stop, or to go back, and has not yet. How far it is, is good to see."""
    if situation.live.progress is None:
        return LookCloser(frozenset({Look.PROGRESS}))
    how = "rolled back" if attempt.aws_status.startswith("ROLLBACK") else "stopped"
    waiting = Waiting(f"{attempt.name} is being {how}.", attempt.name, situation.policy.poll)
    return situation.plan(waiting, _until(situation, attempt))


def ready(situation: Situation, attempt: Attempt) -> Plan | LookCloser:
    """A person decides when the traffic goes, and looks at how far it is; that is not timed."""
    if situation.live.progress is None:
        return LookCloser(frozenset({Look.PROGRESS}))
    what = f"{attempt.name} is ready and waits for a person to let the traffic go."
    waiting = Waiting(what, "a person", situation.policy.poll)
    return situation.plan(waiting, _until(situation, attempt), spends=situation.wants(attempt))


def plan(situation: Situation, attempt: Attempt) -> Plan:
    """It goes on."""
    wanted = situation.wants(attempt)
    what = f"{attempt.name} goes on" if wanted else f"{attempt.name} goes on; what Git wants now comes after it"
    outcome = Progressing(what, situation.policy.poll, attempt.id, situation.live.progress)
    return situation.plan(outcome, _until(situation, attempt), spends=wanted)


def overdue(situation: Situation, attempt: Attempt, timeout: float) -> bool:
    """Whether it takes too long: from its creation to AfterAllowTraffic, waits for a person apart."""
    progress = situation.live.progress
    events = {} if progress is None else {event.name: event for event in progress.events}
    after = events.get("AfterAllowTraffic")
    if attempt.shift_over or (after is not None and after.status == "Succeeded"):
        return False
    return situation.now - attempt.created_at - _waited(events, situation.now) > timeout


def late(timeout: float) -> str:
    """Why something is stopped that took too long."""
    return f"It had not shifted the traffic after {timeout / 60:g} minutes."


def _waited(events: dict[str, LifecycleEvent], now: float) -> float:
    waited = 0.0
    for before, after in _WAITS:
        ended, started = _moment(events, before, "ended_at"), _moment(events, after, "started_at")
        if ended is not None:
            waited += max(0.0, (now if started is None else started) - ended)
    return waited


def _moment(events: dict[str, LifecycleEvent], name: str, moment: str) -> float | None:
    event = events.get(name)
    return None if event is None else getattr(event, moment)


def _until(situation: Situation, attempt: Attempt) -> Sync:
    """How Git and AWS stand while it is under way."""
    if not situation.wants(attempt):
        return situation.sync() if situation.changes else Sync.OUTDATED
    healing = attempt.mark is not None and attempt.mark.cause is Cause.HEAL
    return Sync.DRIFTED if healing else Sync.OUTDATED
