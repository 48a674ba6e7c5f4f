"""What is answered of a service that left Git, for as long as that is remembered."""

from datetime import UTC, datetime

from controller.loop.departures import Departure
from controller.web.refusals import Code, Refusal
from controller.web.refusing import RefusedError


def departed(departure: Departure) -> RefusedError:
    """404, with when and by which commit, and what became of its service in ECS."""
    commit, heir = departure.commit, departure.heir
    by = f" by {commit.author}" if commit.author else ""
    at = datetime.fromtimestamp(departure.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    alone = "Its service in ECS is left running, and is looked at no more."
    stays = f"{heir} has its service in ECS from now on." if heir is not None else alone
    left = f"It left Git with commit {commit.commit[:7]}{by}, read at {at}."
    said = f"No manifest names {departure.service} any more. {left}"
    remedy = "GET /api/v1/services lists those that exist."
    return RefusedError(404, Refusal(detail=f"{said} {stays}", code=Code.LEFT_GIT, remedy=remedy))
