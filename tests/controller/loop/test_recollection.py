"""Whose record is read next, of the services that nobody has looked at alone since the start."""

from dataclasses import replace

import pytest

from controller.loop.recollection import TRIES, Recollection
from controller.loop.status import ServiceStatus
from tests.controller.builders import HELD, attempt, named, observed, report, status


def swept(name: str) -> ServiceStatus:
    """A service that a sweep found in sync."""
    return replace(status(report()), wanted=named(name))


def asked(recollection: Recollection, *statuses: ServiceStatus, times: int) -> list[str | None]:
    found = (recollection.next(statuses) for _ in range(times))
    return [each.wanted.key.name if each is not None else None for each in found]


def test_each_service_is_asked_about_once() -> None:
    recollection, both = Recollection(), (swept("a"), swept("b"))
    for each in both:
        assert recollection.next(both) == each
        recollection.done(each.wanted.key)
    assert recollection.next(both) is None


def test_a_service_of_which_aws_does_not_answer_comes_after_the_others_and_not_for_ever() -> None:
    assert asked(Recollection(), swept("a"), swept("b"), times=2 * TRIES + 1) == [*["a", "b"] * TRIES, None]


@pytest.mark.parametrize(
    "known",
    [
        status(),
        status(report(HELD)),
        status(report(observed=observed(attempt("v2")))),
        status(report(observed=replace(observed(), service=None))),
        replace(status(report()), kept_by="another"),
    ],
)
def test_what_is_not_in_sync_or_read_already_or_somebody_elses_is_not_asked_about(known: ServiceStatus) -> None:
    assert Recollection().next([known]) is None
