"""What was tried, read because somebody asks: kept for a moment, and what AWS does not say."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from reconcilers.attempts import AttemptState, Failure
from reconcilers.history import KEPT, LOOKED_INTO, Historian
from reconcilers.model import Service, ServiceKey
from tests.reconcilers.aws.wire import Params, Refusal, Reply, Wire
from tests.reconcilers.builders import ROLLING, wanted
from tests.reconcilers.gateways import over, replies

BROKEN = {
    "deploymentTarget": {
        "ecsTarget": {
            "lifecycleEvents": [
                {
                    "lifecycleEventName": "AfterInstall",
                    "status": "Failed",
                    "diagnostics": {"errorCode": "ScriptFailed", "message": "the hook said no"},
                }
            ]
        }
    }
}


def deployment(number: int, status: str = "Succeeded") -> dict[str, Any]:
    created = datetime.fromtimestamp(number, UTC)
    return {"deploymentId": f"d-{number}", "status": status, "createTime": created, "completeTime": created}


def tried(*deployments: dict[str, Any]) -> dict[str, Reply]:
    """Newest first."""
    known = {each["deploymentId"]: each for each in deployments}
    return {
        "ListDeployments": {"deployments": list(known)},
        "BatchGetDeployments": lambda params: {"deploymentsInfo": [known[each] for each in params["deploymentIds"]]},
        "GetDeploymentTarget": BROKEN,
    }


class Asking:
    """A historian on a clock that is moved by hand, over answers that may change."""

    def __init__(self, answers: dict[str, Reply]) -> None:
        self.now = 100_000.0
        self.wire: Wire
        gateways, self.wire = over(replies(**answers))
        self._historian = Historian(lambda _scope: gateways, lambda: self.now)

    def ask(self, service: Service | None = None, known: object = None) -> tuple[list[str], str]:
        """The deployments, and why AWS could not be asked."""
        self.found = self._historian.history(service or wanted(), known)
        return [each.id for each in self.found.attempts], self.found.error


def test_attempts_come_newest_first_with_when_they_were_read() -> None:
    asking = Asking(tried(deployment(2), deployment(1)))

    assert asking.ask() == (["d-2", "d-1"], "")
    assert asking.found.as_of == asking.now


def test_aws_is_not_asked_again_for_some_seconds() -> None:
    asking = Asking(tried(deployment(1)))
    asking.ask()
    asking.now += KEPT - 0.1

    asking.ask()

    assert len(asking.wire.asked("ListDeployments")) == 1


def test_it_is_asked_at_once_where_more_is_known_than_when_it_was_asked() -> None:
    asking = Asking(tried(deployment(1)))
    asking.ask(known="d-1 ended")
    asking.wire.replies |= tried(deployment(2), deployment(1))

    assert asking.ask(known="d-2 began")[0] == ["d-2", "d-1"]


def test_many_who_know_the_same_ask_once() -> None:
    asking = Asking(tried(deployment(1)))
    for _ in range(9):
        asking.ask(known="d-1 ended")

    assert len(asking.wire.asked("ListDeployments")) == 1


def test_who_knows_nothing_takes_what_is_kept() -> None:
    asking = Asking(tried(deployment(1)))
    asking.ask(known="d-1 ended")
    asking.ask()

    assert len(asking.wire.asked("ListDeployments")) == 1


def test_after_them_it_is() -> None:
    asking = Asking(tried(deployment(1)))
    asking.ask()
    asking.wire.replies |= tried(deployment(2), deployment(1))
    asking.now += KEPT

    assert asking.ask()[0] == ["d-2", "d-1"]


def test_a_clock_that_was_set_back_keeps_nothing_for_long() -> None:
    asking = Asking(tried(deployment(1)))
    asking.ask()
    asking.now -= 3600

    asking.ask()

    assert len(asking.wire.asked("ListDeployments")) == 2


def test_services_are_kept_apart() -> None:
    asking = Asking(tried(deployment(1)))
    asking.ask()

    asking.ask(wanted(key=ServiceKey("dev", "notes")))

    assert len(asking.wire.asked("ListDeployments")) == 2


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_what_went_wrong_is_looked_into(status: str) -> None:
    asking = Asking(tried(deployment(2), deployment(1, status)))

    asking.ask()

    assert asking.found.failures == {"d-1": (Failure("AfterInstall", "ScriptFailed", "the hook said no"),)}


def test_only_the_newest_failures_are_looked_into() -> None:
    asking = Asking(tried(*(deployment(number, "Failed") for number in range(9, 0, -1))))

    asking.ask()

    assert list(asking.found.failures) == [f"d-{number}" for number in range(9, 9 - LOOKED_INTO, -1)]


def test_aws_that_was_never_reached_leaves_a_reason_and_no_time() -> None:
    asking = Asking({"ListDeployments": Refusal("ThrottlingException", "Rate exceeded")})

    attempts, error = asking.ask()

    assert (attempts, asking.found.as_of) == ([], None)
    assert "Rate exceeded" in error


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_what_was_known_stands_while_aws_does_not_answer(code: str) -> None:
    asking = Asking(tried(deployment(1, "Failed")))
    asking.ask()
    read_at, failures = asking.now, asking.found.failures
    asking.now += KEPT
    asking.wire.replies["ListDeployments"] = Refusal(code, "not now")

    attempts, error = asking.ask()

    assert (attempts, asking.found.as_of, asking.found.failures) == (["d-1"], read_at, failures)
    assert "not now" in error


def test_aws_that_throttles_is_not_asked_at_once_again() -> None:
    asking = Asking({"ListDeployments": Refusal("ThrottlingException")})
    asking.ask()
    asking.ask(known="d-1 began")

    assert len(asking.wire.asked("ListDeployments")) == 1


def test_an_answer_after_an_error_clears_it() -> None:
    asking = Asking({"ListDeployments": Refusal("ThrottlingException")})
    asking.ask()
    asking.wire.replies |= tried(deployment(1))
    asking.now += KEPT

    assert asking.ask() == (["d-1"], "")


def test_who_asks_at_the_same_time_asks_once() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(_params: Params) -> dict[str, Any]:
        begun.set()
        assert go_on.wait(10)
        return {"deployments": []}

    asking = Asking({"ListDeployments": slowly})
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(asking.ask)
        assert begun.wait(10)
        second = threads.submit(asking.ask)
        go_on.set()
        assert first.result(10) == second.result(10) == ([], "")

    assert len(asking.wire.asked("ListDeployments")) == 1


def test_ecs_says_all_it_says_in_the_deployments_own_reason() -> None:
    asking = Asking(rolled())

    asking.ask(wanted(rollout=ROLLING))

    (attempt,) = asking.found.attempts
    assert attempt.state is AttemptState.ROLLED_BACK
    assert asking.found.failures == {attempt.id: ()}
    assert "GetDeploymentTarget" not in asking.wire.operations


def rolled() -> dict[str, Reply]:
    arn = "arn:aws:ecs:eu-west-1:1:service-deployment/prod/notes/abc"
    described = {
        "serviceDeploymentArn": arn,
        "status": "ROLLBACK_SUCCESSFUL",
        "createdAt": datetime.fromtimestamp(1, UTC),
    }
    return {
        "ListServiceDeployments": {"serviceDeployments": [{"serviceDeploymentArn": arn}]},
        "DescribeServiceDeployments": {"serviceDeployments": [described], "failures": []},
    }
