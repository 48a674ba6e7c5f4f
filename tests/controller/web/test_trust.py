"""Over HTTP: who may read, order, override alarms and read logs; and what is written down of it."""

import time
from hashlib import sha256
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import CapturingLogger

from controller.loop.board import Board
from controller.loop.facts import Fact, Kind
from controller.loop.journal import Journal
from controller.rules.roles import Roles, parse
from controller.web.app import build
from controller.web.face import Face
from controller.web.identity.gate import build_gate
from controller.web.stream import Hub
from reconcilers.history import History
from reconcilers.model import ServiceKey
from reconcilers.task_logs import TaskLogs
from reconcilers.verdict import Order
from tests.controller.builders import HELD, KEY, NOW, report, snapshot, wanted
from tests.controller.web.identity.signing import (
    BALANCER,
    BALANCER_KEYS,
    EC,
    ISSUER,
    JWKS,
    RSA,
    Places,
    bearer,
    claims,
    from_balancer,
    jwk,
    pem,
)

DEV = ServiceKey("dev", "notes")
ROLES = f"""\
oidc: {{issuer: "{ISSUER}", audience: trueup, jwksUrl: "{JWKS}", nameClaim: email}}
alb: {{loadBalancer: "{BALANCER}", nameClaim: email}}
grants:
  - {{role: deployer, environments: [dev], tokens: [{{name: ci, sha256: {sha256(b"ci-token").hexdigest()}}}]}}
  - {{role: deployer, environments: [prod], albClaims: [{{email: ["?*@example.com"]}}]}}
  - {{role: operator, environments: [prod], oidcClaims: [{{groups: [sre]}}]}}
"""
CI = {"authorization": "Bearer ci-token"}
API = {"authorization": "Bearer t0ken"}


def oidc(**more: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {bearer(claims(time.time(), groups=['sre'], **more))}"}


def alb(email: str = "ann@example.com", **more: str) -> dict[str, str]:
    said = from_balancer({"sub": "u-1", "email": email}, exp=int(time.time()) + 86_400)
    return {"x-amzn-oidc-data": said, "content-type": "application/json", **more}


class Daemon:
    """A daemon with roles, that keeps a held service in prod and one in dev."""

    def __init__(self) -> None:
        self.board, self.log = Board(), CapturingLogger()
        self.board.adopt(snapshot(wanted("v2"), wanted("v2", key=DEV)), NOW)
        self.board.reported(report(HELD), Order())
        self.orders: list[tuple[ServiceKey, Order]] = []
        self.looked = 0
        self.told: list[Fact] = []
        self.journal = Journal(self.board, lambda: NOW)
        self.places = Places()
        self.places.put(JWKS, {"keys": [jwk(RSA, "k1")]})
        self.places.put(f"{BALANCER_KEYS}/a-1", pem(EC))
        face = Face(
            board=self.board,
            asked=self,
            registry=CollectorRegistry(),
            beats=lambda: True,
            ready=lambda: True,
            now=lambda: NOW,
            version="1",
            journal=self.journal,
            hub=Hub(),
            history=lambda *_: History((), {}, NOW, ""),
            logs=lambda *_: TaskLogs(None),
            log=self.log,
            ordered=self.told.append,
        )
        said = parse(ROLES.encode(), "roles.yaml")
        assert isinstance(said, Roles), said
        self.app = build(face, "t0ken", None, build_gate("t0ken", said, self.places))

    def look_at_source(self) -> None:
        self.looked += 1

    def ask(self, key: ServiceKey, order: Order) -> bool:
        self.orders.append((key, order))
        return self.board.ask(key, order)

    def says(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> httpx.Response:
        import asyncio

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://trueup.example") as client:
                return await client.request(method, f"/api/v1/{path}", headers=headers, json=body)

        return asyncio.run(asked())

    def post(self, path: str, headers: dict[str, str], body: Any = None) -> int:
        return self.says("POST", path, headers, {} if body is None else body).status_code

    @property
    def lines(self) -> list[tuple[str, dict[str, Any]]]:
        return [(call.method_name, {"event": call.args[0], **call.kwargs}) for call in self.log.calls]


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


PROD_RETRY, DEV_SYNC = "services/prod/notes/retry", "services/dev/notes/sync"


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({}, PROD_RETRY, 401),
        ({"authorization": "Bearer wrong"}, PROD_RETRY, 401),
        ({"authorization": "Bearer a.b.c"}, PROD_RETRY, 401),
        (API, PROD_RETRY, 202),
        (API, DEV_SYNC, 202),
        (CI, DEV_SYNC, 202),
        (CI, PROD_RETRY, 403),
        (oidc(), PROD_RETRY, 202),
        (oidc(), DEV_SYNC, 403),
        (oidc(exp=NOW), PROD_RETRY, 401),
        (oidc(email=""), PROD_RETRY, 401),
        (alb(), PROD_RETRY, 202),
        (alb(), DEV_SYNC, 403),
        (alb("eve@evil.example"), PROD_RETRY, 403),
        (alb("") | {"x-amzn-oidc-data": "x.y.z"}, PROD_RETRY, 401),
        (CI, "source/sync", 202),
        (alb("eve@evil.example"), "source/sync", 403),
    ],
)
def test_an_order_takes_a_role_in_that_environment(
    daemon: Daemon, headers: dict[str, str], path: str, status: int
) -> None:
    assert daemon.post(path, headers) == status
    assert len(daemon.orders) + daemon.looked == (1 if status == 202 else 0)


