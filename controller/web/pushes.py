"""Where GitHub and GitLab tell of a push."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request

from controller.web import webhook
from controller.web.face import Face
from controller.web.refusals import Refusal
from controller.web.trust import STRANGER
from controller.web.views import Accepted


def pushes(face: Face, secret: str) -> APIRouter:
    """The webhook's route; ``secret`` is what the host signs with."""
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
