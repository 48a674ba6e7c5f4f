"""What a terminal says while Git was never read since the daemon started: that, and of nothing that it is not there."""

import json
import time
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from controller.cli import app
from tests.controller.builders import snapshot, wanted
from tests.controller.cli.filled import WEB, filled
from tests.controller.cli.terminal import Terminal
from tests.controller.cli.test_watch import Piped
from tests.controller.web.served import TOKEN, Served, serving

WHY = "Git did not answer in time. Check the network."


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    served = Served(time.time())
    served.git_fails("Git did not answer in time.", "Check the network.")
    with serving(served) as url:
        yield url


def typed(url: str, *arguments: str) -> Result:
    told = {"TRUEUP_URL": url, "TRUEUP_API_TOKEN": TOKEN, "LANG": "C.UTF-8"}
    return CliRunner().invoke(app, list(arguments), env=told)


FLEET = ["get", "status", "get prod/web", "get -o json", "get -o name", "get -e prod", "events --service prod/web",
         "events --service web", "events -e prod", "events"]  # fmt: skip
ONE = ["describe", "why", "history", "diff", "logs", "sync", "retry"]


@pytest.mark.parametrize("verb", FLEET)
def test_that_git_was_not_read_is_the_answer_of_what_asks_for_the_fleet(url: str, verb: str) -> None:
    said = typed(url, *verb.split())
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr == f"trueup: Git has not been read yet. {WHY}\n"


@pytest.mark.parametrize("verb", [*(f"{each} prod/web" for each in ONE), "status -o json"])
def test_that_the_repository_was_not_read_is_the_answer_of_what_asks_for_services(url: str, verb: str) -> None:
    said = typed(url, *verb.split())
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr == (
        f"trueup: The repository has not been read yet. {WHY} trueup get --watch goes on by itself once it is.\n"
    )


def test_a_watch_that_begins_then_goes_on_once_it_is_read() -> None:
    served = Served(time.time())
    with serving(served) as url, Piped(url, "get", "-w", "prod/web") as piped:
        assert piped.line() == "Git has not been read yet. It is being read.\n"
        served.adopt(snapshot(WEB))
        assert "prod/web" in piped.line()


def test_a_watch_of_records_says_of_nothing_that_it_left_and_later_of_what_did() -> None:
    port = 0
    with serving(filled()) as url:
        piped = Piped(url, "get", "-w", "-o", "json")
        assert len([piped.line() for _ in range(5)]) == 5
        port = int(url.rpartition(":")[2])
    with piped:
        piped.complaint()
        after = Served(time.time())
        with serving(after, port):
            assert piped.complaint() == "trueup: Connected again.\n"
            after.adopt(snapshot(wanted("v2"), WEB))
            told = [json.loads(piped.line()) for _ in range(5)]
    changed = {each["name"] for each in told[:2]}
    assert (changed, {each["name"] for each in told[2:]}) == ({"notes", "web"}, {"api", "broken", "shop"})
    assert [each.get("removed") for each in told] == [None, None, True, True, True]


def test_a_watch_on_a_terminal_keeps_its_lines_and_says_so() -> None:
    with serving(filled()) as url:
        port = int(url.rpartition(":")[2])
        terminal = Terminal(url, "get", "--watch")
        terminal.shows("prod/shop")
    with terminal:
        terminal.shows("Not followed since")
        with serving(Served(time.time()), port):
            terminal.shows("Git has not been read yet. It is being read. What is shown is as it was before.")
            terminal.interrupted()
    assert "prod/shop" in terminal.text.rpartition("SERVICE")[2]


def test_a_watch_of_one_service_keeps_what_it_showed_and_says_why_it_is_not_followed() -> None:
    with serving(filled()) as url:
        port = int(url.rpartition(":")[2])
        terminal = Terminal(url, "why", "--watch", "prod/web")
        terminal.shows("30 % of production")
    with terminal:
        terminal.shows("Not followed since")
        with serving(Served(time.time()), port):
            terminal.shows("trying again: The repository has not been read yet.")
            terminal.interrupted()
    assert "30 % of production" in terminal.text.rpartition("prod/web")[2]
