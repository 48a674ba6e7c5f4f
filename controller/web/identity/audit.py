"""Who did what and why, on whose word and from where: one line of the log each, and for orders a fact."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from controller.loop.facts import Fact, Kind
from controller.rules.rights import How, Identity
from reconcilers.model import ServiceKey


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that takes a right. ``why`` in the person's words; ``peer`` is whoever is connected, ``forwarded`` what
    a proxy says of whom it forwards, which anybody can write. ``says``: the name that somebody gave without proof.
    """

    what: str
    identity: Identity | None
    service: ServiceKey | None
    at: float
    why: str = ""
    says: str = ""
    peer: str = ""
    forwarded: str = ""

    @property
    def who(self) -> str:
        """The name that is known. A shared token is known, and not who holds it: what they say stands beside it."""
        if self.identity is None:
            return "nobody who is known"
        claimed = self.says and self.identity.how is How.API_TOKEN
        return f"{self.identity.name}, who says to be {self.says}" if claimed else self.identity.name


class Audit:
    """Writes deeds down. ``keep`` takes a fact for the activity, ``log`` (``None``: there is none) a line."""

    def __init__(self, log: Any, keep: Callable[[Fact], None]) -> None:
        self._log = log
        self._keep = keep

    def allowed(self, deed: Deed) -> None:
        """It was done."""
        if self._log is not None:
            self._log.info("allowed", **_line(deed))
        if deed.service is not None and deed.what != "logs":
            self._keep(ordered(deed))

    def refused(self, deed: Deed, because: str) -> None:
        """It was not; ``because`` holds nothing of what was sent as proof."""
        if self._log is not None:
            self._log.warning("refused", because=because, **_line(deed))


def ordered(deed: Deed) -> Fact:
    """An order as a fact."""
    why = f": {deed.why}" if deed.why else ""
    text = f"{deed.who} asked for {deed.what}{why}."
    name = f"{deed.service}/ordered/{deed.what}/{deed.at:.3f}"
    return Fact(name, Kind.ORDERED, deed.at, deed.service, text, reason=deed.what, who=deed.who)


def _line(deed: Deed) -> dict[str, Any]:
    said = {
        "what": deed.what,
        "who": deed.identity.name if deed.identity else None,
        "by": deed.identity.how.value if deed.identity else None,
        "says": deed.says or None,
        "service": str(deed.service) if deed.service else None,
        "why": deed.why or None,
        "peer": deed.peer or None,
        "forwarded": deed.forwarded or None,
    }
    return {name: value for name, value in said.items() if value is not None}
