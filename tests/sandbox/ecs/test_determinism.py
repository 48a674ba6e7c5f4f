"""A history replays from its seed, and a thousand services are no burden."""

from typing import Any

from sandbox.world.calls import Caller
from tests.sandbox.ecs.around import FakePlace, breaker


def history(seed: int) -> list[dict[str, Any]]:
    """A deployment that fails, and all that was seen of it."""
    place = FakePlace(seed=seed).with_cluster()
    place.create(place.register())
    place.wait(300)
    place.traffic.broken.add("shop/web:2")
    place.update(taskDefinition=place.register(image="shop/web:2"), deploymentConfiguration=breaker())
    seen = []
    for _ in range(20):
        place.wait(15)
        seen += [place.describe(), place.deployment()]
    return seen


def test_the_same_seed_tells_the_same_history() -> None:
    assert history(7) == history(7)


def test_another_seed_gives_other_identifiers() -> None:
    assert history(7)[0]["deployments"][0]["id"] != history(8)[0]["deployments"][0]["id"]


def test_of_a_thousand_services_any_ten_are_described() -> None:
    place = FakePlace().with_cluster()
    definition = place.register()
    for number in range(1000):
        place.create(definition, serviceName=f"s{number}")
    place.wait(300)
    describe = place.ecs.operations["DescribeServices"]
    names = [f"s{number}" for number in range(10)]
    answer = describe({"cluster": "prod", "services": names}, Caller())
    assert [service["serviceName"] for service in answer["services"]] == names
    assert all(service["runningCount"] == 2 for service in answer["services"])
