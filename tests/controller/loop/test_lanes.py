"""Of several accounts none gets every worker: sentence by sentence, and as a day with one that hangs."""

import random
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.loop.lanes import Lanes
from controller.loop.queue import Backlog, Entry, Priority, WorkQueue

BOTH = frozenset({"a", "b"})


def closed(lanes: Lanes, waiting: frozenset[str] = BOTH, **in_hand: int) -> set[object]:
    return set(lanes.closed(frozenset(waiting), dict(in_hand.items())))


def test_a_lane_that_is_alone_may_have_every_worker() -> None:
    assert closed(Lanes(4), frozenset("a"), a=4) == set()


def test_of_two_lanes_each_leaves_a_worker_to_the_other() -> None:
    assert closed(Lanes(4), a=2) == set()
    assert closed(Lanes(4), a=3) == {"a"}


def test_a_lane_that_is_worked_on_counts_as_another() -> None:
    assert closed(Lanes(4), frozenset("a"), a=3, b=1) == {"a"}
    assert closed(Lanes(4), frozenset("a"), a=3, b=0) == set()


def test_one_worker_serves_all_lanes() -> None:
    assert closed(Lanes(1)) == set()


def test_a_lane_whose_last_look_got_no_answer_has_one_worker() -> None:
    lanes = Lanes(8)
    lanes.heard("a", answered=False)
    assert closed(lanes) == set()
    assert closed(lanes, a=1) == {"a"}


def test_it_has_its_share_again_once_aws_answers() -> None:
    lanes = Lanes(8)
    lanes.heard("a", answered=False)
    lanes.heard("a", answered=True)
    assert closed(lanes, a=6) == set()


def test_all_lanes_without_an_answer_have_half_of_the_workers() -> None:
    lanes = Lanes(4)
    for lane in "abc":
        lanes.heard(lane, answered=False)
    waiting = frozenset("abcd")
    assert closed(lanes, waiting, a=1) == {"a"}
    assert closed(lanes, waiting, a=1, b=1) == {"a", "b", "c"}


def test_a_key_of_a_closed_lane_is_passed_over_and_goes_once_the_lane_opens() -> None:
    queue: Backlog[str] = Backlog()
    queue.lanes.workers = 2
    for key, priority in (("a1", Priority.PERSON), ("a2", Priority.PERSON), ("b1", Priority.RESYNC)):
        queue.add(key, Entry(0, priority, key[0]))
    assert [queue.take(0), queue.take(0), queue.take(0)] == ["a1", "b1", None]
    queue.give_back("a1")
    assert queue.take(0) == "a2"


def test_what_is_in_no_lane_is_handed_out_whatever_is_closed() -> None:
    queue: Backlog[str] = Backlog()
    queue.lanes.workers = 2
    queue.add("git", Entry(0, Priority.RESYNC))
    for key in ("a1", "a2", "b1"):
        queue.add(key, Entry(0, Priority.PERSON, key[0]))
    assert [queue.take(0), queue.take(0), queue.take(0)] == ["a1", "b1", "git"]


def test_a_key_of_a_closed_lane_is_not_the_next_one_but_it_ages() -> None:
    queue: Backlog[str] = Backlog()
    queue.lanes.workers = 2
    queue.add("a1", Entry(0, Priority.RESYNC, "a"))
    queue.add("a2", Entry(1, Priority.RESYNC, "a"))
    queue.add("b1", Entry(50, Priority.RESYNC, "b"))
    queue.take(0)
    assert (queue.next_at(), queue.oldest(9), queue.depth(9)) == (50, 8, 1)


def test_a_worker_that_waits_gets_a_key_when_its_lane_opens() -> None:
    queue: WorkQueue[str] = WorkQueue(lambda: 0.0, lane_of=lambda key: key[0])
    queue.staff(2)
    queue.heard("a", answered=False)
    for key in ("a1", "a2", "b1"):
        queue.add(key)
    first, second = queue.take(), queue.take()
    assert {first, second} == {"a1", "b1"}
    queue.heard("a", answered=True)
    queue.give_back("a1")
    assert queue.take() == "a2"


