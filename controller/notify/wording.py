"""A fact in the words of channels: a title, a short line, and the addresses where one may read on."""

from urllib.parse import quote

from controller.loop.facts import Fact, Kind
from controller.notify.told import Place
from controller.web import console
from reconcilers.model import ServiceKey

WORDS = {
    Kind.STARTED: "Rollout started",
    Kind.DONE: "Rollout done",
    Kind.ROLLED_BACK: "Rolled back",
    Kind.FAILED: "Rollout failed",
    Kind.STOPPED: "Rollout stopped",
    Kind.SUPERSEDED: "Rollout superseded",
    Kind.HELD: "Held",
    Kind.BLOCKED: "Blocked",
    Kind.CLEARED: "Cleared",
    Kind.DRIFT_FOUND: "Drift found",
    Kind.DRIFT_HEALED: "Drift healed",
    Kind.SOURCE_STALE: "Git is stale",
    Kind.SOURCE_BACK: "Git is back",
    Kind.ORDERED: "Ordered",
    Kind.LEFT: "Left Git",
}


def title(fact: Fact) -> str:
    """What happened to what: ``Rolled back: prod/notes-app``."""
    return f"{WORDS[fact.kind]}: {fact.service}" if fact.service is not None else WORDS[fact.kind]


def cut(text: str, most: int) -> str:
    """A text on one line, at most so many characters."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def page(base: str | None, service: ServiceKey | None) -> str:
    """Where Trueup's own page tells more; empty where nobody said where it is."""
    if base is None:
        return ""
    root = base.rstrip("/")
    if service is None:
        return f"{root}/"
    return f"{root}/services/{quote(service.environment, safe='')}/{quote(service.name, safe='')}"


def deployment(fact: Fact, place: Place | None) -> str:
    """The deployment's page in AWS's console, or the service's where ECS itself rolls; empty where there is none."""
    if fact.deployment is None or place is None:
        return ""
    own = console.deployment(place.region, fact.deployment)
    return own or console.service(place.region, place.cluster.rpartition("/")[2], place.service)


def took(seconds: float) -> str:
    """A duration as people say it: ``45 s``, ``12 min``, ``3 h 5 min``."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
