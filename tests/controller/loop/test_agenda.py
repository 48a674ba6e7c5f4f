"""When CloudTrail is asked: two lookups half a second apart for each account and region, and never where it denies."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.loop.agenda import RARELY, SOON, SPACING, Agenda, Open
from controller.loop.questions import Deployed, Question
from reconcilers.model import Scope
from reconcilers.trail import By, Lookup
from tests.controller.builders import KEY
from tests.examples import examples

HERE, THERE = Scope("eu-west-1"), Scope("us-east-1")


def asking(name: str = "d-1", scope: Scope = HERE, account: str = "1") -> Open:
    lookup = Lookup(By.NAME, "CreateDeployment", 0.0, 1.0)
    return Open((Question(KEY, scope, account, name, Deployed(name), lookup),))


def test_nothing_is_due_where_nothing_is_to_be_asked() -> None:
    assert Agenda().take(0.0) == (None, None)


def test_what_is_due_later_is_waited_for() -> None:
    agenda, later = Agenda(), asking()
    agenda.put(later, 10.0)
    assert agenda.take(4.0) == (None, 6.0)
    assert agenda.take(10.0) == (later, 0.0)
    assert agenda.take(20.0) == (None, None)


def test_what_is_due_first_comes_first_and_of_the_same_time_what_was_put_first() -> None:
    agenda = Agenda()
    first, second, third = asking("a"), asking("b"), asking("c")
    for each, at in ((third, 2.0), (first, 1.0), (second, 1.0)):
        agenda.put(each, at)
    taken = [agenda.take(10.0 * turn)[0] for turn in (1, 2, 3)]
    assert taken == [first, second, third]


def test_lookups_in_one_account_and_region_keep_apart() -> None:
    agenda = Agenda()
    agenda.put(asking("a"), 0.0)
    agenda.put(asking("b"), 0.0)
    assert agenda.take(0.0)[0] is not None
    assert agenda.take(0.0) == (None, SPACING)
    assert agenda.take(SPACING)[0] is not None


def test_elsewhere_there_is_another_quota() -> None:
    agenda = Agenda()
    for each in (asking("a"), asking("b", THERE), asking("c", account="2")):
        agenda.put(each, 0.0)
    assert [agenda.take(0.0)[0] is not None for _ in range(3)] == [True, True, True]


def test_two_roles_in_one_account_share_its_quota() -> None:
    agenda = Agenda()
    agenda.put(asking("a"), 0.0)
    agenda.put(asking("b", Scope("eu-west-1", "arn:aws:iam::1:role/other")), 0.0)
    agenda.take(0.0)
    assert agenda.take(0.0)[0] is None


def test_somebody_else_gets_the_second_that_they_want() -> None:
    agenda, one = Agenda(), asking()
    agenda.yield_to_others(one, 0.0)
    agenda.put(one, 0.0)
    assert agenda.take(0.0) == (None, 2 * SPACING)


def test_where_asking_is_denied_nothing_is_asked_until_the_time_is_over() -> None:
    agenda, one = Agenda(), asking()
    assert not agenda.silence(HERE, 100.0)
    agenda.put(one, 0.0)
    assert agenda.silent(HERE, 99.0)
    assert agenda.take(0.0) == (None, 100.0)
    assert not agenda.silent(HERE, 100.0)
    assert agenda.take(100.0)[0] is one


def test_a_denial_is_new_once_until_aws_answered() -> None:
    agenda = Agenda()
    assert [agenda.silence(HERE, 1.0), agenda.silence(HERE, 2.0), agenda.silence(THERE, 2.0)] == [False, True, False]
    agenda.heard(HERE)
    assert not agenda.silence(HERE, 3.0)


def test_what_is_in_vain_is_tried_ever_more_rarely() -> None:
    one = asking()
    waits = [one.missed() for _ in range(2000)]
    assert waits[:5] == [SOON, 2 * SOON, 4 * SOON, 8 * SOON, 16 * SOON]
    assert set(waits[5:]) == {RARELY}


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.floats(0, 20), st.sampled_from([HERE, THERE])), min_size=1, max_size=25))
def test_however_they_come_everything_is_asked_and_never_more_than_twice_a_second(
    put: list[tuple[float, Scope]],
) -> None:
    agenda, now = Agenda(), 0.0
    for number, (at, scope) in enumerate(put):
        agenda.put(asking(str(number), scope), at)
    taken: list[tuple[float, Scope]] = []
    while True:
        open_, wait = agenda.take(now)
        if open_ is not None:
            taken.append((now, open_.first.scope))
        elif wait is None:
            break
        else:
            assert wait > 0
            now += wait + 1e-9  # what a clock loses
    assert sorted(scope.region for _, scope in taken) == sorted(scope.region for _, scope in put)
    for scope in (HERE, THERE):
        times = [at for at, each in taken if each == scope]
        assert all(later - earlier >= SPACING - 1e-6 for earlier, later in pairwise(times))
