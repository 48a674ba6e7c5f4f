"""``make simulate``: histories by their seeds, on every core, and the figures of what they were put through."""

import argparse
import gc
import json
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from math import inf

from tests.simulation import thawed  # noqa: F401 - before whatever it is to act on
from tests.simulation.history import history
from tests.simulation.order import fixed
from tests.simulation.rules.writing import LATE
from tests.simulation.running import Result, run

EACH = 25  # seeds that a worker is given at once


def results(seeds: range, workers: int) -> Iterator[Result]:
    """What came of each seed's history, in order of their seeds."""
    gc.freeze()
    batches = [range(start, min(start + EACH, seeds.stop)) for start in range(seeds.start, seeds.stop, EACH)]
    if workers <= 1:
        for batch in batches:
            yield from _batch(batch)
        return
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        for done in pool.imap(_batch, batches):
            yield from done


def _batch(seeds: range) -> list[Result]:
    gc.disable()  # what a history leaves behind goes once, when it is over
    done = []
    for seed in seeds:
        done.append(run(history(seed)))
        if seed % 5 == 0:
            gc.collect()
            gc.freeze()  # what is left is what was compiled, and stays
    return done


class Figures:
    """What a run of histories amounts to."""

    def __init__(self) -> None:
        self.histories = 0
        self.injected: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.failed: list[Result] = []
        self.minutes = 0.0
        self.least = inf  # faults that hit somebody, of the history with the fewest

    def add(self, result: Result) -> None:
        self.histories += 1
        self.injected.update(result.injected)
        self.counts.update(result.counts)
        self.minutes += result.at / 60
        if not result.rule:  # a history ends where a rule breaks
            self.least = min(self.least, sum(result.injected.values()))
        if result.rule:
            self.failed.append(result)

    def lines(self) -> Iterator[str]:
        """As docs/reliability.md has them."""
        yield f"{self.histories:,} histories, {self.minutes / 60:,.0f} simulated hours, {len(self.failed)} failed"
        yield f"{sum(self.injected.values()):,} faults, at least {self.least} in each history:"
        for kind, count in sorted(self.injected.items()):
            yield f"  {count:>9,}  {kind}"
        changes = {kind: count for kind, count in sorted(self.counts.items()) if kind != LATE}
        yield f"{sum(changes.values()):,} changes asked of AWS, {self.counts[LATE]:,} of them late after a pause:"
        for kind, count in changes.items():
            yield f"  {count:>9,}  {kind}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, help="how many, from --first on")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, help="this one alone, told at length")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true", help="the result of each seed, for programs")
    given = parser.parse_args(arguments)
    if given.seed is not None:
        return _alone(given.seed)
    figures = Figures()
    for result in results(range(given.first, given.first + given.seeds), given.workers):
        figures.add(result)
        if given.json:
            _say(json.dumps(asdict(result)))
        elif result.rule:
            _say(f"seed {result.seed}, minute {result.at / 60:.1f}: {result.rule}: {result.said}")
    if not given.json:
        _say("\n".join(figures.lines()))
        for failed in figures.failed[:1]:
            _alone(failed.seed)
    return bool(figures.failed)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what it is there for


def _alone(seed: int) -> int:
    from tests.simulation.shrinking import shrunk

    whole = history(seed)
    result = run(whole)
    if not result.rule:
        _say(f"{whole}\n\nEvery rule held, and in the end everything was in sync.")
        return 0
    smaller, why = shrunk(whole, result)
    _say(f"{smaller}\n\nminute {why.at / 60:.1f}: {why.rule}: {why.said}")
    _say(f"(of {len(whole.events)} events these {len(smaller.events)} are enough)")
    _say(f"Replay it: make simulate SEED={seed}")
    return 1


if __name__ == "__main__":
    fixed("tests.simulation")
    sys.exit(main(sys.argv[1:]))
