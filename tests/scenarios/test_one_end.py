"""Each deployment has one end: the journal, what is counted and what channels are told agree, over restarts too."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.loop.board import Told
from controller.loop.events import Result, RolloutEnded, RolloutStarted
from controller.loop.facts import Fact, Kind, in_order
from controller.loop.journal import Journal
from controller.notify.ledger import Ledger, after
from controller.notify.news import news, running
from controller.web.detail import detail_view
from controller.web.detail_views import ShiftView
from controller.web.offered import Reader
from reconcilers.outcome import Held, InSync, Waiting
from sandbox.blueprints import BlueGreen
from tests.reconcilers.sandboxed import Account, rolled, shifted
from tests.scenarios.house import QUICK, House

APPROVED = BlueGreen(
    deployment_config="CodeDeployDefault.ECSCanary10Percent5Minutes", wait_minutes=2, ready_wait_minutes=60
)
ENDS = frozenset({Kind.DONE, Kind.ROLLED_BACK, Kind.FAILED, Kind.STOPPED, Kind.SUPERSEDED})


class Witness:
    """Hears every look of a house, as the journal, the metrics and a channel do, over its restarts."""

    def __init__(self, house: House) -> None:
        self.events: list[RolloutStarted | RolloutEnded] = []
        self.sent: list[Fact] = []
        self.shifts: list[ShiftView | None] = []
        self._house = house
        self._ledger = Ledger()
        self._journals: list[Journal] = []
        self._listen()

    def told(self, told: Told) -> None:
        self.events += [each for each in told.events if isinstance(each, RolloutStarted | RolloutEnded)]
        self.shifts.append(detail_view(told.after, None, Reader()).shift)
        for fact in news(self._ledger, told.after, told.after.seen_at or 0.0):
            self.sent.append(fact)
            self._ledger = after(self._ledger, fact, running(told.after))

    def restart(self) -> None:
        """Another process, which has the channel's ledger and nothing else."""
        self._house.start()
        self._listen()

    def _listen(self) -> None:
        self._journals.append(Journal(self._house.loop.board, self._house.clock.now))
        self._house.heard.others = (self, self._journals[-1])

    @property
    def counted(self) -> dict[Result, int]:
        """How rollouts ended, as they are counted."""
        return dict(Counter(each.result for each in self.events if isinstance(each, RolloutEnded)))

    @property
    def kept(self) -> dict[str, list[Kind]]:
        """How each deployment of ours ended, as any of the processes' journals tells it."""
        told: dict[str, set[Kind]] = {}
        for fact in (each for journal in self._journals for each in journal.after()[1]):
            if fact.deployment is not None and fact.kind in ENDS and fact.commit is not None:
                told.setdefault(fact.deployment, set()).add(fact.kind)
        return {name: sorted(kinds) for name, kinds in told.items()}

    @property
    def told_last(self) -> list[Kind]:
        """What the newest process's journal tells, oldest first."""
        return [fact.kind for fact in in_order(self._journals[-1].after()[1])]

    @property
    def sent_ends(self) -> list[Kind]:
        return [fact.kind for fact in self.sent if fact.kind in ENDS]


def begun(account: Callable[[], Account]) -> tuple[House, Witness]:
    """A release that production moves to."""
    house = House(account())
    house.settle()
    witness = Witness(house)
    house.shift("1.1.0")
    return house, witness


def waits(house: House) -> bool:
    return isinstance(house.outcome, Waiting)


def awaited() -> tuple[House, Witness, str]:
    """A release that waits for a person to let the traffic go: with it, its deployment."""
    house = House(shifted(APPROVED))
    house.settle()
    witness = Witness(house)
    house.commit("1.1.0")
    house.run_until(lambda: waits(house) and house.status is not None and house.status.rollout is not None)
    (deployment,) = house.aws("codedeploy").list_deployments(includeOnlyStatuses=["Ready"])["deployments"]
    return house, witness, deployment


@pytest.mark.parametrize("restarts", [False, True])
def test_a_release_that_waits_for_a_person_has_not_ended_and_ends_once(restarts: bool) -> None:
    house, witness, deployment = awaited()
    house.run(5)
    assert (witness.counted, witness.kept) == ({}, {})
    if restarts:
        witness.restart()
        house.run(5)
    house.aws("codedeploy").continue_deployment(deploymentId=deployment, deploymentWaitType="READY_WAIT")
    house.settle()
    assert witness.counted == {Result.SUCCEEDED: 1}
    assert witness.kept == {deployment: [Kind.DONE]}
    assert witness.sent_ends == [Kind.DONE]
    assert [type(each) for each in witness.events] == [RolloutStarted] * (1 + restarts) + [RolloutEnded]


def test_how_long_a_rollout_took_has_the_wait_for_a_person_in_it() -> None:
    house, witness, deployment = awaited()
    house.run(20)
    witness.restart()
    house.run(20)
    house.aws("codedeploy").continue_deployment(deploymentId=deployment, deploymentWaitType="READY_WAIT")
    house.settle()
    [ended] = [each for each in witness.events if isinstance(each, RolloutEnded)]
    assert 45 * 60 < ended.seconds < 55 * 60


