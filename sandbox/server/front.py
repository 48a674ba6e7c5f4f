"""From a request to a response: who asks for what, and who answers it."""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from sandbox.answering import WORLD_SERVICES, Answering
from sandbox.errors import AwsError, Unclaimed
from sandbox.server.asked import Asked, asked
from sandbox.server.callers import caller_of
from sandbox.server.elsewhere import MOTO, NotServed
from sandbox.server.permissions.guard import Guard
from sandbox.server.tally import Tally
from sandbox.wire.messages import Request, Response
from sandbox.wire.models import wire_error
from sandbox.wire.reading import required
from sandbox.wire.refusals import refusal
from sandbox.world.calls import Answer, Caller, Origin

_log = logging.getLogger(__name__)


class Front:
    """Answers requests: out of the world what it knows, out of moto the rest, and an error in AWS's shape otherwise."""

    def __init__(self, world: Answering, guard: Guard | None = None) -> None:
        self._world = world
        self._guard = guard or Guard()
        self.calls = Tally()

    def handle(self, request: Request, caller: Caller | None = None) -> Response:
        """The response, always. With a ``caller`` the signature only tells which service is meant."""
        request_id = str(uuid.uuid4())
        question = asked(request.plain())
        try:
            return self._routed(question, caller, request_id)
        except AwsError as error:
            said = wire_error(question.model, error)
        except NotServed:
            lack = f"The sandbox does not have {question.service}:{question.label}."
            said = wire_error(None, AwsError(question.style.unknown_operation, lack))
        except Exception:  # noqa: BLE001 - whatever it is, a client must hear of it in AWS's shape
            _log.exception("%s:%s failed", question.service, question.label)
            said = wire_error(None, AwsError("InternalFailure", "The sandbox failed; its log tells why.", 500))
        return refusal(question.style, said, request_id, query_compatible=question.query_compatible)

    def _routed(self, question: Asked, caller: Caller | None, request_id: str) -> Response:
        self.calls.add(question.service or "unsigned", question.label)
        if question.signed is None and caller is None and not question.may_be_unsigned:
            raise AwsError(question.style.unsigned, "Missing Authentication Token", 403)
        caller = caller or replace(caller_of(question.signed), origin=_origin(question, request_id))
        self._let_pass(question, caller)
        answer = self._answerer(question)
        if answer is None:
            return MOTO.handle(question.request, caller.account, self._forms(question))
        envelope, operation = question.spoken()
        try:
            params = envelope.params(question.request, operation)
        except (ValueError, RecursionError) as error:
            raise AwsError(envelope.malformed, f"The request's body cannot be read: {error}") from None
        required(operation, params, envelope.missing)
        try:
            return envelope.answer(operation, answer(params, caller), request_id)
        except Unclaimed:
            if not MOTO.asked:
                raise
            return MOTO.handle(question.request, caller.account)

    def _forms(self, question: Asked) -> Answering | None:
        return self._world if question.service == "cloudformation" else None

    def _let_pass(self, question: Asked, caller: Caller) -> None:
        """Refuse what the caller's policy does not allow; AWS, too, asks that before it looks at parameters."""
        if not self._guard.watches(caller):
            return
        service, operation = question.service or "", question.label
        self._guard.check((service, operation, question.style), _params(question), caller)

    def _answerer(self, question: Asked) -> Callable[[Mapping[str, object], Caller], Answer] | None:
        """Who answers, or None for moto."""
        service, operation = question.service, question.operation
        if (service, operation) == ("sts", "GetCallerIdentity"):
            return _identity
        if service is not None and operation is not None and self._world.answers(service, operation):
            return lambda params, caller: self._world.call(service, operation, params, caller)
        if service in WORLD_SERVICES:
            raise NotServed
        return None


def _params(question: Asked) -> Mapping[str, object]:
    try:
        envelope, operation = question.spoken()
        return envelope.params(question.request, operation)
    except (NotServed, ValueError, RecursionError):
        return {}


def _origin(question: Asked, request_id: str) -> Origin:
    return Origin(
        access_key=question.signed.access_key if question.signed else "",
        source_ip=question.request.peer or Origin().source_ip,
        user_agent=question.request.headers.get("user-agent", ""),
        request_id=request_id,
    )


def _identity(_: Mapping[str, object], caller: Caller) -> Answer:
    # Only the door knows who asks.
    return {"UserId": caller.principal.rsplit("/", 1)[-1], "Account": caller.account, "Arn": caller.principal}
