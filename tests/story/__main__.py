"""``python -m tests.story``: the figures of docs/observability.md. Takes some five minutes.

The story is told twice: whole and quick, for what rules and panels answer; and as far as the rollback with the shipped
configuration as it is, for how long an alert takes.
"""

import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from controller.demo.waiting import NeverHappenedError, until
from tests.dashboards.unseen import UNSEEN
from tests.rules.files import read, rules
from tests.story import panels, servers
from tests.story.patience import LONG
from tests.story.telling import NAME, told

HELD = f"{NAME}: a release is held"
ROLLED_BACK = 3


def verified(folder: Path) -> tuple[str, str, str]:
    """How many rules are in good health and how many were unit-tested; how many of the panels' queries answered."""
    with told(folder) as story:
        found = story.prometheus.rules()
        well = sum(rule["health"] == "ok" for rule in found)
        tests = [test for name in ("alerts", "recording", "weeks") for test in read(f"tests/{name}.yml")["tests"]]
        text = str([test.get("alert_rule_test", test.get("promql_expr_test")) for test in tests])
        tested = sum(name in text for name in (*rules("alert"), *rules("record")))
        answered = sum(bool(panels.over(story, question)) for question in panels.QUESTIONS)
    whole = len(panels.QUESTIONS)
    return (
        f"| Rules in good health in Prometheus, and with unit tests | {well} and {tested} of {len(found)} |",
        f"| Queries of panels, annotations and variables answered by the story | {answered} of {whole} |",
        f"| and the others by series that are made up | {len(UNSEEN)} of {whole - answered} |",
    )


def delay(folder: Path) -> str:
    """From the moment a release is held until Slack has the alert, at the shipped intervals."""
    with told(folder, factor=1.0, acts=ROLLED_BACK) as story:
        with suppress(NeverHappenedError):
            until("the alert", lambda: any(HELD in text for text in story.alerts.texts()), 2 * LONG)
        came = next((at for at, message in story.alerts.messages if HELD in str(message)), float("nan"))
        held = float(story.acts[-1].api["since"])
    return f"| From a held release to its alert in Slack, at the shipped intervals | {came - held:.0f} s |"


if __name__ == "__main__":
    if not servers.present():
        sys.exit(servers.MISSING)
    with TemporaryDirectory(prefix="trueup-story-") as place:
        for name in ("quick", "shipped"):
            (Path(place) / name).mkdir()
        lines = [*verified(Path(place) / "quick"), delay(Path(place) / "shipped")]
    sys.stdout.write("\n".join(["| Figure | |", "|---|---|", *lines, ""]))
