"""An outcome as a word for machines and a sentence for people: the same on every face."""

from typing import assert_never

from reconcilers.outcome import Blocked, Differs, Failed, Finding, Held, InSync, Outcome, Progressing, Waiting


def kind(outcome: Outcome | None) -> str:
    """One word for what a look ended as; ``unknown`` before the first look."""
    match outcome:
        case None:
            return "unknown"
        case InSync():
            return "in-sync"
        case Progressing():
            return "progressing"
        case Waiting():
            return "waiting"
        case Differs():
            return "differs"
        case Held():
            return "held"
        case Blocked():
            return "blocked"
        case Failed():
            return "failed"
        case _:
            assert_never(outcome)


def sentence(outcome: Outcome | None) -> str:
    """What is going on, and why, in one line."""
    match outcome:
        case None:
            return "Not looked at yet."
        case InSync(note):
            return note or "Git and AWS agree."
        case Progressing(what) | Differs(what):
            return what
        case Waiting(what, on):
            return f"{what} (waits for {on})"
        case Held(_, deployment, reason):
            return f"{deployment} did not succeed: {reason.code}: {reason.message}"
        case Blocked(_, findings):
            return " ".join(each.message for each in findings if each.blocking) or "Something stands in the way."
        case Failed(reason, message):
            return f"{reason}: {message}"
        case _:
            assert_never(outcome)


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
