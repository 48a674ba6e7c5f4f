"""Signers' public keys, fetched and kept; asked for again when one is not known, and not too often."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from controller.web.identity.line import FullError, Line, UnavailableError

__all__ = ["Keys", "Line", "UnavailableError", "UntrustedError"]
LIFETIME = 3600.0  # seconds
LONGEST_WAIT = 30.0  # seconds for what another thread asks: the line, and two addresses that answer late
MOST_KEYS = 50
MOST_REMEMBERED = 200  # ids that were asked for
Answer = Future[str]  # why there is none, if so


class UntrustedError(Exception):
    """Somebody's proof is none. The words say what is wrong and never what was sent."""


class Keys:
    """Keys by their id, as ``load`` brings them.

    ``load`` gets the id that is missing and gives keys by id, or raises ``UnavailableError``; ``together``: it brings
    all of the issuer's, whichever id it gets. What is older than ``LIFETIME`` is asked for anew, so that a key that was
    taken back ends; while nobody answers, the old ones hold for ten times that.

    An id comes from a header that nobody has verified yet, so it costs little: the same is asked for at most every
    ``pause`` seconds, whoever wants it meanwhile gets the answer of the one who asks, and strangers wait in line
    (``Line``). A key that is known and fresh waits for nobody.
    """

    def __init__(
        self,
        load: Callable[[str], dict[str, Any]],
        clock: Callable[[], float],
        *,
        line: Line | None = None,
        together: bool = False,
        pause: float = 10.0,
    ) -> None:
        self._load = load
        self._clock = clock
        self._line = line or Line(clock)
        self._together, self._pause = together, pause
        self._lock = threading.Lock()  # for what follows; never held while somebody is asked
        self._keys: dict[str, tuple[float, Any]] = {}
        self._asked: dict[str, tuple[float, Answer]] = {}

    def key(self, kid: str) -> Any:
        """The key of that id. Raises ``UntrustedError`` where there is none, ``UnavailableError`` if unread."""
        known = self._keys.get(kid)
        if known is not None and self._age(known) < LIFETIME:
            return known[1]
        try:
            self._ask(kid)
        except UnavailableError:
            if known is None or self._age(known) >= 10 * LIFETIME:
                raise
        known = self._keys.get(kid)
        if known is None or self._age(known) >= 10 * LIFETIME:
            raise UntrustedError("It is signed with a key that its issuer does not have.")
        return known[1]

    def _age(self, known: tuple[float, Any]) -> float:
        return self._clock() - known[0]

    def _ask(self, kid: str) -> None:
        """Return when it was asked for that id, by this thread or another. Raises ``UnavailableError``."""
        subject, mine = "" if self._together else kid, Answer()
        with self._lock:
            now = self._clock()
            asked_at, answer = self._asked.pop(subject, (now, mine))
            if answer.done() and now - asked_at >= self._pause:
                asked_at, answer = now, mine
            self._asked[subject] = (asked_at, answer)
            if answer is mine:
                self._forget_some()
        if answer is mine:
            self._settle(subject, kid, mine)
        try:
            why = answer.result(LONGEST_WAIT)
        except TimeoutError:
            why = "The keys have not come yet."
        if why:
            raise UnavailableError(why)

    def _settle(self, subject: str, kid: str, answer: Answer) -> None:
        """Get the keys and let everybody know who waits for them."""
        why = "The keys could not be read."  # whatever happens, nobody waits in vain
        try:
            with self._line:
                found = self._load(kid)
            self._keep(kid, found)
            why = ""
        except FullError as error:
            why = str(error)
            with self._lock:
                self._asked.pop(subject, None)  # nobody was asked: the next one may try at once
        except UnavailableError as error:
            why = str(error)
        finally:
            answer.set_result(why)

    def _keep(self, kid: str, found: dict[str, Any]) -> None:
        with self._lock:
            now = self._clock()
            fresh = {each: (now, key) for each, key in found.items()}
            old = {each: entry for each, entry in self._keys.items() if each not in fresh and each != kid}
            self._keys = dict(list({**old, **fresh}.items())[-MOST_KEYS:])

    def _forget_some(self) -> None:
        """Of ids that were asked for, remember the last ones; of what is under way, everything."""
        settled = [subject for subject, (_, answer) in self._asked.items() if answer.done()]
        for subject in settled[: max(0, len(settled) - MOST_REMEMBERED)]:
            del self._asked[subject]
