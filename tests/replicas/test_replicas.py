"""Five real daemons on one lease table, killed, paused and ended, against two implementations of DynamoDB."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.controller.daemons import TOKEN, until
from tests.replicas.fleet import LONG, REGIONS, Fleet, fleet

FIVE = ("one", "two", "three", "four", "five")
pytestmark = pytest.mark.timeout(400)


def on(implementation: str, other: str) -> pytest.MarkDecorator:
    """Against one implementation; against the other as well when thorough. Each call is tested against both apart."""
    return pytest.mark.parametrize("implementation", [implementation, pytest.param(other, marks=pytest.mark.thorough)])


@on("roto", "moto")
def test_whatever_befalls_five_replicas_each_release_ships_once_by_whoever_holds_the_lease(
    implementation: str, tmp_path: Path
) -> None:
    with fleet(implementation, tmp_path) as made:
        made.start(*FIVE)
        made.until_shared(5)
        paused = made.kept()["eu-west-1"]
        sleeper = next(name for name in FIVE if made.id_of(name) == paused)
        killed, ended, *_ = (name for name in FIVE if name != sleeper)
        made.commit("1.28")
        until("somebody to begin", lambda: made.aws.world.changes, LONG)
        made.pause(sleeper)
        made.kill(killed)
        assert made.replicas[ended].terminate() == 0
        until("the sleeper to be taken for dead", lambda: paused not in made.aws.read().replicas, LONG)
        made.until_shared(2)
        made.until_runs("1.28")
        made.go_on(sleeper)
        until("it to begin anew", lambda: made.id_of(sleeper) not in ("", paused), LONG)
        made.until_shared(3)
        made.commit("1.29")
        made.until_runs("1.29")
        _nothing_shipped_twice(made)
        assert _late(made) <= 1, "more than the one call that a pause may make late"
        _nothing_broke(made)


@on("moto", "roto")
def test_a_standby_calls_nothing_but_the_lease_table_and_is_ready_all_the_same(
    implementation: str, tmp_path: Path
) -> None:
    with fleet(implementation, tmp_path, REGIONS[:1]) as made:
        made.start("acts", api_token=TOKEN)
        made.until_shared(1)
        made.start("waits", api_token=TOKEN)
        until("the standby to be ready", lambda: made.replicas["waits"].asks("/readyz")[0] == 200, LONG)
        until("it to see who keeps what", lambda: made.ask("waits")["shards"], LONG)
        made.commit("1.28")
        made.until_runs("1.28")
        waits = made.ask("waits")
        assert (waits["acts"], waits["shared"], len(waits["replicas"])) == (False, True, 2)
        assert [each["replica"] for each in waits["shards"]] == [made.id_of("acts")]
        callers = {caller for caller, _ in made.aws.world.reads}
        assert ("acts" in callers, "waits" in callers) == (True, False)
        assert {each.caller for each in made.aws.world.changes} == {"acts"}
        service = made.replicas["waits"].asks("/api/v1/services/prod/web-eu-west-1")[1].decode()
        assert f"Replica {made.id_of('acts')} keeps it" in service
        made.aws.world.changes.clear()
        assert made.replicas["waits"].asks("/api/v1/services/prod/web-eu-west-1/sync", "POST")[0] == 202
        until("the order to be heard", lambda: not made.aws.read().errands, LONG)
        assert b"trueup_leader 0.0" in made.replicas["waits"].asks("/metrics")[1]


def _nothing_shipped_twice(made: Fleet) -> None:
    done = Counter((each.region, each.operation) for each in made.aws.world.changes)
    for region in made.regions:
        assert done[region, "UpdateService"] == 2, f"of 1.28 and 1.29, in {region}"
        assert done[region, "RegisterTaskDefinition"] == 2


def _late(made: Fleet) -> int:
    """How many changes arrived while the row was another replica's: who calls under one id is one replica."""
    callers: dict[str, Counter[str]] = defaultdict(Counter)
    for each in made.aws.world.changes:
        callers[each.holding.holder][each.caller] += 1
    return sum(sum(each.values()) - max(each.values()) for each in callers.values())


def _nothing_broke(made: Fleet) -> None:
    for each in made.replicas.values():
        assert not each.said("a step broke")
        assert "Traceback" not in each.log_file.read_text("utf-8")
