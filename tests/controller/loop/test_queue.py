"""The queue's contract, sentence by sentence."""

import threading
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.loop.lanes import Lane, Lanes
from controller.loop.queue import Backlog, Entry, Priority, WorkQueue
from tests.examples import examples


def backlog(*entries: tuple[str, float, Priority]) -> Backlog[str]:
    made: Backlog[str] = Backlog(ageing=6.0)
    for key, ready_at, priority in entries:
        made.add(key, Entry(ready_at, priority))
    return made


def test_a_key_that_waits_is_there_once() -> None:
    queue = backlog(("a", 0, Priority.RESYNC), ("a", 0, Priority.RESYNC))
    assert (queue.take(0), queue.take(0)) == ("a", None)


def test_the_earliest_time_wins() -> None:
    queue = backlog(("a", 60, Priority.RESYNC), ("a", 5, Priority.RESYNC), ("a", 90, Priority.RESYNC))
    assert (queue.take(4.9), queue.take(5)) == (None, "a")


def test_the_highest_priority_wins() -> None:
    queue = backlog(("a", 0, Priority.PERSON), ("a", 0, Priority.RESYNC), ("b", 0, Priority.IN_FLIGHT))
    assert queue.take(0) == "a"


def test_a_rollback_comes_before_a_person_before_a_shift_before_a_commit_before_a_resync() -> None:
    queue = backlog(*((priority.name, 0, priority) for priority in Priority))
    taken = [queue.take(0) for _ in Priority]
    assert taken == ["ROLLBACK", "PERSON", "IN_FLIGHT", "COMMIT", "RESYNC"]


def test_among_equals_the_one_that_waited_longest_comes_first() -> None:
    queue = backlog(("late", 2, Priority.RESYNC), ("early", 1, Priority.RESYNC))
    assert queue.take(3) == "early"


def test_among_equals_of_several_lanes_the_one_that_came_first_comes_first() -> None:
    queue: Backlog[str] = Backlog()
    for key, ready_at, lane in (("later", 5, "one"), ("first", 0, "two"), ("second", 0, "one")):
        queue.add(key, Entry(ready_at, Priority.RESYNC, lane))
    assert queue.take(0) == "first"


def test_waiting_long_enough_outweighs_priority() -> None:
    queue = backlog(("resync", 0, Priority.RESYNC), ("person", 200, Priority.PERSON))
    assert queue.take(200) == "resync"


def test_a_key_in_hand_is_not_handed_out_again() -> None:
    queue = backlog(("a", 0, Priority.RESYNC))
    queue.take(0)
    queue.add("a", Entry(0, Priority.PERSON))
    assert queue.take(0) is None


def test_a_trigger_during_the_work_is_handed_out_after_it() -> None:
    queue = backlog(("a", 0, Priority.RESYNC))
    queue.take(0)
    queue.add("a", Entry(0, Priority.PERSON))
    queue.give_back("a")
    assert queue.take(0) == "a"


def test_a_key_without_a_trigger_is_gone_after_the_work() -> None:
    queue = backlog(("a", 0, Priority.RESYNC))
    queue.take(0)
    queue.give_back("a")
    assert queue.take(100) is None


def test_a_forgotten_key_is_not_handed_out() -> None:
    queue = backlog(("a", 0, Priority.RESYNC))
    queue.forget("a")
    assert queue.take(0) is None


def test_the_next_time_is_that_of_a_key_which_can_be_handed_out() -> None:
    queue = backlog(("a", 0, Priority.RESYNC), ("b", 7, Priority.RESYNC))
    queue.take(0)
    queue.add("a", Entry(1, Priority.RESYNC))
    assert queue.next_at() == 7


def test_depth_counts_ready_keys_only() -> None:
    queue = backlog(("a", 0, Priority.RESYNC), ("b", 0, Priority.RESYNC), ("c", 9, Priority.RESYNC))
    queue.take(0)
    assert queue.depth(1) == 1


def test_the_oldest_age_is_that_of_the_key_which_is_ready_longest() -> None:
    queue = backlog(("a", 3, Priority.RESYNC), ("b", 5, Priority.RESYNC))
    assert (queue.oldest(9), queue.oldest(0)) == (6, 0)


commands = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from("abc"), st.integers(0, 20), st.sampled_from(Priority)),
        st.tuples(st.just("take")),
        st.tuples(st.just("done")),
        st.tuples(st.just("wait"), st.integers(0, 10)),
    ),
    max_size=60,
)


@given(commands)
@settings(max_examples=examples(200))
def test_no_trigger_is_lost_and_no_key_is_in_two_hands(history: list[tuple[object, ...]]) -> None:
    queue: Backlog[str] = Backlog()
    now, owed, in_hand = 0.0, dict[str, float](), list[str]()
    for command in history:
        match command:
            case ("add", str(key), int(after), Priority() as priority):
                queue.add(key, Entry(now + after, priority))
                owed[key] = min(owed.get(key, now + after), now + after)
            case ("take",):
                key_taken = queue.take(now)
                could = {key for key, at in owed.items() if at <= now and key not in in_hand}
                assert (key_taken in could) if could else key_taken is None
                if key_taken is not None:
                    in_hand.append(key_taken)
                    del owed[key_taken]
            case ("done",) if in_hand:
                queue.give_back(in_hand.pop(0))
            case ("wait", int(seconds)):
                now += seconds
            case _:
                pass  # nothing is in hand that could be given back
    assert len(in_hand) == len(set(in_hand))


