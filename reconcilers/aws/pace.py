"""How fast AWS is asked: every attempt of every call takes a token of its family, by account and region.

A wait for a token is spent within the call, like the network's: only so many calls wait at once as there are workers,
so none waits for long. Where tokens are rarer than that, for what registers and updates, a longer wait is not: the
caller is told when its turn comes (``Paced``), and the loop comes back then. Reads are never put off: a look begins
with them each time that it comes back, and would lose its place in the middle to those that begin.

A call that AWS refuses as too many, and that may be repeated, is repeated as the bucket lets it go, and for as long as
a call may take that AWS does not answer.

The buckets are this process's own. That is enough where several replicas share the work, because an account in a region
is one replica's.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf
from threading import Lock
from typing import Any

from reconcilers.aws.bucket import Bucket, Later
from reconcilers.aws.errors import result_of
from reconcilers.aws.limits import Family, family_of
from reconcilers.leases import Shard
from reconcilers.outcome import Paced, Retry

PATIENCE = 2.0  # seconds that an attempt waits at most, where it can have a turn instead
INSISTENCE = 20.0  # seconds that the attempts of one call wait together at most
# What is asked for again with other words, after another commit say, is still the same turn.
_ABOUT: Mapping[str, tuple[str, ...]] = {
    "RegisterTaskDefinition": ("family",),
    "UpdateService": ("cluster", "service"),
    "CreateDeployment": ("applicationName", "deploymentGroupName"),
}
_WHO, _WAITED = "trueup_who", "trueup_waited"


@dataclass(frozen=True, slots=True)
class Waited:
    """A call that had to wait for its family's limit: ``seconds`` within the call, or none where it was put off."""

    family: str
    seconds: float
    put_off: bool


@dataclass(frozen=True, slots=True)
class Level:
    """How many calls of a family could be made now; below nought, so many wait for a turn that they were promised."""

    shard: Shard
    family: str
    tokens: float


class Pace:
    """``clock`` gives monotonic seconds. ``share``: how much of what AWS allows is ours, 0 to 1."""

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        *,
        share: float = 1.0,
        observe: Callable[[Waited], None] = lambda _: None,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._share = share
        self._observe = observe
        self._buckets: dict[tuple[Shard, Family], Bucket] = {}
        self._lock = Lock()

    def take(self, shard: Shard, call: tuple[str, str], who: str) -> float:
        """Wait until the ``call`` (service and operation) may be made: for how many seconds it was.

        Raises ``Paced`` where the family has turns and that is too long, and ``Retry`` where AWS refused calls a moment
        ago. Either keeps a turn for ``who``.
        """
        family = family_of(*call)
        with self._lock:
            now, bucket = self._clock(), self._bucket(shard, family)
            answer = bucket.ask(who, now, PATIENCE if family.turns else inf)
            troubled = bucket.troubled(now)
        if isinstance(answer, Later):
            self._observe(Waited(family.name, 0.0, put_off=True))
            raise _refusal(f"AWS's limit of {family.name} calls in {shard}", answer.after, troubled)
        if answer.after > 0:
            self._observe(Waited(family.name, answer.after, put_off=False))
            self._sleep(answer.after)
        return answer.after

    def refused(self, shard: Shard, call: tuple[str, str]) -> None:
        """AWS refused a call as too many."""
        with self._lock:
            self._bucket(shard, family_of(*call)).refused(self._clock())

    def levels(self) -> tuple[Level, ...]:
        """Every bucket that was used."""
        with self._lock:
            now = self._clock()
            return tuple(
                Level(shard, family.name, bucket.tokens(now)) for (shard, family), bucket in self._buckets.items()
            )

    def _bucket(self, shard: Shard, family: Family) -> Bucket:
        if (shard, family) not in self._buckets:
            share = self._share
            self._buckets[shard, family] = Bucket(family.capacity * share, family.refill * share)
        return self._buckets[shard, family]


def keep(client: Any, service: str, shard: Shard, pace: Pace) -> None:
    """Let ``pace`` decide when each attempt of ``client`` goes out, and whether one that was refused is repeated."""
    events, name = client.meta.events, client.meta.service_model.service_id.hyphenize()
    events.register(f"before-parameter-build.{name}", _note_who)
    events.register_first(f"request-created.{name}", partial(_take, pace, shard, service))
    # Before botocore's own handler, which gives up after three; behind those that say a call is never repeated.
    events.register_first(f"needs-retry.{name}", partial(_insist, pace, shard, service))


def _refusal(limit: str, after: float, troubled: bool) -> Retry:
    if troubled:
        return Retry("Throttled", f"{limit}: AWS refused calls within the last minute.", after)
    return Paced(limit, after)


def _note_who(params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
    about = {name: params.get(name) for name in _ABOUT.get(model.name, params)}
    context[_WHO] = f"{model.name} {json.dumps(about, sort_keys=True, default=str)}"


def _take(pace: Pace, shard: Shard, service: str, *, request: Any, operation_name: str, **_: Any) -> None:
    context = request.context
    waited = pace.take(shard, (service, operation_name), context.get(_WHO, operation_name))
    context[_WAITED] = context.get(_WAITED, 0.0) + waited


def _insist(  # noqa: PLR0913 - botocore's event, by keyword
    pace: Pace, shard: Shard, service: str, *, operation: Any, response: Any, request_dict: Mapping[str, Any], **_: Any
) -> float | bool | None:
    """What botocore asks for after each attempt: seconds until the next, ``False`` for none, ``None`` to leave it."""
    if response is None:
        return None
    answer, parsed = response
    code = str(parsed.get("Error", {}).get("Code", "")).rsplit("#", 1)[-1]
    if result_of(code, answer.status_code) != "throttled":
        return None
    pace.refused(shard, (service, operation.name))
    return 0.0 if request_dict["context"].get(_WAITED, 0.0) < INSISTENCE else False
