"""How fast clients ask, against a server on loopback and on a clock that only waiting moves."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from reconcilers.aws.calls import ask
from reconcilers.aws.limits import FAMILIES, family_of
from reconcilers.aws.pace import Level, Pace, Waited
from reconcilers.aws.session import AwsClients, Call
from reconcilers.leases import Shard
from reconcilers.model import Scope
from reconcilers.outcome import Paced, Retry
from tests.reconcilers.aws.answering import Answering, answering, assumed, refused

HERE = Scope("eu-west-1")
THERE = Scope("eu-west-1", "arn:aws:iam::210987654321:role/deploy")
OWN = Shard("", "eu-west-1")
READ = ("ecs", "DescribeServices")
REGISTER = ("ecs", "RegisterTaskDefinition")


@dataclass
class Time:
    """A clock that only waiting moves; ``waits`` are what was slept."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def aws() -> Iterator[Answering]:
    yield from answering()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def client(aws: Answering, time: Time, share: float, calls: list[Call] | None = None) -> Any:
    heard: list[Call] = [] if calls is None else calls
    clients = AwsClients("1", heard.append, endpoint_url=aws.url)
    clients.pace = Pace(time.clock, time.sleep, share=share)
    return clients("ecs", HERE)


def read(client: Any) -> None:
    ask(client, "describe_services", {"services": ["web"]})


def register(client: Any, family: str = "web", **more: Any) -> None:
    ask(client, "register_task_definition", {"family": family, "containerDefinitions": [], **more})


def refusing(times: int, then: str = "{}") -> Callable[[], tuple[int, str]]:
    """AWS refuses so many calls as too many, and then answers."""
    left = iter(range(times))
    return lambda: refused("ThrottlingException") if next(left, None) is not None else (200, then)


def test_a_call_within_what_aws_allows_does_not_wait(aws: Answering, time: Time) -> None:
    aws.answers["DescribeServices"] = 200, "{}"
    found = client(aws, time, 1.0)
    for _ in range(20):
        read(found)
    assert time.waits == []


def test_a_short_wait_is_spent_in_the_call(aws: Answering, time: Time) -> None:
    aws.answers["DescribeServices"] = 200, "{}"
    found = client(aws, time, 0.05)  # five at once, one a second
    for _ in range(7):
        read(found)
    assert time.waits == [1.0, 1.0]


def test_a_read_waits_for_as_long_as_it_takes_those_ahead(aws: Answering, time: Time) -> None:
    aws.answers["DescribeServices"] = 200, "{}"
    found = client(aws, time, 0.01)  # one at once, one in five seconds
    for _ in range(3):
        read(found)
    assert time.waits == [5.0, 5.0]


def test_what_waits_is_signed_when_it_goes_out(aws: Answering, time: Time) -> None:
    aws.answers["AssumeRole"] = assumed("ASIAROLE", timedelta(minutes=9))  # so soon over that each call asks anew
    aws.answers["DescribeServices"] = 200, "{}"
    while_it_waits: list[str] = []
    clients = AwsClients("1", lambda _: None, endpoint_url=aws.url)
    clients.pace = Pace(time.clock, lambda _: while_it_waits.extend(aws.operations()[-1:]), share=0.05)
    found = clients("ecs", THERE)
    for _ in range(6):
        read(found)
    assert while_it_waits == ["DescribeServices"]
    assert aws.operations()[-2:] == ["AssumeRole", "DescribeServices"]


def test_what_changes_something_and_would_wait_longer_is_not_sent_and_told_when_its_turn_comes(
    aws: Answering, time: Time
) -> None:
    aws.answers["RegisterTaskDefinition"] = 200, json.dumps({"taskDefinition": {}})
    calls: list[Call] = []
    found = client(aws, time, 0.05, calls)  # one at once, one in twenty seconds
    register(found, "first")
    for number in (1, 2):
        with pytest.raises(Paced, match="ecs task definition modify calls in own/eu-west-1") as told:
            register(found, f"web{number}")
        assert told.value.after == 20 * number
    assert aws.operations() == ["RegisterTaskDefinition"]
    assert len(calls) == 1, "what was not sent is not counted"
    assert time.waits == []


def test_who_comes_back_in_turn_is_sent_whatever_it_asks_for_by_then(aws: Answering, time: Time) -> None:
    aws.answers["RegisterTaskDefinition"] = 200, json.dumps({"taskDefinition": {}})
    found = client(aws, time, 0.05)
    register(found, "first")
    for family in ("web", "other"):
        with pytest.raises(Paced):
            register(found, family)
    time.now = 20.0
    with pytest.raises(Paced):
        register(found, "newcomer")
    register(found, "web", cpu="256")
    assert len(aws.operations()) == 2


