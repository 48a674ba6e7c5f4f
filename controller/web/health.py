"""Whether the daemon is well, and its numbers: for ECS, for load balancers and for Prometheus."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client.exposition import choose_encoder

from controller.web.face import Face


def health(face: Face) -> APIRouter:
    """The routes that anybody may ask, and that are answered while AWS is waited for."""
    router = APIRouter(tags=["health"], default_response_class=PlainTextResponse)
    unwell: dict[int | str, dict[str, Any]] = {503: {"description": "Not so; the text says why."}}

    @router.get("/healthz", summary="Whether the loop beats", responses=unwell)
    async def healthz() -> Response:  # async, as the next: not behind forty that wait for AWS
        return _said(face.beats(), "ok", "the loop has not finished a step for too long")

    @router.get("/readyz", summary="Whether Git was read and the daemon is not about to end", responses=unwell)
    async def readyz() -> Response:
        arriving = face.board.source.arriving
        fetched = f"which goes on: {arriving}" if arriving else "or the daemon is ending"
        return _said(face.ready(), "ready", f"not ready: the repository has not been read yet, {fetched}")

    @router.get("/metrics", summary="Numbers for Prometheus")
    def metrics(request: Request) -> Response:
        encoder, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encoder(face.registry), headers={"content-type": content_type})

    return router


def _said(good: bool, yes: str, no: str) -> Response:
    return Response(yes if good else no, status_code=200 if good else 503, media_type="text/plain")
