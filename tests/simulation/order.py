"""The one order of sets that every machine has."""

import os
import sys


def fixed(module: str) -> None:
    """Begin this program anew with it, if need be: a seed is to be the same history everywhere."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, "-m", module, *sys.argv[1:]], {**os.environ, "PYTHONHASHSEED": "0"})
