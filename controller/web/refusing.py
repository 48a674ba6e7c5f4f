"""Refusing a request: what is wrong, in words for everybody, and apart from it what to do over HTTP.

The page and the command line say by themselves what to do, by the refusal's code: people there write no requests.
"""

from collections.abc import Mapping

from fastapi import HTTPException, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as AnyHTTPException

from controller.web.refusals import Refusal


class RefusedError(HTTPException):
    """An answer whose remedy depends on who reads it."""

    def __init__(self, status: int, refusal: Refusal, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, refusal.detail, None if headers is None else dict(headers))
        self.refusal = refusal


async def refused(request: Request, error: Exception) -> Response:
    """The answer to a request that ended with an ``HTTPException``; anything else is raised again."""
    if isinstance(error, RefusedError):
        return JSONResponse(error.refusal.model_dump(mode="json"), error.status_code, error.headers)
    if isinstance(error, AnyHTTPException):
        return await http_exception_handler(request, error)
    raise error
