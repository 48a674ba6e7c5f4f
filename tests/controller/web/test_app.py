"""The HTTP face, asked as anybody asks it."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Gauge

from controller.loop.board import Board
from controller.loop.journal import Journal
from controller.source.problem import Problem
from controller.source.snapshot import Snapshot
from controller.web import webhook
from controller.web.app import build
from controller.web.face import Face
from controller.web.stream import Hub
from reconcilers.diff import Change
from reconcilers.history import History
from reconcilers.model import ServiceKey
from reconcilers.outcome import Retry
from reconcilers.verdict import Order
from tests.controller.builders import KEY, NOW, drifted, report, snapshot

TOKEN = "t0ken"
SECRET = "s3cret"
BROKEN = Problem("desired/prod/broken.yaml", 3, 7, "There is no field imagez", "Did you mean images?")
SYNC = "/api/v1/services/prod/notes/sync"
RETRY = "/api/v1/services/prod/notes/retry"
ACTING = (SYNC, RETRY, "/api/v1/source/sync")
KNOWN = {"authorization": f"Bearer {TOKEN}"}


@dataclass
class Asked:
    """A loop that notes what it is asked."""

    board: Board
    orders: list[Order] = field(default_factory=list)
    looks: int = 0
    mute: bool = False  # another replica keeps the service, and the lease table does not answer

    def look_at_source(self) -> None:
        self.looks += 1

    def ask(self, key: ServiceKey, order: Order) -> bool:
        if self.mute:
            raise Retry("Timeout", "no answer in time")
        known = self.board.ask(key, order)
        if known:
            self.orders.append(order)
        return known


@dataclass(frozen=True)
class Client:
    """Asks the app in this process, each request in a loop of its own."""

    app: FastAPI

    def get(self, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._ask("GET", path, more))

    def post(self, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, more))

    async def _ask(self, method: str, path: str, more: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://trueup") as client:
            return await client.request(method, path, **more)


@dataclass
class Daemon:
    """The app over a board, with switches for what the loop would say."""

    board: Board
    asked: Asked
    beats: bool = True
    ready: bool = True

    def client(self, token: str | None = TOKEN, secret: str | None = SECRET) -> Client:
        registry = CollectorRegistry()
        Gauge("trueup_some_ratio", "Some number.", registry=registry).set(0.5)
        face = Face(
            self.board,
            self.asked,
            registry,
            lambda: self.beats,
            lambda: self.ready,
            lambda: NOW,
            version="1.2.3",
            journal=Journal(self.board, lambda: NOW),
            hub=Hub(),
            history=lambda *_: History(),
        )
        return Client(build(face, token, secret))


def busy() -> Daemon:
    board = Board()
    board.adopt(snapshot(), NOW)
    board.reported(report(), Order())
    return Daemon(board, Asked(board))


@pytest.fixture
def daemon() -> Daemon:
    return busy()


def adopt(daemon: Daemon, found: Snapshot) -> None:
    daemon.board.adopt(found, NOW)


def test_the_daemon_is_healthy_while_the_loop_beats(daemon: Daemon) -> None:
    answer = daemon.client().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_a_loop_that_does_not_beat_is_unhealthy(daemon: Daemon) -> None:
    daemon.beats = False
    assert daemon.client().get("/healthz").status_code == 503


def test_the_daemon_is_ready_when_it_says_so_and_not_before(daemon: Daemon) -> None:
    assert daemon.client().get("/readyz").status_code == 200
    daemon.ready = False
    answer = daemon.client().get("/readyz")
    assert answer.status_code == 503
    assert "has not been read yet" in answer.text


def test_a_daemon_that_still_fetches_says_how_far_it_is(daemon: Daemon) -> None:
    daemon.ready = False
    daemon.board.source_arriving("Receiving objects: 4% (1/25); 40 MiB are here")
    answer = daemon.client().get("/readyz")
    assert answer.text.endswith("which goes on: Receiving objects: 4% (1/25); 40 MiB are here")


def test_metrics_come_in_prometheus_own_format(daemon: Daemon) -> None:
    answer = daemon.client().get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["content-type"].count("charset") == 1
    assert "trueup_some_ratio 0.5" in answer.text


def test_metrics_come_as_openmetrics_to_who_asks_for_it(daemon: Daemon) -> None:
    answer = daemon.client().get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_services_are_listed_with_names_as_json_has_them(daemon: Daemon) -> None:
    [service] = daemon.client().get("/api/v1/services").json()
    assert (service["environment"], service["name"], service["sync"]) == ("prod", "notes", "in-sync")
    assert service["seenAt"] == NOW


def test_one_service_is_found_by_environment_and_name(daemon: Daemon) -> None:
    assert daemon.client().get("/api/v1/services/prod/notes").json()["commit"]["id"] == "commit-v2"


@pytest.mark.parametrize("path", ["/api/v1/services/prod/other", "/api/v1/services/%2e%2e/x"])
def test_an_unknown_service_is_404_and_says_where_the_known_ones_are(daemon: Daemon, path: str) -> None:
    answer = daemon.client().get(path)
    assert answer.status_code == 404
    assert "GET" not in answer.json()["detail"]
    assert (answer.json()["code"], answer.json()["remedy"]) == (
        "unknown-service",
        "GET /api/v1/services lists those that exist.",
    )


def test_a_service_whose_manifest_broke_stays_and_is_stale(daemon: Daemon) -> None:
    adopt(daemon, replace(snapshot(), spoiled={KEY: (BROKEN,)}, stale=frozenset({KEY}), problems=(BROKEN,)))
    service = daemon.client().get("/api/v1/services/prod/notes").json()
    assert (service["stale"], service["sync"]) == (True, "in-sync")
    assert service["problems"][0]["line"] == 3


def test_a_service_that_never_could_be_read_is_shown_alone_and_in_the_list(daemon: Daemon) -> None:
    adopt(daemon, replace(snapshot(), spoiled={ServiceKey("prod", "broken"): (BROKEN,)}, problems=(BROKEN,)))
    client = daemon.client()
    assert client.get("/api/v1/services/prod/broken").json()["reason"] == "broken-manifest"
    assert [each["name"] for each in client.get("/api/v1/services").json()] == ["broken", "notes"]


def test_the_source_says_which_commit_counts_and_what_is_wrong_with_it(daemon: Daemon) -> None:
    adopt(daemon, snapshot(problems=(BROKEN,)))
    source = daemon.client().get("/api/v1/source").json()
    assert (source["commit"], source["goodAt"]) == ("c1", NOW)
    assert source["problems"][0]["remedy"] == "Did you mean images?"


def test_before_the_first_commit_nothing_is_known_and_nothing_fails() -> None:
    board = Board()
    client = Daemon(board, Asked(board)).client()
    assert client.get("/api/v1/source").json()["commit"] is None
    assert client.get("/api/v1/fleet").json()["rows"] == []


def test_no_value_of_an_environment_variable_leaves_the_daemon(daemon: Daemon) -> None:
    path = "/taskDefinition/containerDefinitions/proxy/environment/KEY"
    daemon.board.reported(drifted(Change(path, "changed", "s3cret-wanted", "s3cret-live")), Order())
    client = daemon.client()
    for address in ("/api/v1/services", "/api/v1/services/prod/notes", "/metrics"):
        assert "s3cret-" not in client.get(address).text


@pytest.mark.parametrize("path", ACTING)
def test_without_a_token_set_there_is_no_route_that_acts(daemon: Daemon, path: str) -> None:
    client = daemon.client(token=None)
    assert client.post(path, headers=KNOWN).status_code == 404
    assert daemon.asked.orders == []
    assert path not in client.get("/api/v1/openapi.json").json()["paths"]


@pytest.mark.parametrize("path", ACTING)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": "Bearer "},
        {"authorization": TOKEN},
        {"authorization": "Bearer tök€n".encode()},
    ],
)
def test_without_the_right_token_nothing_is_done(daemon: Daemon, path: str, headers: dict[str, Any]) -> None:
    answer = daemon.client().post(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "Bearer" not in answer.json()["detail"]
    assert (answer.json()["code"], "TRUEUP_API_TOKEN" in answer.json()["remedy"]) == ("stranger", True)
    assert TOKEN not in answer.text
    assert (daemon.asked.orders, daemon.asked.looks) == ([], 0)


def test_who_has_no_token_does_not_learn_which_services_there_are(daemon: Daemon) -> None:
    assert daemon.client().post("/api/v1/services/prod/other/sync").status_code == 401


def test_a_sync_is_noted_with_who_asked_and_when(daemon: Daemon) -> None:
    answer = daemon.client().post(SYNC, headers=KNOWN, json={"by": "ann"})
    assert (answer.status_code, answer.json()) == (202, {"accepted": True})
    assert daemon.asked.orders == [Order(sync=True, by="ann", at=NOW)]


def test_a_sync_needs_no_body(daemon: Daemon) -> None:
    assert daemon.client().post(SYNC, headers=KNOWN).status_code == 202
    assert daemon.asked.orders == [Order(sync=True, at=NOW)]


def test_a_sync_despite_an_alarm_keeps_its_reason(daemon: Daemon) -> None:
    daemon.client().post(SYNC, headers=KNOWN, json={"despiteAlarm": "  INC-42: this is the fix "})
    assert daemon.asked.orders == [Order(sync=True, despite_alarm="INC-42: this is the fix", at=NOW)]


def test_an_order_that_cannot_be_passed_on_is_said_to_be_lost(daemon: Daemon) -> None:
    daemon.asked.mute = True
    answer = daemon.client().post(SYNC, headers=KNOWN)
    assert answer.status_code == 503
    assert answer.json()["detail"] == "Another replica keeps prod/notes, and cannot be told: no answer in time"


def test_a_retry_is_noted(daemon: Daemon) -> None:
    assert daemon.client().post(RETRY, headers=KNOWN, json={"by": "ann"}).status_code == 202
    assert daemon.asked.orders == [Order(retry=True, by="ann", at=NOW)]


def test_a_look_at_the_repository_can_be_asked_for(daemon: Daemon) -> None:
    assert daemon.client().post("/api/v1/source/sync", headers=KNOWN).status_code == 202
    assert daemon.asked.looks == 1


@pytest.mark.parametrize("what", ["sync", "retry"])
def test_an_order_for_an_unknown_service_is_404(daemon: Daemon, what: str) -> None:
    answer = daemon.client().post(f"/api/v1/services/prod/other/{what}", headers=KNOWN)
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("No manifest names prod/other")


def test_an_order_for_a_service_that_never_could_be_read_says_that_its_manifest_is_broken(daemon: Daemon) -> None:
    adopt(daemon, replace(snapshot(), spoiled={ServiceKey("prod", "broken"): (BROKEN,)}))
    answer = daemon.client().post("/api/v1/services/prod/broken/sync", headers=KNOWN)
    assert answer.status_code == 409
    assert "manifest of prod/broken is broken" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{nonsense", "JSON"),
        (b"[]", "body"),
        (b'"sync"', "body"),
        (b'{"despiteAlarm": ""}', "despiteAlarm"),
        (b'{"despiteAlarm": "   "}', "despiteAlarm"),
        (b'{"despiteAlarm": 7}', "despiteAlarm"),
        (b'{"dispiteAlarm": "a typo"}', "dispiteAlarm"),
        (json.dumps({"despiteAlarm": "x" * 201}).encode(), "despiteAlarm"),
        (json.dumps({"by": "x" * 101}).encode(), "by"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_in_a_sentence(daemon: Daemon, body: bytes, said: str) -> None:
    answer = daemon.client().post(SYNC, headers=KNOWN | {"content-type": "application/json"}, content=body)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
    assert said in answer.json()["detail"]
    assert daemon.asked.orders == []


def test_what_was_sent_is_not_repeated_in_a_refusal(daemon: Daemon) -> None:
    answer = daemon.client().post(SYNC, headers=KNOWN, json={"by": ["hunter2"]})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


def pushed(body: bytes, secret: str = SECRET, event: str = "push") -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}", "x-github-event": event}


def test_a_push_leads_to_a_look_at_the_repository(daemon: Daemon) -> None:
    answer = daemon.client().post("/webhook", content=b"{}", headers=pushed(b"{}"))
    assert (answer.status_code, answer.json(), daemon.asked.looks) == (202, {"accepted": True}, 1)


def test_a_ping_is_answered_and_leads_to_nothing(daemon: Daemon) -> None:
    answer = daemon.client().post("/webhook", content=b"{}", headers=pushed(b"{}", event="ping"))
    assert (answer.status_code, answer.json(), daemon.asked.looks) == (202, {"accepted": False}, 0)


@pytest.mark.parametrize("headers", [{}, pushed(b"{}", "other"), {"x-gitlab-token": "other"}])
def test_a_delivery_of_somebody_else_is_refused(daemon: Daemon, headers: dict[str, str]) -> None:
    answer = daemon.client().post("/webhook", content=b"{}", headers=headers)
    assert (answer.status_code, daemon.asked.looks) == (401, 0)


def test_a_delivery_that_is_too_large_is_refused(daemon: Daemon) -> None:
    body = b"x" * (webhook.MOST_BYTES + 1)
    answer = daemon.client().post("/webhook", content=body, headers=pushed(b"{}"))
    assert (answer.status_code, daemon.asked.looks) == (413, 0)


def test_without_a_secret_there_is_no_webhook(daemon: Daemon) -> None:
    assert daemon.client(secret=None).post("/webhook", content=b"{}", headers=pushed(b"{}")).status_code == 404


def test_a_webhooks_secret_is_no_token(daemon: Daemon) -> None:
    answer = daemon.client().post(SYNC, headers={"authorization": f"Bearer {SECRET}"})
    assert answer.status_code == 401


Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    described: Document = busy().client().get("/api/v1/openapi.json").json()
    return described


def each_operation(document: Document, take: Callable[[str, str, Document], None]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            take(path, method, operation)


def test_openapi_describes_every_route(document: Document) -> None:
    assert set(document["paths"]) == {
        "/healthz",
        "/readyz",
        "/metrics",
        "/webhook",
        "/api/v1/services",
        "/api/v1/services/{environment}/{name}",
        "/api/v1/services/{environment}/{name}/history",
        "/api/v1/services/{environment}/{name}/sync",
        "/api/v1/services/{environment}/{name}/retry",
        "/api/v1/fleet",
        "/api/v1/activity",
        "/api/v1/activity/stream",
        "/api/v1/services/{environment}/{name}/stream",
        "/api/v1/stream",
        "/api/v1/replicas",
        "/api/v1/source",
        "/api/v1/source/sync",
    }


def test_openapi_says_which_routes_want_the_token(document: Document) -> None:
    assert document["components"]["securitySchemes"]["HTTPBearer"] | {"description": ""} == {
        "type": "http",
        "scheme": "bearer",
        "description": "",
    }
    guarded = []
    each_operation(document, lambda path, _, operation: guarded.append(path) if operation.get("security") else None)
    assert sorted(guarded) == [
        "/api/v1/services/{environment}/{name}/retry",
        "/api/v1/services/{environment}/{name}/sync",
        "/api/v1/source/sync",
    ]


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/healthz", "get", {"200", "503"}),
        ("/readyz", "get", {"200", "503"}),
        ("/api/v1/services/{environment}/{name}/sync", "post", {"202", "401", "403", "404", "409", "422", "503"}),
        ("/api/v1/services/{environment}/{name}/retry", "post", {"202", "401", "403", "404", "409", "422", "503"}),
        ("/api/v1/source/sync", "post", {"202", "401", "403", "503"}),
        ("/webhook", "post", {"202", "401", "413"}),
    ],
)
def test_openapi_tells_every_answer(document: Document, path: str, method: str, statuses: set[str]) -> None:
    assert set(document["paths"][path][method]["responses"]) == statuses


def test_openapi_says_that_one_service_may_be_unknown(document: Document) -> None:
    assert "404" in document["paths"]["/api/v1/services/{environment}/{name}"]["get"]["responses"]


def test_every_reference_of_the_document_leads_somewhere(document: Document) -> None:
    schemas = document["components"]["schemas"]
    named = {part.split('"')[0] for part in json.dumps(document).split("#/components/schemas/")[1:]}
    assert named <= set(schemas)


def test_a_refusal_has_the_shape_that_is_described(document: Document) -> None:
    answers = document["paths"]["/api/v1/services/{environment}/{name}/sync"]["post"]["responses"]
    for status in ("401", "404", "409", "422"):
        schema = answers[status]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Refusal"}


def test_a_defect_is_told_in_the_form_of_all_refusals(daemon: Daemon) -> None:
    def broken() -> bool:
        raise ZeroDivisionError

    app = daemon.client().app
    app.add_api_route("/api/v1/broken", broken)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://trueup") as client:
            return await client.get("/api/v1/broken")

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.json()) == (500, {"detail": "A defect of the daemon's own. Its log says where."})
