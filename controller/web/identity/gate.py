"""A request's headers in, who asks out."""

import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from controller.rules.rights import Grant, How, Identity, Right, rights, token_of
from controller.rules.roles import Roles
from controller.web.identity.fetching import Fetch, fetch
from controller.web.identity.keys import UntrustedError

API_TOKEN = "TRUEUP_API_TOKEN"  # noqa: S105 - what its holder is called
SAID_BY_BALANCER = "x-amzn-oidc-data"


class Verifier(Protocol):
    """Who knows whose a signed text is; raises ``UntrustedError`` or ``UnavailableError``."""

    def identity(self, token: str, /) -> Identity: ...


@dataclass(frozen=True, slots=True)
class Gate:
    """Who may pass. Without a token, a grant or a provider nobody may: there are no routes that act."""

    api_token: str | None = None
    grants: tuple[Grant, ...] = ()
    bearers: Verifier | None = None
    balancer: Verifier | None = None

    @property
    def open(self) -> bool:
        """Whether anybody can pass at all."""
        return bool(self.api_token or self.grants)

    def identity(self, headers: Mapping[str, str]) -> Identity | None:
        """Who asks, ``None`` where nobody says so. Raises ``UntrustedError`` or ``UnavailableError``.

        Whoever sends a bearer token is taken at that alone; names of ``headers`` are looked up in lower case.
        """
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._bearer(given.strip())
        said = headers.get(SAID_BY_BALANCER)
        return self.balancer.identity(said) if said and self.balancer is not None else None

    def rights(self, identity: Identity | None, environment: str | None) -> frozenset[Right]:
        """What somebody may do in an environment, or (``None``) in any."""
        return rights(self.grants, identity, environment)

    def _bearer(self, given: str) -> Identity:
        if self.api_token and hmac.compare_digest(given.encode(), self.api_token.encode()):
            return Identity(API_TOKEN, How.API_TOKEN)
        if (found := token_of(self.grants, given)) is not None:
            return found
        if self.bearers is not None and given.count(".") == 2:
            return self.bearers.identity(given)
        raise UntrustedError("Nobody is known by this token.")


def forged(identity: Identity, headers: Mapping[str, str]) -> bool:
    """Whether another site may have made somebody's browser ask.

    The load balancer knows people by a cookie, which browsers send along whoever asks. JSON is what no form sends and
    no script of another site may send without being allowed to; and where a browser says where it is, that is here.
    """
    if identity.how is not How.ALB:
        return False
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return True
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        return True
    return headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


def build_gate(
    api_token: str | None, roles: Roles, get: Fetch = fetch, clock: Callable[[], float] = time.monotonic
) -> Gate:
    """The gate of a daemon. Raises ``ModuleNotFoundError`` where a provider is named and PyJWT is not installed."""
    bearers: Verifier | None = None
    balancer: Verifier | None = None
    if roles.oidc is not None:
        from controller.web.identity.bearer import Bearers  # noqa: PLC0415 - loads PyJWT and cryptography

        bearers = Bearers(roles.oidc, get, clock)
    if roles.alb is not None:
        from controller.web.identity.alb import Balancer  # noqa: PLC0415 - loads PyJWT and cryptography

        balancer = Balancer(roles.alb, get, clock)
    return Gate(api_token, roles.grants, bearers, balancer)
