"""Whom to ask, how many questions at once, and for how long not again."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import Any

from controller.lease.address import address_of
from controller.lease.view import Sharing
from controller.web.neighbours.wire import Ask, NoAnswerError, NotTheirsError

AT_ONCE = 4  # questions to one neighbour
THREADS = 4 * AT_ONCE  # an installation has five replicas at most
PAUSE = 5.0  # seconds for which one that did not answer is left alone
REMEDY = "Let replicas reach each other on the port of the page, or name the address that they do: TRUEUP_ADVERTISE."


class Contacts:
    """For several threads; those that ask come with the first question. ``clock``: seconds that only go forward."""

    def __init__(self, sharing: Callable[[], Sharing], ask: Ask, clock: Callable[[], float], log: Any = None) -> None:
        self._sharing = sharing
        self._ask = ask
        self._clock = clock
        self._log = log
        self._lock = threading.Lock()  # guards what follows
        self._turns: dict[str, threading.Semaphore] = {}
        self._silent: dict[str, float] = {}  # until when each is left alone that did not answer when asked last
        self._threads: ThreadPoolExecutor | None = None
        self._stopped = False

    @property
    def me(self) -> str:
        """This replica's id."""
        return self._sharing().me

    def addresses(self) -> Mapping[str, str]:
        """Where the others are asked, by id: those with a row that names an address."""
        found = self._sharing()
        known = ((id_, address_of(said)) for id_, said in found.addresses.items() if id_ != found.me)
        return {id_: address for id_, address in known if address is not None}

    def silent(self, id_: str) -> bool:
        """Whether it did not answer when it was asked last."""
        return id_ in self._silent

    def get(self, id_: str, path: str, within: float) -> bytes:
        """What a neighbour says, after ``within`` seconds at most. Raises ``NoAnswerError``."""
        until = self._clock() + within
        address = self.addresses().get(id_)
        if address is None:
            raise NoAnswerError("no address")
        turn = self._turn(id_)
        if self._left_alone(id_) or not turn.acquire(timeout=within):
            raise NoAnswerError("busy, or silent a moment ago")
        left = until - self._clock()
        if self._left_alone(id_) or left <= 0 or (asked := self._begun(id_, address, path, left)) is None:
            turn.release()
            raise NoAnswerError("silent a moment ago")
        asked.add_done_callback(lambda _: turn.release())
        return self._answer(id_, asked, left)

    def stop(self) -> None:
        """Ask nobody any more. What is under way ends by itself."""
        with self._lock:
            self._stopped = True
            threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)

    def _answer(self, id_: str, asked: "Future[bytes]", within: float) -> bytes:
        try:
            answer = asked.result(within + 0.1)
        except NotTheirsError:
            self._spoke(id_)
            raise
        except NoAnswerError as error:
            self._kept_silent(id_, str(error))
            raise
        except TooLate:  # the time is for each piece of an answer, and somebody may send many
            self._kept_silent(id_, "TimeoutError")
            raise NoAnswerError("TimeoutError") from None
        self._spoke(id_)
        return answer

    def _begun(self, id_: str, address: str, path: str, within: float) -> "Future[bytes] | None":
        with self._lock:
            if self._stopped:
                return None
            if self._threads is None:
                self._threads = ThreadPoolExecutor(THREADS, "neighbour")
            return self._threads.submit(self._ask, address, id_, path, within)

    def _turn(self, id_: str) -> threading.Semaphore:
        with self._lock:
            return self._turns.setdefault(id_, threading.Semaphore(AT_ONCE))

    def _left_alone(self, id_: str) -> bool:
        return self._silent.get(id_, 0.0) > self._clock()

    def _kept_silent(self, id_: str, why: str) -> None:
        with self._lock:
            news = id_ not in self._silent
            self._silent[id_] = self._clock() + PAUSE
        if news and self._log is not None:
            self._log.warning("a neighbour does not answer", replica=id_, why=why, remedy=REMEDY)

    def _spoke(self, id_: str) -> None:
        with self._lock:
            news = self._silent.pop(id_, None) is not None
        if news and self._log is not None:
            self._log.info("a neighbour answers again", replica=id_)
