"""The clients between the controller's gateways and the world: shaped like boto3's, and each call may come to harm.

What ``reconcilers.aws.session`` does before a call leaves is done here too: what changes something asks the lease.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, Protocol

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from reconcilers.aws import session
from reconcilers.model import Scope
from reconcilers.outcome import Retry
from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Params
from sandbox.world.world import World
from tests.simulation.fleet import CONTROLLER
from tests.simulation.weather import Killed, Weather

READS = ("Describe", "List", "Get", "BatchGet")
UNREAD = frozenset({"events", "requiresAttributes"})  # half of an answer, which the session does not parse either
ATOMS = frozenset({str, int, float, bool, type(None)})  # most of an answer, and its own copy
FATES = frozenset({"timeout", "unheard", "throttle", "error", "unread"})


@dataclass(frozen=True, slots=True)
class Sent:
    """One call as AWS heard it. ``answer``: ``None`` where AWS refused, ``refusal`` says with which code then."""

    region: str
    service: str
    operation: str
    params: Params
    answer: Answer | None
    refusal: str = ""

    @property
    def writes(self) -> bool:
        return not self.operation.startswith(READS)


class Passage(Protocol):
    """A replica, as its calls see it."""

    name: str

    def at(self, place: str, sort: str) -> bool:
        """A call comes by here: the process may stop or die. Whether the answer is to be lost."""

    def waits(self, seconds: float) -> None:
        """The call takes so long; everybody else goes on."""

    def may_change(self, scope: Scope) -> bool: ...
    def heard(self, sent: Sent) -> None: ...

    def failed(self, operation: str) -> None:
        """Whoever asked gets no answer, or none that is one."""

    def unanswered(self, sent: Sent) -> None:
        """AWS heard it, and the answer did not come, or came to nobody."""


class Aws:
    """The world, with what it answered before: an answer may be old."""

    def __init__(self, world: World, weather: Weather) -> None:
        self.world = world
        self.weather = weather
        self.stale_lists: Counter[str] = Counter()  # of task definitions, by their family
        self._told: dict[tuple[str, str, str, str], list[tuple[float, Answer]]] = {}
        self._asked: dict[tuple[str, str, str, str], tuple[Params, Caller]] = {}

    def call(self, service: str, operation: str, params: Params, caller: Caller) -> Answer:
        """What the world answers, in plain data of its own; within a window of staleness maybe as it was before."""
        now = self.world.clock.now()
        lag = self.weather.lag(now)
        if operation.startswith(READS):
            if not lag:
                return self._fresh(service, operation, params, caller)
            return self._maybe_old(service, operation, params, caller)
        if lag:
            self._remember()
        return self._fresh(service, operation, params, caller)

    def _fresh(self, service: str, operation: str, params: Params, caller: Caller) -> Answer:
        answer: Answer = plain(self.world.call(service, operation, params, caller))
        return answer

    def _maybe_old(self, service: str, operation: str, params: Params, caller: Caller) -> Answer:
        now, key = self.world.clock.now(), (caller.region, service, operation, repr(params))
        self._asked[key] = params, caller
        fresh = self._fresh(service, operation, params, caller)
        told = [each for each in self._told.get(key, ()) if now - each[0] <= self.weather.lag(now)]
        self._told[key] = [*told, (now, fresh)]
        if told and told[0][1] != fresh and self.weather.hits(now, frozenset({"stale"})):
            self.stale_lists[str(params.get("familyPrefix", ""))] += 1
            return told[0][1]
        return fresh

    def _remember(self) -> None:
        """Something is about to change: what was asked before is what may be answered for a while."""
        now = self.world.clock.now()
        for key, (params, caller) in self._asked.items():
            try:
                answer = self._fresh(key[1], key[2], params, caller)
            except AwsError:
                continue
            self._told.setdefault(key, []).append((now, answer))


def plain(value: Any) -> Any:
    """A copy, with times as the numbers that JSON has."""
    kind = type(value)
    if kind is dict:
        return {
            name: each if type(each) in ATOMS else plain(each) for name, each in value.items() if name not in UNREAD
        }
    if kind is list:
        return [each if type(each) in ATOMS else plain(each) for each in value]
    return value.timestamp() if kind is datetime else value


class Client:
    """One of boto3's, as far as the gateways use it."""

    def __init__(self, door: "Door", service: str, scope: Scope) -> None:
        self.meta = SimpleNamespace(
            service_model=SimpleNamespace(signing_name=service),
            method_to_api_mapping=_Mapping(),
            region_name=scope.region,
        )
        self._call = partial(door.call, service, scope)

    def __getattr__(self, method: str) -> Callable[..., Answer]:
        made = partial(_by_keyword, self._call, _operation(method))
        setattr(self, method, made)
        return made


