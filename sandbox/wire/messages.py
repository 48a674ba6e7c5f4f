"""One HTTP request and its response, without the sockets."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

# What a compressed body may grow to.
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """``path`` as it was sent (still quoted), ``query`` without the question mark, header names in lower case.

    ``peer`` is the address it came from, where it came over a network.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = ""

    def plain(self) -> "Request":
        """The request with its body uncompressed, as it is where that cannot be done: SDKs compress large ones."""
        if self.headers.get("content-encoding", "").strip().lower() != "gzip":
            return self
        unpacking = zlib.decompressobj(wbits=31)
        try:
            body = unpacking.decompress(self.body, _LARGEST)
        except zlib.error:
            return self
        headers = {name: value for name, value in self.headers.items() if name != "content-encoding"}
        return replace(self, headers=headers, body=body) if unpacking.eof else self


@dataclass(frozen=True, slots=True)
class Response:
    """``headers`` without Content-Length, which belongs to whoever sends the body."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
