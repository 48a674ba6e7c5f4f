"""How long to wait after a failure."""

from controller.loop.backoff import Backoff, jittered


def test_the_first_wait_is_short() -> None:
    backoff: Backoff[str] = Backoff(chance=lambda: 1.0, first=2)
    assert backoff.failed("a") == 2


def test_each_failure_in_a_row_doubles_the_wait() -> None:
    backoff: Backoff[str] = Backoff(chance=lambda: 1.0, first=2, most=300)
    assert [backoff.failed("a") for _ in range(4)] == [2, 4, 8, 16]


def test_the_wait_never_exceeds_its_bound() -> None:
    backoff: Backoff[str] = Backoff(chance=lambda: 1.0, first=2, most=30)
    assert [backoff.failed("a") for _ in range(200)][-1] == 30


def test_chance_takes_off_up_to_half() -> None:
    backoff: Backoff[str] = Backoff(chance=lambda: 0.0, first=2)
    assert backoff.failed("a") == 1


def test_a_success_starts_over() -> None:
    backoff: Backoff[str] = Backoff(chance=lambda: 1.0, first=2)
    backoff.failed("a")
    backoff.forget("a")
    assert backoff.failed("a") == 2


def test_keys_fail_apart() -> None:
    backoff: Backoff[str] = Backoff(chance=lambda: 1.0, first=2)
    backoff.failed("a")
    assert backoff.failed("b") == 2


def test_jitter_stays_within_its_share() -> None:
    assert [round(jittered(60, chance), 6) for chance in (0.0, 0.5, 1.0)] == [54, 60, 66]