class _Mapping:
    def get(self, method: str, _default: str) -> str:
        return _operation(method)


@cache
def _operation(method: str) -> str:
    return "".join(part.capitalize() for part in method.split("_"))


def _by_keyword(call: Callable[[str, Params], Answer], operation: str, **params: Any) -> Answer:
    return call(operation, params)


class Door:
    """A replica's way to AWS: a ``ClientFactory``."""

    def __init__(self, aws: Aws, passage: Passage) -> None:
        self._aws = aws
        self._passage = passage

    def __call__(self, service: str, scope: Scope) -> Client:
        return Client(self, service, scope)

    def call(self, service: str, scope: Scope, operation: str, params: Params) -> Answer:
        """One call, and whatever becomes of it."""
        reads = operation.startswith(READS)
        sort = "read" if reads else "write"
        self._passage.at("before", sort)
        if operation in session.CHANGES.get(service, ()) and not self._passage.may_change(scope):
            raise Retry("LeaseLost", "The lease was lost before the call was sent. Nothing was changed.")
        if self._passage.at("sent", sort):  # lost on its way
            self._passage.waits(session.READ_TIMEOUT)
            raise ReadTimeoutError(endpoint_url=service)
        fate = self._fate(service, operation, reads=reads)
        caller = _caller(scope.region)
        sent = self._answered(service, operation, params, caller)
        try:
            lost = self._passage.at("after", sort) or fate == "timeout"
        except Killed:
            self._passage.unanswered(sent)
            raise
        if lost:
            if fate == "timeout":
                self._passage.failed(operation)
            self._passage.unanswered(sent)
            self._passage.waits(session.READ_TIMEOUT)
            raise ReadTimeoutError(endpoint_url=service)
        answer = sent.answer or {}
        if fate == "unread" and operation == "DescribeServices":
            return _unread(answer)
        return answer

    def _fate(self, service: str, operation: str, *, reads: bool) -> str | None:
        fate = self._aws.weather.hits(self._aws.world.clock.now(), FATES)
        answered = fate is None or fate == "unread" or (fate == "timeout" and not reads)  # maybe with a refusal
        if not answered:
            self._passage.failed(operation)
        match fate:
            case "throttle":
                raise _error("ThrottlingException", "Rate exceeded", 400, operation)
            case "error":
                raise _error("ServiceUnavailable", "Come back later.", 503, operation)
            case "unheard":
                self._passage.waits(session.CONNECT_TIMEOUT)
                raise EndpointConnectionError(endpoint_url=service)
            case "timeout" if reads:
                self._passage.waits(session.READ_TIMEOUT)
                raise ReadTimeoutError(endpoint_url=service)
            case _:
                return fate

    def _answered(self, service: str, operation: str, params: Params, caller: Caller) -> Sent:
        try:
            answer = self._aws.call(service, operation, params, caller)
        except AwsError as error:
            self._passage.heard(Sent(caller.region, service, operation, params, None, error.code))
            raise _error(error.code, error.message, error.status, operation) from None
        sent = Sent(caller.region, service, operation, params, answer)
        self._passage.heard(sent)
        return sent


@cache
def _caller(region: str) -> Caller:
    return Caller(region=region, principal=CONTROLLER)


def _error(code: str, message: str, status: int, operation: str) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)


def _unread(answer: Answer) -> Answer:
    """An answer of DescribeServices that knows of the services and could not read them."""
    failures = [{"arn": each["serviceArn"], "reason": "INTERNAL"} for each in answer["services"]]
    return {"services": [], "failures": [*answer.get("failures", ()), *failures]}
