"""What people may ask for: a sync, another try, a look at the repository."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from pydantic import ConfigDict, Field, StringConstraints

from controller.rules.rights import How, Right
from controller.web.face import Face
from controller.web.refusals import Refusal
from controller.web.trust import FORBIDDEN, STRANGER, Door, Visitor
from controller.web.views import MOST_SAID, Accepted, View
from controller.web.watching import UNKNOWN, unknown
from reconcilers.model import ServiceKey
from reconcilers.outcome import Retry, Stalled
from reconcilers.verdict import Order

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_SAID)]


class Said(View):
    """What goes with an order. A field that is not known is refused: a reason with a typo must not be lost."""

    model_config = ConfigDict(extra="forbid")

    by: str = Field(default="", max_length=100, description="Who asks, for the record, where a shared token is used.")
    why: str = Field(default="", max_length=MOST_SAID, description="Why, for the record.")


class SyncRequest(Said):
    """What a sync may be told."""

    despite_alarm: Reason | None = Field(
        default=None, description="Ship although an alarm fires, once, for this reason."
    )


class RetryRequest(Said):
    """What a retry may be told."""


BROKEN: dict[int | str, dict[str, Any]] = {409: {"model": Refusal, "description": "Its manifest never could be read."}}
UNTOLD: dict[int | str, dict[str, Any]] = {
    503: {"model": Refusal, "description": "Git has not been read yet, or who keeps it cannot be told."}
}
UNCLEAR: dict[int | str, dict[str, Any]] = {
    422: {"model": Refusal, "description": "The body is not what is asked for."}
}


def orders(face: Face, door: Door) -> APIRouter:
    """The routes that act, each only for whom ``door`` lets through. What was asked is looked at next."""
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
