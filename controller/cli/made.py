"""Who made something, as a line of text has it."""

from controller.loop.author import name
from controller.web.detail_views import AttemptView
from controller.web.views import ChangeView

NOT_YET = "AWS does not tell yet"


def maker(who: str | None, *, pending: bool) -> str:
    """Who it was; a dash where AWS does not tell, or that it does not tell yet."""
    return name(who) if who else NOT_YET if pending else "-"


def how(made: ChangeView | AttemptView) -> str:
    """By which call, from where and with which program, as CloudTrail tells; empty where it does not."""
    if not made.call:
        return ""
    source = f" from {made.source}" if made.source else ""
    # A service that calls in somebody's name is the source and the program at once.
    program = f" with {made.via}" if made.via and not made.source.endswith(".amazonaws.com") else ""
    return f"{made.call}{source}{program}"
