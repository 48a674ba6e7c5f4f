"""Who signed a request, and for what: routing reads it, nobody checks it."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from sandbox.wire.messages import Request

_CREDENTIAL = re.compile(r"Credential=([^,\s]+)")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a signature's credential says; ``service`` is the signing name (``monitoring``)."""

    access_key: str
    region: str
    service: str


def scope(request: Request) -> Scope | None:
    """The scope of a SigV4 or SigV4a signature, in the header or (presigned) in the query; None without one."""
    header = request.headers.get("authorization", "")
    found = _CREDENTIAL.search(header) if header.startswith("AWS4-") else None
    credential = found[1] if found else _presigned(request)
    parts = credential.split("/")
    if parts[-1] != "aws4_request":
        return None
    match parts[:-1]:
        case [*key, date, region, service] if key and len(date) == 8 and "ECDSA" not in header:
            return Scope("/".join(key), region, service.lower())
        case [key, _, service]:
            regions = request.headers.get("x-amz-region-set", "us-east-1").replace("*", "us-east-1")
            return Scope(key, regions.split(",")[0], service.lower())
        case _:
            return None


def _presigned(request: Request) -> str:
    if "X-Amz-Credential=" not in request.query:
        return ""
    return parse_qs(request.query).get("X-Amz-Credential", [""])[0]
