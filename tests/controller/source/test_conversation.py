from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from controller.source.conversation import Conversation
from controller.source.render_child import LENGTH, packed

Child = subprocess.Popen[bytes]


@pytest.fixture
def echo() -> Iterator[Child]:
    """A child that says what it hears."""
    script = "import sys\nwhile part := sys.stdin.buffer.read1(): sys.stdout.buffer.write(part); sys.stdout.flush()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        yield child
        child.kill()


def soon() -> float:
    return time.monotonic() + 20


@pytest.mark.parametrize("message", [{"a": [1, None, "é"]}, "x" * 30_000, [], "\ud800"])
def test_a_message_comes_back_whole(echo: Child, message: object) -> None:
    talk = Conversation(echo, most=2_000_000)
    talk.say(message, soon())
    assert talk.hear(soon()) == message


def test_an_answer_that_is_too_long_is_not_read(echo: Child) -> None:
    talk = Conversation(echo, most=10)
    talk.say("x" * 100, soon())
    with pytest.raises(ValueError, match="An answer of 102 bytes"):
        talk.hear(soon())


def test_waiting_ends(echo: Child) -> None:
    with pytest.raises(TimeoutError):
        Conversation(echo, most=10).hear(time.monotonic() + 0.05)


def test_a_deadline_that_has_passed_is_over_at_once(echo: Child) -> None:
    with pytest.raises(TimeoutError):
        Conversation(echo, most=10).hear(time.monotonic() - 1)


def test_a_child_that_does_not_listen_is_not_waited_for() -> None:
    script = "import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        with pytest.raises(TimeoutError):
            Conversation(child, most=10).say("x" * 1_000_000, time.monotonic() + 0.2)
        child.kill()


def test_a_child_that_has_ended_answers_no_more(echo: Child) -> None:
    echo.kill()
    with pytest.raises(EOFError):
        Conversation(echo, most=10).hear(soon())


def test_a_child_without_pipes_cannot_be_talked_to() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child, pytest.raises(ValueError, match="no pipes"):
        Conversation(child, most=10)


def test_a_frame_is_its_length_and_json() -> None:
    assert packed({"a": 1}) == LENGTH.pack(7) + b'{"a":1}'
