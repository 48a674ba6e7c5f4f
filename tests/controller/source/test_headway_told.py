"""How far a long fetch is is told from its first seconds on, and long before it would have been over."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from controller.source.git_errors import SourceError
from controller.source.headway import Headway
from controller.source.mirror import Commands
from controller.source.process import Completed, Runner, TimedOutError
from controller.source.remote import remote
from tests.controller.source.repository import local

HOUR, MOMENT = 3600.0, 10.0  # seconds


class Slow(Runner):
    """Runs nothing: each of `says` is what a command has said by the next time it is looked at."""

    def __init__(self, *says: bytes) -> None:
        super().__init__(Path())
        self._says = says
        self.waits: list[float] = []

    def run(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        timeout: float,
        stdin: bytes = b"",
        headway: Callable[[bytes], float] = lambda _: 0.0,
    ) -> Completed:
        self.waits = [timeout, *(headway(each) for each in self._says)]
        if not self.waits[-1]:
            raise TimedOutError
        return Completed(0, b"", b"")


def running(runner: Runner, seconds: float = HOUR) -> tuple[Commands, list[Headway]]:
    told: list[Headway] = []
    origin = remote(local("/srv/gitops.git"))
    return Commands(origin, runner, {}, time.monotonic() + seconds, seconds, told.append), told


def grown(errors: bytes) -> Headway:
    return Headway(len(errors))


def test_a_command_is_looked_at_long_before_its_time_is_over() -> None:
    runner = Slow(b"1", b"12")
    commands, told = running(runner)
    commands.run(["fetch"], {}, far=grown)
    assert max(runner.waits) <= MOMENT
    assert told == [Headway(1), Headway(2)]


def test_a_look_that_finds_nothing_new_tells_nothing_and_ends_nothing() -> None:
    runner = Slow(b"", b"1", b"1")
    commands, told = running(runner)
    assert commands.run(["fetch"], {}, far=grown) == b""
    assert told == [Headway(1)]


def test_what_still_gets_on_when_its_time_is_over_has_as_long_again() -> None:
    runner = Slow(b"1")
    commands, _ = running(runner, 0.0)
    commands.seconds = HOUR
    commands.run(["fetch"], {}, far=grown)
    assert 0 < runner.waits[-1] <= MOMENT
    assert commands.deadline > time.monotonic() + HOUR


def test_what_gets_on_no_more_is_ended_when_its_time_is_over() -> None:
    commands, told = running(Slow(b""), 0.0)
    with pytest.raises(SourceError) as caught:
        commands.run(["fetch"], {}, far=grown)
    assert (caught.value.reason, told) == ("timeout", [])


def test_a_command_that_is_given_something_is_not_interrupted() -> None:
    runner = Slow(b"1")
    commands, _ = running(runner)
    commands.run(["cat-file"], {}, b"ids", grown)
    assert runner.waits[0] > HOUR / 2
