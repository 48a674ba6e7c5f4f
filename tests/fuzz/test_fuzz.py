"""A short run of the fuzzer, and that it would notice."""

import importlib.util

import pytest

from tests.fuzz.outcome import fed
from tests.fuzz.targets import EVERYTHING, TARGETS
from tests.fuzz.watched import watched

GUIDED = importlib.util.find_spec("atheris") is not None
needs_atheris = pytest.mark.skipif(not GUIDED, reason="atheris has no wheel for this platform")


@needs_atheris
def test_whatever_comes_is_answered_with_a_place() -> None:
    found = fed(EVERYTHING, runs=2000, seed=1, within=60, memory=400)
    assert found.broken is None
    assert found.inputs >= 2000
    assert found.kept > 3 * len(TARGETS)  # it was guided by something


@pytest.mark.parametrize(("within", "memory", "said"), [(-1, 400, "took 0.0 s"), (60, -1, "took 0 MiB")])
def test_what_takes_too_long_or_too_much_is_noticed(within: float, memory: int, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        watched(lambda _: None, within, memory)(b"")


def test_what_breaks_is_told_with_the_input(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(data: bytes) -> None:
        raise ValueError(data)

    with pytest.raises(ValueError, match="abc"):
        watched(broken, 1, 400)(b"abc")
    assert "BROKEN ValueError: b'abc' by YWJj" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "seed"), [(name, each) for name, target in TARGETS.items() for each in target.seeds])
def test_what_the_fuzzer_begins_with_is_answered(name: str, seed: bytes) -> None:
    TARGETS[name].feed(seed)
