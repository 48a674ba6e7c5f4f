"""Whom to ask: only who has a row and an address, a few questions at once, and nobody at once who kept silent."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import structlog

from controller.lease.view import Sharing
from controller.web.neighbours.contacts import AT_ONCE, PAUSE, Contacts
from controller.web.neighbours.wire import NoAnswerError, NotTheirsError
from tests.controller.daemons import until

THERE = "http://10.0.0.2:8080"


@dataclass
class Others:
    """What the others say: ``answer``, or that; while ``held``, nothing."""

    answer: bytes | Exception = b"well"
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    at_once: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, address: str, meant: str, path: str, within: float) -> bytes:
        with self.lock:
            self.asked.append((address, meant, path))
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        assert self.held.wait(30)
        with self.lock:
            self.at_once -= 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Street:
    """This replica, its clock, and who is near."""

    def __init__(self, **addresses: str) -> None:
        self.now = 100.0
        self.others = Others()
        self.others.held.set()
        self.sharing = Sharing(me="me", addresses={"me": "http://10.0.0.1:8080", **addresses})
        self.log = structlog.testing.CapturingLogger()
        self.contacts = Contacts(lambda: self.sharing, self.others.ask, lambda: self.now, self.log)

    def said(self) -> list[str]:
        return [str(call.args[0]) for call in self.log.calls]


@pytest.fixture
def street() -> Iterator[Street]:
    made = Street(near=THERE)
    yield made
    made.others.held.set()
    made.contacts.stop()


def test_who_has_an_address_is_asked_there(street: Street) -> None:
    assert street.contacts.get("near", "fleet", 2.0) == b"well"
    assert street.others.asked == [(THERE, "near", "fleet")]


@pytest.mark.parametrize("address", ["", "file:///etc/passwd", "gopher://10.0.0.2:70", "http://a:b@10.0.0.2"])
def test_an_address_that_is_not_http_is_never_asked(address: str) -> None:
    street = Street(near=address)
    with pytest.raises(NoAnswerError):
        street.contacts.get("near", "fleet", 2.0)
    assert (street.others.asked, street.contacts.addresses()) == ([], {})


@pytest.mark.parametrize("id_", ["me", "gone", ""])
def test_nobody_is_asked_who_has_no_row_of_their_own(street: Street, id_: str) -> None:
    with pytest.raises(NoAnswerError):
        street.contacts.get(id_, "fleet", 2.0)
    assert street.others.asked == []


def test_who_kept_silent_is_left_alone_for_a_while_and_then_asked_again(street: Street) -> None:
    street.others.answer = NoAnswerError("TimeoutError")
    for _ in range(3):
        with pytest.raises(NoAnswerError):
            street.contacts.get("near", "fleet", 2.0)
    assert (len(street.others.asked), street.contacts.silent("near")) == (1, True)
    street.now += PAUSE
    street.others.answer = b"well"
    assert street.contacts.get("near", "fleet", 2.0) == b"well"
    assert not street.contacts.silent("near")
    assert street.said() == ["a neighbour does not answer", "a neighbour answers again"]


def test_who_does_not_keep_what_it_is_asked_for_is_not_silent(street: Street) -> None:
    street.others.answer = NotTheirsError("421")
    for _ in range(2):
        with pytest.raises(NotTheirsError):
            street.contacts.get("near", "fleet", 2.0)
    assert (len(street.others.asked), street.said()) == (2, [])


def test_who_asks_waits_no_longer_than_said_whatever_becomes_of_the_question(street: Street) -> None:
    street.others.held.clear()
    with pytest.raises(NoAnswerError, match="Timeout"):
        street.contacts.get("near", "fleet", 0.05)
    assert street.contacts.silent("near")


def test_only_so_many_questions_are_asked_of_one_at_once(street: Street) -> None:
    street.others.held.clear()
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(street.contacts.get("near", "fleet", 20.0)))
        for _ in range(3 * AT_ONCE)
    ]
    for each in threads:
        each.start()
    until("all turns to be taken", lambda: street.others.at_once == AT_ONCE)
    street.others.held.set()
    for each in threads:
        each.join(20)
    assert (len(found), street.others.most) == (3 * AT_ONCE, AT_ONCE)


def test_once_it_ends_nobody_is_asked(street: Street) -> None:
    street.contacts.get("near", "fleet", 2.0)
    street.contacts.stop()
    with pytest.raises(NoAnswerError):
        street.contacts.get("near", "fleet", 2.0)
    assert len(street.others.asked) == 1
