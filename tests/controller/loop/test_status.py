"""What is known of a service, look by look."""

from controller.loop.status import after_report, after_unread, still_in_sync
from reconcilers.outcome import Failed, Health, InSync, Retry, Sync
from tests.controller.builders import DEBUG, HELD, NOW, SHIFTING, drifted, observed, report, status


def test_before_the_first_look_nothing_is_known() -> None:
    before = status()
    assert (before.sync, before.health, before.outcome, before.ready) == (Sync.UNKNOWN, Health.UNKNOWN, None, False)


def test_a_look_tells_how_git_and_aws_stand() -> None:
    after = status(report(HELD))
    assert (after.sync, after.outcome, after.seen_at) == (Sync.HELD, HELD, NOW)


def test_a_failed_look_keeps_the_last_good_answer() -> None:
    after = status(report(), report(Failed("Throttled", "slow down"), at=NOW + 5))
    assert (after.sync, after.seen_at, after.failing_since) == (Sync.IN_SYNC, NOW, NOW + 5)


def test_failing_counts_from_the_first_failure() -> None:
    after = status(report(Failed("Throttled", ""), at=NOW), report(Failed("Throttled", ""), at=NOW + 60))
    assert after.failing_since == NOW


def test_a_good_look_ends_the_failing() -> None:
    after = status(report(Failed("Throttled", "")), report(at=NOW + 1))
    assert after.failing_since is None


def test_a_state_lasts_since_it_began() -> None:
    after = status(report(HELD, at=NOW), report(HELD, at=NOW + 60))
    assert after.since == NOW


def test_another_state_begins_anew() -> None:
    after = status(report(HELD, at=NOW), report(at=NOW + 60))
    assert after.since == NOW + 60


def test_drift_is_dated_from_when_it_was_first_seen() -> None:
    after = status(drifted(at=NOW), drifted(at=NOW + 60))
    assert after.drift_since == {DEBUG.path: NOW}


def test_what_is_outdated_is_not_drift() -> None:
    after = status(report(SHIFTING, plan={"changes": (DEBUG,)}))
    assert after.drift_since == {}


def test_a_deployment_that_is_followed_is_noted_with_its_begin() -> None:
    after = status(report(SHIFTING, at=NOW), report(SHIFTING, at=NOW + 15))
    assert after.rollout is not None
    assert (after.rollout.deployment, after.rollout.since) == ("d-v2", NOW)


def test_a_deployment_is_no_longer_followed_when_it_is_over() -> None:
    assert status(report(SHIFTING), report()).rollout is None


def test_a_service_in_sync_and_healthy_is_ready() -> None:
    assert status(report()).ready


def test_a_held_service_is_not_ready() -> None:
    assert not status(report(HELD)).ready


def test_a_service_with_nothing_to_say_is_settled() -> None:
    assert [status(report()).settled, status(report(InSync("waits"))).settled] == [True, False]


def test_a_sweep_that_finds_nothing_refreshes_when_it_was_seen() -> None:
    after = still_in_sync(status(report()), observed(at=NOW + 60))
    assert (after.seen_at, after.health, after.sync) == (NOW + 60, Health.HEALTHY, Sync.IN_SYNC)


def test_the_same_report_twice_changes_nothing() -> None:
    before = status(report(HELD))
    assert after_report(before, report(HELD)) == before


def test_what_a_sweep_could_not_read_stands_and_is_dated() -> None:
    before = status(report(HELD))
    after = after_unread(
        after_unread(before, Retry("Throttled", "slow"), NOW + 60), Retry("Throttled", "slow"), NOW + 90
    )
    assert (after.outcome, after.sync, after.failing_since) == (HELD, Sync.HELD, NOW + 60)


def test_what_was_never_read_says_why() -> None:
    after = after_unread(status(), Retry("Throttled", "slow"), NOW)
    assert (after.outcome, after.failing_since) == (Failed("Throttled", "slow"), NOW)


def test_the_last_thing_that_was_read_is_kept_through_a_failure() -> None:
    after = status(report(), report(Failed("Throttled", ""), observed=None))
    assert after.live == observed()


def test_the_release_that_was_seen_in_sync_is_remembered() -> None:
    after = status(report(), drifted())
    assert after.in_sync_release == after.wanted.release
    assert status(drifted()).in_sync_release is None
