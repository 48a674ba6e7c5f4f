"""The simulation's programs, as processes of their own: with the one order of sets, and the controller loaded anew."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m module`` to its end."""
    return _run("-m", module, *arguments)


def code(text: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -c text`` to its end."""
    return _run("-c", text)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
