"""Botocore's own serializers and parsers, around a door: a client for each protocol, chosen by name."""

from typing import Any

from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.compat import HTTPHeaders
from botocore.model import OperationModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from sandbox.server.front import Front
from sandbox.wire.messages import Request, Response
from sandbox.wire.models import service_model


def operation(service: str, name: str) -> OperationModel:
    model = service_model(service)
    assert model is not None
    return model.operation_model(name)


def request(model: OperationModel, protocol: str, params: dict[str, Any], key: str = "alice") -> Request:
    """The request that an SDK which speaks the protocol makes."""
    serialized = create_serializer(protocol).serialize_to_request(params, model)
    prepare_request_dict(serialized, endpoint_url="http://sandbox")
    sent = create_request_object(serialized).prepare()
    body = sent.body or b""
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in sent.headers.items()
    }
    return Request(
        sent.method,
        sent.url.removeprefix("http://sandbox") or "/",
        "",
        headers | signed(model.service_model.signing_name, key),
        body.encode() if isinstance(body, str) else body,
    )


def signed(service: str, key: str = "alice", region: str = "eu-west-1") -> dict[str, str]:
    """The only header of a signature that anybody looks at."""
    scope = f"{key}/20260101/{region}/{service}/aws4_request"
    return {"authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}


def parsed(model: OperationModel, protocol: str, response: Response) -> dict[str, Any]:
    """What an SDK makes of the response, its metadata left out."""
    said = {
        "status_code": response.status,
        "headers": HTTPHeaders.from_pairs(response.headers),
        "body": response.body,
        "context": {"operation_name": model.name},
    }
    parser: Any = create_parser(protocol)
    found: dict[str, Any] = parser.parse(said, model.output_shape)
    found.pop("ResponseMetadata", None)
    return found


def ask(front: Front, model: OperationModel, protocol: str, params: dict[str, Any]) -> dict[str, Any]:
    """There and back."""
    return parsed(model, protocol, front.handle(request(model, protocol, params)))
