"""Keys that are not known: anybody may name some, and nobody is kept from theirs by that."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from controller.web.identity.keys import MOST_REMEMBERED, Keys, Line, UnavailableError, UntrustedError

PATIENT = 20.0  # seconds for another thread; nothing waits for them to pass


class Clock:
    """A time that only sleeping moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Issuer:
    """Who has keys by id, and counts what it is asked."""

    def __init__(self, *kids: str, together: bool = False, places: int = 16) -> None:
        self.clock, self.kids, self.asked = Clock(), list(kids), list[tuple[float, str]]()
        self.away, self.together = False, together
        self.held: Callable[[str], None] = lambda _: None
        line = Line(self.clock, self.clock.sleep, places=places)
        self.keys = Keys(self.load, self.clock, line=line, together=together, pause=1.0)

    def load(self, kid: str) -> dict[str, Any]:
        self.asked.append((self.clock(), kid))
        self.held(kid)
        if self.away:
            raise UnavailableError("Nobody is there.")
        return {each: f"key {each}" for each in self.kids if self.together or each == kid}

    def refuses(self, kid: str) -> None:
        with pytest.raises(UntrustedError):
            self.keys.key(kid)


class Held:
    """Lets an issuer answer for some ids only when it is told to."""

    def __init__(self, *kids: str) -> None:
        self._kids, self.reached, self._go = kids, threading.Semaphore(0), threading.Event()

    def __call__(self, kid: str) -> None:
        if kid in self._kids:
            self.reached.release()
            assert self._go.wait(PATIENT)

    def let_go(self) -> None:
        self._go.set()


def test_an_invented_key_does_not_use_up_the_turn_of_another() -> None:
    issuer = Issuer(*(f"good-{number}" for number in range(60)))
    for number in range(60):
        issuer.refuses(f"invented-{number}")
        assert issuer.keys.key(f"good-{number}") == f"key good-{number}"


def test_a_key_that_is_known_waits_for_no_fetch() -> None:
    issuer = Issuer("good")
    issuer.keys.key("good")
    issuer.held = held = Held("slow")
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(issuer.keys.key, "slow")
        assert held.reached.acquire(timeout=PATIENT)
        assert issuer.keys.key("good") == "key good"
        held.let_go()
        assert isinstance(slow.exception(PATIENT), UntrustedError)


def test_who_asks_for_what_is_under_way_gets_its_answer() -> None:
    issuer = Issuer("a", "b", together=True)
    issuer.held = held = Held("a")
    with ThreadPoolExecutor() as pool:
        first = pool.submit(issuer.keys.key, "a")
        assert held.reached.acquire(timeout=PATIENT)
        second = pool.submit(issuer.keys.key, "b")
        held.let_go()
        assert (first.result(PATIENT), second.result(PATIENT)) == ("key a", "key b")
    assert len(issuer.asked) == 1


def test_the_same_id_is_asked_for_again_after_a_pause_and_not_before() -> None:
    issuer = Issuer()
    for _ in range(20):
        issuer.refuses("new")
    assert len(issuer.asked) == 1
    issuer.kids.append("new")
    issuer.clock.now += 1.0
    assert issuer.keys.key("new") == "key new"


def test_while_the_issuer_is_away_nobody_is_called_untrusted() -> None:
    issuer = Issuer("good")
    issuer.away = True
    for _ in range(3):
        with pytest.raises(UnavailableError, match=r"Nobody is there\."):
            issuer.keys.key("good")
    assert len(issuer.asked) == 1


def test_no_more_than_ten_are_asked_for_in_any_second() -> None:
    issuer = Issuer()
    for number in range(100):
        issuer.refuses(f"invented-{number}")
    times = [at for at, _ in issuer.asked]
    assert len(times) == 100
    assert all(later - sooner >= 1.0 for sooner, later in zip(times, times[10:], strict=False))


def test_where_the_line_is_full_it_is_said_that_nobody_can_be_verified_now() -> None:
    issuer = Issuer("good", places=2)
    issuer.held = held = Held("one", "two")
    with ThreadPoolExecutor() as pool:
        others = [pool.submit(issuer.keys.key, kid) for kid in ("one", "two")]
        for _ in others:
            assert held.reached.acquire(timeout=PATIENT)
        with pytest.raises(UnavailableError, match="Too many keys"):
            issuer.keys.key("good")
        held.let_go()
        assert [isinstance(each.exception(PATIENT), UntrustedError) for each in others] == [True, True]
    issuer.clock.now += 3600.0
    assert issuer.keys.key("good") == "key good"


def test_who_found_the_line_full_may_try_again_at_once() -> None:
    issuer = Issuer("good", places=1)
    issuer.held = held = Held("one")
    with ThreadPoolExecutor() as pool:
        other = pool.submit(issuer.keys.key, "one")
        assert held.reached.acquire(timeout=PATIENT)
        with pytest.raises(UnavailableError):
            issuer.keys.key("late")
        held.let_go()
        other.exception(PATIENT)
    issuer.kids.append("late")
    assert issuer.keys.key("late") == "key late"


def test_an_issuer_that_breaks_leaves_nobody_waiting() -> None:
    issuer = Issuer()

    def breaks(_: str) -> None:
        raise ZeroDivisionError

    issuer.held = breaks
    with pytest.raises(ZeroDivisionError):
        issuer.keys.key("a")
    with pytest.raises(UnavailableError, match="could not be read"):
        issuer.keys.key("a")


def test_inventions_are_remembered_up_to_a_number() -> None:
    issuer = Issuer()
    for number in range(MOST_REMEMBERED + 50):
        issuer.refuses(f"invented-{number}")
    before = len(issuer.asked)
    issuer.clock.now = issuer.asked[-1][0]
    issuer.refuses(f"invented-{MOST_REMEMBERED + 49}")  # asked for just now
    assert len(issuer.asked) == before
    issuer.refuses("invented-0")
    assert len(issuer.asked) == before + 1
