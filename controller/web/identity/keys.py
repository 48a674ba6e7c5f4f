"""Signers' public keys, fetched over https and kept; asked for again when one is not known, and not more often."""

import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

LARGEST = 1_048_576
PATIENCE = 5.0  # seconds for an answer
Fetch = Callable[[str], bytes]


class UnavailableError(Exception):
    """Keys could not be had: nobody can be verified now."""


class UntrustedError(Exception):
    """Somebody's proof is none. The words say what is wrong and never what was sent."""


class _Straight(urllib.request.HTTPRedirectHandler):
    """A redirect could lead from https to anywhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def fetch(url: str) -> bytes:
    """What is at an address. Raises ``UnavailableError``."""
    opener = urllib.request.build_opener(_Straight)
    try:
        with opener.open(url, timeout=PATIENCE) as answer:
            body: bytes = answer.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise UnavailableError(f"The keys at {url} could not be fetched ({type(error).__name__}).") from None
    if len(body) > LARGEST:
        raise UnavailableError(f"What is at {url} is too large to be keys.")
    return body


class Keys:
    """Keys by their id, as ``load`` brings them.

    ``load`` gets the id that is missing and gives keys by id, or raises ``UnavailableError``. What is older than
    ``lifetime`` seconds is asked for anew, so that a key that was taken back ends; while nobody answers, the old ones
    hold for ten lifetimes. A key that is not known is asked for at most every ``pause`` seconds, by whomever.
    """

    def __init__(
        self,
        load: Callable[[str], dict[str, Any]],
        clock: Callable[[], float],
        *,
        lifetime: float = 3600.0,
        pause: float = 10.0,
        most: int = 50,
    ) -> None:
        self._load = load
        self._clock = clock
        self._lifetime, self._pause, self._most = lifetime, pause, most
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[float, Any]] = {}
        self._tried: float | None = None

    def key(self, kid: str) -> Any:
        """The key of that id. Raises ``UntrustedError`` where there is none, ``UnavailableError`` if unread."""
        with self._lock:
            now, known = self._clock(), self._keys.get(kid)
            if known is not None and now - known[0] < self._lifetime:
                return known[1]
            if self._tried is None or now - self._tried >= self._pause:
                self._refresh(kid, now, known)
                known = self._keys.get(kid)
        if known is None or now - known[0] >= 10 * self._lifetime:
            raise UntrustedError("It is signed with a key that its issuer does not have.")
        return known[1]

    def _refresh(self, kid: str, now: float, known: tuple[float, Any] | None) -> None:
        self._tried = now
        try:
            found = self._load(kid)
        except UnavailableError:
            if known is None:
                raise
            return
        if kid not in found:
            self._keys.pop(kid, None)
        fresh = {each: (now, key) for each, key in found.items()}
        kept = {**{each: entry for each, entry in self._keys.items() if each not in fresh}, **fresh}
        self._keys = dict(list(kept.items())[-self._most :])
