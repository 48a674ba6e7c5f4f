"""Two real daemons on one lease table: the one that keeps nothing answers as the one that keeps everything."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.controller.daemons import TOKEN, until
from tests.replicas.fleet import LONG, REGIONS, Fleet, fleet

KEEPS, WAITS = "keeps", "waits"
SERVICE = "prod/web-eu-west-1"
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A fleet of one service, of which 1.28 was released, and of which ``keeps`` keeps everything."""
    with fleet("moto", tmp_path_factory.mktemp("fleet"), REGIONS[:1]) as made:
        _start(made, KEEPS)
        made.until_shared(1)
        _start(made, WAITS)
        until("the standby to see who keeps what", lambda: made.ask(WAITS)["shards"], LONG)
        made.commit("1.28")
        made.until_runs("1.28")
        until("the keeper to have seen it", lambda: "in-sync" in _said(made, KEEPS, "get"), LONG)
        yield made


def _start(made: Fleet, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    made.start(name, api_token=TOKEN, port=port, advertise=f"http://127.0.0.1:{port}")


def _said(made: Fleet, name: str, *verb: str) -> str:
    """What the terminal says of a replica's answer."""
    done = subprocess.run(
        [sys.executable, "-m", "controller.cli", *verb],
        env={"PATH": os.environ["PATH"], "TRUEUP_URL": made.replicas[name].url, "COLUMNS": "150", "TERM": "dumb"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def _answer(made: Fleet, name: str, path: str) -> Any:
    status, body = made.replicas[name].asks(f"/api/v1/{path}")
    assert status == 200, body
    return json.loads(body)


def _settled(answer: Any) -> Any:
    """Without when it was looked at or asked, which goes on."""
    if isinstance(answer, dict):
        moments = ("now", "version", "cursor", "seenAt", "goodAt", "asOf")
        return {name: _settled(each) for name, each in answer.items() if name not in moments}
    return [_settled(each) for each in answer] if isinstance(answer, list) else answer


@pytest.mark.parametrize(
    "path", ["fleet", "services", f"services/{SERVICE}", f"services/{SERVICE}/history", "activity"]
)
def test_the_standby_answers_as_the_keeper_does(made: Fleet, path: str) -> None:
    def same() -> bool:
        theirs, ours = (_settled(_answer(made, name, path)) for name in (KEEPS, WAITS))
        return bool(theirs == ours)

    until(f"both to say the same of {path}", same, 20)
    assert "keeps it" not in json.dumps(_answer(made, WAITS, path))


@pytest.mark.parametrize(
    "verb",
    [("get",), ("describe", SERVICE), ("why", SERVICE), ("diff", SERVICE), ("history", SERVICE), ("events",)],
    ids=lambda verb: verb[0],
)
def test_the_terminal_says_the_same_of_both(made: Fleet, verb: tuple[str, ...]) -> None:
    def same() -> bool:
        theirs, ours = (_ageless(_said(made, name, *verb)) for name in (KEEPS, WAITS))
        return theirs == ours

    until(f"both to say the same of {verb[0]}", same, LONG)


def _ageless(text: str) -> str:
    """Without how long ago things were, which goes on from one command to the next."""
    return " ".join(re.sub(r"\b\d+[smhd]\b", "...", text).split())


def test_the_standby_asks_aws_nothing_for_a_list(made: Fleet) -> None:
    before = sum(count for (caller, _), count in made.aws.world.reads.items() if caller == WAITS)
    for path in ("fleet", "services", f"services/{SERVICE}", "activity"):
        assert made.replicas[WAITS].asks(f"/api/v1/{path}")[0] == 200
    assert sum(count for (caller, _), count in made.aws.world.reads.items() if caller == WAITS) == before


def test_a_keeper_that_hangs_holds_up_one_answer_and_then_is_named(made: Fleet) -> None:
    keeper = made.id_of(KEEPS)
    made.pause(KEEPS)
    try:
        text = _answer(made, WAITS, f"services/{SERVICE}")["text"]
        assert text == f"Replica {keeper} keeps it"
    finally:
        made.go_on(KEEPS)
