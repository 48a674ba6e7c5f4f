"""Asking CloudTrail who did it: one thread of its own, which nobody waits for.

It observes the loop and notes what there is to ask, which costs a reconcile nothing. Each step of its thread is one
lookup at most, half a second apart for each account and region, since AWS answers two a second there and others want
some of them. An event comes minutes late: a question is asked again, ever more rarely, until its time has passed.
Where lookups are denied, that is said once, and CloudTrail is left alone for an hour. All of this can be lost: after a
restart, what still matters is asked again.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from controller.loop.agenda import RARELY, Agenda, Open
from controller.loop.answers import found
from controller.loop.author import Author
from controller.loop.board import Board, Told
from controller.loop.questions import Question, questions
from controller.loop.surroundings import Swept
from reconcilers.model import Scope, ServiceKey
from reconcilers.outcome import Retry, Stalled
from reconcilers.reconcile import where
from reconcilers.trail import Lookup, TrailPage

DENIED = 3600.0  # seconds for which CloudTrail is left alone where it denies
DENIALS = 24  # after so many of them a question is dropped
MOST_PAGES = 10  # of one lookup: what lies behind them is too far away to be the answer
MOST_OPEN = 1000  # questions; more are noted when there is room
REMEMBERED = 10_000  # answers

Look = Callable[[Scope, Lookup, str | None], TrailPage]
Name = tuple[ServiceKey, str]


def _everything(_: Scope) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Asking:
    """What the inquiry is given. ``look`` raises ``Retry`` or ``Stalled``.

    ``now``: seconds since the epoch; ``monotonic``: for what is between two lookups. ``insisting``: lookups were
    demanded, so that each denial is worth a warning. ``ours``: whether this replica keeps what is in a scope.
    """

    look: Look
    now: Callable[[], float]
    monotonic: Callable[[], float]
    insisting: bool = False
    ours: Callable[[Scope], bool] = _everything


class Inquiry:
    """An observer of the loop, and the thread that asks. What it learns stands on the board."""

    def __init__(self, asking: Asking, board: Board, log: Any) -> None:
        self._asking = asking
        self._board = board
        self._log = log
        self._lock = threading.Lock()
        self._agenda = Agenda()
        self._open: set[Name] = set()
        self._answered: dict[Name, Author] = {}
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cloudtrail", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask nothing new. A lookup that is under way is left to itself."""
        self._stopped.set()
        self._wake.set()

    def told(self, told: Told) -> None:
        self.ask(questions(told))

    def swept(self, _swept: Swept) -> None:
        """A sweep alone raises no question."""

    def polled(self, _result: str, _seconds: float) -> None:
        """Git's authors are known."""

    def broke(self, _what: str, _error: Exception, /) -> None:
        """A defect is nobody else's doing."""

    def ask(self, asked: Iterable[Question]) -> None:
        """Note what there is to ask. What was answered before is answered at once; what is open already stays so."""
        for _, alike in groupby(sorted(asked, key=_lookup), key=_lookup):
            self._note(tuple(alike))

    def step(self) -> float | None:
        """Do one lookup if one is due. Seconds until the next may be: 0 after a lookup, ``None`` with nothing open."""
        with self._lock:
            open_, wait = self._agenda.take(self._asking.monotonic())
        if open_ is None:
            return wait
        if not self._asking.ours(open_.first.scope):
            self._leave(open_)
            return 0.0
        try:
            page = self._asking.look(open_.first.scope, open_.first.lookup, open_.token)
        except Retry as error:
            self._again(open_, error)
        except Stalled as error:
            self._refused(open_, error)
        else:
            self._read(open_, page)
        return 0.0

    def _note(self, alike: tuple[Question, ...]) -> None:
        with self._lock:
            known = {each: self._answered[_name(each)] for each in alike if _name(each) in self._answered}
            new = tuple(each for each in alike if each not in known and _name(each) not in self._open)
            if len(self._open) + len(new) > MOST_OPEN:
                new = ()
            now = self._asking.monotonic()
            told = known | {each: Author(pending=not self._agenda.silent(each.scope, now)) for each in new}
            self._open |= {_name(each) for each in new}
            if new:
                self._agenda.put(Open(new), now)
        self._tell(told)
        self._wake.set()

    def _read(self, open_: Open, page: TrailPage) -> None:
        with self._lock:
            self._agenda.heard(open_.first.scope)
        late = self._asking.now() >= open_.first.until
        answers = {each: who for each in open_.questions if (who := found(each, page.events, late=late)) is not None}
        self._settle(answers)
        open_.questions = tuple(each for each in open_.questions if each not in answers)
        if not open_.questions:
            return
        open_.pages += 1
        if page.token is not None and open_.pages < MOST_PAGES:
            open_.token = page.token
            self._later(open_, 0.0)
        elif not late:
            open_.token, open_.pages = None, 0
            self._later(open_, open_.missed())
        else:
            self._settle(dict.fromkeys(open_.questions, Author()))

    def _again(self, open_: Open, error: Retry) -> None:
        """Somebody else asks too, or AWS does not answer: neither is an answer to the question."""
        self._log.debug("cloudtrail does not answer", reason=error.reason)
        if error.reason == "Throttled":
            with self._lock:
                self._agenda.yield_to_others(open_, self._asking.monotonic())
        elif self._asking.now() >= open_.first.until + DENIED:
            self._settle(dict.fromkeys(open_.questions, Author()))
            return
        self._later(open_, open_.missed())

    def _refused(self, open_: Open, error: Stalled) -> None:
        scope, open_.denials = open_.first.scope, open_.denials + 1
        if error.reason != "AccessDenied" or open_.denials >= DENIALS:
            self._log.warning("cloudtrail refuses a lookup", reason=error.reason, text=error.message)
            self._settle(dict.fromkeys(open_.questions, Author()))
            return
        with self._lock:
            said = self._agenda.silence(scope, self._asking.monotonic() + DENIED)
        if self._asking.insisting or not said:
            say = self._log.warning if self._asking.insisting else self._log.info
            say("cloudtrail may not be asked who did it", region=scope.region, text=error.message, remedy=error.remedy)
        self._tell(dict.fromkeys(open_.questions, Author()))  # for now: it is asked again when the hour is over
        self._later(open_, DENIED)

    def _leave(self, open_: Open) -> None:
        """Another replica keeps it by now, and asks for itself."""
        with self._lock:
            self._open -= {_name(each) for each in open_.questions}
        self._tell(dict.fromkeys(open_.questions, Author()))

    def _later(self, open_: Open, seconds: float) -> None:
        with self._lock:
            self._agenda.put(open_, self._asking.monotonic() + seconds)

    def _settle(self, answers: dict[Question, Author]) -> None:
        with self._lock:
            self._open -= {_name(each) for each in answers}
            self._answered |= {_name(each): author for each, author in answers.items()}
            while len(self._answered) > REMEMBERED:
                del self._answered[next(iter(self._answered))]
        self._tell(answers)

    def _tell(self, answers: dict[Question, Author]) -> None:
        for question, author in answers.items():
            self._board.attributed(question.service, question.about, author)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            try:
                wait = self.step()
            except Exception as error:  # noqa: BLE001 - one lookup that breaks is no reason to ask nothing any more
                self._log.error("a step broke", step="cloudtrail", error=where(error))
                wait = RARELY
            if wait != 0.0:
                self._wake.wait(wait)


def _name(question: Question) -> Name:
    return question.service, question.about


def _lookup(question: Question) -> tuple[str, str, str, float, float]:
    """What questions have in common that one lookup answers."""
    lookup, scope = question.lookup, question.scope
    return scope.region, scope.role_arn or "", lookup.value, lookup.start, lookup.end
