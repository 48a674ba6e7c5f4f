"""Receivers on loopback: Slack, GitHub, GitLab and a webhook. They remember, check, and can be slow or out of order."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from controller.notify.told import Request

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four!").decode()


@dataclass(frozen=True)
class Received:
    """One request: path and query, headers in small letters, the body as text and as JSON."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    text: str
    at: float

    @property
    def body(self) -> Any:
        return json.loads(self.text or "null")


@dataclass(frozen=True)
class Reply:
    """What a receiver answers. ``seconds``: after how long; ``None``: never."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = 0.0


class Receiver:
    """Remembers what it was asked, and what of it it took (answered 2xx). ``trouble`` may answer in its place."""

    def __init__(self) -> None:
        self.seen: list[Received] = []
        self.taken: list[Received] = []
        self.trouble: Callable[[Received], Reply | None] = lambda _: None
        self.url = ""
        self._lock = threading.Lock()
        self.ending = threading.Event()

    def reply(self, request: Received) -> Reply:
        return Reply(200, "ok")

    def answer(self, request: Received) -> Reply:
        with self._lock:
            self.seen.append(request)
            found = self.trouble(request)
            if found is not None:
                return found
            reply = self.reply(request)
            if reply.status < 300:
                self.taken.append(request)
            return reply


class SlackReceiver(Receiver):
    """An incoming webhook at ``/services/...``, and ``chat.postMessage``."""

    def reply(self, request: Received) -> Reply:
        if request.path.endswith("chat.postMessage"):
            if request.headers.get("authorization") != "Bearer xoxb-test":
                return Reply(200, {"ok": False, "error": "invalid_auth"})
            return Reply(200, {"ok": True, "ts": str(time.time())})
        return Reply(200, "ok") if request.path.startswith("/services/") else Reply(404, "no_service")

    def messages(self) -> list[dict[str, Any]]:
        """What people read, oldest first."""
        return [each.body for each in self.taken]

    def titles(self) -> list[str]:
        """The headings, such as ``Rollout done: prod/notes-app``."""
        return [heading(each) for each in self.messages()]


class WebhookReceiver(Receiver):
    """Takes what is signed as Standard Webhooks say, with ``secret``, within five minutes."""

    def __init__(self, secret: str = SECRET) -> None:
        super().__init__()
        self.secret = secret

    def reply(self, request: Received) -> Reply:
        return Reply(204) if self._signed(request) else Reply(401, {"error": "wrong signature"})

    def events(self) -> list[dict[str, Any]]:
        return [each.body for each in self.taken]

    def _signed(self, request: Received) -> bool:
        stamp = request.headers.get("webhook-timestamp", "0")
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        content = f"{request.headers.get('webhook-id')}.{stamp}.{request.text}".encode()
        wanted = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        given = request.headers.get("webhook-signature", "").split(" ")
        return abs(time.time() - int(stamp)) < 300 and any(hmac.compare_digest(each, wanted) for each in given)


class GitHubReceiver(Receiver):
    """Commit statuses, deployments and their statuses of one repository."""

    def __init__(self, token: str = "ghp_test") -> None:
        super().__init__()
        self.token = token
        self.statuses: list[dict[str, Any]] = []
        self.deployments: list[dict[str, Any]] = []

    def reply(self, request: Received) -> Reply:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Reply(401, {"message": "Bad credentials"})
        what = request.path.removeprefix("/repos/you/gitops/").split("/")
        match request.method, what:
            case "POST", ["statuses", sha]:
                self.statuses.append({"sha": sha, **request.body})
                return Reply(201, {"id": len(self.statuses)})
            case "GET", ["deployments"]:
                named = {key: value[0] for key, value in request.query.items() if key != "per_page"}
                return Reply(200, [each for each in reversed(self.deployments) if named.items() <= each.items()])
            case "POST", ["deployments"]:
                made = {"id": len(self.deployments) + 1, "sha": request.body["ref"], "statuses": [], **request.body}
                self.deployments.append(made)
                return Reply(201, made)
            case "POST", ["deployments", number, "statuses"]:
                self.deployments[int(number) - 1]["statuses"].append(request.body["state"])
                return Reply(201, {"id": 1})
            case _:
                pass
        return Reply(404, {"message": "Not Found"})


class GitLabReceiver(Receiver):
    """Commit statuses and deployments of one project. As GitLab does, it refuses a state that is there already."""

    def __init__(self, token: str = "glpat-test") -> None:
        super().__init__()
        self.token = token
        self.statuses: list[dict[str, Any]] = []
        self.deployments: list[dict[str, Any]] = []

    def reply(self, request: Received) -> Reply:
        if request.headers.get("private-token") != self.token:
            return Reply(401, {"message": "401 Unauthorized"})
        what = request.path.removeprefix("/projects/you/gitops/").split("/")
        match request.method, what:
            case "POST", ["statuses", sha]:
                return self._status({"sha": sha, **request.body})
            case "GET", ["deployments"]:
                environment = request.query["environment"][0]
                return Reply(200, [each for each in reversed(self.deployments) if each["environment"] == environment])
            case "POST", ["deployments"]:
                self.deployments.append({"id": len(self.deployments) + 1, **request.body})
                return Reply(201, self.deployments[-1])
            case "PUT", ["deployments", number]:
                self.deployments[int(number) - 1] |= request.body
                return Reply(200, self.deployments[int(number) - 1])
            case _:
                pass
        return Reply(404, {"message": "404 Project Not Found"})

    def _status(self, status: dict[str, Any]) -> Reply:
        before = [each for each in self.statuses if (each["sha"], each["name"]) == (status["sha"], status["name"])]
        if before and before[-1]["state"] == status["state"]:
            return Reply(400, {"message": f"Cannot transition status via :run from :{status['state']}"})
        self.statuses.append(status)
        return Reply(201, {"id": len(self.statuses)})


def heading(message: Mapping[str, Any]) -> str:
    """The title of a Slack message."""
    return str(message["attachments"][0]["blocks"][0]["text"]["text"])


def received(request: Request, base: str) -> Received:
    """A request as it would arrive, at an API that begins at ``base``."""
    parts = urlsplit(request.url.removeprefix(base))
    return Received(
        request.method, unquote(parts.path), parse_qs(parts.query), request.headers, request.body.decode(), time.time()
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone."""


@contextmanager
def serving(receiver: Receiver) -> Iterator[Receiver]:
    """The receiver at an address of loopback, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            parts = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = parse_qs(parts.query)
            found = Received(self.command, unquote(parts.path), query, headers, text, time.time())
            reply = receiver.answer(found)
            receiver.ending.wait(3600 if reply.seconds is None else reply.seconds)
            if reply.seconds is None:
                self.close_connection = True
                return
            if receiver.ending.is_set():
                return
            self._send(reply)

        def _send(self, reply: Reply) -> None:
            body = reply.body.encode() if isinstance(reply.body, str) else json.dumps(reply.body).encode()
            with suppress(OSError):
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(0 if reply.status == 204 else len(body)))
                self.end_headers()
                self.wfile.write(b"" if reply.status == 204 else body)

        do_GET = do_POST = do_PUT = _any  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = _Server(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.ending.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
