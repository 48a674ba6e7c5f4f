"""What is told has a tone."""

import pytest

from controller.loop.facts import TONES, Fact, Kind


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_tone(kind: Kind) -> None:
    assert Fact("id", kind, 0.0, None, "it happened").tone is TONES[kind]
