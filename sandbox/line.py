"""A client's line to the world, on botocore's own hooks."""

import io
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse, create_request_object
from botocore.compat import HTTPHeaders
from botocore.endpoint import convert_to_response_dict
from botocore.model import OperationModel
from botocore.parsers import create_parser

from sandbox.answering import WORLD_SERVICES, Answering
from sandbox.errors import AwsError, Unclaimed
from sandbox.server.front import Front
from sandbox.wire.messages import Request
from sandbox.wire.models import wire_error
from sandbox.wire.reading import python_leaf, read
from sandbox.wire.writing import PYTHON_LEAVES, Writer, Writing
from sandbox.world.calls import Caller, Params


class Http(NamedTuple):
    """What botocore's client looks at in a response that has been parsed."""

    status_code: int


Heard = tuple[Any, dict[str, Any]]


class Line:
    """Hears what one client asks for, and answers before botocore would send it."""

    def __init__(self, world: Answering, service: str, caller: Caller) -> None:
        self._world = world
        self._service = service
        self._caller = caller
        self._front = Front(world)

    def hear(self, params: Params, context: dict[str, Any], **_: Any) -> None:
        """Keep what was asked, before botocore makes a request of it."""
        context["asked"] = params

    def answer(self, **event: Any) -> Any:
        """What botocore takes for the response and its parsed body."""
        model: OperationModel = event["model"]
        if self._service in WORLD_SERVICES or self._world.answers(self._service, model.name):
            try:
                return self._from_world(model, event["context"]["asked"], self._by(event["params"]))
            except Unclaimed:
                pass  # the front knows who else there is
        return self._from_front(model, event["params"])

    def _by(self, prepared: Mapping[str, Any]) -> Caller:
        """The caller with the program that botocore says it is."""
        origin = self._caller.origin
        agent = origin.user_agent or _text(prepared.get("headers", {}).get("User-Agent", ""))
        return replace(self._caller, origin=replace(origin, user_agent=agent))

    def _from_world(self, model: OperationModel, params: Params, caller: Caller) -> Heard:
        try:
            asked = read(model.input_shape, params, python_leaf) if model.input_shape else {}
            answer = self._world.call(self._service, model.name, asked, caller)
        except Unclaimed:
            raise
        except AwsError as error:
            return _refused(model, error)
        return Http(200), _writer(model)(answer) | {"ResponseMetadata": _metadata(200)}

    def _from_front(self, model: OperationModel, prepared: dict[str, Any]) -> Heard:
        sent = create_request_object(prepared).prepare()
        where = urlsplit(sent.url)
        headers = {name.lower(): _text(value) for name, value in sent.headers.items()}
        # The scope tells which service is meant; who asks is known already.
        scope = f"sandbox/20200101/{self._caller.region}/{model.service_model.signing_name}/aws4_request"
        headers |= {"host": where.netloc, "authorization": f"AWS4-HMAC-SHA256 Credential={scope}"}
        body = sent.body.read() if hasattr(sent.body, "read") else sent.body or b""
        request = Request(
            sent.method, where.path, where.query, headers, body.encode() if isinstance(body, str) else body
        )
        said = self._front.handle(request, self._caller)
        response = AWSResponse(sent.url, said.status, HTTPHeaders.from_pairs(said.headers), _Raw(said.body))
        parser = create_parser(str(model.service_model.resolved_protocol))
        return response, parser.parse(convert_to_response_dict(response, model), model.output_shape)  # type: ignore[arg-type]  # None is for operations without output


class _Raw(io.BytesIO):
    """A body as urllib3 hands it out."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@cache
def _writer(model: OperationModel) -> Writer:
    return Writing(PYTHON_LEAVES, wire_names=False).writer(model.output_shape) if model.output_shape else _nothing


def _nothing(_: Mapping[str, Any]) -> dict[str, Any]:
    return {}


def _refused(model: OperationModel, error: AwsError) -> Heard:
    named = wire_error(model.service_model, error)
    said: dict[str, Any] = {"Message": named.message, "Code": named.code}
    metadata = model.service_model.metadata
    is_query = metadata.get("protocol") == "query"
    is_compatible = "awsQueryCompatible" in metadata
    if is_query or is_compatible:
        said["Type"] = named.fault
    if is_compatible:
        said["QueryErrorCode"] = named.shape
    modelled = {named.message_member: named.message} if named.message_member and not is_query else {}
    return Http(named.status), {"Error": said, "ResponseMetadata": _metadata(named.status), **modelled}


def _metadata(status: int) -> dict[str, Any]:
    return {"RequestId": str(uuid.uuid4()), "HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
