"""An outcome as a word for machines and a sentence for people: the same on every face."""

from collections.abc import Mapping

from controller.loop.attribution import known_hand
from controller.loop.status import ServiceStatus
from reconcilers import preview
from reconcilers.excerpt import sentences
from reconcilers.outcome import Blocked, Differs, Failed, Finding, Held, InSync, Outcome, Progressing, Waiting

KINDS: Mapping[type[Outcome], str] = {
    InSync: "in-sync",
    Progressing: "progressing",
    Waiting: "waiting",
    Differs: "differs",
    Held: "held",
    Blocked: "blocked",
    Failed: "failed",
}


def kind(outcome: Outcome | None) -> str:
    """One word for what a look ended as; ``unknown`` before the first look."""
    return "unknown" if outcome is None else KINDS[type(outcome)]


def sentence(outcome: Outcome | None) -> str:
    """What is going on, and why, in one line."""
    return "not looked at yet" if outcome is None else preview.sentence(outcome)


def obstacle(outcome: Held | Blocked) -> str:
    """Why it is held or blocked, for where the word itself stands before it."""
    if isinstance(outcome, Held):
        return sentence(outcome).removeprefix("held since ")
    return f"{outcome.by.value}: {sentences(map(preview.found, outcome.findings))}"


def keeper(kept_by: str) -> str:
    """Another replica in a sentence."""
    return f"Replica {kept_by}" if kept_by else "No replica"


def state(status: ServiceStatus) -> str:
    """What is going on with a service, in one line, and who else knows where this replica does not."""
    if status.kept_by is not None:
        return f"{keeper(status.kept_by)} keeps it"
    if status.outcome is None and status.judged is not None:
        return f"commit {status.wanted.commit.short} was read, and the next look at AWS is due"
    return sentence(known_hand(status))


def since(status: ServiceStatus) -> float | None:
    """Since when that is so; what was so before a newer commit was read is so no more."""
    return status.since if status.outcome is not None else None


def reason(outcome: Outcome | None) -> str:
    """Why it is held, blocked or failing, as one bounded word; empty otherwise."""
    match outcome:
        case Held(_, _, why):
            return why.code
        case Blocked(by):
            return str(by)
        case Failed(why):
            return why
        case _:
            return ""


def remedy(findings: tuple[Finding, ...]) -> str:
    """What to do about the first finding that blocks."""
    return next((each.remedy for each in findings if each.blocking), "")
