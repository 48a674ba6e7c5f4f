"""Feed the targets with what libFuzzer makes: all in turn, or those that are named. Ends with 1 where one breaks.

``--runs`` inputs each; ``--within`` CPU seconds for one of them, ``--memory`` MiB more than at the start.
"""

import argparse
import sys

from tests.fuzz.outcome import Fed, fed
from tests.fuzz.targets import TARGETS


def main(arguments: list[str]) -> int:
    """Feed, and print a table. The exit code: whether every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*TARGETS, []], help="which targets; all where none is named")
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--within", type=float, default=1.0)
    parser.add_argument("--memory", type=int, default=200)
    chosen = parser.parse_args(arguments)
    outcomes = [fed(name, chosen.runs, chosen.seed, chosen.within, chosen.memory) for name in chosen.names or TARGETS]
    _print(outcomes)
    return 0 if all(each.broken is None for each in outcomes) else 1


def _print(outcomes: list[Fed]) -> None:
    sys.stdout.write("| Target | Inputs | Kept for what they reached | Broken |\n|---|---|---|---|\n")
    for each in outcomes:
        sys.stdout.write(
            f"| {each.name} | {each.inputs:,} | {each.kept:,} | {'-' if each.broken is None else each.broken} |\n"
        )
    inputs, broken = sum(each.inputs for each in outcomes), sum(each.broken is not None for each in outcomes)
    sys.stdout.write(f"{inputs:,} inputs, {broken} broken\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