def test_a_shift_that_waits_for_a_person_shows_all_of_it_and_for_how_long_yet() -> None:
    house, witness, _ = awaited()
    house.run(10)
    shift = witness.shifts[-1]
    assert shift is not None
    assert (shift.state, len(shift.steps), [each.label for each in shift.colours]) == ("ready", 8, ["blue", "green"])
    assert [(each.weight, each.running == each.desired) for each in shift.colours] == [(100, True), (0, True)]
    assert shift.gives_up_at is not None
    assert 48 * 60 < shift.gives_up_at - house.clock.now() <= 50 * 60


def test_aws_gives_up_at_the_moment_that_was_told() -> None:
    house, witness, _ = awaited()
    shift = witness.shifts[-1]
    assert shift is not None
    assert shift.gives_up_at is not None
    house.run_until(lambda: not waits(house), minutes=90)
    assert abs(house.clock.now() - shift.gives_up_at) < 60


def test_a_release_that_gives_way_while_it_waits_for_a_person_is_superseded_once() -> None:
    house, witness, deployment = awaited()
    house.commit("1.2.0")
    house.run_until(lambda: waits(house) and len(witness.kept) == 1)
    assert witness.counted == {Result.SUPERSEDED: 1}
    assert witness.kept == {deployment: [Kind.SUPERSEDED]}
    assert witness.sent_ends == [Kind.SUPERSEDED]


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("account", [lambda: shifted(QUICK), rolled], ids=["CodeDeploy", "ECS"])
def test_a_rollout_that_a_newer_commit_stopped_is_superseded_everywhere(
    account: Callable[[], Account], restarts: bool
) -> None:
    house, witness = begun(account)
    house.commit("1.2.0")
    if restarts:
        house.run(0.5)
        witness.restart()
    house.settle()
    assert sorted(witness.kept.values()) == [[Kind.DONE], [Kind.SUPERSEDED]]
    assert witness.sent_ends == [Kind.SUPERSEDED, Kind.DONE]
    if not restarts:
        assert witness.counted == {Result.SUPERSEDED: 1, Result.SUCCEEDED: 1}


@pytest.mark.parametrize("account", [lambda: shifted(QUICK), rolled], ids=["CodeDeploy", "ECS"])
def test_a_revert_supersedes_too_though_its_rollout_is_rolled_back_for_it(account: Callable[[], Account]) -> None:
    house = House(account())
    house.settle()
    before, witness = house.git, Witness(house)
    house.shift("1.1.0")
    house.git = before
    house.settle()
    assert witness.counted == {Result.SUPERSEDED: 1}
    assert list(witness.kept.values()) == [[Kind.SUPERSEDED]]
    assert witness.sent_ends == [Kind.SUPERSEDED]


def test_a_rollout_that_a_person_stopped_never_gave_way_whatever_is_committed_afterwards() -> None:
    house, witness = begun(lambda: shifted(QUICK))
    codedeploy = house.aws("codedeploy")
    (stopped,) = codedeploy.list_deployments(includeOnlyStatuses=["InProgress"])["deployments"]
    codedeploy.stop_deployment(deploymentId=stopped, autoRollbackEnabled=True)
    house.settle(Held)
    house.commit("1.2.0")
    house.settle()
    witness.restart()
    house.run(20)
    assert witness.kept[stopped] == [Kind.ROLLED_BACK]
    assert witness.counted == {Result.ROLLED_BACK: 1, Result.SUCCEEDED: 1}


@pytest.mark.parametrize("restarts", [False, True])
def test_a_rolling_update_that_is_being_rolled_back_is_shown_and_ends_as_rolled_back(restarts: bool) -> None:
    house = House(rolled())
    house.settle(InSync)
    witness = Witness(house)
    house.commit("crash")
    house.run_until(lambda: witness.shifts[-1:] != [] and getattr(witness.shifts[-1], "state", "") == "stopping")
    assert (witness.counted, witness.kept) == ({}, {})
    shift = witness.shifts[-1]
    assert shift is not None
    assert [(each.label, each.weight) for each in shift.colours] == [("blue", 100)]
    if restarts:
        witness.restart()
    house.settle(Held)
    assert witness.counted == {Result.ROLLED_BACK: 1}
    assert list(witness.kept.values()) == [[Kind.ROLLED_BACK]]
    assert [fact.kind for fact in witness.sent] == [Kind.STARTED, Kind.ROLLED_BACK, Kind.HELD]
    assert witness.told_last[-3:] == [Kind.STARTED, Kind.ROLLED_BACK, Kind.HELD]


def test_a_release_that_ends_the_termination_wait_of_the_one_before_counts_each_once() -> None:
    house = House(shifted(replace(QUICK, wait_minutes=60)))
    house.settle()
    witness = Witness(house)
    for tag in ("1.1.0", "1.2.0"):
        house.commit(tag)
        house.run_until(lambda: isinstance(house.outcome, InSync))
    assert [type(each) for each in witness.events] == [RolloutStarted, RolloutEnded] * 2
    assert witness.counted == {Result.SUCCEEDED: 2}
