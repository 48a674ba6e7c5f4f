"""What an Application Load Balancer says of who logged in: ``x-amzn-oidc-data``, signed by it with ES256.

Anybody who reaches the port can send the header, so that nothing in it counts before the signature, and the signer must
be the one balancer that is configured: every other one signs with keys from the same place (AWS, ELB user guide). The
header of the token carries what is about the login (signer, client, issuer, expiry), its body the provider's claims.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from controller.rules.rights import How, Identity
from controller.rules.roles import Alb
from controller.web.identity.bearer import LEEWAY, Expected, header_of, is_moment, name_of, verified
from controller.web.identity.fetching import Fetch
from controller.web.identity.keys import Keys, UntrustedError

HEADER = "x-amzn-oidc-data"
_KID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)


class Balancer:
    """Verifies what one load balancer says. ``now``: seconds since the epoch; ``clock``: some that only go forward."""

    def __init__(
        self, alb: Alb, fetch: Fetch, clock: Callable[[], float], now: Callable[[], float] = time.time
    ) -> None:
        self._alb = alb
        self._fetch = fetch
        self._now = now
        self._keys = Keys(self._load, clock, pause=1.0)

    def identity(self, said: str) -> Identity:
        """Who logged in. Raises ``UntrustedError`` or ``UnavailableError``."""
        header = header_of(said, ("ES256",))
        self._about(header)
        if not _KID.fullmatch(header["kid"]):
            raise UntrustedError("It does not say which key signed it.")
        key = self._keys.key(header["kid"])
        claims = verified(said, key, Expected("ES256", ("sub",)))
        return Identity(name_of(claims, self._alb.name_claim), How.ALB, claims)

    def _about(self, header: Mapping[str, Any]) -> None:
        """The header is under the signature, too, which is looked at next."""
        if header.get("signer") != self._alb.load_balancer:
            raise UntrustedError("Another load balancer signed it.")
        for name, wanted in (("iss", self._alb.issuer), ("client", self._alb.client)):
            if wanted is not None and header.get(name) != wanted:
                raise UntrustedError(f"Its {name} is another one.")
        until = header.get("exp")
        if not is_moment(until) or until + LEEWAY <= self._now():
            raise UntrustedError("It has expired.")

    def _load(self, kid: str) -> dict[str, Any]:
        return {kid: self._fetch(f"{self._alb.keys}/{kid}")}
