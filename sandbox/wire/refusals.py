"""Errors as each protocol spells them: a client must never meet a page of HTML."""

import json
from enum import Enum
from typing import assert_never
from xml.sax.saxutils import escape

from sandbox.wire.cbor import encode
from sandbox.wire.messages import Request, Response
from sandbox.wire.models import WireError, service_model

Headers = tuple[tuple[str, str], ...]


class Style(Enum):
    """How a client expects to be told no."""

    JSON = "json"
    CBOR = "smithy-rpc-v2-cbor"
    QUERY = "query"
    EC2 = "ec2"
    REST_JSON = "rest-json"
    REST_XML = "rest-xml"
    S3 = "s3"

    @property
    def unknown_operation(self) -> str:
        """AWS's code for an operation that is not there."""
        return (
            "InvalidAction"
            if self in {Style.QUERY, Style.EC2, Style.REST_XML, Style.S3}
            else "UnknownOperationException"
        )

    @property
    def unsigned(self) -> str:
        """AWS's code for a request without a signature."""
        return "MissingAuthenticationToken" + ("Exception" if self in {Style.JSON, Style.CBOR} else "")


def style_of(request: Request, service: str | None) -> Style:
    """The style of a request, from its own marks, or else from the service it was signed for."""
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return Style.CBOR
    if "x-amz-target" in request.headers:
        return Style.JSON
    if service in {"s3", "ec2"}:
        return Style.S3 if service == "s3" else Style.EC2
    if "x-www-form-urlencoded" in request.headers.get("content-type", "") or "Action=" in request.query:
        return Style.QUERY
    model = service_model(service) if service else None
    return _STYLES.get(str(model.metadata.get("protocol")), Style.JSON) if model else Style.REST_JSON


_STYLES = {style.value: style for style in Style}


def refusal(style: Style, error: WireError, request_id: str, *, query_compatible: bool = False) -> Response:
    """The error, on the wire. ``query_compatible`` services name the code of their query days in a header too."""
    headers: Headers = (("x-amzn-requestid", request_id),)
    if query_compatible and style in {Style.JSON, Style.CBOR}:
        headers += (("x-amzn-query-error", f"{error.code};{error.fault}"),)
    match style:
        case Style.JSON | Style.REST_JSON:
            return _json(style, error, headers)
        case Style.CBOR:
            said = {"__type": error.shape, error.message_member or "message": error.message}
            headers += (("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"))
            return Response(error.status, encode(said), headers)
        case Style.QUERY | Style.REST_XML:
            body = f"<ErrorResponse>{_xml(error, fault=True)}<RequestId>{request_id}</RequestId></ErrorResponse>"
        case Style.EC2:
            body = f"<Response><Errors>{_xml(error)}</Errors><RequestID>{request_id}</RequestID></Response>"
        case Style.S3:
            body = f"{_xml(error)[: -len('</Error>')]}<RequestId>{request_id}</RequestId></Error>"
        case _:
            assert_never(style)
    return Response(error.status, _DECLARATION + body.encode(), (*headers, ("Content-Type", "text/xml")))


_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def _json(style: Style, error: WireError, headers: Headers) -> Response:
    said = {"__type": error.shape, error.message_member or "message": error.message}
    kind = "application/x-amz-json-1.1" if style is Style.JSON else "application/json"
    headers += (("Content-Type", kind), ("x-amzn-errortype", error.shape))
    return Response(error.status, json.dumps(said).encode(), headers)


def _xml(error: WireError, *, fault: bool = False) -> str:
    whose = f"<Type>{error.fault}</Type>" if fault else ""
    return f"<Error>{whose}<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message></Error>"
