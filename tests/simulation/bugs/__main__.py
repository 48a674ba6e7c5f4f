"""``make simulate-bugs``: plant each bug, and look for the first seed whose history finds it.

With ``--replay`` each is looked for in its recorded seed alone, in which the controller as it is must be found well.
"""

import argparse
import multiprocessing
import sys
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection

from tests.simulation import thawed  # noqa: F401 - before whatever it is to act on
from tests.simulation.bugs.catalogue import BUGS, RULES, Bug
from tests.simulation.bugs.planting import plant
from tests.simulation.order import fixed

SEEDS = 2000
Found = tuple[
    int | None, str
]  # the seed, and the rule that is broken in it; no seed, and what went wrong if anything did


def find(bug: Bug | None, seeds: Sequence[int]) -> Found:
    """In a process of its own: the first seed in which a rule is broken. ``None`` is the controller as it is."""
    receiving, sending = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_find, args=(sending, bug, seeds))
    child.start()
    sending.close()
    try:
        found: Found = receiving.recv()
    except EOFError:
        found = None, "The process ended without a word."
    child.join()
    return found


def _find(sending: "Connection[Found, None]", bug: Bug | None, seeds: Sequence[int]) -> None:
    try:
        found = _first(bug, seeds)
    except Exception:  # noqa: BLE001 - whatever it was, the one who waits is to be told
        found = None, traceback.format_exc()
    sending.send(found)


def _first(bug: Bug | None, seeds: Sequence[int]) -> Found:
    if bug is not None:
        plant(bug.changes)
    from tests.simulation.history import history
    from tests.simulation.running import run

    for seed in seeds:
        result = run(history(seed))
        if result.rule:
            return seed, f"{result.rule}: {result.said}"
    return None, ""


def _preloaded() -> None:
    """What every process needs and no bug is planted in: a fork has it at once."""
    import botocore.session  # noqa: F401
    import jinja2.sandbox  # noqa: F401
    import jsonschema  # noqa: F401
    import pydantic.types  # noqa: F401
    import yaml  # noqa: F401

    import sandbox.blueprints
    import sandbox.world.world  # noqa: F401


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what it is there for


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.bugs", description=__doc__)
    parser.add_argument("--replay", action="store_true", help="each bug in its recorded seed alone")
    parser.add_argument("--only", default="", help="bugs with this in their name")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="at most so many, from 0 on")
    parser.add_argument("--brief", action="store_true", help="only what is not as it should be, and how many")
    given = parser.parse_args(arguments)
    _preloaded()
    bugs = [each for each in BUGS if given.only in each.name]
    missed = 0
    for bug in bugs:
        seed, why = find(bug, [bug.seed] if given.replay else range(given.seeds))
        missed += seed is None
        if given.brief and seed is not None:
            continue
        _say(
            f"rule {bug.rule:>2}  {bug.name}: " + (f"NOT FOUND {why}" if seed is None else f"seed {seed}. {why[:120]}")
        )
    sound, why = find(None, sorted({each.seed for each in bugs})) if given.replay else (None, "")
    if sound is not None:
        _say(f"With no bug planted, seed {sound} fails: {why}")
    _say(f"{len(bugs) - missed} of {len(bugs)} planted bugs found, two or more in each of {len(RULES)} rules")
    return int(missed > 0 or sound is not None)


if __name__ == "__main__":
    fixed("tests.simulation.bugs")
    sys.exit(main(sys.argv[1:]))
