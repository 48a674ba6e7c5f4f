"""The HTTP face: health, metrics, the API, the webhook. It reads the board and asks the loop; it decides nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from pydantic import ConfigDict, Field, StringConstraints
from starlette.requests import ClientDisconnect

from controller.lease.view import Sharing
from controller.loop.board import Board
from controller.loop.facts import Fact
from controller.loop.journal import Journal
from controller.loop.questions import Question, of_attempts
from controller.loop.status import ServiceStatus
from controller.rules.rights import How, Right
from controller.web import webhook
from controller.web.bodies import BoundedBodies
from controller.web.detail import history_view
from controller.web.fleet import Fleet
from controller.web.following import following
from controller.web.identity.audit import Audit
from controller.web.identity.gate import Gate
from controller.web.offered import Reader
from controller.web.page import missing, page
from controller.web.refusals import Refusal
from controller.web.refusing import RefusedError, refused
from controller.web.sharing import SharingView, sharing_view
from controller.web.showing import service_views, source_view
from controller.web.stream import Hub
from controller.web.task_logs import Reading, task_logs
from controller.web.trust import FORBIDDEN, STRANGER, Door, Visitor
from controller.web.views import DetailView, HistoryView, ServiceView, SourceView, View
from controller.web.watching import UNKNOWN, known, unknown, watching
from reconcilers.history import History
from reconcilers.model import Service, ServiceKey
from reconcilers.outcome import Retry, Stalled
from reconcilers.verdict import Order


class Asked(Protocol):
    """Who takes what people ask for: the loop."""

    def look_at_source(self) -> None: ...
    def ask(self, key: ServiceKey, order: Order) -> bool: ...


@dataclass(frozen=True, slots=True)
class Face:
    """What the HTTP face stands on. ``beats``: whether the loop does. Secrets stay out of ``repr``."""

    board: Board
    asked: Asked
    registry: CollectorRegistry
    beats: Callable[[], bool]
    ready: Callable[[], bool]
    now: Callable[[], float]
    version: str
    journal: Journal
    hub: Hub
    history: Callable[[Service], History]
    sharing: Callable[[], Sharing] = Sharing
    logs: Reading | None = None  # who reads what tasks wrote
    inquire: Callable[[Iterable[Question]], None] | None = None  # who asks CloudTrail who made a deployment
    log: Any = None  # where it is written who did what; nowhere but in the activity without one
    ordered: Callable[[Fact], None] | None = None  # who else is told what somebody ordered


Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Said(View):
    """What goes with an order. A field that is not known is refused: a reason with a typo must not be lost."""

    model_config = ConfigDict(extra="forbid")

    by: str = Field(default="", max_length=100, description="Who asks, for the record, where a shared token is used.")
    why: str = Field(default="", max_length=200, description="Why, for the record.")


class SyncRequest(Said):
    """What a sync may be told."""

    despite_alarm: Reason | None = Field(
        default=None, description="Ship although an alarm fires, once, for this reason."
    )


class RetryRequest(Said):
    """What a retry may be told."""


class Accepted(View):
    """It is noted and will be looked at next."""

    accepted: bool = True


BROKEN: dict[int | str, dict[str, Any]] = {409: {"model": Refusal, "description": "Its manifest never could be read."}}
UNTOLD: dict[int | str, dict[str, Any]] = {
    503: {"model": Refusal, "description": "Another replica keeps the service and cannot be told."}
}
UNCLEAR: dict[int | str, dict[str, Any]] = {
    422: {"model": Refusal, "description": "The body is not what is asked for."}
}


def _keep(face: Face, order: Fact) -> None:
    face.journal.keep(order)
    if face.ordered is not None:
        face.ordered(order)


def build(face: Face, api_token: str | None, webhook_secret: str | None, gate: Gate | None = None) -> FastAPI:
    """The app. Where nobody can pass the gate no route acts or shows logs, without ``webhook_secret`` no webhook.

    ``gate``: who may pass; whoever has ``api_token``, where none is given.
    """
    gate = gate or Gate(api_token)
    door = Door(gate, Audit(face.log, partial(_keep, face)), face.now)
    app = FastAPI(
        title="Trueup",
        version=face.version,
        summary="How services stand between Git and AWS.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.add_exception_handler(RequestValidationError, _unclear)
    app.add_exception_handler(RefusedError, refused)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(404, missing)
    app.add_middleware(BoundedBodies, most={"/webhook": webhook.MOST_BYTES})
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.include_router(_health(face))
    app.include_router(_reading(face, door, acting=gate.open), prefix="/api/v1")
    fleet = Fleet(face.board, face.now, acting=gate.open)
    app.include_router(following(fleet, face.journal, face.hub), prefix="/api/v1")
    watched = watching(face.board, face.journal, face.hub, door, acting=gate.open)
    app.include_router(watched, prefix="/api/v1")
    if gate.open:
        app.include_router(_acting(face, door), prefix="/api/v1")
    if gate.open and face.logs is not None:
        app.include_router(task_logs(face.board, face.logs, door), prefix="/api/v1")
    if webhook_secret:
        app.include_router(_webhook(face, webhook_secret))
    app.include_router(page())
    return app


def _health(face: Face) -> APIRouter:
    router = APIRouter(tags=["health"], default_response_class=PlainTextResponse)
    unwell: dict[int | str, dict[str, Any]] = {503: {"description": "Not so; the text says why."}}

    @router.get("/healthz", summary="Whether the loop beats", responses=unwell)
    async def healthz() -> Response:  # async, as the next: not behind forty that wait for AWS
        return _said(face.beats(), "ok", "the loop has not finished a step for too long")

    @router.get("/readyz", summary="Whether Git was read and the daemon is not about to end", responses=unwell)
    async def readyz() -> Response:
        return _said(face.ready(), "ready", "not ready: the repository has not been read yet, or the daemon is ending")

    @router.get("/metrics", summary="Numbers for Prometheus")
    def metrics(request: Request) -> Response:
        encoder, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encoder(face.registry), headers={"content-type": content_type})

    return router


def _reading(face: Face, door: Door, *, acting: bool) -> APIRouter:
    router = APIRouter(tags=["services"])

    @router.get("/services", summary="Every service")
    def services() -> list[ServiceView]:
        return service_views(face.board.services(), face.board.snapshot)

    @router.get("/services/{environment}/{name}", summary="One service", responses=UNKNOWN)
    def service(request: Request, environment: str, name: str) -> DetailView:
        you, rights = door.rights(request, environment)
        key = ServiceKey(environment, name)
        view = known(face.board, key, Reader(you, rights, acting=acting))
        if view is None:
            raise unknown(face.board, key)
        return view

    @router.get("/services/{environment}/{name}/history", summary="What was tried, as AWS has it", responses=UNKNOWN)
    def history(environment: str, name: str) -> HistoryView:
        key = ServiceKey(environment, name)
        status = face.board.service(key)
        if status is None:
            raise unknown(face.board, key)
        return _history(face, status)

    @router.get("/replicas", summary="Which replica keeps what")
    def replicas() -> SharingView:
        return sharing_view(face.sharing())

    @router.get("/source", summary="The repository and the problems of its newest commit")
    def source() -> SourceView:
        return source_view(face.board.source, face.board.snapshot)

    return router


def _acting(face: Face, door: Door) -> APIRouter:
    router = APIRouter(tags=["orders"], responses=STRANGER | FORBIDDEN)
    syncing, retrying = door.for_service("sync", Right.ORDER), door.for_service("retry", Right.ORDER)
    looking = door.for_all("look at the repository", Right.ORDER)
    told = UNKNOWN | BROKEN | UNCLEAR | UNTOLD

    @router.post(
        "/services/{environment}/{name}/sync", status_code=202, summary="Ship what Git wants, now", responses=told
    )
    def sync(
        environment: str,
        name: str,
        visitor: Annotated[Visitor, Depends(syncing)],
        request: SyncRequest | None = None,
    ) -> Accepted:
        said = request or SyncRequest()
        if said.despite_alarm is not None:
            visitor.needs(Right.DESPITE_ALARM)
        order = Order(sync=True, despite_alarm=_recorded(said.despite_alarm, visitor))
        return _order(face, ServiceKey(environment, name), order, visitor, said)

    @router.post(
        "/services/{environment}/{name}/retry", status_code=202, summary="Try a held release once more", responses=told
    )
    def retry(
        environment: str,
        name: str,
        visitor: Annotated[Visitor, Depends(retrying)],
        request: RetryRequest | None = None,
    ) -> Accepted:
        return _order(face, ServiceKey(environment, name), Order(retry=True), visitor, request or RetryRequest())

    @router.post("/source/sync", status_code=202, summary="Look at the repository now")
    def look(visitor: Annotated[Visitor, Depends(looking)]) -> Accepted:
        face.asked.look_at_source()
        visitor.did("", "")
        return Accepted()

    return router


def _webhook(face: Face, secret: str) -> APIRouter:
    large: dict[int | str, dict[str, Any]] = {413: {"model": Refusal, "description": "More than 25 MiB."}}
    router = APIRouter(tags=["webhook"], responses=STRANGER | large)

    @router.post("/webhook", status_code=202, summary="A push at GitHub or GitLab: look at the repository now")
    async def delivered(request: Request) -> Accepted:
        sealed = webhook.seal(secret)
        if webhook.signed(request.headers):  # whoever signs nothing is not worth reading 25 MiB of
            async for part in request.stream():
                sealed.update(part)
        match webhook.check(request.headers, sealed, secret):
            case webhook.Delivery.PUSH:
                face.asked.look_at_source()
                return Accepted()
            case webhook.Delivery.IGNORED:
                return Accepted(accepted=False)
            case webhook.Delivery.REFUSED:
                raise HTTPException(401, "The signature or token is not that of TRUEUP_WEBHOOK_SECRET.")

    return router


def _history(face: Face, status: ServiceStatus) -> HistoryView:
    found = face.history(status.wanted)
    if face.inquire is not None:
        face.inquire(of_attempts(status, found.attempts, face.now()))
    return history_view(face.board.service(status.wanted.key) or status, found)


def _recorded(reason: str | None, visitor: Visitor) -> str | None:
    """A reason to ship despite an alarm as AWS keeps it: with who gave it, where that is certain."""
    if reason is None or visitor.identity.how is How.API_TOKEN:
        return reason
    return f"{reason} ({visitor.identity.name})"


def _order(face: Face, key: ServiceKey, order: Order, visitor: Visitor, said: Said) -> Accepted:
    by = said.by if visitor.identity.how is How.API_TOKEN else visitor.identity.name
    try:
        known = face.asked.ask(key, replace(order, by=by, at=face.now()))
    except (Retry, Stalled) as error:
        raise HTTPException(503, f"Another replica keeps {key}, and cannot be told: {error.message}") from None
    if known:
        visitor.did(said.why or order.despite_alarm or "", said.by)
        return Accepted()
    snapshot = face.board.snapshot
    if snapshot is not None and key in snapshot.spoiled:
        raise HTTPException(409, f"The manifest of {key} is broken, and nothing is known to ship. trueup why {key}")
    raise unknown(face.board, key)


async def _unclear(_request: Request, error: Exception) -> JSONResponse:
    """422 in a sentence, without what was sent."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    said = "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in found)
    return JSONResponse({"detail": f"The request is not understood. {said}."}, 422)


async def _gone(_request: Request, _error: Exception) -> Response:
    """Nobody is there to read it: it keeps a body that broke off from being told as a defect of ours."""
    return Response(status_code=400)


def _said(good: bool, yes: str, no: str) -> Response:
    return Response(yes if good else no, status_code=200 if good else 503, media_type="text/plain")
