"""Rollouts under real requests: what visitors notice of them, and what Envoy's count does to them."""

from collections.abc import Iterator
from functools import partial

import pytest

from sandbox.traffic import Seen, Visited, gate_id
from tests.sandbox.traffic.around import Town, needs_envoy, town, until

pytestmark = needs_envoy


@pytest.fixture(scope="module")
def here() -> Iterator[Town]:
    with town(speed=120.0, visits=60.0) as one:
        yield one


class Visiting:
    """What the visitors of one listener see from now on."""

    def __init__(self, here: Town, listener: str) -> None:
        self._here, self._gate = here, gate_id(listener)
        until("visitors", lambda: self._visited(here.traffic.seen).sent)
        self._before = here.traffic.seen

    def so_far(self) -> Visited:
        return self._visited(self._here.traffic.seen).since(self._visited(self._before))

    def failures(self) -> list[tuple[str, str]]:
        known = len(self._before.failures)
        return [(one.result, one.version) for one in self._here.traffic.seen.failures[known:] if one.gate == self._gate]

    def _visited(self, seen: Seen) -> Visited:
        return seen.visits.get(self._gate, Visited())


@pytest.fixture
def shop(here: Town) -> Visiting:
    return Visiting(here, here.shop.production_listener_arn)


def test_a_good_release_loses_no_request(here: Town, shop: Visiting) -> None:
    deployment = here.ship("2.0")
    until("the shift", lambda: here.deployment(deployment)["status"] == "Succeeded", 60)
    until("visitors of it", lambda: shop.so_far().answered.get("2.0", 0) > 50)
    assert set(shop.so_far().answered) == {"1.0.0", "2.0"}
    assert shop.so_far().failed == {}


def test_what_envoy_counts_of_a_bad_release_rolls_it_back(here: Town, shop: Visiting) -> None:
    _, good = here.client().get()
    counted, measured = here.counted("errors"), here.summed("HTTPCode_Target_5XX_Count")
    deployment = here.ship("3.0-bad")
    until("the alarm", lambda: here.deployment(deployment)["status"] == "Stopped", 60)
    assert here.deployment(deployment)["errorInformation"]["code"] == "ALARM_ACTIVE"
    rollback = here.deployment(deployment)["rollbackInfo"]["rollbackDeploymentId"]
    until("the rollback", lambda: here.deployment(rollback)["status"] == "Succeeded")
    until("visitors after it", lambda: shop.so_far().answered.get(good, 0) > 50)
    assert set(shop.failures()) == {("500", "3.0-bad")}
    # What visitors saw is told ten times a second: the last of it may come after the first look.
    until("all to be counted", lambda: here.counted("errors") - counted == len(shop.failures()))
    until("the metric", lambda: here.summed("HTTPCode_Target_5XX_Count") - measured == len(shop.failures()))


def test_tasks_that_are_replaced_one_by_one_lose_no_request(here: Town) -> None:
    listeners = here.call("elbv2", "DescribeListeners", LoadBalancerArn=here.web.load_balancer_arn)["Listeners"]
    web = Visiting(here, listeners[0]["ListenerArn"])
    running = here.call("ecs", "DescribeTaskDefinition", taskDefinition=here.web.task_definition_arn)["taskDefinition"]
    container = running["containerDefinitions"][0]
    request = here.definition("1") | {"family": running["family"], "containerDefinitions": [container]}
    for tag in ("1.28", "1.29"):
        container["image"] = f"registry/nginx:{tag}"
        made = here.call("ecs", "RegisterTaskDefinition", **request)["taskDefinition"]
        arn = made["taskDefinitionArn"]
        here.call("ecs", "UpdateService", cluster=here.web.cluster, service=here.web.service, taskDefinition=arn)
        until(f"{tag} alone", lambda: _alone(here), 60)
        until(f"visitors of {tag}", partial(_visited, web, tag))
    assert web.so_far().failed == {}


def _visited(web: Visiting, tag: str) -> bool:
    return web.so_far().answered.get(tag, 0) > 20


def _alone(here: Town) -> bool:
    service = here.call("ecs", "DescribeServices", cluster=here.web.cluster, services=[here.web.service])["services"][0]
    return [each["rolloutState"] for each in service["deployments"]] == ["COMPLETED"]


def test_every_request_that_came_was_answered_or_failed(shop: Visiting) -> None:
    looks = [shop.so_far()]

    def seen_enough() -> bool:
        looks.append(shop.so_far())
        return looks[-1].sent > 150

    until("visitors", seen_enough)
    assert [each for each in looks if each.sent != sum(each.answered.values()) + sum(each.failed.values())] == []
