"""At which address a replica says that it is reached."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from controller.web.neighbours.advertised import METADATA, advertised
from tests.controller.daemons import silence

AGENT = {METADATA: "http://169.254.170.2/v4/0123"}
ANYWHERE = "http://0.0.0.0:8080"


def task(mode: str = "awsvpc", *addresses: str) -> bytes:
    """The agent's answer of a task with these addresses."""
    network: dict[str, Any] = {"NetworkMode": mode, "IPv4Addresses": list(addresses)}
    return json.dumps({"Containers": [{"Name": "side"}, {"Name": "trueup", "Networks": [network]}]}).encode()


def on_ecs(answer: bytes, served: str = ANYWHERE, environment: Mapping[str, str] = AGENT) -> tuple[str, list[str]]:
    """What is advertised, and what the agent was asked."""
    asked: list[str] = []

    def read(url: str) -> bytes:
        asked.append(url)
        return answer

    return advertised(None, served, environment, read), asked


def test_what_the_operator_says_goes_first() -> None:
    assert advertised("http://here:1/", ANYWHERE, AGENT) == "http://here:1"


def test_on_ecs_it_is_the_tasks_own_address_and_the_port_that_is_served() -> None:
    assert on_ecs(task("awsvpc", "10.0.1.7")) == ("http://10.0.1.7:8080", ["http://169.254.170.2/v4/0123/task"])


def test_an_address_that_is_the_machines_own_affair_is_none() -> None:
    assert on_ecs(task("bridge", "172.17.0.2"))[0] == ""


def test_what_is_served_on_the_loopback_is_reached_by_nobody() -> None:
    assert on_ecs(task("awsvpc", "10.0.1.7"), "http://127.0.0.1:8080") == ("", [])
    assert on_ecs(task("awsvpc", "10.0.1.7"), "http://[::1]:8080") == ("", [])


def test_what_is_served_on_one_address_is_reached_there() -> None:
    assert on_ecs(b"", "http://10.0.1.9:8081") == ("http://10.0.1.9:8081", [])


def test_without_an_agent_nothing_is_known() -> None:
    assert on_ecs(b"", environment={}) == ("", [])
    assert on_ecs(b"", environment={METADATA: "file:///etc"}) == ("", [])


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b'{"Containers": 1}', b'{"Containers": [{"Networks": [1]}]}', task(), task("awsvpc", "evil")]
)
def test_an_answer_that_makes_no_sense_is_no_address(answer: bytes) -> None:
    assert on_ecs(answer)[0] == ""


def test_an_agent_that_is_not_there_is_no_address() -> None:
    with silence() as host:
        gone = host.url
    assert advertised(None, ANYWHERE, {METADATA: gone}) == ""
