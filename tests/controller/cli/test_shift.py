"""A shift in the terminal."""

import io
from typing import Any

import pytest
from rich.console import Console

from controller.cli.look import Look
from controller.cli.shift import shift
from controller.web.detail_views import ShiftView


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        ({}, ""),
        ({"ends_at": 1420.0}, ", 7m to go"),
        ({"ends_at": 990.0}, ", about to end"),
        ({"state": "ready"}, ", waits for a person"),
        ({"state": "ready", "gives_up_at": 4000.0}, ", waits for a person; AWS stops it in 50m otherwise"),
        ({"state": "ready", "gives_up_at": 990.0}, ", waits for a person; AWS stops it any moment"),
        ({"state": "stopping", "ends_at": 1420.0}, ", is being stopped"),
    ],
)
def test_a_shift_says_what_it_waits_for_and_for_how_long_yet(standing: dict[str, Any], said: str) -> None:
    out = io.StringIO()
    Console(file=out, width=200).print(shift(ShiftView(deployment="d-v2", since=880.0, **standing), Look(now=1000.0)))
    assert out.getvalue() == f"Shift  d-v2, for 2m{said}\n"