def test_a_call_that_aws_refuses_as_too_many_is_repeated_for_longer_and_longer(aws: Answering, time: Time) -> None:
    aws.answers["DescribeServices"] = refusing(6)
    read(client(aws, time, 1.0))
    assert len(aws.operations()) == 7
    assert time.waits == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8, 0.8], rel=0.2)


def test_an_aws_that_refuses_everything_is_given_up_after_as_long_as_one_that_does_not_answer(
    aws: Answering, time: Time
) -> None:
    aws.answers["DescribeServices"] = refused("ThrottlingException")
    with pytest.raises(Retry, match="Throttled"):
        read(client(aws, time, 1.0))
    assert 20 <= sum(time.waits) < 21


def test_after_a_refusal_the_others_of_the_family_wait_too(aws: Answering, time: Time) -> None:
    aws.answers["RegisterTaskDefinition"] = refused("ThrottlingException")
    found = client(aws, time, 0.25)
    with pytest.raises(Retry):
        register(found)
    with pytest.raises(Retry, match="AWS refused calls within the last minute") as told:
        register(found, "other")
    assert not isinstance(told.value, Paced), "AWS refuses: that is a failure, and is told as one"
    assert told.value.after == 4.0


def test_what_has_no_token_is_not_repeated_when_it_is_refused(aws: Answering, time: Time) -> None:
    aws.answers["RegisterTaskDefinition"] = refused("ThrottlingException")
    with pytest.raises(Retry, match="Throttled"):
        register(client(aws, time, 1.0))
    assert aws.operations() == ["RegisterTaskDefinition"]


def test_no_answer_is_no_refusal(aws: Answering, time: Time) -> None:
    url = aws.url
    aws.server_close()
    clients = AwsClients("1", lambda _: None, endpoint_url=url)
    clients.pace = Pace(time.clock, time.sleep)
    with pytest.raises(Retry, match=r"Unreachable|ConnectionFailed"):  # refused, or taken by a server that just ends
        register(clients("ecs", HERE))
    assert clients.pace.levels() == (Level(OWN, "ecs task definition modify", 19),)


def test_a_servers_error_is_repeated_as_often_as_without_a_pace(aws: Answering, time: Time) -> None:
    aws.answers["DescribeServices"] = refused("ServerException", 500)
    with pytest.raises(Retry):
        read(client(aws, time, 1.0))
    assert aws.operations() == ["DescribeServices"] * 3


def test_a_family_an_account_and_a_region_have_buckets_of_their_own(time: Time) -> None:
    pace = Pace(time.clock, time.sleep)
    shards = (OWN, Shard("210987654321", "eu-west-1"), Shard("", "us-east-1"))
    for shard in shards:
        for number in range(20):
            pace.take(shard, REGISTER, f"{number}")
        pace.take(shard, READ, "web")
    assert time.waits == []
    assert pace.levels() == tuple(
        Level(shard, family_of(*call).name, tokens) for shard in shards for call, tokens in ((REGISTER, 0), (READ, 99))
    )


def test_operations_of_a_family_share_a_bucket(time: Time) -> None:
    pace = Pace(time.clock, time.sleep)
    for number in range(25):
        pace.take(OWN, ("ecs", "DescribeTaskDefinition"), f"{number}")
        pace.take(OWN, ("ecs", "ListTaskDefinitions"), f"{number}")
    assert [round(level.tokens, 6) for level in pace.levels()] == [0]


def test_a_refusal_in_one_account_is_nothing_to_another(time: Time) -> None:
    pace = Pace(time.clock, time.sleep)
    pace.refused(Shard("210987654321", "eu-west-1"), READ)
    pace.take(OWN, READ, "web")
    assert time.waits == []


def test_waits_are_told(time: Time) -> None:
    told: list[Waited] = []
    pace = Pace(time.clock, time.sleep, share=0.05, observe=told.append)
    for number in range(6):
        pace.take(OWN, READ, f"{number}")
    pace.take(OWN, REGISTER, "web")
    with pytest.raises(Paced):
        pace.take(OWN, REGISTER, "other")
    assert told == [
        Waited("ecs service read", 1.0, put_off=False),
        Waited("ecs task definition modify", 0.0, put_off=True),
    ]


def test_what_aws_publishes_nothing_about_is_only_slowed_down_by_refusals() -> None:
    family = family_of("codedeploy", "GetDeployment")
    assert (family.published, family) == (False, family_of("codedeploy", "CreateDeployment"))


def test_every_call_of_the_table_is_one_that_botocore_knows() -> None:
    clients = AwsClients("1", lambda _: None)
    models = {service: clients(service, HERE).meta.service_model for service, _ in FAMILIES}
    assert [call for call in FAMILIES if call[1] not in models[call[0]].operation_names] == []
