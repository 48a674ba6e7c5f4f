"""What happened, as the API tells it."""

from pydantic import Field

from controller.web.views import View


class FactView(View):
    """One thing that happened, to a service or to the repository."""

    id: str = Field(description="The same after a restart and from every replica.")
    kind: str
    tone: str = Field(description="good, news, warning or bad.")
    at: float = Field(description="Seconds since the epoch.")
    environment: str | None = None
    service: str | None = Field(default=None, description="The service's name in Git.")
    text: str
    deployment: str | None = None
    commit: str | None = None
    subject: str = ""
    release: str | None = None
    reason: str = ""
    remedy: str = ""
    who: str = ""
    seconds: float | None = None
    paths: tuple[str, ...] = ()


class ActivityView(View):
    """What happened across services, newest first. ``cursor`` asks for what comes after it, ``older`` (as ``before``)
    for what came before; ``null``: that was all.
    """

    facts: tuple[FactView, ...]
    cursor: int
    older: str | None = None
