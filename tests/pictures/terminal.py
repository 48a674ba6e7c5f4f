"""The terminal's pictures: what the verbs print during a real shift, of a drifted service and of a held release.

They are asked of a daemon that keeps the demo's services on the sandbox, drawn as a terminal of a hundred columns draws
them, and kept as SVG.
"""

import io
import os
import re
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from controller.cli.describe import Described
from controller.cli.diff import Different
from controller.cli.events import Happened
from controller.cli.get import Getting
from controller.cli.history import Tried
from controller.cli.log_lines import Pen, heading, remarks
from controller.cli.look import Look
from controller.cli.output import Form
from controller.cli.painter import Painter
from controller.cli.question import Question
from controller.cli.screen import Screen
from controller.cli.showing import Drawing
from controller.cli.why import Explained
from controller.demo.acts import BAD, GOOD, MESSAGES, SERVICE
from controller.demo.stage import MANIFEST, Stage, staged
from controller.demo.waiting import NeverHappenedError, until
from controller.web.detail_views import DetailView

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SCREEN = Screen(lively=True, coloured=True, unicode=True, width=100)
SPEED = 60.0
CELL = 12.2  # a column's width in rich's SVG
_INDENTED = re.compile(
    r'x="(?P<x>[\d.]+)" (?P<y>y="[\d.]+") textLength="(?P<length>[\d.]+)" (?P<clip>clip-path="[^"]*")>'
    r"(?P<spaces>(?:&#160;)+)"
)


def draw() -> bool:
    """Draw all of them. Whether what they should show was there to be seen."""
    with staged(SPEED) as stage:
        stage.daemon.start()
        stage.daemon.wait_until_ready()
        try:
            until("every service to be in sync", lambda: all(each.ready for each in stage.daemon.api.services()))
            _shipping(stage)
            _drifting(stage)
            _holding(stage)
        except NeverHappenedError:
            return False
    return True


def _shipping(stage: Stage) -> None:
    _commit(stage, GOOD)
    until("half of the shift", lambda: _traffic(stage) >= 40)
    _keep("get", "trueup get", Getting(stage.daemon.api))
    _keep("describe", "trueup describe prod/notes-app", Described(stage.daemon.api, *SERVICE))
    _keep_watched("watch", "trueup why prod/notes-app --watch", Explained(stage.daemon.api, *SERVICE))
    until("the end of the shift", lambda: _settled(stage), within=90)


def _drifting(stage: Stage) -> None:
    declared = stage.repository.read(MANIFEST)
    stage.repository.write(MANIFEST, f"{declared}  drift: warn\n", "Leave what drifts for a while")
    stage.somebody.ship_by_hand()
    until("somebody's deployment to be over", lambda: _told(stage).outcome == "differs", within=90)
    stage.somebody.edit_service()
    until("CloudTrail to tell of both changes", lambda: len([each for each in _told(stage).drift if each.call]) > 1, 90)
    _keep("diff", "trueup diff prod/notes-app", Different(stage.daemon.api, *SERVICE))
    stage.repository.write(MANIFEST, declared, "Heal what drifts")
    until("all of it to be healed", lambda: _settled(stage), within=90)


def _holding(stage: Stage) -> None:
    _commit(stage, BAD)
    until("the release to be held", lambda: _told(stage).sync == "held", within=90)
    _keep("why", "trueup why prod/notes-app", Explained(stage.daemon.api, *SERVICE))
    _keep("history", "trueup history prod/notes-app", Tried(stage.daemon.api, *SERVICE))
    _keep("events", "trueup events", Happened(stage.daemon.api))
    _keep_logs("logs", "trueup logs prod/notes-app --container backend --tail 14", stage)


def _commit(stage: Stage, tag: str) -> None:
    stage.push_images(tag)
    stage.repository.bump(MANIFEST, dict.fromkeys(stage.tags(), tag), MESSAGES[tag])


def _told(stage: Stage) -> DetailView:
    return stage.daemon.api.service(*SERVICE)


def _traffic(stage: Stage) -> float:
    rollout = _told(stage).rollout
    return rollout.traffic or 0.0 if rollout is not None else 0.0


def _settled(stage: Stage) -> bool:
    """In sync, with nothing left of what ran before."""
    tasks = [each["status"] for each in stage.witness.service()["taskSets"]]
    return _told(stage).sync == "in-sync" and tasks == ["PRIMARY"]


def _keep(name: str, command: str, question: Question[Any]) -> None:
    """What the command prints now, as a picture."""
    _draw(name, command, SCREEN.text(question.drawn(question.ask(), Look(time.time(), SCREEN.width, bars=True))))


class Paper(Painter):
    """Keeps the last frame of a watch instead of painting it."""

    frame = ""

    def paint(self, text: str, foot: str) -> None:
        self.frame = f"{text}\n{foot}"


def _keep_watched(name: str, command: str, question: Question[Any]) -> None:
    """The screen that the command draws anew and anew, as it is now."""
    os.environ["COLUMNS"] = str(SCREEN.width or 0)  # a watch looks each time how wide its terminal is
    paper = Paper(io.StringIO(), lambda: None)
    Drawing(question, Form.TABLE, SCREEN, paper).changed(None, question.ask())
    _draw(name, command, paper.frame)


def _keep_logs(name: str, command: str, stage: Stage) -> None:
    """What the command prints now, on both its outputs, as a picture."""
    answer, pen = stage.daemon.api.logs(*SERVICE, container="backend", limit=14), Pen(SCREEN)
    beside = ([f"-- {heading(answer)}"], [f"-- {each}" for each in remarks(answer, 14)])
    first, last = ("".join(f"{each}\n" for each in lines) for lines in beside)
    _draw(name, command, f"{first}{pen.lines(answer.lines)}{pen.ends(answer.tasks)}{last}")


def _draw(name: str, command: str, shown: str) -> None:
    paper = Console(record=True, width=SCREEN.width, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    paper.print(Text.assemble(("$ ", "bright_black"), (command, "bold"), "\n"))
    paper.print(Text.from_ansi(shown.rstrip("\n")))
    (PICTURES / f"terminal-{name}.svg").write_text(_INDENTED.sub(_moved, paper.export_svg(title=command)), "utf-8")


def _moved(text: "re.Match[str]") -> str:
    """A text without the spaces that it begins with, so much further right: not all that draws SVG keeps them."""
    left = len(text["spaces"]) // len("&#160;") * CELL
    return f'x="{float(text["x"]) + left:g}" {text["y"]} textLength="{float(text["length"]) - left:g}" {text["clip"]}>'
