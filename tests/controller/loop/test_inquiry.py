"""The thread that asks CloudTrail: what it asks, how often, and what stands on the board then."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from controller.loop.author import Author
from controller.loop.board import Board, Told
from controller.loop.inquiry import DENIALS, DENIED, MOST_OPEN, MOST_PAGES, Asking, Inquiry
from controller.loop.questions import LATE, SKEW, Deployed, Question, of_attempts
from reconcilers.model import Scope
from reconcilers.outcome import Retry, Stalled
from reconcilers.trail import By, Lookup, TrailEvent, TrailPage
from reconcilers.verdict import Order
from tests.controller.builders import KEY, NOW, named, observed, report, snapshot
from tests.controller.loop.test_observers import Lines
from tests.reconcilers.builders import attempt

MALLORY = "arn:aws:iam::1:user/mallory"
HERE = Scope("eu-west-1")
DENIAL = Stalled("AccessDenied", "cloudtrail:LookupEvents was denied", "Allow cloudtrail:LookupEvents.")
Said = TrailPage | Exception


def created(*deployments: str, token: str | None = None) -> TrailPage:
    """A page with the events of these deployments."""
    events = [
        TrailEvent(f"e-{each}", "CreateDeployment", "codedeploy", NOW, MALLORY, response={"deploymentId": each})
        for each in deployments
    ]
    return TrailPage(tuple(events), token)


@dataclass
class Trail:
    """A CloudTrail that says what it is told to, in turn, and its last word for ever."""

    said: list[Said]
    asked: list[tuple[float, Lookup, str | None]] = field(default_factory=list)
    now: Callable[[], float] = lambda: 0.0

    def look(self, _: Scope, lookup: Lookup, token: str | None) -> TrailPage:
        self.asked.append((self.now(), lookup, token))
        answer = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Desk:
    """An inquiry over a board with one service, on a clock that stands still until told."""

    def __init__(self, *said: Said, insisting: bool = False, board: Board | None = None, ours: bool = True) -> None:
        self.time = 0.0
        self.trail = Trail(list(said) or [TrailPage(())], now=lambda: self.time)
        self.board = board or Board()
        self.lines = Lines()
        if board is None:
            self.board.adopt(snapshot(), NOW)
            self.board.reported(report(observed=observed(at=NOW)), Order())
        clocks = (lambda: NOW + self.time, lambda: self.time)
        asking = Asking(self.trail.look, *clocks, insisting=insisting, ours=lambda _: ours)
        self.inquiry = Inquiry(asking, self.board, self.lines)

    def ask(self, *deployments: str, at: float = NOW) -> None:
        """Foreign deployments were seen."""
        status = self.board.service(KEY)
        assert status is not None
        tried = [attempt(None, id=each, mark=None, created_at=at) for each in deployments]
        self.inquiry.ask(of_attempts(status, tried, NOW))

    def run(self, seconds: float) -> None:
        """Let so much time pass, and the inquiry do what is due meanwhile."""
        until = self.time + seconds
        while (wait := self.inquiry.step()) is not None:
            if self.time + wait > until:
                break
            self.time += wait
        self.time = until

    def known(self, deployment: str = "d-1") -> Author | None:
        status = self.board.service(KEY)
        return status.authors.get(f"deployment {deployment}") if status else None

    @property
    def who(self) -> str | None:
        found = self.known()
        return found.who if found else None


def test_a_question_is_answered_and_stands_on_the_board() -> None:
    desk = Desk(created("d-1"))
    desk.ask("d-1")
    assert desk.known() == Author(pending=True)
    desk.run(1)
    assert desk.who == MALLORY
    assert desk.inquiry.step() is None


def test_an_event_that_comes_late_is_found_late() -> None:
    desk = Desk(TrailPage(()), TrailPage(()), TrailPage(()), created("d-1"))
    desk.ask("d-1")
    desk.run(34)
    assert desk.known() == Author(pending=True)
    desk.run(2)
    assert desk.who == MALLORY
    assert [at for at, _, _ in desk.trail.asked] == [0.0, 5.0, 15.0, 35.0]


def test_an_event_that_never_comes_is_given_up_after_twenty_minutes() -> None:
    desk = Desk()
    desk.ask("d-1")
    desk.run(LATE)
    assert desk.known() == Author(pending=True)
    desk.run(SKEW + 120)
    assert desk.known() == Author()
    assert desk.inquiry.step() is None
    assert len(desk.trail.asked) < 20


def test_of_what_is_long_past_one_look_tells() -> None:
    desk = Desk()
    desk.ask("d-1", at=NOW - 86400)
    desk.run(1)
    assert desk.known() == Author()
    assert len(desk.trail.asked) == 1


def test_an_answer_is_kept_for_ever() -> None:
    desk = Desk(created("d-1"))
    desk.ask("d-1")
    desk.run(1)
    desk.board.adopt(snapshot(named("other")), NOW)
    desk.board.adopt(snapshot(), NOW)
    desk.board.reported(report(observed=observed(at=NOW)), Order())
    assert desk.known() is None
    desk.ask("d-1")
    assert desk.who == MALLORY
    assert len(desk.trail.asked) == 1


def test_what_is_open_is_not_asked_twice() -> None:
    desk = Desk()
    status = desk.board.service(KEY)
    assert status is not None
    for _ in range(5):
        desk.inquiry.ask(of_attempts(status, [attempt(None, id="d-1", mark=None, created_at=NOW)], NOW))
    desk.run(1)
    assert len(desk.trail.asked) == 1


def test_questions_of_the_same_time_share_a_lookup() -> None:
    desk = Desk(created("d-1", "d-2"))
    desk.ask("d-1", "d-2")
    desk.run(1)
    assert (desk.who, desk.known("d-2")) == (MALLORY, replace(created_by(), event="e-d-2"))
    assert len(desk.trail.asked) == 1


def created_by() -> Author:
    return Author(MALLORY, NOW, "", "codedeploy:CreateDeployment")


def test_of_a_shared_lookup_what_was_not_found_stays_open() -> None:
    desk = Desk(created("d-2"), created("d-1"))
    desk.ask("d-1", "d-2")
    desk.run(1)
    assert desk.known() == Author(pending=True)
    desk.run(5)
    assert desk.who == MALLORY


def test_pages_are_turned_half_a_second_apart() -> None:
    desk = Desk(created(token="t-1"), created(token="t-2"), created("d-1"))
    desk.ask("d-1")
    desk.run(2)
    assert [(at, token) for at, _, token in desk.trail.asked] == [(0.0, None), (0.5, "t-1"), (1.0, "t-2")]
    assert desk.who == MALLORY


def test_pages_have_an_end() -> None:
    desk = Desk(created(token="more"))
    desk.ask("d-1", at=NOW - 86400)
    desk.run(60)
    assert len(desk.trail.asked) == MOST_PAGES
    assert desk.known() == Author()


def test_a_question_without_an_answer_begins_with_the_first_page_again() -> None:
    desk = Desk(created(token="t-1"), created())
    desk.ask("d-1")
    desk.run(6)
    assert [token for _, _, token in desk.trail.asked] == [None, "t-1", None]


def test_many_questions_are_asked_twice_a_second_at_most() -> None:
    desk = Desk()
    for number in range(40):
        desk.ask(f"d-{number}", at=NOW - 86400 - number)
    desk.run(60)
    times = [at for at, _, _ in desk.trail.asked]
    assert len(times) == 40
    assert times[-1] == pytest.approx(39 * 0.5)


def test_who_is_throttled_leaves_the_others_a_second_and_tries_again() -> None:
    desk = Desk(Retry("Throttled", "Rate exceeded"), created("d-1"))
    desk.ask("d-1")
    desk.run(4)
    assert desk.who is None
    desk.run(2)
    assert desk.who == MALLORY


def test_somebody_elses_question_waits_too_while_aws_throttles() -> None:
    desk = Desk(Retry("Throttled", "Rate exceeded"), created("d-2"))
    desk.ask("d-1")
    desk.ask("d-2", at=NOW - 60)
    desk.run(3)
    assert [at for at, _, _ in desk.trail.asked] == [0.0, 1.0]


def test_an_aws_that_does_not_answer_is_asked_again_until_it_is_no_use() -> None:
    desk = Desk(Retry("Timeout", "no answer in time"))
    desk.ask("d-1")
    desk.run(LATE + 60)
    assert desk.known() == Author(pending=True)
    desk.run(DENIED + 300)
    assert desk.known() == Author()
    assert desk.inquiry.step() is None


def test_a_denial_is_said_once_and_nothing_is_asked_for_an_hour() -> None:
    desk = Desk(DENIAL)
    desk.ask("d-1")
    desk.run(1)
    assert desk.known() == Author(), "AWS does not tell"
    desk.ask("d-2", at=NOW - 60)
    assert desk.known("d-2") == Author()
    desk.run(DENIED - 10)
    assert len(desk.trail.asked) == 1
    assert desk.lines.events == [("info", "cloudtrail may not be asked who did it")]
    assert desk.lines.said[0][2]["remedy"] == "Allow cloudtrail:LookupEvents."
    desk.run(3 * DENIED)
    assert 2 <= len(desk.trail.asked) <= 6
    assert len(desk.lines.said) == 1


def test_what_was_denied_is_told_once_it_is_allowed() -> None:
    desk = Desk(DENIAL, created("d-1"))
    desk.ask("d-1")
    desk.run(DENIED + 10)
    assert desk.who == MALLORY


def test_a_permission_that_is_lost_again_is_said_again() -> None:
    desk = Desk(DENIAL, created("d-1"), DENIAL)
    desk.ask("d-1")
    desk.run(DENIED + 10)
    desk.ask("d-2")
    desk.run(10)
    assert len(desk.lines.said) == 2


def test_who_demanded_it_is_warned_every_hour_and_not_for_ever() -> None:
    desk = Desk(DENIAL, insisting=True)
    desk.ask("d-1")
    desk.run(DENIED * (DENIALS + 2))
    warned = [event for event in desk.lines.events if event[0] == "warning"]
    assert len(warned) == DENIALS == len(desk.trail.asked)
    assert desk.inquiry.step() is None


def test_a_lookup_that_aws_refuses_is_not_asked_again() -> None:
    desk = Desk(Stalled("Refused", "cloudtrail:LookupEvents was refused", "Correct it."))
    desk.ask("d-1")
    desk.run(LATE)
    assert len(desk.trail.asked) == 1
    assert desk.known() == Author()
    assert desk.lines.events == [("warning", "cloudtrail refuses a lookup")]


def test_a_daemon_that_was_restarted_asks_again_what_still_matters() -> None:
    first = Desk()
    first.ask("d-1")
    first.run(10)
    second = Desk(created("d-1"))
    second.ask("d-1")
    second.run(1)
    assert second.who == MALLORY


def test_only_so_many_questions_are_open_at_once_and_the_rest_is_noted_when_there_is_room() -> None:
    desk = Desk(DENIAL)
    lookup = Lookup(By.NAME, "CreateDeployment", NOW, NOW)
    many = [
        Question(KEY, HERE, "1", f"deployment d-{n}", Deployed(f"d-{n}"), replace(lookup, start=NOW - n))
        for n in range(MOST_OPEN + 5)
    ]
    desk.inquiry.ask(many)
    desk.ask("d-late")
    assert desk.known("d-late") is None


def test_what_is_told_of_a_service_raises_its_questions() -> None:
    desk = Desk(created("d-1"))
    before = desk.board.service(KEY)
    assert before is not None
    live = observed(attempt(None, id="d-1", mark=None, created_at=NOW))
    desk.inquiry.told(Told(before, replace(before, live=live), ()))
    desk.run(1)
    assert desk.who == MALLORY


def test_it_listens_to_nothing_else() -> None:
    desk = Desk()
    nothing: Any = None
    desk.inquiry.swept(nothing)
    desk.inquiry.polled("changed", 0.1)
    desk.inquiry.broke("sweep", ValueError())
    assert desk.inquiry.step() is None


def test_its_thread_asks_while_nobody_waits_for_it() -> None:
    """A CloudTrail that hangs keeps nobody: noting a question returns at once."""
    hangs, asked = threading.Event(), threading.Event()

    def look(*_: object) -> TrailPage:
        asked.set()
        assert hangs.wait(10)
        return created("d-1")

    desk = Desk()
    desk.inquiry = Inquiry(Asking(look, lambda: NOW, lambda: 0.0), desk.board, desk.lines)
    desk.inquiry.start()
    try:
        desk.ask("d-1")
        assert asked.wait(10)
        desk.ask("d-2", at=NOW - 60)
        assert desk.known("d-2") == Author(pending=True)
        hangs.set()
        assert _within(lambda: desk.who == MALLORY)
    finally:
        hangs.set()
        desk.inquiry.stop()


def test_a_defect_in_one_lookup_ends_nothing() -> None:
    broken = threading.Event()

    def look(*_: object) -> TrailPage:
        broken.set()
        raise ValueError("a defect")

    desk = Desk()
    desk.inquiry = Inquiry(Asking(look, lambda: NOW, lambda: 0.0), desk.board, desk.lines)
    desk.inquiry.start()
    try:
        desk.ask("d-1")
        assert broken.wait(10)
        assert _within(lambda: ("error", "a step broke") in desk.lines.events)
    finally:
        desk.inquiry.stop()


def _within(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    tick = threading.Event()
    for _ in range(int(seconds * 100)):
        if condition():
            return True
        tick.wait(0.01)
    return False


def test_what_another_replica_keeps_by_now_is_not_asked_about() -> None:
    desk = Desk(created("d-1"), ours=False)
    desk.ask("d-1")
    desk.run(1)
    assert desk.trail.asked == []
    assert desk.known() == Author()
    assert desk.inquiry.step() is None