class Naive:
    """The rules as they are told: every key that waits is asked."""

    def __init__(self) -> None:
        self.waiting: dict[str, Entry] = {}
        self.in_hand: dict[str, Lane | None] = {}
        self.lanes = Lanes()

    def add(self, key: str, entry: Entry) -> None:
        self.waiting[key] = entry.merged(self.waiting.get(key, entry))

    def take(self, now: float) -> str | None:
        ready = {key: entry for key, entry in self._free().items() if entry.ready_at <= now}
        if not ready:
            return None
        key = max(ready, key=lambda each: (ready[each].urgency(now, 6.0), -ready[each].ready_at))
        self.in_hand[key] = self.waiting.pop(key).lane
        return key

    def next_at(self) -> float | None:
        return min((entry.ready_at for entry in self._free().values()), default=None)

    def _free(self) -> dict[str, Entry]:
        in_hand = Counter(lane for lane in self.in_hand.values() if lane is not None)
        closed = self.lanes.closed(frozenset(each.lane for each in self.waiting.values()) - {None}, in_hand)
        return {k: each for k, each in self.waiting.items() if k not in self.in_hand and each.lane not in closed}


_KEYS = st.sampled_from("abcdefgh")
_ENTRIES = st.builds(Entry, st.integers(0, 30), st.sampled_from(Priority), st.sampled_from([None, "one", "two"]))


@given(
    st.lists(
        st.tuples(st.just("add"), _KEYS, _ENTRIES)
        | st.tuples(st.just("forget"), _KEYS)
        | st.tuples(st.just("done"), _KEYS)
        | st.tuples(st.just("wait"), st.integers(0, 10))
        | st.tuples(st.just("take")),
        max_size=80,
    )
)
@settings(max_examples=examples(200))
def test_every_key_comes_in_the_order_in_which_asking_each_would_have_it(history: list[tuple[Any, ...]]) -> None:
    queue, naive, now = Backlog[str](), Naive(), 0.0
    queue.lanes.workers = naive.lanes.workers = 2
    for command in history:
        match command:
            case ("add", key, Entry() as entry):
                queue.add(key, entry)
                naive.add(key, entry)
            case ("forget", key):
                queue.forget(key)
                naive.waiting.pop(key, None)
            case ("done", key):
                queue.give_back(key)
                naive.in_hand.pop(key, None)
            case ("wait", seconds):
                now += seconds
            case _:
                assert queue.take(now) == naive.take(now)
        assert queue.next_at() == naive.next_at()


class Asked(str):
    """A key that counts how often any of its kind was asked for."""

    __slots__ = ()
    times = 0

    def __hash__(self) -> int:
        Asked.times += 1
        return str.__hash__(self)


def test_of_ten_thousand_keys_few_are_asked() -> None:
    queue: Backlog[Asked] = Backlog()
    for number in range(10_000):
        queue.add(Asked(number), Entry(number % 7, Priority.COMMIT if number % 3 else Priority.RESYNC))
    Asked.times = 0
    for _ in range(1_000):
        assert queue.take(10) is not None
    assert Asked.times < 1_000 * 15


def test_a_trigger_that_says_nothing_new_leaves_nothing_behind() -> None:
    queue = Backlog[Asked]()
    for _ in range(1_000):
        queue.add(Asked("source"), Entry(0, Priority.PERSON))
    queue.take(0)
    Asked.times = 0
    assert queue.take(0) is None
    assert Asked.times < 10


def test_a_worker_gets_a_key_that_is_added_while_it_waits() -> None:
    queue: WorkQueue[str] = WorkQueue(clock=lambda: 0.0)
    got: list[str | None] = []
    worker = threading.Thread(target=lambda: got.append(queue.take()), daemon=True)
    worker.start()
    queue.add("a")
    worker.join(10)
    assert got == ["a"]


def test_a_shut_queue_lets_every_worker_go() -> None:
    queue: WorkQueue[str] = WorkQueue(clock=lambda: 0.0)
    got: list[str | None] = []
    workers = [threading.Thread(target=lambda: got.append(queue.take()), daemon=True) for _ in range(4)]
    for worker in workers:
        worker.start()
    queue.shut()
    for worker in workers:
        worker.join(10)
    assert got == [None] * 4


def test_a_shut_queue_hands_out_nothing_more() -> None:
    queue: WorkQueue[str] = WorkQueue(clock=lambda: 0.0)
    queue.add("a")
    queue.shut()
    queue.add("b")
    assert queue.take() is None


def test_a_key_due_later_is_handed_out_when_its_time_comes() -> None:
    times = iter([0.0, 0.0, 0.0])
    queue: WorkQueue[str] = WorkQueue(clock=lambda: next(times, 1.0))
    queue.add("a", after=0.001)
    assert queue.take() == "a"


def test_the_queue_tells_its_depth_and_age() -> None:
    times = iter([0.0])
    queue: WorkQueue[str] = WorkQueue(clock=lambda: next(times, 4.0))
    queue.add("a")
    assert (queue.depth(), queue.oldest()) == (1, 4.0)


def test_what_waits_for_a_removed_key_is_forgotten() -> None:
    queue: WorkQueue[str] = WorkQueue(clock=lambda: 0.0)
    queue.add("a")
    queue.forget("a")
    assert queue.depth() == 0


def test_how_many_are_in_hand_is_known() -> None:
    queue: WorkQueue[str] = WorkQueue(lambda: 0.0)
    queue.add("a")
    queue.take()
    assert queue.in_hand() == 1
