"""Plans of several services counted, as the first sentence of a comment says it."""

from collections import Counter

from controller.cli.planned import Planned
from controller.cli.planned_verdicts import FOR_SYNC, REPORTED, TROUBLE, UNDER_WAY, WAITS, WATCHED, verdict
from reconcilers.model import ServiceKey

CHANGES, TROUBLED, SAME = "to change", "held or blocked", "as it is"
# What differs and is not changed, in the words of the summary.
COUNTED = {
    FOR_SYNC: "waiting for `trueup sync`",
    WATCHED: WATCHED,
    REPORTED: REPORTED,
    WAITS: "waiting for another",
    UNDER_WAY: "under way",
}


def summary(planned: Planned) -> str:
    """One sentence: how many services change, are in trouble, or differ and are left, and why."""
    stands = Counter(_stands(planned, key) for key in planned.plans)
    counts = {
        CHANGES: stands[CHANGES],
        TROUBLED: stands[TROUBLED],
        "not planned": len(planned.failed),
        "with a manifest removed, left running": len(planned.removed),
        COUNTED[FOR_SYNC]: stands[COUNTED[FOR_SYNC]],
    }
    same = planned.unchanged + stands[SAME]
    errors = sum(each.severity == "error" for each in planned.problems)
    said = [f"**{number} {what}**" for what, number in counts.items() if number]
    said += [f"**{count(errors, 'error')}** in the files"] if errors else []
    said += [f"{count(len(planned.problems) - errors, 'warning')}"] if len(planned.problems) > errors else []
    said += [f"{number} {what}" for what in COUNTED.values() if what not in counts and (number := stands[what])]
    said += [f"{count(same, 'service')} as {'it is' if same == 1 else 'they are'}"] if same else []
    said += (
        [f"{count(planned.known, 'problem')} that {'was' if planned.known == 1 else 'were'} there before"]
        if planned.known
        else []
    )
    return (", ".join(said) or "No service is described here") + "."


def _stands(planned: Planned, key: ServiceKey) -> str:
    """As what a service is counted: as one thing alone, so that the counts add up to the services."""
    word = verdict(planned.plans[key], planned.services.get(key))
    if planned.plans[key].actions:
        return CHANGES
    return TROUBLED if word in TROUBLE else COUNTED.get(word, SAME)


def count(number: int, noun: str) -> str:
    """So many of them, in words."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
