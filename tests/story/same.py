"""What it means that all faces say the same thing: two tables.

``ENDS`` is what is so as each act ends, in the words of Git and of AWS, which know nothing of Trueup. ``SAYS`` is how
each face says it: for each thing the places where a reader finds it, and how it is read there. A test per act compares
the two.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from controller.demo.acts import BAD, FIX, GOOD, LAST
from tests.story.page import Shown
from tests.story.telling import Act, Told

FIRST = "3f2a1bc"
SHIPS = ("Rollout started", "Rollout done")


@dataclass(frozen=True, slots=True)
class End:
    """How an act ends. ``deployment``: which of the act's it is about; ``news``: what Slack is told, in any order."""

    sync: str
    runs: str
    wants: str
    deployment: int | None
    reason: str = ""
    news: tuple[str, ...] = SHIPS


ENDS = (
    End("in-sync", FIRST, FIRST, None, news=()),
    End("in-sync", GOOD, GOOD, 0),
    End("held", GOOD, BAD, 0, "ALARM_ACTIVE", ("Rollout started", "Rolled back", "Held")),
    End("in-sync", FIX, FIX, 0, news=("Cleared", *SHIPS)),
    End("in-sync", FIX, FIX, 1, news=("Drift found", *SHIPS, "Drift healed")),
    End("in-sync", LAST, LAST, 0),
)

Reading = Callable[[Act, Told], str | None]


def expected(act: Act, number: int, commits: list[str]) -> dict[str, str | None]:
    """The things, as Git and AWS have them. ``commits``: those of the story so far, the newest last."""
    end = ENDS[number - 1]
    return {
        "sync": end.sync,
        "health": "healthy",
        "running version": end.runs,
        "wanted version": end.wants,
        "commit": commits[-1][:7] if commits else act.api["commit"]["id"][:7],
        "deployment": None if end.deployment is None else act.step.deployments[end.deployment],
        "reason": end.reason,
        "words": _words(act.api["text"]),
    }


def _row(act: Act, column: str) -> str:
    """What ``trueup get -o wide`` has in a column: they are as wide as the widest of their words."""
    head, line = act.got.splitlines()[:2]
    begin = head.index(column)
    following = re.search(r"\s\S", head[begin:])
    return line[begin : begin + following.end() - 1 if following else None].strip()


def _shown(read: Callable[[Shown], str]) -> Reading:
    return lambda act, _: None if act.shown is None else read(act.shown)


def _sign(signs: str, name: str) -> str:
    found = re.search(rf"{name}: (In sync|\w+)", signs)
    return found[1].lower().replace(" ", "-") if found else signs


def _tags(images: Mapping[str, str]) -> str:
    return ", ".join({image.rpartition(":")[2] for image in images.values()})


def _named(text: str) -> str:
    return ", ".join(dict.fromkeys(re.findall(r"notes-(?:proxy|frontend|backend):(\w+)", text)))


def _label(name: str, series: str = "trueup_service_info") -> Reading:
    def read(act: Act, story: Told) -> str:
        found = story.prometheus.query(f'{series}{{environment="prod",service="notes-app"}}', act.end)
        return str(found[0]["metric"][name]) if found else ""

    return read


def _deployment(act: Act) -> str | None:
    told = re.search(r"\bd-\w{9}", act.api["text"])
    running: str | None = act.api["running"]["deployment"]
    return told[0] if told else running


def _tried(history: str) -> str | None:
    """The newest attempt of Trueup's own; a line of the history ends with its id, which is a link."""
    found = re.search(r"(?:Commit|Healing after commit) \w{7} .*?(d-\w{9}) \(AWS", history)
    return found[1] if found else None


def _field(message: Mapping[str, Any], name: str) -> str | None:
    """A field of a Slack message, as a reader sees it."""
    for block in message["attachments"][0]["blocks"]:
        for field in block.get("fields", ()):
            label, _, value = field["text"].partition("\n")
            if label == f"*{name}*":
                return html.unescape(re.sub(r"<[^|>]*\|([^>]*)>", r"\1", value))
    return None


def _slack(name: str, last: bool = False) -> Reading:
    """A field of what Slack was told of a rollout's start, or of what it was told last."""

    def read(act: Act, _: Told) -> str | None:
        messages = act.news[-1:] if last else [each for each in act.news if titled(each) == "Rollout started"]
        return _field(messages[0], name) if messages else None

    return read


def titled(message: Mapping[str, Any]) -> str:
    """What a Slack message of Trueup's tells of."""
    return str(message["text"]).partition(": ")[0]


