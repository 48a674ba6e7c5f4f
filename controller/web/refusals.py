"""What the API says instead of an answer."""

from enum import StrEnum

from pydantic import Field

from controller.web.views import View


class Code(StrEnum):
    """Refusals whose remedy depends on who reads: a request to send, a command to type, a place on the page."""

    UNKNOWN_SERVICE = "unknown-service"
    LEFT_GIT = "left-git"
    NOT_READ_YET = "not-read-yet"
    STRANGER = "stranger"


class Refusal(View):
    """Why not, and what to do."""

    detail: str
    code: Code | None = Field(default=None, description="Null: detail says what to do, too.")
    remedy: str = Field(default="", description="What to do over HTTP, where there is a code.")
