"""What is said of a service that a commit took away, for as long as it is remembered."""

from dataclasses import replace

import pytest

from controller.source.snapshot import Snapshot
from reconcilers.model import Revision, ServiceKey
from tests.controller.builders import NOW, named, snapshot, wanted
from tests.controller.web.served import TOKEN, Served
from tests.controller.web.test_app import Client

SERVICE = "/api/v1/services/prod/notes"
BY = Revision("f00dfeed01", NOW, "Ada Moreau", "Retire notes")
SAID = "No manifest names prod/notes any more. It left Git with commit f00dfee by Ada Moreau, read at {}."
AT = "1970-01-12 13:46:40 UTC"


def after(found: Snapshot) -> Client:
    served = Served(1_000_000.0)
    served.adopt(snapshot(wanted("v2"), named("web")))
    served.adopt(replace(found, revision=BY))
    return Client(served.app)


@pytest.mark.parametrize("path", ["", "/history", "/stream"])
def test_that_it_left_and_when_and_with_which_commit_is_said(path: str) -> None:
    answer = after(snapshot(named("web"))).get(f"{SERVICE}{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "left-git")
    assert answer.json()["detail"] == (
        f"{SAID.format(AT)} Its service in ECS is left running, and is looked at no more."
    )


def test_an_order_is_refused_in_the_same_way() -> None:
    known = {"authorization": f"Bearer {TOKEN}"}
    answer = after(snapshot(named("web"))).post(f"{SERVICE}/sync", json={}, headers=known)
    assert (answer.status_code, answer.json()["code"]) == (404, "left-git")


def test_who_has_its_service_now_is_said() -> None:
    heir = replace(wanted("v2"), key=ServiceKey("prod", "site"))
    detail = after(snapshot(named("web"), heir)).get(SERVICE).json()["detail"]
    assert detail == f"{SAID.format(AT)} prod/site has its service in ECS from now on."


def test_what_was_never_there_is_unknown_all_the_same() -> None:
    answer = after(snapshot(named("web"))).get("/api/v1/services/prod/zzz")
    assert answer.json()["code"] == "unknown-service"
