"""One target, fed by libFuzzer in a process of its own: ``python -m tests.fuzz.child NAME WITHIN MEMORY FLAGS…``."""

import logging
import sys

import atheris

with atheris.instrument_imports(include=["controller", "reconcilers", "yaml"], enable_loader_override=False):
    from tests.fuzz.targets import target
    from tests.fuzz.watched import watched

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    name, within, memory, *flags = sys.argv[1:]
    atheris.Setup([sys.argv[0], *flags], watched(target(name).feed, float(within), int(memory)))
    atheris.Fuzz()
