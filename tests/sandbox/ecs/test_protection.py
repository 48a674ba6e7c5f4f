"""Protected tasks: neither a scale-in nor a deployment stops them before their time."""

from typing import Any

import pytest

from sandbox.errors import AwsError
from tests.sandbox.ecs.around import FakePlace

AN_HOUR = 3600.0
TWO_HOURS = 2 * AN_HOUR


@pytest.fixture
def place() -> FakePlace:
    place = FakePlace().with_cluster()
    place.create(place.register())
    place.wait(600)
    return place


def tasks(place: FakePlace) -> list[str]:
    arns: list[str] = place.call("ListTasks", cluster="prod", serviceName="web")["taskArns"]
    return arns


def protect(place: FakePlace, *arns: str, on: bool = True, **more: Any) -> dict[str, Any]:
    return place.call("UpdateTaskProtection", cluster="prod", tasks=list(arns), protectionEnabled=on, **more)


def shown(place: FakePlace, *arns: str) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = place.call("GetTaskProtection", cluster="prod", tasks=list(arns))["protectedTasks"]
    return answer


def test_a_task_is_protected_for_two_hours_unless_told_otherwise(place: FakePlace) -> None:
    (first, second), begun = tasks(place), place.timeline.now
    protect(place, first)
    protect(place, second, expiresInMinutes=60)
    ends = [each["expirationDate"].timestamp() - begun for each in shown(place, first, second)]
    assert ends == [TWO_HOURS, AN_HOUR]


def test_protection_ends_by_itself_or_by_a_word(place: FakePlace) -> None:
    first, second = tasks(place)
    protect(place, first, second)
    protect(place, first, on=False)
    assert [each["protectionEnabled"] for each in shown(place, first, second)] == [False, True]
    place.wait(TWO_HOURS)
    assert [each["protectionEnabled"] for each in shown(place, first, second)] == [False, False]


def test_a_scale_in_leaves_protected_tasks_alone(place: FakePlace) -> None:
    _, second = tasks(place)
    protect(place, second)
    place.update(desiredCount=1)
    assert tasks(place) == [second]


def test_a_scale_in_waits_for_the_last_protected_task(place: FakePlace) -> None:
    protect(place, *tasks(place))
    place.update(desiredCount=0)
    place.wait(AN_HOUR)
    assert place.describe()["runningCount"] == 2
    place.wait(AN_HOUR + 60)
    assert place.describe()["runningCount"] == 0


def test_a_deployment_waits_until_the_protection_is_taken_away(place: FakePlace) -> None:
    first, _ = tasks(place)
    protect(place, first)
    place.update(taskDefinition=place.register(image="shop/web:2"))
    place.wait(AN_HOUR)
    assert place.deployment()["status"] == "IN_PROGRESS"
    assert first in tasks(place)
    protect(place, first, on=False)
    place.wait(120)
    assert place.deployment()["status"] == "SUCCESSFUL"


def test_what_is_not_a_services_task_is_a_failure(place: FakePlace) -> None:
    network = {"awsvpcConfiguration": {"subnets": ["subnet-a"]}}
    alone = place.call(
        "RunTask", cluster="prod", taskDefinition="web", launchType="FARGATE", networkConfiguration=network
    )
    own = alone["tasks"][0]["taskArn"]
    failures = protect(place, own, "none")["failures"]
    assert [each["reason"] for each in failures] == ["TASK_NOT_VALID", "MISSING"]


def test_without_names_every_task_of_a_service_is_shown(place: FakePlace) -> None:
    answer = place.call("GetTaskProtection", cluster="prod")
    assert [each["taskArn"] for each in answer["protectedTasks"]] == tasks(place)


@pytest.mark.parametrize("minutes", [0, 2881])
def test_a_protection_lasts_between_a_minute_and_two_days(place: FakePlace, minutes: int) -> None:
    with pytest.raises(AwsError, match="InvalidParameterException"):
        protect(place, tasks(place)[0], expiresInMinutes=minutes)


def test_at_most_ten_tasks_are_protected_at_once(place: FakePlace) -> None:
    with pytest.raises(AwsError, match="InvalidParameterException"):
        protect(place, *["a"] * 11)
