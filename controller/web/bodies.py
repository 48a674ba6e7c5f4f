"""How much a request may bring: who asks is not known yet while a body arrives, so it is bounded for everybody."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 64 << 10  # bytes; an order and its reason are a few hundred


class BoundedBodies:
    """Answers 413 where a body is larger than its path may have, as soon as that is seen. Nothing is kept here."""

    def __init__(self, app: ASGIApp, most: dict[str, int]) -> None:
        """``most``: bytes by path, where it is not ``MOST``."""
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = self._most.get(scope.get("path", ""), MOST)
        size = 0

        async def bounded() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > most:
                raise HTTPException(413, f"The body is larger than {most:,} bytes.")
            return message

        await self._app(scope, bounded, send)
