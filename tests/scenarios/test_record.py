"""The record of what was tried, as whoever watches a service asks for it while something happens."""

import pytest

from reconcilers.attempts import deployment_name
from reconcilers.outcome import InSync
from tests.reconcilers.sandboxed import shifted
from tests.scenarios.house import QUICK, TICK
from tests.scenarios.test_who_did_it import Curious, curious


def known(house: Curious) -> set[str]:
    """The deployments that looks at the service have told of."""
    status = house.status
    assert status is not None
    tried = {each.name for each in (status.live.attempts if status.live is not None else None) or ()}
    return tried | ({deployment_name(status.rollout.deployment)} if status.rollout is not None else set())


@pytest.mark.parametrize("before", [0, 1])
def test_the_record_has_every_deployment_that_a_look_has_told_of(before: int) -> None:
    house = curious(shifted(QUICK))
    house.commit("1.1.0")
    house.clock.advance(before * TICK)  # what is kept for ten seconds was read at another moment
    seen: set[str] = set()

    def shipped() -> bool:
        recorded = house.get(f"services/{house.git.key}/history")["attempts"]
        assert known(house) <= {each["deployment"] for each in recorded}
        seen.update(known(house))
        return bool(seen) and isinstance(house.outcome, InSync)

    house.run_until(shipped)
