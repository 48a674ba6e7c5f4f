"""Feeding one target, and what came of it."""

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.seeds import WORDS
from tests.fuzz.targets import target

ROOT = Path(__file__).parents[2]
HANG = 120  # seconds after which libFuzzer takes an input for one that never ends, on a machine however slow
LONGEST = 2048  # bytes of an input


@dataclass(frozen=True, slots=True)
class Fed:
    """``kept``: inputs that reached what none had reached before. ``broken``: what was not kept to, and by which."""

    name: str
    inputs: int
    kept: int
    broken: str | None = None


def fed(name: str, runs: int, seed: int, within: float, memory: int) -> Fed:
    """Feed a target so many inputs. ``within`` CPU seconds are allowed to each, ``memory`` MiB to all."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, each in enumerate(target(name).seeds):
            (corpus / str(number)).write_bytes(each)
        words = Path(folder, "words")
        words.write_text("".join(f'"{_escaped(each)}"\n' for each in WORDS), "ascii")
        flags = [
            f"-dict={words}",
            f"-runs={runs}",
            f"-seed={seed}",
            f"-max_len={LONGEST}",
            "-len_control=0",
            f"-timeout={HANG}",
            f"-artifact_prefix={folder}/",
        ]
        command = [sys.executable, "-m", "tests.fuzz.child", name, str(within), str(memory), *flags]
        done = subprocess.run(
            [*command, "-print_final_stats=1", str(corpus)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        kept = sum(1 for _ in corpus.iterdir())
    said = done.stderr
    units = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
    broken = re.search(r"^BROKEN (.*)$", said, re.MULTILINE)
    if done.returncode == 0:
        return Fed(name, int(units[1]) if units else 0, kept)
    return Fed(name, int(units[1]) if units else 0, kept, broken[1] if broken else said[-2000:])


def _escaped(word: str) -> str:
    """As libFuzzer's dictionaries spell it."""
    return word.replace("\\", "\\\\").replace('"', '\\"')
