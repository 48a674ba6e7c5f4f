"""What is answered while Git was never read since the start: nothing is known then, and nothing is said not to be."""

from controller.loop.board import SourceStatus
from controller.web.refusals import Code, Refusal
from controller.web.refusing import RefusedError
from controller.web.showing import unheard

AGAIN = {"retry-after": "5"}


def not_read(source: SourceStatus) -> RefusedError:
    """503, with why Git was not read yet and what to do, as far as that is known."""
    far = f"It is large: {source.arriving}." if source.arriving else "It is being read."
    said = f"The repository has not been read yet. {unheard(source) or far}"
    remedy = "Ask again in a moment. GET /api/v1/source tells how it stands."
    return RefusedError(503, Refusal(detail=said, code=Code.NOT_READ_YET, remedy=remedy), AGAIN)
