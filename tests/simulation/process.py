"""A process and its two clocks: it stops, waits and dies at its calls."""

from typing import Protocol

from tests.simulation.weather import Killed, Trap, Weather

PLACES = {"before": "before a call", "sent": "on its way", "after": "after it took effect"}


class Surroundings(Protocol):
    """What a process stands in."""

    weather: Weather

    def now(self) -> float: ...
    def pass_time(self, process: "Process", seconds: float, *, whole: bool) -> None: ...


class Process:
    """``life`` counts how often it was started. ``rate``: how fast its clock goes. ``jumped``: by how much its wall
    clock is wrong. ``frozen``: it stands still, and knows nothing of it.
    """

    def __init__(self, name: str, life: int, around: Surroundings, rate: float, jumped: float) -> None:
        self.name, self.life, self.rate, self.jumped = name, life, rate, jumped
        self._around, self._born = around, around.now()
        self.traps: list[Trap] = []
        self.frozen = self.dead = False
        self.pauses = 0

    def now(self) -> float:
        """What the wall clock says: it jumps."""
        return self._around.now() + self.jumped

    def monotonic(self) -> float:
        """Seconds that only go forward, faster or slower than others'."""
        return (self._around.now() - self._born) * self.rate

    def moment(self, monotonic: float) -> float:
        """When it will be so late by that clock. A hair later, since floats are no reals."""
        return self._born + monotonic / self.rate + 1e-6

    def at(self, place: str, sort: str) -> bool:
        """A call comes by here: the process may stop or die. Whether the answer is to be lost."""
        for trap in [*self.traps] if self.traps else ():
            if trap.place == place and trap.springs(sort):
                self.traps.remove(trap)
                self._around.weather.injected[f"{trap.kind} {PLACES[place]}"] += 1
                return self._sprung(trap, sort)
        if self.dead:
            raise Killed
        return False

    def _sprung(self, trap: Trap, sort: str) -> bool:
        now = self._around.now()
        match trap.kind:
            case "kill":
                self.dead = True
                raise Killed
            case "pause" | "hang":
                self.pauses += trap.kind == "pause" or sort == "table" or self._around.weather.table_was_down(now)
                self.elsewhere(trap.seconds, whole=trap.kind == "pause")
                return False
            case _:
                return True

    def waits(self, seconds: float) -> None:
        """One of its threads waits for an answer; the others go on."""
        self.elsewhere(seconds, whole=False)

    def elsewhere(self, seconds: float, *, whole: bool) -> None:
        """Everybody else goes on for so long, and, unless the ``whole`` process stands still, its other threads do."""
        self._around.pass_time(self, seconds, whole=whole)
        if self.dead:
            raise Killed
