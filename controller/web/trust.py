"""Whoever asks for more than to look must be known, and have a role that allows it there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPBearer

from controller.rules.rights import Identity, Right
from controller.web.identity.audit import Audit, Deed
from controller.web.identity.gate import Gate, forged
from controller.web.identity.keys import UnavailableError, UntrustedError
from controller.web.refusals import Code, Refusal
from controller.web.refusing import RefusedError
from reconcilers.model import ServiceKey

STRANGER: dict[int | str, dict[str, Any]] = {401: {"model": Refusal, "description": "No token, or a wrong one."}}
FORBIDDEN: dict[int | str, dict[str, Any]] = {
    403: {"model": Refusal, "description": "Known, and without a role that allows it there."},
    503: {"model": Refusal, "description": "Who asks cannot be verified now."},
}
_BEARER = HTTPBearer(auto_error=False, description="TRUEUP_API_TOKEN, a token of the roles' file, or a provider's.")
NOBODY = "The daemon wants to know who asks."
WRONG = "The daemon does not know this token."
_SHOWN = 200  # characters of a header in the record


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who was let in, what they may do there, and the deed as far as it is known before the body is read."""

    identity: Identity
    rights: frozenset[Right]
    deed: Deed
    audit: Audit

    @property
    def key(self) -> ServiceKey:
        """The service that it is about. Raises ``ValueError`` on a route that is about none."""
        if self.deed.service is None:
            raise ValueError("This route is about no service.")
        return self.deed.service

    def needs(self, right: Right) -> None:
        """Let it pass, or end with 403."""
        if right not in self.rights:
            self.audit.refused(self.deed, f"no role that allows {right.value}")
            where = f" in {self.deed.service.environment}" if self.deed.service else ""
            raise HTTPException(
                403, f"{self.identity.name} has no role that allows {right.value}{where}. Ask whoever keeps the roles."
            )

    def did(self, why: str, says: str) -> None:
        """Write down what was done, with the person's own words."""
        self.audit.allowed(replace(self.deed, why=why, says=says))


Entering = Callable[..., Visitor]


class Door:
    """Lets people in. ``now`` gives seconds since the epoch."""

    def __init__(self, gate: Gate, audit: Audit, now: Callable[[], float]) -> None:
        self._gate = gate
        self._audit = audit
        self._now = now

    def known(self, request: Request) -> Identity | None:
        """Who reads. Everybody may: a proof that is none is no obstacle, and makes nobody known."""
        try:
            return self._gate.identity(request.headers)
        except (UntrustedError, UnavailableError):
            return None

    def rights(self, request: Request, environment: str) -> tuple[str, frozenset[Right] | None]:
        """The name and the rights of who reads; no name and ``None`` where nobody is known."""
        identity = self.known(request)
        return (identity.name, self._gate.rights(identity, environment)) if identity else ("", None)

    def for_service(self, what: str, right: Right) -> Entering:
        """A dependency of a route below ``/services/{environment}/{name}`` that takes a right there."""

        def entering(request: Request, environment: str, name: str, _: Annotated[Any, Depends(_BEARER)]) -> Visitor:
            return self._let_in(request, what, right, ServiceKey(environment, name))

        return entering

    def for_all(self, what: str, right: Right) -> Entering:
        """A dependency of a route that takes a right in any environment."""

        def entering(request: Request, _: Annotated[Any, Depends(_BEARER)]) -> Visitor:
            return self._let_in(request, what, right, None)

        return entering

    def _let_in(self, request: Request, what: str, right: Right, service: ServiceKey | None) -> Visitor:
        deed = self._deed(request, what, service)
        identity = self._identity(request, deed)
        deed = replace(deed, identity=identity)
        if forged(identity, request.headers):
            self._audit.refused(deed, "another site may have asked")
            raise HTTPException(403, "Ask from this page itself, with content-type application/json.")
        there = self._gate.rights(identity, service.environment if service else None)
        visitor = Visitor(identity, there, deed, self._audit)
        visitor.needs(right)
        return visitor

    def _identity(self, request: Request, deed: Deed) -> Identity:
        try:
            identity = self._gate.identity(request.headers)
        except UntrustedError as error:
            self._audit.refused(deed, str(error))
            raise self._stranger(f"{WRONG} {error}" if self._gate.grants else WRONG) from None
        except UnavailableError as error:
            self._audit.refused(deed, str(error))
            raise HTTPException(503, f"Who you are cannot be verified now. {error}", {"retry-after": "10"}) from None
        if identity is None:
            self._audit.refused(deed, "nobody said who asks")
            raise self._stranger(NOBODY)
        return identity

    def _stranger(self, why: str) -> RefusedError:
        which = "a token that this daemon knows" if self._gate.grants else "the value of TRUEUP_API_TOKEN"
        remedy = f"Send the header Authorization: Bearer and {which}."
        return RefusedError(401, Refusal(detail=why, code=Code.STRANGER, remedy=remedy), {"www-authenticate": "Bearer"})

    def _deed(self, request: Request, what: str, service: ServiceKey | None) -> Deed:
        peer = request.client.host if request.client else ""
        forwarded = request.headers.get("x-forwarded-for", "")[:_SHOWN]
        return Deed(what, None, service, self._now(), peer=peer, forwarded=forwarded)
