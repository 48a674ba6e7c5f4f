"""The fleet in lines, as the API tells it."""

from pydantic import Field

from controller.web.views import SourceView, View


class FleetRow(View):
    """One service in a line of the fleet: small, since there are a thousand of them."""

    environment: str
    name: str
    cluster: str | None
    region: str | None
    sync: str
    health: str
    ready: bool
    stale: bool = False
    outcome: str
    text: str
    reason: str = ""
    since: float | None = None
    drift_since: float | None = None
    drift_at_least: bool = Field(default=False, description="At the first look it was there already.")
    drift_fields: int = 0
    drift_by: str = Field(
        default="", description="Whose hand it was, as an ARN, or several with `and` between; empty: AWS does not tell."
    )
    failing_since: float | None = None
    running: str = Field(
        default="", description="The version that serves: the tags that differ among its images, short."
    )
    wanted: str = Field(default="", description="The version that Git wants.")
    commit: str | None = None
    author: str = Field(default="", description="Who wrote that commit, as Git tells; empty: it does not.")
    traffic: float | None = Field(default=None, description="The new version's share during a shift, in percent.")


class FleetView(View):
    """All services in lines (``whole``), or, asked with ``after``, those that changed; ``removed`` left Git.

    ``version`` asks for what comes after it. One that another process gave is answered with everything. While there is
    no commit in ``source``, Git was not read yet: there are no lines then, and nothing is said to have left.
    """

    version: int
    whole: bool = True
    now: float
    rows: tuple[FleetRow, ...]
    removed: tuple[str, ...] = ()
    source: SourceView
    acting: bool = Field(description="Whether there is a route for orders at all.")
