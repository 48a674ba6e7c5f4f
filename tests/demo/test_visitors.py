"""What is claimed of the requests that came during an act."""

from controller.demo.visitors import Tally, harmed_between, unharmed
from sandbox.traffic import Failure, Visited

WELL = Tally(Visited(10, {"good": 10}), ())


def harmed(*failures: tuple[float, str]) -> Tally:
    return Tally(Visited(10, {"good": 8}), tuple(Failure(at, "front", "500", version) for at, version in failures))


def test_nobody_noticed_is_claimed_of_somebody() -> None:
    assert unharmed(WELL).true
    assert not unharmed(Tally(Visited(), ())).true


def test_one_request_that_failed_is_harm() -> None:
    check = unharmed(harmed((5.0, "bad")))
    assert (check.true, check.seen) == (False, "1 of 10 failed")


def test_harm_is_of_the_bad_version_and_of_its_time_alone() -> None:
    assert harmed_between(harmed((5.0, "bad"), (6.0, "bad")), 5.0, 6.0, "bad").true
    assert not harmed_between(harmed((5.0, "bad"), (4.9, "bad")), 5.0, 6.0, "bad").true
    assert not harmed_between(harmed((5.0, "bad"), (6.1, "bad")), 5.0, 6.0, "bad").true
    assert not harmed_between(harmed((5.0, "bad"), (5.5, "good")), 5.0, 6.0, "bad").true


def test_a_bad_release_that_harmed_nobody_has_proved_nothing() -> None:
    assert not harmed_between(WELL, 5.0, 6.0, "bad").true


def test_a_tally_says_what_failed_and_who_answered() -> None:
    assert str(WELL) == "10 requests came, none failed; answered: good 10"
    assert str(harmed((5.0, "bad"))) == "10 requests came, 1 failed; answered: good 8"
    assert WELL.to_record() == {"sent": 10, "failed": 0, "answered": {"good": 10}}
