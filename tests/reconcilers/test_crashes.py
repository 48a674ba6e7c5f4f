"""A crash between any two calls, or an answer that is lost, loses nothing and repeats nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from reconcilers import actions as act
from reconcilers import tags
from reconcilers.attempts import Attempt, AttemptState, AwsReason
from reconcilers.live import Live
from reconcilers.live_service import RegisteredRevision
from reconcilers.model import Service
from reconcilers.outcome import Held, InSync
from reconcilers.plan import decide
from reconcilers.task_definition import revision_digest
from reconcilers.verdict import Order, Plan
from tests.reconcilers.builders import NOW, POLICY, arn, attempt, live, registered, service, task_set, wanted


class Crash(Exception):
    """The process is gone; whoever comes next remembers nothing."""


@dataclass
class Aws:
    """As much of AWS as a shift needs. ``crash_at``: the call at which we die, ``answered``: once it was done."""

    crash_at: int = -1
    answered: bool = False
    bad: frozenset[str] = frozenset()
    now: float = NOW
    calls: list[str] = field(default_factory=list)
    revisions: list[RegisteredRevision] = field(default_factory=lambda: [registered("v1", 1, tags={})])
    attempts: list[Attempt] = field(default_factory=lambda: [attempt("v1", created_at=NOW - 9000)])
    runs: int = 1

    def live(self, want: Service) -> Live:
        """Everything there is to be seen."""
        running = self.revisions[self.runs - 1]
        fit = tuple(each for each in self.revisions if each.digest == want.revision)
        seen = live(*self.attempts, service=service(task_set(number=self.runs)), running=running, candidates=fit)
        return replace(seen, observed_at=self.now)

    def do(self, action: act.Action) -> None:
        """One call, at which we may die before or after it was carried out."""
        number = len(self.calls)
        self.calls.append(type(action).__name__)
        if number == self.crash_at and not self.answered:
            raise Crash
        self._carry_out(action)
        if number == self.crash_at:
            raise Crash

    def _carry_out(self, action: act.Action) -> None:
        match action:
            case act.RegisterTaskDefinition(definition=definition, tags=labels):
                number = len(self.revisions) + 1
                digest = revision_digest(definition)
                self.revisions.append(RegisteredRevision(arn(number), definition, digest, tags=dict(labels)))
            case act.TagRevision(arn=name, tags=labels):
                self._tag(name, dict(labels))
            case act.CreateDeployment():
                assert not any(each.active for each in self.attempts), "AWS refuses a second one"
                self._create(action)
            case act.StopDeployment(deployment_id=name):
                reason = AwsReason("MANUAL_STOP", "stopped")
                self.attempts = [
                    replace(each, state=AttemptState.STOPPED, reason=reason) if each.id == name else each
                    for each in self.attempts
                ]
            case _:
                raise AssertionError(action)

    def _tag(self, name: str, labels: dict[str, str | None]) -> None:
        for place, each in enumerate(self.revisions):
            if each.arn == name:
                merged = {**(each.tags or {}), **labels}
                kept = {tag: text for tag, text in merged.items() if text is not None}
                self.revisions[place] = replace(each, tags=kept)

    def _create(self, action: act.CreateDeployment) -> None:
        shipped = action.task_definition_arn or self.revisions[-1].arn
        made = Attempt(
            id=f"d-{len(self.attempts)}",
            state=AttemptState.RUNNING,
            aws_status="InProgress",
            created_at=self.now,
            task_definition_arn=shipped,
            mark=action.mark,
        )
        self.attempts.insert(0, made)

    def shift(self) -> None:
        """What runs comes to its end: well, or by an alarm."""
        self.now += 600
        last = self.attempts[0]
        if not last.active:
            return
        number = int(str(last.task_definition_arn).rpartition(":")[2])
        image = self.revisions[number - 1].definition["containerDefinitions"][0]["image"]
        if image.rpartition(":")[2] in self.bad:
            reason = AwsReason("ALARM_ACTIVE", "5xx")
            self.attempts[0] = replace(last, state=AttemptState.STOPPED, finished_at=self.now, reason=reason)
        else:
            self.attempts[0] = replace(last, state=AttemptState.SUCCEEDED, finished_at=self.now)
            self.runs = number


def reconcile(aws: Aws, want: Service, order: Order | None = None) -> Plan:
    """One reconcile; a crash ends it, and the next one starts from what AWS says."""
    plan = decide(want, aws.live(want), aws.now, POLICY, order or Order())
    assert isinstance(plan, Plan)
    try:
        for action in plan.actions:
            aws.do(action)
    except Crash:
        pass
    return plan


def settle(aws: Aws, want: Service) -> Plan:
    """Looks and shifts until nothing moves."""
    for _ in range(6):
        plan = reconcile(aws, want)
        aws.shift()
    return plan


def crashes() -> Iterator[tuple[int, bool]]:
    yield from ((number, answered) for number in range(-1, 6) for answered in (False, True))


everywhere = pytest.mark.parametrize(("crash_at", "answered"), list(crashes()))


@everywhere
def test_a_release_is_registered_once_and_ships_once(crash_at: int, answered: bool) -> None:
    aws = Aws(crash_at, answered)
    plan = settle(aws, wanted("v2"))
    assert isinstance(plan.outcome, InSync)
    assert (len(aws.revisions), len(aws.attempts), aws.runs) == (2, 2, 2)


@everywhere
def test_a_release_that_is_rolled_back_gets_exactly_one_deployment_and_is_held(crash_at: int, answered: bool) -> None:
    aws = Aws(crash_at, answered, bad=frozenset({"v2"}))
    plan = settle(aws, wanted("v2"))
    assert isinstance(plan.outcome, Held)
    assert (len(aws.revisions), len(aws.attempts), aws.runs) == (2, 2, 1)
    assert tags.held_on(aws.revisions[1]) is not None


@everywhere
def test_a_hold_outlives_the_record(crash_at: int, answered: bool) -> None:
    aws = Aws(crash_at, answered, bad=frozenset({"v2"}))
    settle(aws, wanted("v2"))
    del aws.attempts[0]
    assert isinstance(settle(aws, wanted("v2")).outcome, Held)
    assert len(aws.attempts) == 1


@everywhere
def test_a_newer_release_supersedes_and_the_older_may_ship_when_it_is_wanted_again(
    crash_at: int, answered: bool
) -> None:
    aws = Aws(crash_at, answered)
    for _ in range(3):
        reconcile(aws, wanted("v2"))
    for _ in range(3):
        reconcile(aws, wanted("v3"))
    assert isinstance(settle(aws, wanted("v3")).outcome, InSync)
    assert aws.runs == 3
    assert 1 <= aws.calls.count("StopDeployment") <= 2
    assert isinstance(settle(aws, wanted("v2")).outcome, InSync)
    assert (len(aws.revisions), len(aws.attempts), aws.runs) == (3, 4, 2)


@everywhere
def test_a_retry_makes_one_deployment(crash_at: int, answered: bool) -> None:
    aws = Aws(bad=frozenset({"v2"}))
    settle(aws, wanted("v2"))
    aws.crash_at = crash_at if crash_at < 0 else crash_at + len(aws.calls)
    aws.answered = answered
    order = Order(retry=True, at=aws.now)
    for _ in range(4):
        if reconcile(aws, wanted("v2"), order).spends and aws.attempts[0].created_at >= aws.now:
            order = Order()
        aws.shift()
    assert len(aws.attempts) == 3
    assert isinstance(settle(aws, wanted("v2")).outcome, Held)
    assert len(aws.attempts) == 3
