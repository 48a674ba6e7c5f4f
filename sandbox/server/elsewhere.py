"""What the world does not answer: moto, in process, called as the WSGI application it is.

moto is loaded when it is first needed. Its stores belong to the process: two worlds in one process share them.
"""

import io
import logging
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from urllib.parse import unquote_to_bytes

from sandbox.answering import Answering
from sandbox.errors import AwsError
from sandbox.wire.messages import Request, Response

_log = logging.getLogger(__name__)


class NotServed(Exception):
    """Neither the world nor moto has what was asked for."""


class Elsewhere:
    """moto behind a door. What it lacks is ``NotServed``, where it stumbles is an ``AwsError``, and nothing is HTML."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._application: Any = None

    def handle(self, request: Request, account: str, forms: Answering | None = None) -> Response:
        """moto's answer, in the store of ``account``. A stack makes in the world ``forms`` what it has of ECS."""
        status: list[Any] = []
        try:
            application = self._loaded()
            with _forming(forms):
                chunks = application(_environ(request, account), lambda *said: status.extend(said[:2]))
                body = b"".join(chunks)
        except NotImplementedError as error:
            raise NotServed from error
        except (NotServed, AwsError):
            raise
        except ModuleNotFoundError as error:
            _log.warning("%s is missing, so only the world's services are answered: install moto[server]", error.name)
            raise NotServed from error
        except Exception as error:
            _log.exception("moto could not answer %s %s", request.method, request.path)
            raise AwsError("InternalFailure", "The sandbox's stand-in for this service failed.", 500) from error
        response = Response(int(status[0].split(" ", 1)[0]), body, _kept(status[1], request.method))
        if response.status >= 400 and body.lstrip()[:9].lower() == b"<!doctype":
            raise NotServed
        return response

    @property
    def asked(self) -> bool:
        """Whether it was ever asked for anything: before, there is nothing in it."""
        return self._application is not None

    def principal(self, access_key: str) -> tuple[str, str] | None:
        """Account and ARN of the role session or user that moto's STS or IAM made this key for, if it did."""
        if self._application is None:
            return None
        from sandbox.server.dispatch import principal  # noqa: PLC0415 - loads moto

        return principal(access_key)

    def _loaded(self) -> Any:
        with self._lock:
            if self._application is None:
                from sandbox.server.dispatch import application  # noqa: PLC0415 - loads moto

                self._application = application()
            return self._application


def _forming(world: Answering | None) -> AbstractContextManager[None]:
    if world is None:
        return nullcontext()
    from sandbox.server.formation import forming  # noqa: PLC0415 - loads moto, and most of it

    return forming(world)


def _environ(request: Request, account: str) -> dict[str, Any]:
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    return headers | {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "RAW_URI": request.path + (f"?{request.query}" if request.query else ""),
        "QUERY_STRING": request.query,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "HTTP_HOST": request.headers.get("host", "localhost"),
        "HTTP_X_MOTO_ACCOUNT_ID": account,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _kept(headers: list[tuple[str, str]], method: str) -> tuple[tuple[str, str], ...]:
    """A body's length and the server's date are the door's own business, but for a body that is only told of."""
    own = {"date", "server"} if method == "HEAD" else {"date", "server", "content-length"}
    return tuple((name, value) for name, value in headers if name.lower() not in own)


# One for the process, as moto's stores are.
MOTO = Elsewhere()
