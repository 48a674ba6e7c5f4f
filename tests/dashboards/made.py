"""Which dashboards there are, and where their JSON lies."""

from collections.abc import Mapping
from pathlib import Path

from tests.dashboards import controller, drift, rollouts
from tests.dashboards.frame import written

OBSERVABILITY = Path(__file__).parents[2] / "charts" / "observability"
FOLDER = OBSERVABILITY / "dashboards"


def dashboards() -> Mapping[str, str]:
    """Each dashboard's JSON, by the name of its file."""
    return {f"{each.uid}.json": written(each) for each in (drift.sheet(), rollouts.sheet(), controller.sheet())}
