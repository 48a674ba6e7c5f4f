"""What is shipped, as data, and the tools that the system's packages bring."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
OBSERVABILITY = ROOT / "charts" / "observability"
PROMTOOL, AMTOOL = shutil.which("promtool"), shutil.which("amtool")
NO_PROMTOOL = "promtool is not installed: sudo apt-get install prometheus"
NO_AMTOOL = "amtool is not installed: sudo apt-get install prometheus-alertmanager"


def read(file: str) -> Any:
    """A YAML file of ``charts/observability``."""
    return yaml.safe_load((OBSERVABILITY / file).read_text("utf-8"))


def rules(kind: str) -> dict[str, dict[str, Any]]:
    """Every rule of a kind, ``alert`` or ``record``, by name."""
    groups = [group for file in ("rules/alerts.yml", "rules/recording.yml") for group in read(file)["groups"]]
    return {rule[kind]: rule for group in groups for rule in group["rules"] if kind in rule}


def said_by(tool: str | None, *words: str, folder: Path = OBSERVABILITY) -> tuple[int, str]:
    """How a tool ended, asked in a folder, and what it said."""
    done = subprocess.run(
        [str(tool), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout + done.stderr
