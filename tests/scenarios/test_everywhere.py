"""Which worlds a story is told in."""

from itertools import combinations, product

from sandbox.switches import Switches
from tests.scenarios.everywhere import alone, mixed, turns


def test_every_two_settings_of_two_switches_meet_in_a_world() -> None:
    default = Switches()
    values = {name: (getattr(default, name), other) for name, other in turns()}
    wanted = {(one, a, two, b) for one, two in combinations(values, 2) for a, b in product(values[one], values[two])}
    met = {
        (one, getattr(world, one), two, getattr(world, two))
        for world in mixed()
        for one, two in combinations(values, 2)
    }
    assert met == wanted


def test_alone_no_other_switch_is_turned() -> None:
    default = Switches()
    turned = [[name for name, _ in turns() if getattr(world, name) != getattr(default, name)] for _, world in alone()]
    assert turned == [[name] for name, _ in turns()]
