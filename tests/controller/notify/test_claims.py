"""Which of several replicas tells a fact, and that it is written down."""

from dataclasses import replace

import pytest

from controller.loop.facts import Kind
from controller.loop.status import ServiceStatus
from controller.notify.claims import Claims, Holding, Ours, Overtaken, Settling, Theirs
from controller.notify.ledger import Claim, Entry, Ledger
from controller.notify.pending import Step
from controller.notify.writing import read, written
from reconcilers.model import SyncPolicy
from reconcilers.outcome import Retry, Stalled
from tests.controller.notify.builders import AT_REST, KEY, NOW, FakeTags, Log, fact

STEP = Step(KEY, fact(), NOW, AT_REST)
TIMES = Holding()
TAG = (KEY, "deploys")
DENIED = Stalled("AccessDenied", "ecs:TagResource was denied", "Allow it.")
SLOW = Retry("Throttled", "slow down")


def claims(tags: FakeTags, holder: str = "aaaaaa", log: Log | None = None) -> Claims:
    return Claims("deploys", tags, holder, log or Log())


def raising(error: Exception, *calls: str) -> FakeTags:
    """Tags of which these calls fail until ``trouble`` is taken away."""

    def trouble(call: str) -> None:
        if call in calls:
            raise error

    return FakeTags(trouble=trouble)


def test_a_claim_stands_for_a_second_before_it_is_ours() -> None:
    mine = claims(FakeTags())
    assert mine.ask(STEP, Ledger(), NOW) == Settling(TIMES.settle)
    assert mine.ask(STEP, Ledger(), NOW + 0.5) == Settling(0.5)
    assert mine.ask(STEP, Ledger(), NOW + 1) == Ours()


def test_a_claim_that_is_ours_is_not_asked_for_again_until_it_grows_old() -> None:
    tags = FakeTags()
    mine = claims(tags)
    mine.ask(STEP, Ledger(), NOW)
    mine.ask(STEP, Ledger(), NOW + 1)
    before = list(tags.calls)
    assert mine.ask(STEP, Ledger(), NOW + TIMES.renew - 1) == Ours()
    assert tags.calls == before
    assert mine.ask(STEP, Ledger(), NOW + TIMES.renew) == Settling(TIMES.settle)
    assert read(tags.values[TAG]).claim == Claim("aaaaaa", NOW + TIMES.renew)


def test_a_slow_receiver_is_done_before_others_may_claim() -> None:
    from controller.notify.client import WHOLE

    requests = 4  # of the channel that asks most often: to find a deployment, make it, and tell it and the commit
    assert TIMES.renew + requests * WHOLE < TIMES.claim


def test_of_two_that_claim_at_once_the_one_that_wrote_last_tells() -> None:
    tags = FakeTags()
    one, other = claims(tags, "aaaaaa"), claims(tags, "bbbbbb")
    held = read(written(Entry()))
    assert one.ask(STEP, Ledger(), NOW) == Settling(1.0)
    tags.values[TAG] = written(held)  # the other read before the one wrote
    assert other.ask(STEP, Ledger(), NOW + 0.4) == Settling(1.0)
    assert one.ask(STEP, Ledger(), NOW + 1.0) == Theirs()
    assert other.ask(STEP, Ledger(), NOW + 1.4) == Ours()


def test_a_claim_of_a_replica_that_died_ends() -> None:
    tags = FakeTags()
    claims(tags, "dead").ask(STEP, Ledger(), NOW)
    mine = claims(tags)
    assert mine.ask(STEP, Ledger(), NOW + TIMES.claim - 1) == Theirs()
    assert mine.ask(STEP, Ledger(), NOW + TIMES.claim) == Settling(1.0)


def test_our_own_claim_from_before_a_restart_keeps_nobody_waiting() -> None:
    tags = FakeTags()
    claims(tags).ask(STEP, Ledger(), NOW)
    assert claims(tags).ask(STEP, Ledger(), NOW + 1) == Settling(1.0)


def test_what_another_replica_told_is_seen_before_its_claim() -> None:
    tags = FakeTags({TAG: written(Entry(Ledger(number=3), Claim("bbbbbb", NOW)))})
    assert claims(tags).ask(STEP, Ledger(number=2), NOW) == Overtaken(Ledger(number=3))
    assert claims(tags).ask(STEP, Ledger(number=3), NOW) == Theirs()


def test_a_claim_takes_along_what_we_know_to_have_been_told() -> None:
    tags = FakeTags()
    claims(tags).ask(STEP, Ledger(number=4), NOW)
    assert read(tags.values[TAG]) == Entry(Ledger(number=4), Claim("aaaaaa", NOW))


def test_to_write_down_what_was_told_takes_the_claim_off() -> None:
    tags = FakeTags()
    mine = claims(tags)
    mine.ask(STEP, Ledger(), NOW)
    mine.write(STEP, Ledger(number=1), NOW + 1)
    assert read(tags.values[TAG]) == Entry(Ledger(number=1))
    assert mine.pay(NOW + 1) is None


def test_the_repositorys_facts_have_a_tag_of_their_own() -> None:
    tags = FakeTags()
    step = replace(STEP, key=None, fact=fact(Kind.SOURCE_STALE, service=None, id="source/c/stale"))
    claims(tags).ask(step, Ledger(), NOW)
    claims(tags).write(step, Ledger(number=1), NOW)
    assert list(tags.values) == [(KEY, "deploys:source")]