class Day:
    """Keys that come back every minute, a look at which takes so long in each lane; ``oldest`` is by lane."""

    def __init__(self, workers: int, takes: Mapping[str, float], keys: int, *, lanes: bool = True) -> None:
        self.queue: Backlog[str] = Backlog()
        self.queue.lanes.workers = workers
        self.takes, self.workers, self.lanes = takes, workers, lanes
        self.now = 0.0
        self.busy: list[tuple[float, str]] = []  # until when, and with what
        self.oldest = dict.fromkeys(takes, 0.0)
        self.due = {f"{lane}{n}": n * 60.0 / keys for lane in takes for n in range(keys)}
        for key in self.due:
            self.add(key)

    def add(self, key: str) -> None:
        self.queue.add(key, Entry(self.due[key], Priority.RESYNC, key[0] if self.lanes else None))

    def pass_(self, until: float) -> "Day":
        while (now := self.now) < until:
            for end, key in [each for each in self.busy if each[0] <= now]:
                self.busy.remove((end, key))
                self.queue.lanes.heard(key[0], answered=self.takes[key[0]] < 20)
                self.due[key] = end + 60.0
                self.add(key)
                self.queue.give_back(key)
            while len(self.busy) < self.workers and (taken := self.queue.take(now)) is not None:
                self.oldest[taken[0]] = max(self.oldest[taken[0]], now - self.due[taken])
                self.busy.append((now + self.takes[taken[0]], taken))
            self.now += 0.5
        return self


def test_an_account_that_hangs_leaves_the_others_keys_as_young_as_they_were_without_it() -> None:
    alone = Day(4, {"b": 1.0}, keys=40).pass_(3600)
    beside = Day(4, {"a": 60.0, "b": 1.0}, keys=40).pass_(3600)
    assert alone.oldest["b"] <= 1.0
    assert beside.oldest["b"] <= 1.0


def test_without_lanes_they_would_wait_for_it() -> None:
    assert Day(4, {"a": 60.0, "b": 1.0}, keys=40, lanes=False).pass_(3600).oldest["b"] > 300


@pytest.mark.parametrize("workers", [2, 4, 16])
def test_as_many_accounts_that_hang_as_there_are_workers_leave_room_for_one_that_answers(workers: int) -> None:
    hanging = dict.fromkeys([chr(ord("c") + n) for n in range(workers)], 60.0)
    day = Day(workers, {**hanging, "b": 0.5}, keys=5).pass_(3600)
    assert day.oldest["b"] <= 61.0, "until each has hung once, nobody knows that it hangs"
    day.oldest["b"] = 0.0
    assert day.pass_(7200).oldest["b"] <= 1.0
    assert {key for _, key in day.busy if key[0] != "b"}, "they are still looked at"


@given(st.integers(1, 6), st.integers(0, 10**6))
def test_every_key_is_handed_out_in_the_end_whatever_hangs(workers: int, seed: int) -> None:
    chance = random.Random(seed)
    queue: Backlog[str] = Backlog()
    queue.lanes.workers = workers
    owed = {f"{lane}{n}" for lane in "abc" for n in range(4)}
    for key in owed:
        queue.add(key, Entry(0, Priority.RESYNC, key[0]))
    in_hand: list[str] = []
    while owed:
        if chance.random() < 0.3:
            queue.lanes.heard(chance.choice("abc"), answered=chance.random() < 0.5)
        taken = queue.take(0) if len(in_hand) < workers else None
        if taken is not None:
            in_hand.append(taken)
            owed.discard(taken)
        else:
            assert in_hand, "nothing is in hand, and nothing may be taken"
            queue.give_back(in_hand.pop(chance.randrange(len(in_hand))))
