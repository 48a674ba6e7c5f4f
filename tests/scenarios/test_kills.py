"""``kill -9`` between any two calls of a rollout: nothing is lost, and nothing is done twice."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconcilers.model import Scope
from reconcilers.outcome import Held, InSync
from reconcilers.task_definition import canonical
from tests.reconcilers.sandboxed import Account, client_of, rolled, shifted
from tests.scenarios.house import House


class Killed(BaseException):
    """The process is gone: nothing may catch this."""


@dataclass
class Executioner:
    """Kills at the call with this number, before AWS hears of it or, ``heard``, after it did.

    ``operation`` is what is counted; without one it is every call.
    """

    at: int
    heard: bool
    operation: str = ""
    count: int = 0

    def call(self, real: Callable[..., Any], **parameters: Any) -> Any:
        self.count += self.operation in ("", real.__name__)
        if self.count < self.at or self.operation not in ("", real.__name__):
            return real(**parameters)
        self.at = 1_000_000
        if self.heard:
            with suppress(ClientError):
                real(**parameters)
        raise Killed


class Client:
    """A client whose calls an executioner watches."""

    def __init__(self, real: Any, executioner: Executioner) -> None:
        self._real, self._executioner = real, executioner

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        return real if name in ("exceptions", "meta") else partial(self._executioner.call, real)


def mortal(house: House, executioner: Executioner) -> None:
    """Start a daemon whose calls are watched."""

    def client(service: str, scope: Scope) -> Any:
        return Client(client_of(house.world, service, scope), executioner)

    house.client = client
    house.start()


def live_through(house: House, done: type, executioner: Executioner) -> bool:
    """Ship to the end; a daemon that is killed is followed by another. Whether one was."""
    mortal(house, executioner)
    killed = False
    while True:
        try:
            house.settle(done)
        except Killed:
            killed = True
            house.start()
        else:
            return killed


def contents(house: House) -> Counter[str]:
    """How many revisions there are of each content."""
    ecs = house.aws("ecs")
    arns = ecs.list_task_definitions(familyPrefix=house.git.family)["taskDefinitionArns"]
    described = (ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"] for arn in arns)
    return Counter(json.dumps(canonical(each), sort_keys=True, default=str) for each in described)


# The calls of one release, up to its deployment and one look beyond; after that every look asks the same again.
NUMBERS = range(1, 25)
heard_or_not = pytest.mark.parametrize("heard", [False, True], ids=["unheard", "heard"])


def each_call(numbers: range, *, heard_first: bool) -> pytest.MarkDecorator:
    """Each call, every second one with AWS having heard of it; the other of two is thorough."""
    return pytest.mark.parametrize(
        ("number", "heard"),
        [
            pytest.param(
                number, heard, marks=() if (number % 2 == 1) == (heard is heard_first) else pytest.mark.thorough
            )
            for number in numbers
            for heard in (False, True)
        ],
    )


def killed_by(executioner: Executioner, tag: str, done: type, account: Account) -> House:
    house = House(account)
    house.settle(InSync)
    house.commit(tag)
    killed = live_through(house, done, executioner)
    assert killed, "Nobody was killed: this call is not made."
    return house


@each_call(NUMBERS, heard_first=False)
def test_a_release_ships_once(number: int, heard: bool) -> None:
    house = killed_by(Executioner(number, heard), "1.1.0", InSync, shifted())
    assert house.account.count("CreateDeployment") == 1
    assert set(contents(house).values()) == {1}
    assert house.runs() == "1.1.0"


@each_call(NUMBERS, heard_first=True)
def test_a_release_that_is_rolled_back_ships_once(number: int, heard: bool) -> None:
    house = killed_by(Executioner(number, heard), "bad", Held, shifted())
    assert house.account.count("CreateDeployment") == 1
    assert set(contents(house).values()) == {1}
    assert house.runs() == "1.0.0"


@pytest.mark.parametrize("number", range(1, 17))
@heard_or_not
def test_a_rolling_release_ships_once(number: int, heard: bool) -> None:
    house = killed_by(Executioner(number, heard), "1.28", InSync, rolled())
    assert house.account.count("UpdateService") == 1
    assert set(contents(house).values()) == {1}
    assert house.runs() == "1.28"


@heard_or_not
def test_a_hold_that_could_not_be_written_is_written_by_the_next_daemon(heard: bool) -> None:
    house = killed_by(Executioner(1, heard, "tag_resource"), "bad", Held, shifted())
    assert house.account.count("CreateDeployment") == 1
    assert house.account.count("TagResource") == 1


@pytest.mark.parametrize("operation", ["stop_deployment", "tag_resource", "register_task_definition"])
@heard_or_not
def test_a_newer_commit_supersedes_once(operation: str, heard: bool) -> None:
    house = House(shifted())
    house.settle(InSync)
    house.commit("1.1.0")
    house.run(6)
    house.commit("1.2.0")
    assert live_through(house, InSync, Executioner(1, heard, operation))
    assert house.runs() == "1.2.0"
    assert house.account.count("CreateDeployment") == 2
    assert set(contents(house).values()) == {1}
