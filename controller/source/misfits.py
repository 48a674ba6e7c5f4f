"""What AWS would refuse, said at the place where it was written."""

from __future__ import annotations

from controller.source.located import Located, PartPath, dotted
from controller.source.problem import Problem
from reconcilers.aws.shapes import Misfit

_QUOTE = "Put it in quotes."


def problem(document: Located, misfit: Misfit, under: PartPath = ()) -> Problem:
    """Make the problem of a misfit; `under` leads to what was checked."""
    path = (*under, *misfit.at)
    message, _, remedy = misfit.message.partition(". ")
    unknown = message.startswith("AWS knows no")
    if message.startswith("must be"):
        message = f"{dotted(path)} {message}"
    else:
        message = f"In {dotted(path[:-1])}: {message}" if path[:-1] else message
    if not remedy and message.rstrip(".").endswith(
        ("must be text, and is a number", "must be text, and is true or false")
    ):
        remedy = _QUOTE
    return document.problem(path, message, remedy, at_key=unknown)
