"""What the daemon says is no poorer after a restart: it keeps no database, and AWS and Git tell everything."""

from dataclasses import replace

from controller.loop.journal import Journal
from reconcilers.model import DriftPolicy, Revision
from reconcilers.outcome import Differs, Held, InSync, Outcome
from tests.reconcilers.sandboxed import rolled, shifted
from tests.scenarios.hands import ship_by_hand
from tests.scenarios.house import QUICK, House


def restarted(house: House, ends: type[Outcome] = InSync) -> None:
    """Git has moved on in other folders, and the daemon begins anew."""
    house.git = replace(house.git, commit=Revision("head", house.clock.now()))
    house.start()
    house.settle(ends)


def commit_of(house: House) -> str:
    status = house.status
    assert status is not None
    return status.wanted.commit.commit


def test_the_commit_that_brought_a_shift_is_known_after_a_restart() -> None:
    house = House(shifted(QUICK))
    house.commit("1.1.0")
    house.settle(InSync)
    before = commit_of(house)
    restarted(house)
    assert commit_of(house) == before != "head"


def test_the_commit_that_brought_a_rolling_update_is_known_after_a_restart() -> None:
    house = House(rolled())
    house.commit("1.28")
    house.settle(InSync)
    before = commit_of(house)
    restarted(house)
    assert commit_of(house) == before != "head"


def drift_of(house: House) -> dict[str, float]:
    status = house.status
    assert status is not None
    return dict(status.drift_since)


def test_drift_is_as_old_after_a_restart_as_it_was_before() -> None:
    house = House(shifted(QUICK))
    house.git = replace(house.git, drift=DriftPolicy.WARN)
    house.commit("1.1.0")
    house.settle(InSync)
    ship_by_hand(house)
    house.settle(Differs)
    before = drift_of(house)
    house.run(60)
    restarted(house, Differs)
    assert before
    assert drift_of(house) == before


def activity(house: House) -> set[tuple[str, float]]:
    """What happened, as a daemon knows that has just begun: what it is, and when it was."""
    journal = Journal(house.loop.board, house.clock.now)
    house.heard.others = (journal,)
    house.run(5)
    return {(fact.id, fact.at) for fact in journal.after()[1]}


def test_what_shipped_and_what_was_rolled_back_is_in_the_activity_after_a_restart() -> None:
    house = House(shifted(QUICK))
    house.commit("1.1.0")
    house.settle(InSync)
    house.commit("bad")
    house.settle(Held)
    house.run(10)
    house.commit("1.2.0")
    house.settle(InSync)
    house.run(60)
    house.start()
    told = activity(house)
    ends = sorted((at, name.split("/")[-1]) for name, at in told)
    assert [name for _, name in ends] == ["started", "done", "started", "rolled-back", "started", "done"]
    assert ends[-1][0] < house.clock.now() - 3000
    house.start()
    assert activity(house) == told


def test_a_hold_is_in_the_activity_at_the_time_when_it_began() -> None:
    house = House(shifted(QUICK))
    house.commit("bad")
    house.settle(Held)
    house.run(60)
    house.start()
    told = activity(house)
    held, rolled_back = ([at for name, at in told if name.endswith(end)] for end in ("/held", "/rolled-back"))
    assert held
    assert held == rolled_back
