"""The routes of whoever watches one thing: one service, whole, and what happened, as it happens."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from controller.loop.board import Board
from controller.loop.facts import Fact
from controller.loop.journal import Journal
from controller.rules.rights import Right
from controller.web.departed import departed
from controller.web.detail import broken_detail, detail_view
from controller.web.detail_views import DetailView
from controller.web.following import FULL, Followed, Wanted, is_wanted
from controller.web.meant import meant
from controller.web.offered import Reader
from controller.web.refusals import Code, Refusal
from controller.web.refusing import RefusedError
from controller.web.showing import fact_view, unheard
from controller.web.stream import Hub, Place, message
from controller.web.trust import Door
from controller.web.unread import not_read
from reconcilers.model import ServiceKey

Rights = tuple[str, frozenset[Right] | None]
UNREAD: dict[int | str, dict[str, Any]] = {503: {"model": Refusal, "description": "Git has not been read yet."}}
UNKNOWN: dict[int | str, dict[str, Any]] = UNREAD | {
    404: {"model": Refusal, "description": "No manifest names this service."}
}


def watching(board: Board, followed: Followed, door: Door, *, acting: bool) -> APIRouter:
    """``/services/{environment}/{name}/stream`` and ``/activity/stream``."""
    router = APIRouter(tags=["services"], responses=FULL)
    journal, hub, near = followed.journal, followed.hub, followed.near

    @router.get(
        "/services/{environment}/{name}/stream",
        summary="One service as it changes, and what happens to it: server-sent events",
        responses=UNKNOWN,
    )
    async def service(
        request: Request, environment: str, name: str, who: Annotated[Rights, Depends(door.rights)]
    ) -> StreamingResponse:
        key, reader = ServiceKey(environment, name), Reader(*who, acting=acting)
        if known(board, key, reader) is None:
            raise unknown(board, key)
        await run_in_threadpool(near.begin, board.service(key))
        facts = _Facts(journal, _cursor(request, journal), lambda fact: fact.service == key)

        def look() -> DetailView | None:
            return near.watched(board.service(key), reader) or known(board, key, reader)

        return _streamed(hub, _Watched(look, facts))

    @router.get("/activity/stream", summary="What happens, as it happens: server-sent events")
    async def activity(request: Request, asked: Annotated[Wanted, Query()]) -> StreamingResponse:
        await run_in_threadpool(near.begin, None)
        start = asked.after if asked.after is not None else _cursor(request, journal)
        return _streamed(hub, _Facts(journal, start, lambda fact: is_wanted(fact, asked)))

    return router


def known(board: Board, key: ServiceKey, reader: Reader) -> DetailView | None:
    """A service, whole; ``None`` where no manifest names it, as far as is known."""
    status, snapshot = board.service(key), board.snapshot
    if status is not None:
        view = detail_view(status, snapshot, reader)
    elif snapshot is not None and key in snapshot.spoiled:
        view = broken_detail(key, snapshot)
    else:
        return None
    return view.model_copy(update={"git": unheard(board.source)})


def unknown(board: Board, key: ServiceKey) -> RefusedError:
    """What is answered where no manifest names it, with the nearest name that one has, or that it left Git; while Git
    was not read, or was not a moment ago when it was looked for, that nobody knows.
    """
    snapshot = board.snapshot
    if snapshot is None or key in snapshot.services:
        return not_read(board.source)
    if (departure := board.departures().get(key)) is not None:
        return departed(departure)
    names = [*(each.wanted.key for each in board.services()), *snapshot.spoiled]
    said = f"No manifest names {key}.{meant(key, names)}"
    remedy = "GET /api/v1/services lists those that exist."
    return RefusedError(404, Refusal(detail=said, code=Code.UNKNOWN_SERVICE, remedy=remedy))


class _Facts:
    """What happened since it was asked last."""

    def __init__(self, journal: Journal, cursor: int, wanted: Callable[[Fact], bool]) -> None:
        self._journal = journal
        self._wanted = wanted
        self.place = Place(None, cursor)

    def __call__(self) -> str:
        cursor, facts = self._journal.after(self.place.cursor)
        self.place = Place(None, cursor)
        return "".join(message("fact", fact_view(each), self.place) for each in facts if self._wanted(each))


class _Watched:
    """A service where it reads otherwise than when it was asked last, and what happened to it meanwhile."""

    def __init__(self, look: Callable[[], DetailView | None], facts: _Facts) -> None:
        self._look = look
        self._facts = facts
        self._last: DetailView | None = None

    def __call__(self) -> str | None:
        view = self._look()
        if view is None:
            return None
        happened = self._facts()
        settled = view.model_copy(update={"seen_at": None})  # that it was looked at again is no change
        if settled == self._last:
            return happened
        self._last = settled
        return happened + message("service", view, self._facts.place)


def _cursor(request: Request, journal: Journal) -> int:
    last = Place.read(request.headers.get("last-event-id", ""))
    return last.cursor if last is not None else journal.after()[0]


def _streamed(hub: Hub, look: Callable[[], str | None]) -> StreamingResponse:
    if hub.full:
        raise HTTPException(503, "Too many readers are connected, or the daemon is ending.", {"retry-after": "5"})
    sent: AsyncIterator[str] = hub.follow(look)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(sent, media_type="text/event-stream", headers=headers)
