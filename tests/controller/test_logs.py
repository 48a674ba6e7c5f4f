"""Log lines: one form for all, and nothing in them that is nobody's business. Each is written by a real process."""

import json
import os
import pty
import subprocess
import sys
from typing import Any

SET_UP = (
    "import logging, threading, warnings; from controller import logs; logs.configure(logs.LogFormat.{form}, {level})\n"
)


def run(code: str, form: str = "AUTO", level: str = "logs.LogLevel.INFO") -> str:
    """What a process that runs ``code`` writes as its log."""
    script = SET_UP.format(form=form, level=level) + code
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == ""
    return done.stderr


def lines(code: str, **more: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(code, **more).splitlines()]


def on_a_terminal(code: str) -> str:
    """What a person sees of it."""
    ours, theirs = pty.openpty()
    script = SET_UP.format(form="AUTO", level="logs.LogLevel.INFO") + code
    with subprocess.Popen([sys.executable, "-c", script], stderr=theirs, stdin=subprocess.DEVNULL) as process:
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(ours, 4096):
                seen += part
        except OSError:
            pass  # how Linux says that the other end is closed
        finally:
            os.close(ours)
        assert process.wait(60) == 0
    return seen.decode()


def test_without_a_terminal_a_line_is_json_with_time_level_and_event_first() -> None:
    [line] = lines("logs.logger().info('started', workers=4)")
    assert list(line) == ["timestamp", "level", "event", "workers"]
    assert (line["level"], line["event"], line["workers"]) == ("info", "started", 4)
    assert line["timestamp"].endswith("Z")


def test_on_a_terminal_a_line_is_coloured_text() -> None:
    seen = on_a_terminal("logs.logger().info('started', workers=4)")
    assert "started" in seen
    assert "\x1b[" in seen
    assert "{" not in seen


def test_text_without_a_terminal_has_no_colours() -> None:
    seen = run("logs.logger().info('started', workers=4)", form="TEXT")
    assert "workers=4" in seen
    assert "\x1b[" not in seen


def test_what_is_below_the_level_is_not_written() -> None:
    code = "logs.logger().debug('d'); logs.logger().info('i'); logs.logger().warning('w')"
    assert [line["event"] for line in lines(code, level="logs.LogLevel.WARNING")] == ["w"]


def test_a_librarys_warning_has_the_same_form() -> None:
    [line] = lines("logging.getLogger('urllib3.connectionpool').warning('pool %s is full', 'x')")
    assert (line["level"], line["event"], line["logger"]) == ("warning", "pool x is full", "urllib3.connectionpool")
    assert line["timestamp"].endswith("Z")


def test_what_libraries_merely_mention_is_left_out() -> None:
    assert run("logging.getLogger('uvicorn.error').info('Started server process')") == ""


def test_a_warning_of_python_has_the_same_form() -> None:
    [line] = lines("warnings.warn('old ways', DeprecationWarning, stacklevel=1)")
    assert line["logger"] == "py.warnings"
    assert "old ways" in line["event"]


RAISE = """
def ship(environment):
    raise ValueError(f"cannot ship {environment}")
def tried():
    secret = "hunter2"
    ship({"PASSWORD": secret})
try:
    tried()
except ValueError:
    %s
"""
OURS = RAISE % "logs.logger().error('broke', exc_info=True)"
THEIRS = RAISE % "logging.getLogger('uvicorn.error').error('Exception in ASGI application', exc_info=True)"


def test_an_exception_is_its_kind_and_its_places() -> None:
    [line] = lines(OURS)
    assert line["error"] == "ValueError"
    assert line["at"][-1].endswith("in ship")


def test_an_exception_of_a_library_is_told_the_same_way() -> None:
    [line] = lines(THEIRS)
    assert (line["event"], line["error"]) == ("Exception in ASGI application", "ValueError")


def test_neither_words_nor_variables_of_an_exception_are_written() -> None:
    for code in (OURS, THEIRS):
        for form in ("JSON", "TEXT"):
            assert "hunter2" not in run(code, form=form)
        assert "hunter2" not in on_a_terminal(code)


def test_what_ends_a_thread_is_a_line_without_its_words() -> None:
    code = """
def fail():
    raise RuntimeError("hunter2")
thread = threading.Thread(target=fail, name="worker-1"); thread.start(); thread.join()
"""
    [line] = lines(code)
    assert (line["event"], line["thread"], line["error"]) == ("a thread ended", "worker-1", "RuntimeError")
    assert "hunter2" not in str(line)


def test_credentials_inside_an_address_are_masked() -> None:
    code = """
logs.logger().info('see https://ann:hunter2@git.example/x', url='https://ann:hunter2@git.example/x')
logging.getLogger('urllib3').warning('Retrying https://ann:hunter2@git.example/x')
"""
    assert "hunter2" not in run(code)
    assert run(code).count("git.example/x") == 3