@pytest.mark.parametrize(
    "status",
    [
        None,
        replace(AT_REST, wanted=replace(AT_REST.wanted, sync=SyncPolicy.OBSERVE)),
        replace(AT_REST, live=None),
        replace(AT_REST, live=AT_REST.live and replace(AT_REST.live, service=None)),
    ],
    ids=["nobody's", "observed", "unread", "missing"],
)
def test_what_has_no_tag_is_ours_at_once_and_nothing_is_written(status: ServiceStatus | None) -> None:
    tags = FakeTags()
    mine, step = claims(tags), replace(STEP, status=status)
    assert mine.ask(step, Ledger(), NOW) == Ours()
    mine.write(step, Ledger(number=1), NOW)
    assert (tags.calls, mine.pay(NOW)) == ([], None)


@pytest.mark.parametrize("call", ["entry", "write"])
def test_a_tag_that_is_denied_is_done_without_for_a_while(call: str) -> None:
    tags, log = raising(DENIED, call), Log()
    mine = claims(tags, log=log)
    assert mine.ask(STEP, Ledger(), NOW) == Ours()
    count = len(tags.calls)
    assert mine.ask(STEP, Ledger(), NOW + 60) == Ours()
    mine.write(STEP, Ledger(number=1), NOW + 60)
    assert (len(tags.calls), log.events()) == (count, ["what was told cannot be kept as a tag"])
    tags.trouble = lambda _: None
    assert mine.ask(STEP, Ledger(number=1), NOW + TIMES.apart) == Settling(1.0)
    assert read(tags.values[TAG]).ledger.number == 1


def elsewhere(cluster: str) -> Step:
    """The service, which Git wants in another cluster."""
    return replace(STEP, status=replace(AT_REST, wanted=replace(AT_REST.wanted, cluster=cluster)))


def test_a_service_that_is_looked_for_somewhere_else_again_has_its_tags_back_at_once() -> None:
    tags = raising(Stalled("ClusterNotFound", "no such cluster", "Name another."), "entry", "write")
    mine, typo = claims(tags), elsewhere("prod-nope")
    assert mine.ask(typo, Ledger(), NOW) == Ours()
    mine.write(typo, Ledger(number=1), NOW)
    assert mine.pay(NOW) == TIMES.apart
    tags.trouble = lambda _: None
    assert mine.ask(STEP, Ledger(number=1), NOW + 7) == Settling(1.0)
    assert mine.ask(STEP, Ledger(number=1), NOW + 8) == Ours()
    mine.write(STEP, Ledger(number=2), NOW + 8)
    assert mine.pay(NOW + 8) is None
    assert read(tags.values[TAG]) == Entry(Ledger(number=2))


def test_what_is_owed_to_a_service_that_is_back_is_not_kept_waiting() -> None:
    tags = raising(DENIED, "write")
    mine = claims(tags)
    mine.write(elsewhere("prod-nope"), Ledger(number=1), NOW)
    tags.trouble = lambda _: None
    mine.owe(KEY, AT_REST, Ledger(number=1), NOW + 7)
    assert mine.pay(NOW + 7) is None
    assert read(tags.values[TAG]).ledger.number == 1


def test_to_be_throttled_while_claiming_is_the_askers_matter() -> None:
    with pytest.raises(Retry):
        claims(raising(SLOW, "entry")).ask(STEP, Ledger(), NOW)


def test_what_aws_does_not_take_is_owed_and_written_later() -> None:
    tags = raising(SLOW, "write")
    mine = claims(tags)
    mine.write(STEP, Ledger(number=1), NOW)
    assert mine.pay(NOW + 4) == TIMES.again - 4
    tags.trouble = lambda _: None
    assert mine.pay(NOW + TIMES.again) is None
    assert read(tags.values[TAG]) == Entry(Ledger(number=1))


def test_aws_says_when_to_write_again() -> None:
    mine = claims(raising(Retry("Throttled", "slow down", 77.0), "write"))
    mine.write(STEP, Ledger(number=1), NOW)
    assert mine.pay(NOW) == 77


def test_what_is_owed_and_denied_waits_for_a_permission() -> None:
    tags, log = raising(DENIED, "write"), Log()
    mine = claims(tags, log=log)
    mine.write(STEP, Ledger(number=1), NOW)
    assert mine.pay(NOW) == TIMES.apart
    tags.trouble = lambda _: None
    assert mine.pay(NOW + TIMES.apart) is None
    assert read(tags.values[TAG]).ledger.number == 1


def test_what_is_owed_does_not_write_over_what_another_replica_told_meanwhile() -> None:
    tags = raising(SLOW, "write")
    mine = claims(tags)
    mine.write(STEP, Ledger(number=1), NOW)
    tags.trouble = lambda _: None
    theirs = tags.values[TAG] = written(Entry(Ledger(number=2), Claim("bbbbbb", NOW)))
    assert mine.pay(NOW + TIMES.again) is None
    assert tags.values[TAG] == theirs


def test_a_new_claim_pays_what_is_owed() -> None:
    tags = raising(SLOW, "write")
    mine = claims(tags)
    mine.write(STEP, Ledger(number=1), NOW)
    tags.trouble = lambda _: None
    mine.ask(STEP, Ledger(number=1), NOW + 1)
    assert mine.pay(NOW + TIMES.again) is None
    assert read(tags.values[TAG]) == Entry(Ledger(number=1), Claim("aaaaaa", NOW + 1))
