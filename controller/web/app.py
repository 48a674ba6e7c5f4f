"""The HTTP face: health, metrics, the API, the webhook. It reads the board and asks the loop; it decides nothing."""

from functools import partial

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from controller.loop.facts import Fact
from controller.web import webhook
from controller.web.bodies import BoundedBodies
from controller.web.face import Face
from controller.web.fleet import Fleet
from controller.web.following import Followed, following
from controller.web.health import health
from controller.web.identity.audit import Audit
from controller.web.identity.gate import Gate
from controller.web.orders import orders
from controller.web.page import missing, page
from controller.web.pushes import pushes
from controller.web.reading import reading
from controller.web.refusing import RefusedError, refused
from controller.web.task_logs import task_logs
from controller.web.trust import Door
from controller.web.watching import watching


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
    app.add_exception_handler(500, _broken)
    app.add_middleware(BoundedBodies, most={"/webhook": webhook.MOST_BYTES})
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.include_router(health(face))
    app.include_router(reading(face, door, acting=gate.open), prefix="/api/v1")
    followed = _followed(face, acting=gate.open)
    app.include_router(following(followed), prefix="/api/v1")
    app.include_router(watching(face.board, followed, door, acting=gate.open), prefix="/api/v1")
    if gate.open:
        app.include_router(orders(face, door), prefix="/api/v1")
    if gate.open and face.logs is not None:
        app.include_router(task_logs(face.board, face.logs, door), prefix="/api/v1")
    if webhook_secret:
        app.include_router(pushes(face, webhook_secret))
    app.include_router(page())
    return app


def _followed(face: Face, *, acting: bool) -> Followed:
    everybodys = Fleet(face.board, face.now, face.near.line, acting=acting)
    ours = Fleet(face.board, face.now, None, acting=acting)
    return Followed(everybodys, ours, face.journal, face.hub, face.near)


def _keep(face: Face, order: Fact) -> None:
    face.journal.keep(order)
    if face.ordered is not None:
        face.ordered(order)


async def _unclear(_request: Request, error: Exception) -> JSONResponse:
    """422 in a sentence, without what was sent."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    said = "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in found)
    return JSONResponse({"detail": f"The request is not understood. {said}."}, 422)


async def _broken(_request: Request, _error: Exception) -> JSONResponse:
    """500 in a sentence, so that whoever asks knows that it was the daemon that answered. It goes on to the log."""
    return JSONResponse({"detail": "A defect of the daemon's own. Its log says where."}, 500)


async def _gone(_request: Request, _error: Exception) -> Response:
    """Nobody is there to read it: it keeps a body that broke off from being told as a defect of ours."""
    return Response(status_code=400)
