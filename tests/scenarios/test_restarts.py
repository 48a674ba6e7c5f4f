"""What the daemon says is no poorer after a restart: it keeps no database, and AWS and Git tell everything."""

from dataclasses import replace

from reconcilers.model import Revision
from reconcilers.outcome import InSync
from tests.reconcilers.sandboxed import rolled, shifted
from tests.scenarios.house import QUICK, House


def restarted(house: House) -> None:
    """Git has moved on in other folders, and the daemon begins anew."""
    house.git = replace(house.git, commit=Revision("head", house.clock.now()))
    house.start()
    house.settle(InSync)


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
