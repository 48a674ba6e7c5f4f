"""The routes that are followed: the fleet in lines, what happened, and both as they change."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse

from controller.loop.facts import Fact
from controller.loop.journal import MOST, Journal
from controller.web.fleet import Fleet
from controller.web.showing import fact_view
from controller.web.stream import Hub, Place
from controller.web.views import ActivityView, FleetView

FULL: dict[int | str, dict[str, Any]] = {503: {"description": "Too many readers; come back a little later."}}
After = Annotated[int | None, Query(ge=0, description="What changed after this version or cursor.")]
Word = Annotated[str, Query(max_length=200)]


def following(fleet: Fleet, journal: Journal, hub: Hub) -> APIRouter:
    """``/fleet``, ``/activity`` and ``/stream``."""
    router = APIRouter(tags=["services"])

    @router.get("/fleet", summary="Every service in a line, or those that changed", response_model=FleetView)
    def lines(after: After = None) -> Response:
        view = fleet.view(after)
        # Written by pydantic at once: FastAPI would check a thousand rows again that were made a moment ago.
        return Response(view.model_dump_json(by_alias=True), media_type="application/json")

    @router.get("/activity", summary="What happened, newest first")
    def activity(
        after: After = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 200,
        environment: Word = "",
        service: Word = "",
        kind: Annotated[tuple[str, ...], Query()] = (),
    ) -> ActivityView:
        cursor, facts = journal.after(after or 0)
        wanted = [each for each in facts if _is_wanted(each, environment, service, kind)]
        newest = sorted(wanted, key=lambda fact: fact.at)[::-1][:limit]  # of the same moment, what was learnt last
        return ActivityView(facts=tuple(map(fact_view, newest)), cursor=cursor)

    @router.get("/stream", summary="What changes, as it changes: server-sent events", responses=FULL)
    async def stream(request: Request, after: After = None) -> StreamingResponse:
        if hub.full:
            raise HTTPException(503, "Too many readers are connected, or the daemon is ending.", {"retry-after": "5"})
        place = Place.read(request.headers.get("last-event-id", "")) or Place(after, journal.after()[0])
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(hub.messages(fleet, journal, place), media_type="text/event-stream", headers=headers)

    return router


def _is_wanted(fact: Fact, environment: str, service: str, kinds: tuple[str, ...]) -> bool:
    key = fact.service
    of_environment = not environment or (key is not None and key.environment == environment)
    of_service = not service or (key is not None and service in (key.name, str(key)))
    return of_environment and of_service and (not kinds or fact.kind in kinds)
