"""The sockets: HTTP/1.1 with connections that stay open, one thread each."""

import logging
import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from sandbox.errors import AwsError
from sandbox.wire.messages import Request, Response
from sandbox.wire.models import wire_error
from sandbox.wire.refusals import refusal, style_of

_log = logging.getLogger(__name__)
# Far beyond anything that the world's services take; objects for moto's S3 are what needs the room.
LARGEST_BODY = 64 * 1024 * 1024
_PIECE = 1024 * 1024

Handle = Callable[[Request], Response]
Sent = Callable[[Request], None]


def _unheard(_: Request) -> None:
    pass


class Listener(ThreadingHTTPServer):
    """Accepts connections and hands each request to ``handle``. An exception out of it hangs up without an answer.

    ``sent`` is told once the whole answer to a request has left.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handle: Handle, sent: Sent = _unheard) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.handle = handle
        self.sent = sent
        self._open: set[socket.socket] = set()
        self._counting = threading.Lock()
        super().__init__(address, _Connection)

    def server_bind(self) -> None:
        """Bind without asking the resolver for this machine's name, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._counting:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._counting:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - socketserver's signature
        """A connection that broke is the client's affair, not a page of traceback."""
        _log.debug("connection of %s broke", client_address, exc_info=True)

    def hang_up(self) -> None:
        """End the connections that are still open, so that their threads end too."""
        with self._counting:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                _log.debug("a connection was gone already", exc_info=True)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listener
    server_version = "Sandbox"
    sys_version = ""
    # A response leaves as one piece, and at once.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout: ClassVar[float] = 120.0

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers)
        try:
            body = self._body(headers)
        except AwsError as error:
            # What is left of the body must not be taken for the next request.
            self.close_connection = True
            self._send(
                refusal(style_of(request, None), wire_error(None, error), "00000000-0000-0000-0000-000000000000")
            )
            return
        peer = str(self.client_address[0])
        whole = Request(self.command, path, query, headers, body, peer)
        self._send(self.server.handle(whole))
        self.server.sent(whole)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _serve  # noqa: N815 - http.server's names

    def _body(self, headers: dict[str, str]) -> bytes:
        if "chunked" in headers.get("transfer-encoding", ""):
            return self._chunks()
        stated = headers.get("content-length", "0")
        if not stated.isdecimal():
            raise AwsError("MalformedInput", "Content-Length is not a number.")
        length = int(stated)
        if length > LARGEST_BODY:
            self._discard(length)
            raise _too_large()
        return self.rfile.read(length)

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := self._chunk_size():
            if len(body) + size > LARGEST_BODY:
                raise _too_large()
            body += self.rfile.read(size)
            self.rfile.readline(1024)
        while self.rfile.readline(8192) not in {b"\r\n", b"\n", b""}:
            pass
        return bytes(body)

    def _chunk_size(self) -> int:
        try:
            return int(self.rfile.readline(1024).split(b";")[0], 16)
        except ValueError:
            raise AwsError("MalformedInput", "The body's chunks do not state their size.") from None

    def _discard(self, length: int) -> None:
        """Read and forget, within reason: a client that is still sending does not hear an answer."""
        left = min(length, 4 * LARGEST_BODY)
        while left > 0 and (piece := self.rfile.read(min(left, _PIECE))):
            left -= len(piece)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        # The answer to a HEAD states the length of what it leaves out.
        if self.command != "HEAD" or all(name.lower() != "content-length" for name, _ in response.headers):
            self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server itself refuses (a malformed request line, headers without end), in AWS's shape too."""
        del explain
        self.close_connection = True
        self.command = self.command or "GET"
        error = AwsError("MalformedHttpRequestException", message or HTTPStatus(code).phrase, code)
        self._send(refusal(style_of(Request("GET", "/"), None), wire_error(None, error), "-"))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        _log.debug(format, *args)


def _too_large() -> AwsError:
    return AwsError("RequestEntityTooLargeException", f"The request is larger than {LARGEST_BODY} bytes.", 413)
