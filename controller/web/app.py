"""The HTTP face: health, metrics, the API, the webhook. It reads the board and asks the loop; it decides nothing."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from pydantic import Field

from controller.loop.board import Board
from controller.web import webhook
from controller.web.views import ServiceView, SourceView, View, service_view, source_view
from reconcilers.model import ServiceKey
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


class SyncRequest(View):
    """What a sync may be told."""

    despite_alarm: str | None = Field(
        default=None, min_length=1, max_length=200, description="Ship although an alarm fires, once, for this reason."
    )
    by: str = Field(default="", max_length=100, description="Who asks, for the record.")


class RetryRequest(View):
    """What a retry may be told."""

    by: str = Field(default="", max_length=100, description="Who asks, for the record.")


class Accepted(View):
    """It is noted and will be looked at next."""

    accepted: bool = True


def build(face: Face, api_token: str | None, webhook_secret: str | None) -> FastAPI:
    """The app. Without ``api_token`` there is no route that acts, without ``webhook_secret`` no webhook."""
    app = FastAPI(
        title="Trueup", version=face.version, openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None
    )
    app.include_router(_health(face))
    app.include_router(_reading(face), prefix="/api/v1")
    if api_token:
        app.include_router(_acting(face, api_token), prefix="/api/v1")
    if webhook_secret:
        app.include_router(_webhook(face, webhook_secret))
    return app


def _health(face: Face) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Whether the loop beats")
    def healthz() -> Response:
        return _said(face.beats(), "ok", "the loop has not finished a step for too long")

    @router.get("/readyz", summary="Whether Git was read and the daemon is not about to end")
    def readyz() -> Response:
        return _said(face.ready(), "ready", "not ready: the repository has not been read yet, or the daemon is ending")

    @router.get("/metrics", summary="Numbers for Prometheus")
    def metrics(request: Request) -> Response:
        encoder, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encoder(face.registry), media_type=content_type)

    return router


def _reading(face: Face) -> APIRouter:
    router = APIRouter(tags=["services"])

    @router.get("/services", summary="Every service")
    def services() -> list[ServiceView]:
        return [service_view(status) for status in face.board.services()]

    @router.get("/services/{environment}/{name}", summary="One service", responses={404: {"description": "Unknown."}})
    def service(environment: str, name: str) -> ServiceView:
        status = face.board.service(ServiceKey(environment, name))
        if status is None:
            raise _unknown(environment, name)
        return service_view(status)

    @router.get("/source", summary="The repository and the problems of its newest commit")
    def source() -> SourceView:
        snapshot = face.board.snapshot
        commit = snapshot.revision.commit if snapshot else None
        return source_view(face.board.source, commit, snapshot.problems if snapshot else ())

    return router


def _acting(face: Face, token: str) -> APIRouter:
    bearer = HTTPBearer(auto_error=False, description="TRUEUP_API_TOKEN")

    def trusted(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
        given = credentials.credentials if credentials else ""
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise HTTPException(401, "Say who you are: Authorization: Bearer and the value of TRUEUP_API_TOKEN.")

    router = APIRouter(tags=["orders"], dependencies=[Depends(trusted)])

    @router.post("/services/{environment}/{name}/sync", status_code=202, summary="Ship what Git wants, now")
    def sync(environment: str, name: str, request: SyncRequest | None = None) -> Accepted:
        said = request or SyncRequest()
        return _order(face, ServiceKey(environment, name), _sync_order(said, face.now()))

    @router.post("/services/{environment}/{name}/retry", status_code=202, summary="Try a held release once more")
    def retry(environment: str, name: str, request: RetryRequest | None = None) -> Accepted:
        said = request or RetryRequest()
        return _order(face, ServiceKey(environment, name), Order(retry=True, by=said.by, at=face.now()))

    @router.post("/source/sync", status_code=202, summary="Look at the repository now")
    def look() -> Accepted:
        face.asked.look_at_source()
        return Accepted()

    return router


def _webhook(face: Face, secret: str) -> APIRouter:
    router = APIRouter(tags=["webhook"])

    @router.post("/webhook", status_code=202, summary="A push at GitHub or GitLab: look at the repository now")
    async def delivered(request: Request) -> Accepted:
        body = await _body(request)
        match webhook.check(request.headers, body, secret):
            case webhook.Delivery.PUSH:
                face.asked.look_at_source()
                return Accepted()
            case webhook.Delivery.IGNORED:
                return Accepted(accepted=False)
            case webhook.Delivery.REFUSED:
                raise HTTPException(401, "The signature or token is not that of TRUEUP_WEBHOOK_SECRET.")

    return router


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > webhook.MOST_BYTES:
            raise HTTPException(413, "A delivery is at most 25 MiB.")
    return bytes(body)


def _sync_order(said: SyncRequest, now: float) -> Order:
    return Order(sync=True, despite_alarm=said.despite_alarm, by=said.by, at=now)


def _order(face: Face, key: ServiceKey, order: Order) -> Accepted:
    if not face.asked.ask(key, order):
        raise _unknown(key.environment, key.name)
    return Accepted()


def _unknown(environment: str, name: str) -> HTTPException:
    return HTTPException(404, f"No manifest names {environment}/{name}. GET /api/v1/services lists those that exist.")


def _said(good: bool, yes: str, no: str) -> Response:
    return Response(yes if good else no, status_code=200 if good else 503, media_type="text/plain")
