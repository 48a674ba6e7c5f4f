"""The three envelopes that the answered services come in."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

from botocore.model import OperationModel, ServiceModel

from sandbox.errors import AwsError
from sandbox.wire import cbor, forms
from sandbox.wire.messages import Request, Response
from sandbox.wire.reading import json_leaf, read, strict_leaf
from sandbox.wire.refusals import Style
from sandbox.wire.writing import JSON_LEAVES, Writer, Writing, epoch
from sandbox.wire.xml import document

Params = Mapping[str, Any]


class Envelope(Protocol):
    """One protocol: how to find the operation and its parameters, and how to send the answer."""

    # The codes for a body that does not parse or has the wrong types, and for a required member that is missing.
    malformed: str
    missing: str

    def operation(self, request: Request, model: ServiceModel) -> str | None:
        """The operation's name, or None where the request names none of this service's."""

    def params(self, request: Request, operation: OperationModel) -> Params:
        """What is asked, in the world's types. ``ValueError`` or ``AwsError`` for a body that is none."""

    def answer(self, operation: OperationModel, answer: Params, request_id: str) -> Response:
        """The answer on the wire, reduced to what the model has."""


class JsonEnvelope:
    """awsJson 1.0 and 1.1: the operation in X-Amz-Target, JSON both ways, timestamps as epoch seconds."""

    malformed = "SerializationException"
    missing = "ValidationException"

    def operation(self, request: Request, model: ServiceModel) -> str | None:
        prefix, _, name = request.headers.get("x-amz-target", "").rpartition(".")
        return name if prefix == model.metadata.get("targetPrefix") else None

    def params(self, request: Request, operation: OperationModel) -> Params:
        raw = json.loads(request.body or b"{}", parse_constant=_no_constant)
        return _read(operation, raw, json_leaf)

    def answer(self, operation: OperationModel, answer: Params, request_id: str) -> Response:
        version = operation.service_model.metadata.get("jsonVersion", "1.1")
        headers = (("x-amzn-requestid", request_id), ("Content-Type", f"application/x-amz-json-{version}"))
        return Response(200, json.dumps(_json_writer(operation)(answer)).encode(), headers)


class CborEnvelope:
    """Smithy RPC v2 with CBOR, which newer SDKs choose where a model offers it."""

    malformed = "SerializationException"
    missing = "ValidationException"

    def operation(self, request: Request, model: ServiceModel) -> str | None:
        found = re.fullmatch(r"(?:/[^?]*)?/service/([^/]+)/operation/([^/]+)", request.path)
        return found[2] if found and found[1] in {model.metadata.get("targetPrefix"), model.service_name} else None

    def params(self, request: Request, operation: OperationModel) -> Params:
        return _read(operation, cbor.decode(request.body) if request.body else {}, strict_leaf)

    def answer(self, operation: OperationModel, answer: Params, request_id: str) -> Response:
        headers = (
            ("x-amzn-requestid", request_id),
            ("smithy-protocol", "rpc-v2-cbor"),
            ("Content-Type", "application/cbor"),
        )
        return Response(200, cbor.encode(_cbor_writer(operation)(answer)), headers)


class QueryEnvelope:
    """AWS query: a form in, with dotted and numbered names, and XML out."""

    malformed = "MalformedInput"
    missing = "ValidationError"

    def operation(self, request: Request, model: ServiceModel) -> str | None:  # noqa: ARG002 - others look at the model
        return forms.action(request)

    def params(self, request: Request, operation: OperationModel) -> Params:
        return forms.params(forms.fields(request), operation.input_shape)

    def answer(self, operation: OperationModel, answer: Params, request_id: str) -> Response:
        headers = (("x-amzn-requestid", request_id), ("Content-Type", "text/xml"))
        return Response(200, document(operation, answer, request_id), headers)


_CBOR_LEAVES: Mapping[str, Writer] = {
    "timestamp": lambda value: cbor.Instant(epoch(value)),
    "float": float,
    "double": float,
}
_ENVELOPES: Mapping[Style, Envelope] = {
    Style.JSON: JsonEnvelope(),
    Style.CBOR: CborEnvelope(),
    Style.QUERY: QueryEnvelope(),
}


def envelope(style: Style, model: ServiceModel) -> Envelope | None:
    """The envelope for a request of this style, if the service speaks it."""
    spoken = model.metadata.get("protocols") or [model.metadata.get("protocol")]
    return _ENVELOPES.get(style) if style.value in spoken else None


def _read(operation: OperationModel, raw: Any, leaf: Any) -> Params:
    if not isinstance(raw, dict):
        raise AwsError("SerializationException", "The request's body must be an object.")
    params: Params = read(operation.input_shape, raw, leaf) if operation.input_shape else {}
    return params


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


@cache
def _json_writer(operation: OperationModel) -> Writer:
    return _writer(operation, Writing(JSON_LEAVES))


@cache
def _cbor_writer(operation: OperationModel) -> Writer:
    return _writer(operation, Writing(_CBOR_LEAVES))


def _writer(operation: OperationModel, writing: Writing) -> Writer:
    return writing.writer(operation.output_shape) if operation.output_shape else lambda _: {}
