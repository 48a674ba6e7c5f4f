"""What waits to be told to one channel: a few facts of each service, however long the channel is away."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from controller.loop.facts import Fact, Kind
from controller.loop.status import ServiceStatus
from controller.notify.ledger import Ledger, after
from controller.notify.pending import MOST, Pending, Step, Way, place
from controller.notify.told import Place
from reconcilers.attempts import AttemptState
from reconcilers.outcome import Differs
from tests.controller.builders import DEBUG, HELD, observed, report, status
from tests.controller.notify.builders import (
    AT_REST,
    DRIFTED,
    IN_THE_WAY,
    KEY,
    LATER,
    NOW,
    ON_HOLD,
    SHIPPED,
    STARTED,
    attempt,
    fact,
    of_service,
    order,
    properties,
)
from tests.reconcilers.builders import failed

QUIET = frozenset({Kind.DRIFT_FOUND, Kind.DRIFT_HEALED, Kind.STARTED})


def pending(*but: Kind) -> Pending:
    """Of a channel that wants every kind but these, and knows that nothing was told."""
    made = Pending(lambda each: each.kind not in but)
    made.learn(KEY, Ledger())
    return made


def told(waits: Pending, now: float = NOW) -> list[Kind]:
    """Tell everything that waits."""
    kinds = []
    while isinstance(step := waits.head(now), Step):
        kinds.append(step.fact.kind)
        waits.settled(step)
    return kinds


def test_what_is_new_waits_in_the_order_in_which_it_came() -> None:
    waits = pending()
    for each in (STARTED, SHIPPED, DRIFTED, AT_REST):
        waits.consider(each, NOW)
    assert waits.waiting() == (4, NOW)
    assert told(waits) == [Kind.STARTED, Kind.DONE, Kind.DRIFT_FOUND, Kind.DRIFT_HEALED]
    assert waits.waiting() == (0, None)
    assert waits.head(NOW) is None


def test_what_waits_already_is_not_queued_again() -> None:
    waits = pending()
    waits.consider(DRIFTED, NOW)
    waits.consider(DRIFTED, LATER)
    assert told(waits) == [Kind.DRIFT_FOUND]


def test_what_was_told_before_is_learnt_once() -> None:
    waits = Pending(lambda _: True)
    assert not waits.knows(KEY)
    waits.learn(KEY, Ledger(number=3))
    waits.learn(KEY, Ledger(number=9))
    assert (waits.knows(KEY), waits.told(KEY)) == (True, Ledger(number=3))
    assert waits.first(replace(KEY, name="other")) is None


def test_what_was_noticed_first_is_told_first_across_services() -> None:
    waits = pending()
    other = of_service("other", ON_HOLD)
    waits.learn(other.wanted.key, Ledger())
    waits.consider(other, NOW + 1)
    waits.consider(ON_HOLD, NOW)
    head = waits.head(NOW + 1)
    assert isinstance(head, Step)
    assert head.key == KEY


def test_what_failed_lets_the_others_pass() -> None:
    waits = pending()
    other = of_service("other", ON_HOLD)
    waits.learn(other.wanted.key, Ledger())
    waits.consider(ON_HOLD, NOW)
    waits.consider(other, NOW + 1)
    waits.failed(KEY)
    head = waits.head(NOW + 1)
    assert isinstance(head, Step)
    assert head.key == other.wanted.key
    waits.settled(head)
    again = waits.head(NOW + 1)
    assert isinstance(again, Step)
    assert again.key == KEY


def test_what_another_replica_claimed_is_looked_at_later() -> None:
    waits = pending()
    waits.consider(ON_HOLD, NOW)
    waits.later(KEY, NOW + 3)
    assert waits.head(NOW) == 3
    assert isinstance(waits.head(NOW + 3), Step)


def test_what_nobody_wants_to_hear_is_passed_over_and_yet_known() -> None:
    waits = pending(*QUIET)
    for each in (STARTED, DRIFTED):
        waits.consider(each, NOW)
    assert (waits.waiting(), waits.first(KEY)) == ((0, None), None)
    assert waits.told(KEY).number == 0
    assert waits.told(KEY).drift is not None
    waits.consider(SHIPPED, NOW)
    assert told(waits) == [Kind.DONE]
    assert waits.told(KEY).drift is None
    assert waits.told(KEY).number == 1


def test_what_is_passed_over_waits_for_its_turn_behind_what_is_told() -> None:
    waits = pending(Kind.DRIFT_FOUND, Kind.DRIFT_HEALED)
    waits.consider(ON_HOLD, NOW)
    waits.consider(replace(DRIFTED, outcome=HELD), NOW)
    assert waits.told(KEY).drift is None
    head = waits.first(KEY)
    assert head is not None
    waits.settled(head)
    assert waits.told(KEY).drift is not None
    assert waits.first(KEY) is None


def test_where_only_the_end_is_wanted_the_beginning_is_noted() -> None:
    waits = pending(Kind.DRIFT_FOUND)
    waits.consider(DRIFTED, NOW)
    step = waits.first(KEY)
    assert step is not None
    assert (step.way, waits.waiting()) == (Way.NOTE, (0, None))
    waits.settled(step)
    waits.consider(AT_REST, LATER)
    step = waits.first(KEY)
    assert step is not None
    assert (step.way, step.fact.kind) == (Way.TELL, Kind.DRIFT_HEALED)


def test_a_channel_that_is_away_for_long_keeps_a_few_facts_of_a_service() -> None:
    waits = pending()
    waits.consider(ON_HOLD, NOW)
    tries = tuple(
        attempt(f"v{number}", created_at=NOW - 900 + number, finished_at=NOW - 800 + number)
        for number in range(20, 2, -1)
    )
    for count in range(1, 19):
        waits.consider(status(report(HELD, observed=observed(*tries[-count:]))), NOW)
    queue = waits._targets[KEY].queue
    assert len(queue) <= MOST
    said = [step.fact.id.removeprefix("prod/notes/") for step in queue]
    assert said[0] == "d-v2/held"
    ended = [each for each in said if each.endswith("done")]
    assert ended[-9:] == [f"d-v{number}/done" for number in range(12, 21)], "how the newest went"


def test_what_came_and_went_while_the_channel_was_away_is_not_told_but_what_stands_is() -> None:
    waits = pending()
    waits.consider(ON_HOLD, NOW)
    for _ in range(MOST // 2):
        waits.consider(replace(DRIFTED, outcome=HELD), NOW)
        waits.consider(replace(AT_REST, outcome=HELD), NOW)
    assert told(waits) == [Kind.HELD]
    for _ in range(MOST // 2 + 1):
        waits.consider(AT_REST, NOW)
        waits.consider(IN_THE_WAY, NOW)
    assert told(waits) == [Kind.CLEARED, Kind.BLOCKED]


def test_what_another_replica_told_is_taken_over_and_the_rest_is_seen_again() -> None:
    waits = pending()
    for each in (STARTED, SHIPPED, DRIFTED):
        waits.consider(each, NOW)
    theirs = after(Ledger(), fact(Kind.STARTED, at=NOW - 60))
    waits.failed(KEY)
    waits.later(KEY, NOW + 9)
    waits.overtaken(KEY, theirs, LATER)
    assert waits.told(KEY) == theirs
    assert told(waits) == [Kind.DRIFT_FOUND, Kind.DONE], "the deployments that were seen before are not forgotten"


def test_an_order_is_kept_where_another_replica_told_something_else_meanwhile() -> None:
    waits = pending()
    waits.consider(ON_HOLD, NOW)
    waits.add(KEY, (order(),), NOW, ON_HOLD)
    waits.overtaken(KEY, after(Ledger(), fact(Kind.HELD, id=f"{KEY}/d-v2/held")), LATER)
    assert told(waits) == [Kind.ORDERED]


def test_of_more_than_can_wait_orders_are_left_out() -> None:
    waits = pending()
    waits.consider(ON_HOLD, NOW)
    waits.add(KEY, tuple(order(NOW + each) for each in range(MOST)), NOW, ON_HOLD)
    assert told(waits) == [Kind.HELD]


def test_what_was_told_elsewhere_of_the_repository_is_seen_at_the_next_poll() -> None:
    waits = Pending(lambda _: True)
    waits.learn(None, Ledger())
    waits.add(None, (fact(Kind.SOURCE_STALE, id="source/c/stale", service=None),), NOW, AT_REST)
    waits.overtaken(None, Ledger(number=5), NOW)
    assert (waits.head(NOW), waits.told(None)) == (None, Ledger(number=5))


def test_a_service_that_was_seen_by_nobody_yet_can_be_overtaken() -> None:
    waits = pending()
    waits.add(KEY, (fact(),), NOW, None)
    waits.overtaken(KEY, Ledger(number=5), NOW)
    assert waits.head(NOW) is None
    waits.consider(replace(ON_HOLD, live=None), NOW)
    waits.overtaken(KEY, Ledger(number=6), NOW)
    assert told(waits) == [Kind.HELD]


def test_a_service_that_left_git_ends_what_was_told_of_it_and_is_forgotten() -> None:
    waits = pending()
    waits.learn(None, Ledger())
    waits.consider(ON_HOLD, NOW)
    assert told(waits) == [Kind.HELD]
    waits.leave(lambda key: key == KEY, LATER)
    waits.leave(lambda key: key == KEY, LATER)
    assert told(waits) == [Kind.CLEARED]
    waits.leave(lambda key: key == KEY, LATER)
    assert (waits.knows(KEY), waits.knows(None)) == (False, True)


def test_a_rollout_is_looked_for_once_for_all_that_runs() -> None:
    waits = pending()
    swept = status(report())
    waits.consider(STARTED, NOW)
    moved = replace(swept, live=observed())
    assert not waits.unsure(moved, NOW), "it was looked at while this ran"
    waits._targets[KEY].looked = None
    assert waits.unsure(moved, NOW)


def test_a_service_has_a_place_and_the_repository_has_none() -> None:
    step = Step(KEY, fact(), NOW, AT_REST)
    assert place(step) == Place("eu-west-1", "prod", "notes", commit="commit-v2", synced=True)
    assert place(replace(step, status=DRIFTED)) == Place("eu-west-1", "prod", "notes", commit="commit-v2")
    assert place(replace(step, status=None)) is place(replace(step, key=None)) is None


LOOKS = [
    AT_REST,
    STARTED,
    SHIPPED,
    ON_HOLD,
    IN_THE_WAY,
    DRIFTED,
    status(report(), report(Differs("x"), plan={"changes": (DEBUG, replace(DEBUG, path="/serviceDefinition/x"))})),
    status(report(HELD, observed=observed(failed("v2", created_at=NOW - 60, finished_at=NOW, rollback="d-b")))),
    status(report(observed=observed(attempt("v3", AttemptState.FAILED, created_at=NOW - 50)))),
]
acts = st.lists(st.sampled_from([*LOOKS, "tell", "fail"]), max_size=40)


@properties
@given(acts, st.sets(st.sampled_from(list(Kind))))
def test_however_it_goes_nothing_waits_for_ever_and_little_waits(
    acts: list[ServiceStatus | str], but: set[Kind]
) -> None:
    waits = pending(*but)
    seen: list[Fact] = []
    for act in acts:
        head = waits.head(NOW)
        if isinstance(act, ServiceStatus):
            waits.consider(act, NOW)
            assert waits.told(KEY).number <= len([each for each in seen if each.kind not in but])
        elif isinstance(head, Step):
            if act == "tell":
                assert head.way is not Way.PASS
                waits.settled(head)
                seen.append(head.fact)
            else:
                waits.failed(KEY)
        assert len(waits._targets[KEY].queue) <= MOST
    assert len(told(waits)) <= MOST
    assert waits.head(NOW) is None
    assert waits._busy == {}
