"""On a terminal: colours, bars, widths and encodings; and how a watch draws there."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from controller.cli.painter import ENTER, HOME, LEAVE, REST_OF_SCREEN
from tests.controller.builders import HELD
from tests.controller.cli.filled import WEB, filled, looked, shifting
from tests.controller.cli.terminal import ROOT_ENVIRONMENT, Terminal
from tests.controller.daemons import until
from tests.controller.web.served import Served, serving

CLEAR = ("\x1b[2J", "\x1b[3J", "\x1bc")


@pytest.fixture(scope="module")
def served() -> Served:
    return filled()


@pytest.fixture(scope="module")
def url(served: Served) -> Iterator[str]:
    with serving(served) as url:
        yield url


def on_a_terminal(url: str, *arguments: str, columns: int = 100, **told: str) -> Terminal:
    with Terminal(url, *arguments, size=(columns, 40), told=told) as terminal:
        terminal.ended()
        return terminal


def widest(text: str) -> int:
    return max(map(len, text.splitlines()))


def test_a_terminal_gets_colours_and_bars(url: str) -> None:
    shown = on_a_terminal(url, "describe", "prod/web")
    assert "\x1b[33moutdated" in shown.raw
    assert "━━━━━━──────────────  30 %" in shown.text
    assert "▶ AllowTraffic 2m" in shown.text
    assert re.search(r"for \dm( \d+s)?, \dm( \d+s)? to go", shown.text)


def test_who_wants_no_colour_gets_none_but_bars(url: str) -> None:
    shown = on_a_terminal(url, "get", NO_COLOR="1")
    assert "\x1b" not in shown.raw
    assert "━━━───────" in shown.raw


@pytest.mark.parametrize(("color", "styled"), [("always", True), ("auto", False), ("never", False)])
@pytest.mark.parametrize("verb", [("get",), ("describe", "prod/web"), ("events",)], ids=" ".join)
def test_into_a_pipe_go_colours_where_they_are_asked_for(
    url: str, verb: tuple[str, ...], color: str, *, styled: bool
) -> None:
    command = [sys.executable, "-m", "controller.cli", *verb, "--color", color]
    done = subprocess.run(command, env=ROOT_ENVIRONMENT | {"TRUEUP_URL": url}, capture_output=True, check=True)
    assert (b"\x1b[3" in done.stdout) is styled


@pytest.mark.parametrize("arguments", [("demo", "--help"), ("--help",), ("get", "--nope")], ids=" ".join)
def test_nor_does_help_come_in_bold(url: str, arguments: tuple[str, ...]) -> None:
    shown = on_a_terminal(url, *arguments, NO_COLOR="1")
    assert "Usage: " in shown.raw
    assert "\x1b" not in shown.raw


def test_a_locale_without_unicode_gets_ascii(url: str) -> None:
    shown = on_a_terminal(url, "describe", "prod/web", columns=40, LANG="C").text
    assert shown.isascii()
    assert widest(shown) <= 40
    assert "==------  30 %" in shown
    assert "> traffic" in shown


def test_a_watch_draws_over_what_is_there_and_never_clears(served: Served, url: str) -> None:
    with Terminal(url, "describe", "prod/web", "--watch") as terminal:
        terminal.shows("30 % of production").shows("Ctrl-C ends")
        now = time.time()
        served.look(looked(shifting(now, 70.0), WEB, now))
        terminal.shows("70 % of production")

        def left() -> str:
            return str(re.findall(r"(\d+)s to go", terminal.text)[-1])

        before = left()
        until("another time to go", lambda: left() != before, 20.0)  # counted down by itself
        assert terminal.interrupted() == 0
        written = terminal.ended() and terminal.raw
    frames = written.split(HOME)
    assert len(frames) > 2
    assert written.startswith(ENTER)
    assert not any(each in written for each in CLEAR)
    assert all(REST_OF_SCREEN in frame for frame in frames[1:])
    kept = written.split(LEAVE)[1]
    assert "70 % of production" in kept
    assert "Ctrl-C" not in kept


def test_events_are_followed_line_below_line(served: Served, url: str) -> None:
    with Terminal(url, "events", "--follow", "--limit", "1", told={"TZ": "UTC"}) as terminal:
        terminal.shows("prod/api")
        served.look(looked(HELD, WEB, time.time()))
        terminal.shows("prod/web")
        assert terminal.interrupted() == 0
        assert HOME not in terminal.ended()


def test_a_watch_fits_the_screen_and_follows_its_size(url: str) -> None:
    with Terminal(url, "get", "-w", size=(100, 6)) as terminal:
        terminal.shows("... 5 more lines")
        terminal.resize(100, 40)
        terminal.shows("Did you mean images?")
        terminal.process.terminate()
        terminal.ended()
        assert (terminal.process.returncode, LEAVE in terminal.raw) == (143, True)


def test_a_watch_says_that_it_lost_the_daemon_and_goes_on_with_the_next() -> None:
    with serving(filled()) as url:
        terminal = Terminal(url, "get", "--watch")
        terminal.shows("Ctrl-C ends")
    with terminal:
        terminal.shows("trying again")
        after = filled()
        now = time.time()
        after.look(looked(shifting(now, 90.0), WEB, now))
        with serving(after, int(url.rpartition(":")[2])):
            terminal.shows("90 % of the traffic")
            assert terminal.text.rindex("Ctrl-C ends") > terminal.text.rindex("trying again")
