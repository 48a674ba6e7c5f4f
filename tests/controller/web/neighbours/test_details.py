"""Services of other replicas that somebody watches: asked for all the while, and told while the answer is young."""

import pytest

from controller.lease.view import Sharing
from controller.web.detail import detail_view
from controller.web.neighbours.contacts import Contacts
from controller.web.neighbours.details import MOST, WATCHED, Details
from controller.web.neighbours.merged import GRACE
from controller.web.neighbours.wire import NoAnswerError, NotTheirsError
from controller.web.offered import Reader
from reconcilers.model import ServiceKey
from tests.controller.builders import HELD, KEY, report, status

QUIET, STOPPED = (detail_view(status(report(*ended)), None, Reader()) for ended in ((), (HELD,)))


class Keeper:
    """A neighbour that keeps one service, and says ``answer`` of it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.answer: bytes | Exception = QUIET.model_dump_json(by_alias=True).encode()
        self.asked: list[str] = []
        sharing = Sharing(me="me", addresses={"near": "http://10.0.0.2:8080"})
        self.details = Details(Contacts(lambda: sharing, self._ask, lambda: self.now), lambda: self.now)
        self.details.begin("near", KEY)

    def says(self, answer: bytes | Exception) -> None:
        self.answer = answer

    def _ask(self, _address: str, _meant: str, path: str, _within: float) -> bytes:
        self.asked.append(path)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_what_reads_otherwise_is_news_and_what_was_only_looked_at_again_is_none() -> None:
    keeper = Keeper()
    again = QUIET.model_copy(update={"seen_at": 5.0})
    keeper.says(again.model_dump_json(by_alias=True).encode())
    assert not keeper.details.again("near")
    keeper.says(STOPPED.model_dump_json(by_alias=True).encode())
    assert keeper.details.again("near")
    assert keeper.details.watched("near", KEY) == STOPPED


@pytest.mark.parametrize("answer", [NoAnswerError("TimeoutError"), NotTheirsError("421"), b"{}"])
def test_where_there_is_no_answer_the_last_one_is_told_for_a_while(answer: bytes | Exception) -> None:
    keeper = Keeper()
    keeper.says(answer)
    assert not keeper.details.again("near")
    assert keeper.details.watched("near", KEY) == QUIET
    keeper.now += GRACE + 1
    assert keeper.details.watched("near", KEY) is None


def test_what_its_keeper_did_not_say_when_somebody_began_to_watch_it_is_news_once_it_does() -> None:
    keeper = Keeper()
    other = ServiceKey("prod", "other")
    assert keeper.details.watched("near", other) is None
    assert keeper.details.again("near")
    assert keeper.details.watched("near", other) == QUIET


def test_what_nobody_watches_any_more_is_not_asked_for() -> None:
    keeper = Keeper()
    keeper.now += WATCHED + 1
    keeper.details.again("near")
    assert len(keeper.asked) == 1
    assert keeper.details.watched("near", KEY) is None


def test_what_another_one_keeps_is_not_asked_of_this_one() -> None:
    keeper = Keeper()
    keeper.details.again("far")
    assert len(keeper.asked) == 1


def test_what_is_longer_than_a_service_can_be_is_not_kept() -> None:
    keeper = Keeper()
    long = STOPPED.model_copy(update={"text": "a" * MOST})
    keeper.says(long.model_dump_json(by_alias=True).encode())
    assert not keeper.details.again("near")
    assert keeper.details.ask("near", KEY) is None
    assert keeper.details.watched("near", KEY) == QUIET
