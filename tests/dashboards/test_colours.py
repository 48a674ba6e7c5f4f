"""States are told apart by every kind of eye: by hue, or by lightness."""

from itertools import combinations

import pytest

from tests.dashboards import colours

# How a colour looks to eyes that lack the cones for long, middle or short waves, in linear RGB (Machado, Oliveira and
# Fernandes, 2009, at full severity).
EYES = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no long waves": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no middle waves": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no short waves": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TOGETHER = {"states": colours.SYNC, "results": colours.RESULTS}


def linear(colour: str) -> tuple[float, ...]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def lab(rgb: tuple[float, ...]) -> tuple[float, float, float]:
    """CIE L*a*b* under D65."""
    red, green, blue = (min(1.0, max(0.0, part)) for part in rgb)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def seen(colour: str, eye: str) -> tuple[float, float, float]:
    rgb = linear(colour)
    return lab(tuple(sum(weight * part for weight, part in zip(row, rgb, strict=True)) for row in EYES[eye]))


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("group", TOGETHER)
def test_colours_that_stand_together_are_told_apart(group: str, eye: str) -> None:
    """A difference of 2 is just seen side by side; ten times as much is seen across a panel."""
    hues = {name: seen(colour, eye) for name, colour in TOGETHER[group].values()}
    near = {
        (one, other): sum((a - b) ** 2 for a, b in zip(hues[one], hues[other], strict=True)) ** 0.5
        for one, other in combinations(hues, 2)
    }
    assert {pair: round(apart) for pair, apart in near.items() if apart < 20} == {}


def test_the_page_s_states_are_all_there() -> None:
    assert list(colours.SYNC) == ["in-sync", "outdated", "drifted", "held", "unknown"]
