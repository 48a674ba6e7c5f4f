"""What lets a Docker client in."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.moments import moment

if TYPE_CHECKING:
    from sandbox.world.world import Place

HALF_A_DAY = 12 * 3600.0


class Tokens:
    """GetAuthorizationToken. There is no registry behind the token: layers cannot be pushed or pulled here."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.operations: dict[str, Handler] = {"GetAuthorizationToken": self._grant}

    def _grant(self, _params: Params, _: Caller) -> Answer:
        place = self._place
        password = f"{place.world.random.getrandbits(128):032x}"
        granted = {
            "authorizationToken": base64.b64encode(f"AWS:{password}".encode()).decode(),
            "expiresAt": moment(place.timeline.now + HALF_A_DAY / place.timeline.speed),
            "proxyEndpoint": f"https://{place.account}.dkr.ecr.{place.region}.amazonaws.com",
        }
        return {"authorizationData": [granted]}