def test_an_alarm_is_overridden_by_operators_alone(daemon: Daemon) -> None:
    body = {"despiteAlarm": "a fix"}
    assert daemon.post("services/prod/notes/sync", alb(), body) == 403
    assert daemon.orders == []
    assert daemon.post("services/prod/notes/sync", oidc(), body) == 202
    assert daemon.orders[0][1].despite_alarm == "a fix (ann@example.com)"


def test_logs_are_for_operators_alone(daemon: Daemon) -> None:
    assert daemon.says("GET", "services/prod/notes/logs", {}).status_code == 401
    assert daemon.says("GET", "services/prod/notes/logs", alb()).status_code == 403
    assert daemon.says("GET", "services/prod/notes/logs", oidc()).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"x-amzn-oidc-data": "forged"}])
def test_everybody_may_read(daemon: Daemon, headers: dict[str, str]) -> None:
    answer = daemon.says("GET", "services/prod/notes", headers)
    assert (answer.status_code, answer.json()["you"]) == (200, "")


def offered(daemon: Daemon, headers: dict[str, str], name: str = "prod/notes") -> tuple[str, dict[str, bool]]:
    said = daemon.says("GET", f"services/{name}", headers).json()
    return said["you"], {each["name"]: each["allowed"] for each in said["actions"]}


def test_what_is_offered_depends_on_who_reads(daemon: Daemon) -> None:
    assert offered(daemon, {})[1]["retry"]
    assert offered(daemon, alb()) == (
        "ann@example.com",
        {"sync": False, "retry": True, "sync-despite-alarm": False},
    )
    assert not any(offered(daemon, alb("eve@evil.example"))[1].values())
    why = daemon.says("GET", "services/prod/notes", alb("eve@evil.example")).json()["actions"][1]["why"]
    assert why == "eve@evil.example has no role here that allows it. Ask whoever keeps the roles."


@pytest.mark.parametrize(
    "more",
    [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"content-type": "application/x-www-form-urlencoded"},
    ],
)
def test_another_site_cannot_order_through_somebodys_browser(daemon: Daemon, more: dict[str, str]) -> None:
    assert daemon.post(PROD_RETRY, alb(**more)) == 403
    assert daemon.orders == []
    assert daemon.lines[0][1]["because"] == "another site may have asked"


def test_who_is_known_is_who_asked_whatever_they_say(daemon: Daemon) -> None:
    daemon.post(PROD_RETRY, oidc(), {"by": "somebody else"})
    daemon.post(PROD_RETRY, API, {"by": "ann"})
    assert [order.by for _, order in daemon.orders] == ["ann@example.com", "ann"]


def test_an_order_is_written_down_with_who_what_and_why(daemon: Daemon) -> None:
    daemon.post(PROD_RETRY, oidc() | {"x-forwarded-for": "203.0.113.9"}, {"why": "the database is back"})
    assert daemon.lines == [
        (
            "info",
            {
                "event": "allowed",
                "what": "retry",
                "who": "ann@example.com",
                "by": "oidc",
                "service": "prod/notes",
                "why": "the database is back",
                "peer": "127.0.0.1",
                "forwarded": "203.0.113.9",
            },
        )
    ]
    fact = daemon.journal.after()[1][-1]
    assert (fact.kind, fact.service, fact.who, fact.reason) == (Kind.ORDERED, KEY, "ann@example.com", "retry")
    assert fact.text == "ann@example.com asked for retry: the database is back."
    assert daemon.told == [fact]


def test_a_shared_tokens_holder_is_only_who_they_say_to_be(daemon: Daemon) -> None:
    daemon.post(PROD_RETRY, API, {"by": "ann"})
    assert daemon.journal.after()[1][-1].who == "TRUEUP_API_TOKEN, who says to be ann"


def test_logs_that_were_read_are_written_down_and_are_no_news(daemon: Daemon) -> None:
    before = len(daemon.journal.after()[1])
    daemon.says("GET", "services/prod/notes/logs", oidc())
    assert daemon.lines[0][1]["what"] == "logs"
    assert len(daemon.journal.after()[1]) == before


def test_a_refusal_is_written_down_without_what_was_sent(daemon: Daemon) -> None:
    daemon.post(PROD_RETRY, {"authorization": "Bearer hunter2"})
    daemon.post(PROD_RETRY, CI)
    levels, refused = zip(*daemon.lines, strict=True)
    assert levels == ("warning", "warning")
    assert [each["because"] for each in refused] == [
        "Nobody is known by this token.",
        "no role that allows order",
    ]
    assert "hunter2" not in str(refused)
    assert [each.kind for each in daemon.journal.after()[1] if each.kind is Kind.ORDERED] == []


def test_a_token_with_a_number_of_any_length_is_refused_and_written_down(daemon: Daemon) -> None:
    said = from_balancer({"sub": "u-1", "email": "ann@example.com"}, exp=10**400)
    headers = {"x-amzn-oidc-data": said, "content-type": "application/json"}
    assert daemon.says("POST", "services/prod/notes/sync", headers, {}).status_code == 401
    assert [(level, line["because"]) for level, line in daemon.lines] == [("warning", "It has expired.")]


def test_while_a_provider_is_away_its_people_are_told_so(daemon: Daemon) -> None:
    daemon.places.at.clear()
    answer = daemon.says("POST", PROD_RETRY, oidc(), {})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "cannot be verified now" in answer.json()["detail"]


def test_an_order_for_what_is_not_there_is_no_deed(daemon: Daemon) -> None:
    assert daemon.post("services/prod/other/sync", API) == 404
    assert daemon.lines == []
