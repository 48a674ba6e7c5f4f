"""A bucket's contract, sentence by sentence. Times are whole eighths, so that sums of them are exact."""

from hypothesis import given
from hypothesis import strategies as st

from reconcilers.aws.bucket import HARSHEST, Bucket, Go, Later

MOMENTS = st.lists(st.integers(0, 80).map(lambda eighths: eighths / 8), min_size=1, max_size=120)


def crowd(bucket: Bucket, number: int, now: float = 0.0) -> list[float]:
    """When each of so many who ask at once may come back; nobody waits."""
    answers = [bucket.ask(f"{n}", now, 0.0) for n in range(number)]
    return [each.after for each in answers]


def test_as_many_go_at_once_as_the_bucket_holds() -> None:
    assert crowd(Bucket(3, 1), 4) == [0, 0, 0, 1]


def test_a_token_comes_back_in_its_time() -> None:
    bucket = Bucket(1, 2)
    assert [bucket.ask(f"{at}", at, 0.0) for at in (0.0, 0.25, 2.0)] == [Go(0), Later(0.25), Go(0)]


def test_who_has_patience_waits_in_the_call() -> None:
    bucket = Bucket(1, 1)
    bucket.ask("a", 0.0, 2.0)
    assert [bucket.ask("b", 0.0, 2.0), bucket.ask("c", 0.0, 2.0), bucket.ask("d", 0.0, 2.0)] == [Go(1), Go(2), Later(3)]


def test_everybody_in_the_line_is_told_a_moment_of_their_own() -> None:
    assert crowd(Bucket(2, 4), 6) == [0, 0, 0.25, 0.5, 0.75, 1.0]


def test_who_comes_back_in_turn_goes() -> None:
    bucket = Bucket(1, 1)
    told = crowd(bucket, 500)
    assert [bucket.ask(f"{n}", told[n], 0.0) for n in range(1, 500)] == [Go(0)] * 499


def test_who_never_stood_in_line_goes_behind_it() -> None:
    bucket = Bucket(1, 1)
    crowd(bucket, 4)
    assert bucket.ask("new", 1.0, 0.0) == Later(3.0)


def test_who_never_stood_in_line_does_not_wait_for_a_line_that_is_over() -> None:
    bucket = Bucket(2, 1)
    crowd(bucket, 4)
    assert bucket.ask("new", 10.0, 0.0) == Go(0)


def test_who_waits_at_the_end_of_the_line_is_not_overtaken_either() -> None:
    bucket = Bucket(1, 1)
    crowd(bucket, 3)
    assert bucket.ask("patient", 1.5, 2.0) == Go(1.5)
    assert bucket.ask("next", 1.5, 0.0) == Later(2.5)


def test_who_comes_back_too_early_keeps_the_turn_and_takes_no_other() -> None:
    bucket = Bucket(1, 1)
    crowd(bucket, 3)
    assert [bucket.ask("2", 0.5, 0.0), bucket.ask("2", 1.0, 0.0), bucket.ask("2", 2.0, 0.0)] == [
        Later(1.5),
        Later(1.0),
        Go(0),
    ]
    assert bucket.ask("new", 2.0, 0.0) == Later(1.0)


def test_a_turn_is_kept_for_a_minute() -> None:
    def comes(at: float) -> Go | Later:
        bucket = Bucket(1, 1)
        crowd(bucket, 200)
        return bucket.ask("1", at, 0.0)

    assert comes(61.0) == Go(0)
    assert comes(61.125) == Later(138.875)


def test_a_refusal_lets_nobody_go_for_the_time_of_a_token() -> None:
    bucket = Bucket(20, 1)
    bucket.refused(0.0)
    assert crowd(bucket, 3) == [1, 2, 3]


def test_a_refusal_after_the_other_lets_nobody_go_for_twice_as_long() -> None:
    bucket, waits, now = Bucket(20, 100), list[float](), 0.0
    for _ in range(6):
        bucket.refused(now)
        waits.append(bucket.ask("a", now, 60.0).after * 100)
        now += waits[-1] / 100 + 0.001  # the answer takes a moment
    assert [round(each) for each in waits] == [1, 2, 4, 8, 16, HARSHEST]


def test_refusals_of_calls_that_were_under_way_together_count_once() -> None:
    bucket = Bucket(20, 1)
    for _ in range(50):
        bucket.refused(0.0)
    assert bucket.ask("a", 0.0, 0.0) == Later(1)


def test_refusals_weigh_less_as_time_passes() -> None:
    bucket = Bucket(20, 8)
    for at in (0.0, 1.0, 2.0, 3.0):
        bucket.refused(at)
    bucket.refused(60.0)
    assert bucket.ask("a", 60.0, 0.0) == Later(0.125)


def test_a_turn_that_was_promised_before_a_refusal_waits_like_everybody() -> None:
    bucket = Bucket(1, 1)
    crowd(bucket, 5)
    bucket.refused(0.5)
    assert bucket.ask("1", 1.0, 0.0) == Later(4.0)


def test_trouble_is_over_after_a_minute() -> None:
    bucket = Bucket(1, 1)
    before = bucket.troubled(0.0)
    bucket.refused(0.0)
    assert (before, bucket.troubled(59.0), bucket.troubled(60.0)) == (False, True, False)


def test_what_is_left_is_told_and_what_is_promised_counts_against_it() -> None:
    bucket = Bucket(3, 1)
    full = bucket.tokens(0.0)
    crowd(bucket, 2)
    two = bucket.tokens(0.0)
    crowd(bucket, 5)
    assert (full, two, bucket.tokens(0.0), bucket.tokens(500.0)) == (3, 1, -4, 3)


def test_less_than_a_token_is_one() -> None:
    assert crowd(Bucket(0.1, 1), 2) == [0, 1]


@given(MOMENTS, st.integers(1, 5), st.sampled_from([0.5, 1, 4]), st.sampled_from([0.0, 0.5, 2.0]), st.data())
def test_in_no_span_of_time_do_more_go_than_the_bucket_held_and_got(
    moments: list[float], capacity: int, refill: float, patience: float, data: st.DataObject
) -> None:
    bucket, gone = Bucket(capacity, refill), list[float]()
    for at in sorted(moments):
        if data.draw(st.integers(0, 9)) == 0:
            bucket.refused(at)
        answer = bucket.ask(data.draw(st.sampled_from("abcdef")), at, patience)
        if isinstance(answer, Go):
            gone.append(at + answer.after)
    gone.sort()
    for first, begin in enumerate(gone):
        for last, end in enumerate(gone[first:], 1):
            assert last <= capacity + refill * (end - begin) + 1e-9  # floats are no reals


@given(st.integers(1, 60), st.integers(1, 5), st.sampled_from([0.5, 1, 4]), st.sampled_from([0.0, 0.5, 2.0]))
def test_nobody_is_told_to_wait_longer_than_those_ahead_take(
    number: int, capacity: int, refill: float, patience: float
) -> None:
    bucket = Bucket(capacity, refill)
    for ahead in range(number):
        assert bucket.ask(f"{ahead}", 0.0, patience).after == max(0.0, (ahead + 1 - capacity) / refill)


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=60))
def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing(steps: list[int]) -> None:
    bucket, now, passed, gone = Bucket(3, 1), 0.0, 0.0, 0
    bucket.ask("first", now, 0.0)
    for number, step in enumerate(steps):
        now += step / 8
        passed += max(0, step) / 8
        answer = bucket.ask(f"{number}", now, 0.0)
        gone += isinstance(answer, Go)
        assert gone + 1 <= 3 + passed
        assert answer.after <= number + 1
