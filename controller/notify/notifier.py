"""The observer of the loop, and the threads that tell: what was seen goes into an inbox, and the loop goes on."""

import threading
import time
from dataclasses import dataclass
from typing import Any

from controller.loop.board import Told
from controller.loop.facts import Fact
from controller.loop.surroundings import Swept
from controller.notify.courier import Courier
from controller.notify.inbox import Inbox
from controller.notify.scribe import AFTER_FAILURE, Scribe, Sight

IDLE = 60.0  # seconds after which a thread looks around by itself


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for one channel. ``oldest``: for how many seconds the oldest fact has waited."""

    channel: str
    pending: int
    oldest: float


class Notifier:
    """An observer of the loop. Takes a record and returns at once, whatever receivers and AWS do."""

    def __init__(
        self, couriers: tuple[Courier, ...], sight: Sight, log: Any, after_failure: float = AFTER_FAILURE
    ) -> None:
        self._couriers = couriers
        self._after_failure = after_failure  # seconds until what broke is tried again
        self._now = sight.now
        self._log = log
        self._inbox = Inbox()
        self._ending = threading.Event()
        self._wakes = {courier: threading.Event() for courier in couriers}
        self._threads: list[threading.Thread] = []
        self.scribe = Scribe(couriers, sight, self._inbox, lambda courier: self._wakes[courier].set(), log)

    def told(self, told: Told) -> None:
        self._inbox.put(told.after)

    def ordered(self, fact: Fact) -> None:
        """Somebody ordered something. Returns at once."""
        if any(each.channel.filter.passes(fact) for each in self._couriers):
            self._inbox.put_order(fact)

    def polled(self, _result: str, _seconds: float) -> None:
        self._inbox.put_poll()

    def swept(self, _swept: Swept) -> None:
        """A sweep alone is no news."""

    def broke(self, _what: str, _error: Exception, /) -> None:
        """A defect of Trueup is the log's matter."""

    def backlog(self) -> tuple[Backlog, ...]:
        """What waits, by channel."""
        now = self._now()
        waiting = ((each.channel.name, *each.waiting()) for each in self._couriers)
        return tuple(Backlog(name, count, max(0.0, now - (since or now))) for name, count, since in waiting)

    def start(self) -> None:
        self._threads = [threading.Thread(target=self._write_down, name="notify-scribe", daemon=True)]
        for courier in self._couriers:
            name = f"notify-{courier.channel.name}"
            self._threads.append(threading.Thread(target=self._carry, args=(courier,), name=name, daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self, within: float) -> None:
        """Deliver what is at hand in so many seconds. The rest is found again by the next process."""
        until = time.monotonic() + within
        while time.monotonic() < until and (
            not self._inbox.empty() or any(each.waiting()[0] for each in self._couriers)
        ):
            time.sleep(0.02)
        self._ending.set()
        for event in (self._inbox.news, *self._wakes.values()):
            event.set()
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        for courier in self._couriers:
            courier.close()

    def _write_down(self) -> None:
        while not self._ending.is_set():
            self._inbox.news.clear()
            try:
                wait = self.scribe.read()
            except Exception:  # noqa: BLE001 - a defect in one look must not end the telling of all
                self._log.exception("noticing what is new broke")
                wait = self._after_failure
            if wait is None:
                self._inbox.news.wait(IDLE)
            else:
                self._ending.wait(wait)

    def _carry(self, courier: Courier) -> None:
        wake = self._wakes[courier]
        while not self._ending.is_set():
            wake.clear()
            try:
                wait = courier.turn()
            except Exception:  # noqa: BLE001 - nor one in a channel
                self._log.exception("a channel broke", channel=courier.channel.name)
                wait = self._after_failure
            if wait != 0:
                wake.wait(wait if wait is not None else IDLE)