def of_drift(message: Mapping[str, Any]) -> bool:
    """Whether it tells of drift: the fields that stand, where the activity has each with whoever changed it."""
    return titled(message).startswith("Drift")


def fields(message: Mapping[str, Any]) -> list[str]:
    """The fields that a message of drift names."""
    return (_field(message, "Fields") or "").split("\n")


def _words(text: str) -> str:
    """A sentence without what stands beside it in other words: the sign, the deployment, the time."""
    text = re.sub(
        r"^(nothing to do|What Git says is what runs)\.|^Deployment stands still, for .*?(?=d-|Alarm)", "", text
    )
    text = re.sub(r"^(held since )?(d-\w{9} did not succeed|[Aa]larms? .*? stopped d-\w{9})\. ", "", text.strip())
    return re.sub(r" ?(Since ([\w ]+ ago|just now)\.|A person can clear it\..*|just now\.)$", "", text).strip()


SAYS: Mapping[str, Mapping[str, Reading]] = {
    "sync": {
        "API": lambda act, _: act.api["sync"],
        "trueup why": lambda act, _: act.why.split()[1],
        "trueup get": lambda act, _: _row(act, "SYNC"),
        "Prometheus": _label("sync"),
        "page of the fleet": _shown(lambda shown: _sign(shown.sync, "Sync")),
        "page of the service": _shown(lambda shown: _sign(shown.signs, "Sync")),
    },
    "health": {
        "API": lambda act, _: act.api["health"],
        "trueup why": lambda act, _: act.why.split()[2],
        "trueup get": lambda act, _: _row(act, "HEALTH"),
        "Prometheus": _label("health"),
        "page of the fleet": _shown(lambda shown: _sign(shown.health, "Health")),
        "page of the service": _shown(lambda shown: _sign(shown.signs, "Health")),
    },
    "running version": {
        "API": lambda act, _: _tags(act.api["running"]["images"]),
        "trueup get": lambda act, _: _row(act, "VERSION").split(" ")[0],
        "page of the fleet": _shown(lambda shown: shown.versions.split(" ")[0]),
        "page of the service": _shown(lambda shown: _named(shown.about.partition(" Running ")[2])),
    },
    "wanted version": {
        "API": lambda act, _: _tags(act.api["images"]),
        "trueup get": lambda act, _: _row(act, "VERSION").split(" ")[-1],
        "page of the fleet": _shown(lambda shown: shown.versions.split(" ")[-1]),
        "page of the service": _shown(lambda shown: _named(shown.about.partition(" Running ")[0])),
    },
    "commit": {
        "API": lambda act, _: act.api["commit"]["id"][:7],
        "trueup why": lambda act, _: re.findall(r"commit +done +(\w{7})", act.why)[0],
        "trueup get": lambda act, _: _row(act, "COMMIT"),
        "page of the service": _shown(lambda shown: re.findall(r"Wanted .*? (\w{7}) by ", shown.about)[0]),
        "Slack": lambda act, story: (_slack("Commit")(act, story) or "")[:7] or None,
    },
    "deployment": {
        "API": lambda act, _: _deployment(act),
        "page of the service": _shown(lambda shown: _tried(shown.history) or ""),
        "Slack": _slack("Deployment"),
    },
    "reason": {
        "API": lambda act, _: act.api["reason"],
        "Prometheus": _label("reason", "trueup_service_held_info"),
        "Slack": lambda act, story: _slack("Reason", last=True)(act, story) or "",
    },
    "words": {
        "trueup why": lambda act, _: _words(act.why.splitlines()[1]),
        "trueup get": lambda act, _: _words(_row(act, "WHAT")),
        "page of the fleet": _shown(lambda shown: _words(shown.story)),
        "page of the service": _shown(lambda shown: _words(shown.verdict)),
    },
}


def said(act: Act, story: Told, page: bool) -> dict[str, dict[str, str | None]]:
    """What each face says of each thing, if anything: the page alone, or all the others."""
    return {
        thing: {face: read(act, story) for face, read in faces.items() if face.startswith("page") == page}
        for thing, faces in SAYS.items()
    }


def different(act: Act, story: Told, number: int, page: bool) -> dict[str, dict[str, str | None]]:
    """The faces that say something else, by thing."""
    commits = [each.step.commit for each in story.acts[:number] if each.step.commit]
    is_so = expected(act, number, commits)
    silent = {"deployment": is_so["deployment"] is None, "commit": not ENDS[number - 1].news}
    return {
        f"{thing} is {is_so[thing]}": wrong
        for thing, faces in said(act, story, page).items()
        if (
            wrong := {
                face: words
                for face, words in faces.items()
                if words != is_so[thing] and not (not words and silent.get(thing, False))
            }
        )
    }
