"""AWS waits for whoever watches: at each change of production it stands still until it was seen.

So no machine is too slow for the story: every step of a shift, and the alarm between its firing and the end of the
rollback, are seen by the daemon and then by Prometheus, however long that takes. Durations grow; nothing else does.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from controller.demo.acts import SERVICE
from controller.demo.stage import Stage
from controller.demo.waiting import NeverHappenedError, until
from controller.web.client import DaemonError
from sandbox.clock import HostClock
from sandbox.world.elbv2.forwarding import weights
from sandbox.world.timeline import Timeline
from sandbox.world.world import Place, World
from tests.story.servers import Prometheus

LONG = 90.0
"""Seconds: nobody is this slow."""
RESTED = 4
"""Sweeps, after which a service that no sweep made the daemon look at is known to be at rest."""
MIDWAY = 40
"""Percent of production: while no daemon runs, AWS goes on until both versions have as much, and then waits for it."""


class Patience(Timeline):
    """AWS's time. While ``stands`` is set nothing happens by itself, and all that is to come comes later."""

    def __init__(self, start: float, speed: float) -> None:
        super().__init__(start, speed)
        self.stands = threading.Event()
        self.look: Callable[[], object] = lambda: None
        self._seen: object = None

    def advance(self, now: float) -> None:
        """As far as ``now``, or to the first change of what ``look`` sees."""
        while not self.stands.is_set() and self._due and self._due[0].due <= now:
            super().advance(self._due[0].due)
            seen, self._seen = self._seen, self.look()
            if self._seen != seen:
                self.stands.set()
        late = max(0.0, now - self.now) if self.stands.is_set() else 0.0
        self._due = [timer._replace(due=timer.due + late) for timer in self._due]  # a heap still: all are as late
        super().advance(now)


def patient(speed: float) -> tuple[World, Patience]:
    """An AWS that can be made to wait, and its time."""
    world = World(HostClock(), speed=speed)
    time_of_aws = Patience(world.clock.now(), speed)
    world.timeline = time_of_aws
    return world, time_of_aws


class Audience:
    """The daemon and Prometheus, for whom AWS waits; or the daemon alone, where Prometheus looks too rarely."""

    def __init__(
        self, world: World, time_of_aws: Patience, stage: Stage, prometheus: Prometheus, *, rarely: bool
    ) -> None:
        self._world = world
        self._time = time_of_aws
        self._stage = stage
        self._prometheus = prometheus
        self._rarely = rarely
        self._turn = threading.Lock()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """AWS waits at each change of production, as long as the block lasts."""
        over = threading.Event()

        def wait() -> None:
            while not over.wait(0.02):
                with self._turn:
                    if self._time.stands.is_set():
                        with suppress(NeverHappenedError):  # the story goes on, and a test says what was not seen
                            self._look()
                        self._time.stands.clear()

        thread = threading.Thread(target=wait, name="audience", daemon=True)
        self._time.look = self._production
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(LONG)
            self._time.stands.clear()

    @contextmanager
    def still(self) -> Iterator[None]:
        """AWS stands for as long as the block lasts, and all have seen how."""
        with self._turn:
            self._time.stands.set()
            self._look()
            yield
            self._time.stands.clear()

    def _look(self) -> None:
        since, sweeps = time.time(), self._swept() + RESTED * self._stage.clusters
        until("the daemon to look at AWS", lambda: self._looked(since) or self._swept() >= sweeps, LONG)
        looked = time.time()
        if not self._rarely:
            until("Prometheus to look at the daemon", lambda: self._goes_on() or self._scraped() > looked, LONG)

    def _looked(self, since: float) -> bool:
        """Whether a look that began since then has ended."""
        try:
            return (self._stage.told(SERVICE).seen_at or 0.0) > since
        except DaemonError:
            return self._goes_on()

    def _swept(self) -> float:
        """How many sweeps have ended: what rests, such as a release that is held, is not looked at alone."""
        return self._prometheus.value("sum(trueup_sweep_duration_seconds_count)") or 0.0

    def _scraped(self) -> float:
        return self._prometheus.value("timestamp(trueup_build_info)") or 0.0

    def _goes_on(self) -> bool:
        """Whether no daemon is there to be waited for, or not yet."""
        midway = self._world.read(lambda places: any(min(each) >= MIDWAY for each in _shares(places) if len(each) > 1))
        return not self._stage.daemon.running and not midway

    def _production(self) -> object:
        places = self._world.places()
        alarms = [alarm.state.value for place in places for alarm in place.cloudwatch.book.alarms.values()]
        return _shares(places), "ALARM" in alarms


def _shares(places: Sequence[Place]) -> list[tuple[int, ...]]:
    """Each production listener's weights, in percent."""
    return [
        tuple(weights(place.elbv2.registry.listeners[arn].actions).values())
        for place in places
        for arn in place.traffic.visited()
    ]
