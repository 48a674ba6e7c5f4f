"""What Envoy makes of the world's listeners: real requests, split as they weigh."""

import json
import threading
from collections.abc import Iterator
from math import sqrt

import pytest

from sandbox.world.traffic import Behaviour
from tests.sandbox.traffic.around import Town, needs_envoy, read, town, until

pytestmark = needs_envoy
BLUE, GREEN = (200, "1.0.0"), (200, "2.0")


@pytest.fixture(scope="module")
def made() -> Iterator[Town]:
    """Fast, and without visitors: every request is a test's own."""
    with town(speed=600.0, visits=0.0) as one:
        yield one


@pytest.fixture
def here(made: Town) -> Iterator[Town]:
    """Everything on blue, and a healthy green beside it."""
    made.stand_green("2.0")
    made.weigh(1, 0)
    until("blue alone", lambda: set(made.client().many(10)) == {BLUE})
    yield made
    made.weigh(1, 0)


@pytest.mark.parametrize(("blue", "green"), [(90, 10), (50, 50), (1, 2), (999, 333)])
def test_requests_are_split_as_the_listener_weighs_whatever_the_sum(here: Town, blue: int, green: int) -> None:
    here.weighed(blue, green)
    count = 1000
    answers = here.client().many(count)
    share = green / (blue + green)
    off = abs(answers[GREEN] - count * share)
    assert set(answers) == {BLUE, GREEN}
    assert off < 5 * sqrt(count * share * (1 - share)), answers


def test_no_weight_is_no_request(here: Town) -> None:
    here.weighed(100, 0)
    assert set(here.client().many(300)) == {BLUE}


def test_weights_are_followed(here: Town) -> None:
    for blue, green, seen in ((0, 100, GREEN), (100, 0, BLUE), (0, 100, GREEN)):
        here.weigh(blue, green)
        until("the new weights", lambda: here.client().get() == seen)  # noqa: B023 - called before the next turn
        assert set(here.client().many(20)) == {seen}


def test_the_test_listener_has_its_own_weights(here: Town) -> None:
    here.weigh(0, 1, here.shop.test_listener_arn)
    until("green for those who test", lambda: here.client(here.shop.test_listener_arn).get() == GREEN)
    assert set(here.client().many(50)) == {BLUE}


def test_without_any_weight_it_answers_503(here: Town) -> None:
    here.weigh(0, 0)
    until("nobody", lambda: here.client().get() == (503, ""))


def test_without_a_target_it_answers_503(here: Town) -> None:
    here.weighed(0, 1)
    here.leave_green()
    until("nobody", lambda: here.client().get() == (503, ""))


def test_503_of_nobody_is_the_load_balancers_own(here: Town) -> None:
    here.weigh(0, 0)
    until("nobody", lambda: here.client().get() == (503, ""))
    before, errors = here.summed("HTTPCode_ELB_5XX_Count"), here.summed("HTTPCode_Target_5XX_Count")
    here.client().many(50)
    until("the metric", lambda: here.summed("HTTPCode_ELB_5XX_Count") >= before + 50)
    assert here.summed("HTTPCode_Target_5XX_Count") == errors


def test_a_rule_sends_its_paths_elsewhere(here: Town) -> None:
    rule = here.call(
        "elbv2",
        "CreateRule",
        ListenerArn=here.shop.production_listener_arn,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/next/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": here.shop.green_arn}],
    )["Rules"][0]
    try:
        until("the rule", lambda: here.client().get("/next/1?a=b") == GREEN)
        assert here.client().get("/other") == BLUE
    finally:
        here.call("elbv2", "DeleteRule", RuleArn=rule["RuleArn"])


def test_an_image_fails_as_often_as_it_was_told(here: Town) -> None:
    here.weighed(0, 1)
    here.place.traffic.behave("registry/notes:2.0", Behaviour(error_rate=0.3))
    try:
        until("an error", lambda: here.client().get() == (500, "2.0"))
        answers = here.client().many(1000)
        assert abs(answers[500, "2.0"] - 300) < 5 * sqrt(1000 * 0.3 * 0.7), answers
    finally:
        here.place.traffic.behave("registry/notes:2.0", Behaviour())


def test_a_request_in_hand_is_finished_while_its_task_leaves(here: Town) -> None:
    here.weighed(0, 1)
    answers: list[tuple[int, str]] = []
    slow = threading.Thread(target=lambda: answers.append(here.client().get("/?wait=1.5")))
    slow.start()
    here.leave_green()
    slow.join(10)
    assert answers == [GREEN]


def test_a_browser_gets_a_page_and_others_get_data(here: Town) -> None:
    url = here.url(here.shop.production_listener_arn)
    kind, page = read(url, Accept="text/html,*/*;q=0.8")
    assert kind.startswith("text/html")
    assert "<h1>1.0.0</h1>" in page
    for accept in ("application/json", "*/*"):
        kind, text = read(url, Accept=accept)
        told = json.loads(text)
        assert (kind, told["version"], told["colour"], told["service"]) == ("application/json", "1.0.0", "blue", "shop")


def test_every_task_answers_for_itself(here: Town) -> None:
    url = here.url(here.shop.production_listener_arn)
    answered = {json.loads(read(url)[1])["task"] for _ in range(20)}
    listed = here.call("ecs", "ListTasks", cluster=here.shop.cluster, serviceName=here.shop.service)["taskArns"]
    assert answered == {arn.rsplit("/", 1)[1] for arn in listed}


def test_a_new_load_balancer_gets_an_address_of_its_own(here: Town) -> None:
    balancer = here.call("elbv2", "CreateLoadBalancer", Name="late", Subnets=["subnet-1", "subnet-2"])
    forward = {"Type": "forward", "TargetGroupArn": here.shop.blue_arn}
    listener = here.call(
        "elbv2",
        "CreateListener",
        LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=81,
        DefaultActions=[forward],
    )["Listeners"][0]["ListenerArn"]
    until("an answer", lambda: here.client(listener).get() == BLUE)
    here.clients.pop(listener).close()
    here.call("elbv2", "DeleteListener", ListenerArn=listener)
    until("its end", lambda: all(each["name"] != "late:81" for each in here.traffic.told()["listeners"]))
