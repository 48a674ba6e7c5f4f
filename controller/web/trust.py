"""Whoever asks for more than to look must say the token."""

import hmac
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from controller.web.views import View


class Refusal(View):
    """Why not, and what to do."""

    detail: str


STRANGER: dict[int | str, dict[str, Any]] = {401: {"model": Refusal, "description": "No token, or a wrong one."}}


def trusting(token: str) -> Callable[..., None]:
    """A dependency that lets nobody through but who has ``token``."""
    bearer = HTTPBearer(auto_error=False, description="TRUEUP_API_TOKEN")

    def trusted(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
        given = credentials.credentials if credentials else ""
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise HTTPException(
                401,
                "Say who you are: Authorization: Bearer and the value of TRUEUP_API_TOKEN.",
                {"www-authenticate": "Bearer"},
            )

    return trusted
