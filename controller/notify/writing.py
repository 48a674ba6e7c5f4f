"""A ledger as the value of a tag, and read again. Pure.

AWS allows 256 characters of letters, digits, spaces and ``+ - = . _ : / @``.
"""

import re

from controller.loop.facts import Kind
from controller.notify.ledger import Claim, Entry, Ledger, Mark, Shipped

_CLAIM = re.compile(r"(?P<holder>\w+)@(?P<at>\d+(\.\d+)?)")


def written(entry: Entry) -> str:
    """An entry as a tag's value."""
    ledger, words = entry.ledger, [f"n={entry.ledger.number}"]
    if ledger.shipped is not None:
        kind = ledger.shipped.kind.removeprefix("rollout-")
        words += [f"r={ledger.shipped.deployment}/{kind}@{ledger.shipped.created:.3f}", f"x={ledger.runs}"]
    words += [f"{name}={_spelled(mark)}" for name, mark in (("d", ledger.drift), ("o", ledger.obstacle)) if mark]
    if entry.claim is not None:
        words.append(f"c={entry.claim.holder}@{entry.claim.at:.0f}")
    return " ".join(words)


def read(text: str) -> Entry:
    """An entry from a tag's value; what is not ours to read is left out."""
    words = dict(word.split("=", 1) for word in text.split() if "=" in word)
    number = words.get("n", "")
    claim = _CLAIM.fullmatch(words.get("c", ""))
    return Entry(
        Ledger(
            number=int(number) if number.isdecimal() else 0,
            shipped=_shipped(words.get("r", "")),
            runs=words.get("x", ""),
            drift=_marked(words.get("d", "")),
            obstacle=_marked(words.get("o", "")),
        ),
        Claim(claim["holder"], float(claim["at"])) if claim else None,
    )


def _spelled(mark: Mark) -> str:
    paths = "all" if mark.paths is None else "".join(sorted(mark.paths))
    return f"{mark.name}@{mark.at:.0f}:{mark.number}:{paths}"


def _marked(text: str) -> Mark | None:
    found = re.fullmatch(r"(?P<name>\S+)@(?P<at>\d+):(?P<number>\d+):(?P<paths>all|([0-9a-f]{4})*)", text)
    if found is None:
        return None
    digests = found["paths"]
    paths = None if digests == "all" else frozenset(re.findall("....", digests))
    return Mark(found["name"], float(found["at"]), int(found["number"]), paths)


def _shipped(text: str) -> Shipped | None:
    found = re.fullmatch(r"(?P<deployment>\S+)/(?P<kind>[a-z-]+)@(?P<created>\d+(\.\d+)?)", text)
    kind = next((each for each in Kind if found and each == f"rollout-{found['kind']}"), None)
    return Shipped(found["deployment"], kind, float(found["created"])) if found and kind else None
