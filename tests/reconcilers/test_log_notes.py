"""What there is to say beside the lines of logs."""

from dataclasses import replace

import pytest

from reconcilers.attempts import Attempt, AttemptState
from reconcilers.log_notes import (
    NAMED,
    by_time,
    no_container,
    nothing_fits,
    of_attempt,
    older,
    too_many,
    unknown,
    unopened,
)
from reconcilers.model import ServiceKey
from reconcilers.task_output import Which

KEY = ServiceKey("prod", "web")
SHIPPED = Attempt("d-1", AttemptState.SUCCEEDED, "Succeeded", 1.0, task_definition_arn="arn:…/web:1")
ROLLBACK = Attempt("d-2", AttemptState.SUCCEEDED, "Succeeded", 2.0, rollback_of="d-1")


def test_a_service_without_a_deployment_is_shown_as_it_runs() -> None:
    assert list(of_attempt(None, nothing=True)) == ["AWS remembers no deployment: these are the service's tasks."]


def test_a_rollback_that_started_nothing_says_so() -> None:
    (said,) = of_attempt(ROLLBACK, nothing=True)
    assert said.startswith("d-2 is a rollback: it started no tasks, and went back to those that still ran. ")
    assert said.endswith("What it undid: --deployment d-1.")


def test_a_deployment_whose_revision_aws_does_not_tell_says_that_its_tasks_cannot_be_told_from_others() -> None:
    assert list(of_attempt(replace(SHIPPED, task_definition_arn=None), nothing=True)) == [
        "AWS does not tell which revision d-1 shipped, so that its tasks cannot be told from others."
    ]


def test_a_deployment_of_which_nothing_is_found_says_so() -> None:
    assert "No task of d-1 was found" in next(of_attempt(SHIPPED, nothing=True))
    assert list(of_attempt(SHIPPED, nothing=False)) == []


@pytest.mark.parametrize(
    ("which", "attempts", "said"),
    [
        (Which("d-9"), (SHIPPED,), "no deployment d-9 of prod/web. Known, newest first: d-1."),
        (Which(number=3), (SHIPPED,), "1 attempts of prod/web, and none with the number 3."),
        (Which(previous=True), (), "no earlier deployment of prod/web that started tasks. Known, newest first: none."),
        (Which(), (ROLLBACK,), "no deployment of prod/web that started tasks. Known, newest first: d-2."),
    ],
)
def test_what_is_not_remembered_is_said_with_what_is(which: Which, attempts: tuple[Attempt, ...], said: str) -> None:
    assert said in unknown(KEY, which, attempts)


def test_names_are_sorted_and_not_endless() -> None:
    tasks = {f"{number:032}" for number in range(100)}
    assert nothing_fits(tasks, {"b", "a"}).startswith(
        "Nothing fits. There are the containers a, b and the tasks 00000000, "
    )
    assert nothing_fits(tasks, set()).count("00000000") == NAMED


def test_limits_and_doubts_are_said() -> None:
    assert too_many(24, 99) == "The newest 24 of 99 streams are read. Name a task or a container."
    assert older("no answer.").endswith("could not be asked: no answer.")
    assert unopened({"/b", "/a"}).startswith("No container has opened its stream in /a, /b. ")


def test_a_container_that_is_not_there_is_told_with_those_that_are() -> None:
    assert no_container("wbe", {"web", "proxy"}) == "There is no container wbe in this deployment. It has proxy, web."


def test_what_was_found_by_time_says_whose_it_may_be_as_well() -> None:
    assert by_time({"/b", "/a"}) == (
        "ECS has forgotten tasks of this deployment. Their lines are found by when their streams were opened, and may "
        "hold those of others that write to /a, /b."
    )
