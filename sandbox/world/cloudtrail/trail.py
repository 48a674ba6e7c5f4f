"""What was done in one account and region: written down as it happens, shown when it is delivered."""

from __future__ import annotations

import random
from collections import deque
from typing import TYPE_CHECKING
from uuid import UUID

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Origin, Params
from sandbox.world.cloudtrail.lookups import Lookups
from sandbox.world.cloudtrail.records import Call, Event, event

if TYPE_CHECKING:
    from sandbox.world.world import Place

KEPT = 5000
_READS = ("Describe", "List", "Get", "BatchGet", "BatchCheck", "Lookup")
_DATA = frozenset({"PutMetricData"})


class Trail:
    """The events of one account and region, the latest ``KEPT`` of them."""

    def __init__(self, place: Place) -> None:
        self._place = place
        # Of its own: what is written down must not change what the world draws.
        self._random = random.Random(f"{place.account}/{place.region}")  # noqa: S311 - identifiers, nothing secret
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._order = 0
        self.operations: dict[str, Handler] = {
            "LookupEvents": Lookups(place.timeline, self._events, place.world.switches).answer
        }

    def pass_on(self, service: str, operation: str, params: Params, caller: Caller, handler: Handler) -> Answer:
        """Let ``handler`` answer, and keep what was asked and what came of it. Its ``AwsError`` goes on."""
        if operation.startswith(_READS) or operation in _DATA:
            return handler(params, caller)
        at = self._place.timeline.now
        try:
            answer = handler(params, caller)
        except AwsError as error:
            self._keep(Call(service, operation, params, caller, error=(error.code, error.message)), at)
            raise
        self._keep(Call(service, operation, params, caller, answer), at)
        return answer

    def on_behalf(self, by: str, role_arn: str, call: tuple[str, str], params: Params, answer: Answer) -> None:
        """Keep what the service ``by`` (``codedeploy``) did as a role that it was given: ``call`` is what it called."""
        role = role_arn.rpartition("/")[2]
        principal = f"arn:aws:sts::{self._place.account}:assumed-role/{role}/{by}"
        origin = Origin(invoked_by=f"{by}.amazonaws.com")
        caller = Caller(self._place.account, self._place.region, principal, origin)
        self._keep(Call(*call, params, caller, answer), self._place.timeline.now)

    def _keep(self, call: Call, at: float) -> None:
        self._order += 1
        self._events.append(event(call, self._order, (self._uuid(), self._uuid()), at, self._place.region))

    def _uuid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))
