"""How far a fetch is, by git's meters."""

import pytest

from controller.source.headway import Compiling, Headway, doing

COMPRESSING = b"remote: Enumerating objects: 9, done.        \rremote: Compressing objects:  12% (123/1024)\r"


@pytest.mark.parametrize(
    ("errors", "meter"),
    [
        (COMPRESSING, "Compressing objects: 12% (123/1024)"),
        (COMPRESSING + b"Receiving objects: 100% (5/5), 2.00 MiB | 3 KiB/s", "Receiving objects: 100% (5/5)"),
        (b"remote: Enumerating objects: 77\r", "Enumerating objects: 77"),
        (b"Resolving deltas:   0% (0/3)\r", "Resolving deltas: 0% (0/3)"),
        (b"remote: Welcome! 12% (1/8) off today", ""),
        (b"", ""),
    ],
)
def test_the_last_meter_counts(errors: bytes, meter: str) -> None:
    assert doing(errors) == meter


def test_people_hear_what_is_done_and_what_is_there() -> None:
    assert str(Headway(3 << 30, "Receiving objects: 4% (1/25)")) == "Receiving objects: 4% (1/25); 3,072 MiB are here"


def test_without_a_meter_people_hear_what_is_there() -> None:
    assert str(Headway(5 << 20)) == "5 MiB are here"


def test_people_hear_how_many_services_are_rendered() -> None:
    assert str(Compiling(120, 1000)) == "compiling: 120 of 1,000 services are rendered"
