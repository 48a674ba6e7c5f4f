"""What anybody may read: services, their history, the replicas, the source."""

from fastapi import APIRouter, Request

from controller.loop.questions import of_attempts
from controller.loop.status import ServiceStatus
from controller.web.detail import history_view
from controller.web.detail_views import DetailView, HistoryView
from controller.web.face import Face
from controller.web.offered import Reader
from controller.web.sharing import SharingView, sharing_view
from controller.web.showing import service_view, service_views, source_view
from controller.web.trust import Door
from controller.web.unread import not_read
from controller.web.views import ServiceView, SourceView
from controller.web.watching import UNKNOWN, UNREAD, known, unknown
from reconcilers.model import ServiceKey


def reading(face: Face, door: Door, *, acting: bool) -> APIRouter:
    """The routes that change nothing. ``acting``: whether there are others, for what is offered to the reader."""
    router = APIRouter(tags=["services"])

    @router.get("/services", summary="Every service", responses=UNREAD)
    def services(request: Request) -> list[ServiceView]:
        return _services(face, neighbour=face.near.asks(request.headers))

    @router.get("/services/{environment}/{name}", summary="One service", responses=UNKNOWN)
    def service(request: Request, environment: str, name: str) -> DetailView:
        you, rights = door.rights(request, environment)
        key, reader = ServiceKey(environment, name), Reader(you, rights, acting=acting)
        keeper = face.near.keeper(request.headers, face.board.service(key))
        view = face.near.detail(keeper, key, reader) or known(face.board, key, reader)
        if view is None:
            raise unknown(face.board, key)
        return view

    @router.get("/services/{environment}/{name}/history", summary="What was tried, as AWS has it", responses=UNKNOWN)
    def history(request: Request, environment: str, name: str) -> HistoryView:
        key = ServiceKey(environment, name)
        status = face.board.service(key)
        if status is None:
            raise unknown(face.board, key)
        keeper = face.near.keeper(request.headers, status)
        return face.near.history(keeper, key) or _history(face, status)

    @router.get("/replicas", summary="Which replica keeps what")
    def replicas() -> SharingView:
        return sharing_view(face.sharing())

    @router.get("/source", summary="The repository and the problems of its newest commit")
    def source() -> SourceView:
        return source_view(face.board.source, face.board.snapshot)

    return router


def _services(face: Face, *, neighbour: bool) -> list[ServiceView]:
    """All of them; for a neighbour those that are kept here. Raises ``RefusedError`` while none are known yet."""
    statuses, snapshot = face.board.services(), face.board.snapshot
    if snapshot is None:
        raise not_read(face.board.source)
    if neighbour:
        return [service_view(each, snapshot) for each in statuses if each.kept_by is None]
    return face.near.services(service_views(statuses, snapshot), statuses)


def _history(face: Face, status: ServiceStatus) -> HistoryView:
    found = face.history(status.wanted, _tried(status))
    if face.inquire is not None:
        face.inquire(of_attempts(status, found.attempts, face.now()))
    return history_view(face.board.service(status.wanted.key) or status, found)


def _tried(status: ServiceStatus) -> tuple[object, ...]:
    """What looks have told of attempts: a record that was read before they did is old."""
    attempts = (status.live.attempts if status.live is not None else None) or ()
    rollout = status.rollout.deployment if status.rollout is not None else ""
    return rollout, *((each.id, each.state) for each in attempts)
