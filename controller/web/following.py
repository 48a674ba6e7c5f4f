"""The routes that are followed: the fleet in lines, what happened, and both as they change."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from controller.loop.facts import Fact, in_order
from controller.loop.journal import MOST, Journal
from controller.web.fact_views import ActivityView
from controller.web.fleet import Fleet
from controller.web.fleet_views import FleetView
from controller.web.neighbours.neighbourhood import Neighbourhood
from controller.web.showing import fact_view
from controller.web.stream import Hub, Place
from reconcilers.model import ServiceKey

FULL: dict[int | str, dict[str, Any]] = {503: {"description": "Too many readers; come back a little later."}}
After = Annotated[int | None, Query(ge=0, description="What changed after this version or cursor.")]


class Wanted(BaseModel):
    """Which facts are asked for."""

    after: int | None = Field(default=None, ge=0, description="What was learnt after this cursor.")
    before: str = Field(default="", max_length=500, description="What happened before that: an answer's `older`.")
    limit: int = Field(default=200, ge=1, le=MOST)
    environment: str = Field(default="", max_length=200)
    service: str = Field(default="", max_length=200, description="Its name, or environment/name.")
    search: str = Field(default="", max_length=200, description="Words that its environment/name has, in any case.")
    kind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Followed:
    """What is followed: ``fleet`` is everybody's lines, ``ours`` those of what this replica keeps."""

    fleet: Fleet
    ours: Fleet
    journal: Journal
    hub: Hub
    near: Neighbourhood


def following(followed: Followed) -> APIRouter:
    """``/fleet``, ``/activity`` and ``/stream``."""
    router = APIRouter(tags=["services"])
    fleet, journal, hub, near = followed.fleet, followed.journal, followed.hub, followed.near

    @router.get("/fleet", summary="Every service in a line, or those that changed", response_model=FleetView)
    def lines(request: Request, after: After = None) -> Response:
        if near.asks(request.headers):
            view = followed.ours.view(after)
        else:
            near.look()
            view = fleet.view(after)
        # Written by pydantic at once: FastAPI would check a thousand rows again that were made a moment ago.
        return Response(view.model_dump_json(by_alias=True), media_type="application/json")

    @router.get("/activity", summary="What happened, newest first")
    def activity(request: Request, asked: Annotated[Wanted, Query()]) -> ActivityView:
        if not near.asks(request.headers):
            near.look()
        cursor, facts = journal.after(asked.after or 0)
        wanted = [each for each in facts if is_wanted(each, asked)]
        newest = in_order(wanted)[::-1]
        left = _before(newest, asked.before) if asked.before else newest
        shown = left[: asked.limit]
        older = f"{shown[-1].at}~{shown[-1].id}" if len(left) > len(shown) else None
        return ActivityView(facts=tuple(map(fact_view, shown)), cursor=cursor, older=older)

    @router.get("/stream", summary="What changes, as it changes: server-sent events", responses=FULL)
    async def stream(request: Request, after: After = None) -> StreamingResponse:
        if hub.full:
            raise HTTPException(503, "Too many readers are connected, or the daemon is ending.", {"retry-after": "5"})
        await run_in_threadpool(near.begin, None)
        place = Place.read(request.headers.get("last-event-id", "")) or Place(after, journal.after()[0])
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(hub.messages(fleet, journal, place), media_type="text/event-stream", headers=headers)

    return router


def _before(newest: list[Fact], place: str) -> list[Fact]:
    """What comes after ``place`` (``TIME~ID``) of the facts, newest first; by its time alone, if it is kept no more."""
    at, _, name = place.partition("~")
    try:
        time = float(at)
    except ValueError:
        raise HTTPException(422, "`before` is not an `older` that this API gave.") from None
    there = next((number for number, each in enumerate(newest) if each.id == name), None)
    return newest[there + 1 :] if there is not None else [each for each in newest if each.at < time]


def is_wanted(fact: Fact, asked: Wanted) -> bool:
    """Whether a fact is of the service, the environment and the kinds that are asked for."""
    return (not asked.kind or fact.kind in asked.kind) and _is_of(fact.service, asked)


def _is_of(key: ServiceKey | None, asked: Wanted) -> bool:
    words = asked.search.lower().split()
    if key is None:
        return not (asked.environment or asked.service or words)
    of_environment = asked.environment in ("", key.environment)
    of_service = asked.service in ("", key.name, str(key))
    return of_environment and of_service and all(word in str(key).lower() for word in words)
