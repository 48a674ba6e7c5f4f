"""What the story leaves behind: for every step its commit, its deployments, what was seen when, what was checked."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Check:
    """A claim, and whether AWS's own API bears it out. ``seen`` is what it said."""

    claim: str
    true: bool
    seen: str = ""


@dataclass(slots=True)
class Step:
    """One act as it went. ``states``: what was seen, by seconds since the step began.

    ``visits``: the requests that came meanwhile: ``sent``, ``failed``, ``answered`` by version; empty without a proxy.
    """

    name: str
    commit: str | None = None
    deployments: list[str] = field(default_factory=list)
    states: list[tuple[float, str]] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    visits: dict[str, object] = field(default_factory=dict)
    seconds: float = 0.0

    def saw(self, at: float, state: str) -> bool:
        """Note a state once, when it is new. Whether it was."""
        if self.states and self.states[-1][1] == state:
            return False
        self.states.append((round(at, 2), state))
        return True


@dataclass(slots=True)
class Record:
    """The whole story."""

    speed: float
    steps: list[Step] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def checks(self) -> list[Check]:
        return [check for step in self.steps for check in step.checks]

    @property
    def true(self) -> bool:
        """Whether every claim was borne out, and there was one to bear out in every step."""
        return bool(self.steps) and all(step.checks for step in self.steps) and all(check.true for check in self.checks)

    def write(self, file: Path) -> None:
        """As JSON; ``states`` as objects with ``at`` and ``state``."""
        told = asdict(self)
        for step in told["steps"]:
            step["states"] = [{"at": at, "state": state} for at, state in step["states"]]
        told["true"] = self.true
        file.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")
