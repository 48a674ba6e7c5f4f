"""What is wrong with files in Git, in a line each."""

from rich.text import Text

from controller.source.problem import Problem
from controller.web.views import ProblemView

_COLOURS = {"error": "red", "warning": "yellow"}


def told(problem: ProblemView) -> Text:
    """A problem with its place, which editors and terminals can jump to."""
    known = Problem(problem.file, problem.line, problem.column, problem.message, problem.remedy)
    return Text.assemble((f"{problem.severity}:", _COLOURS.get(problem.severity, "")), f" {known}")
