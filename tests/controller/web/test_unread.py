"""While Git was never read since the start, nothing is said not to be there."""

import pytest

from controller.web.fleet import Fleet
from tests.controller.builders import KEY, NOW, named, snapshot, wanted
from tests.controller.web.served import TOKEN, Served
from tests.controller.web.test_app import Client

SERVICE = "/api/v1/services/prod/notes"
LOOKS = ("/api/v1/services", SERVICE, f"{SERVICE}/history", f"{SERVICE}/stream", f"{SERVICE}/logs")
KNOWN = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def served() -> Served:
    return Served()


@pytest.fixture
def client(served: Served) -> Client:
    return Client(served.app)


@pytest.mark.parametrize("path", LOOKS)
def test_no_service_is_said_not_to_be_there_and_one_is_told_to_come_again(client: Client, path: str) -> None:
    answer = client.get(path, headers=KNOWN)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "not-read-yet", "5")
    assert answer.json()["detail"].startswith("The repository has not been read yet.")


@pytest.mark.parametrize("order", ["sync", "retry"])
def test_an_order_is_refused_in_the_same_way(client: Client, order: str) -> None:
    answer = client.post(f"{SERVICE}/{order}", json={}, headers=KNOWN)
    assert (answer.status_code, answer.json()["code"]) == (503, "not-read-yet")


def test_why_git_was_not_read_is_said_and_what_to_do(served: Served, client: Client) -> None:
    served.git_fails("Git did not answer in time.", "Check the network.")
    said = "The repository has not been read yet. Git did not answer in time. Check the network."
    assert client.get(SERVICE).json()["detail"] == said


def test_how_far_a_large_one_is_by_now_is_said(served: Served, client: Client) -> None:
    served.board.source_arriving("120 MB fetched")
    assert client.get(SERVICE).json()["detail"].endswith("It is large: 120 MB fetched.")


def test_once_it_was_read_what_no_manifest_names_is_unknown(served: Served, client: Client) -> None:
    served.adopt(snapshot(named("web")))
    assert client.get(SERVICE).json()["code"] == "unknown-service"


def test_whoever_saw_the_fleet_before_it_was_read_gets_all_of_it_then(served: Served) -> None:
    fleet = Fleet(served.board, lambda: NOW, acting=True)
    before = fleet.view()
    served.board.adopt(snapshot(wanted("v2")), NOW)
    view = fleet.view(before.version)
    assert (before.source.unread, view.source.unread) == (True, False)
    assert (view.whole, [row.name for row in view.rows]) == (True, [KEY.name])


def test_once_it_was_read_only_what_changed_comes(served: Served) -> None:
    fleet = Fleet(served.board, lambda: NOW, acting=True)
    fleet.view()
    served.board.adopt(snapshot(wanted("v2")), NOW)
    place = fleet.view().version
    served.board.adopt(snapshot(wanted("v2"), named("web")), NOW)
    view = fleet.view(place)
    assert (view.whole, [row.name for row in view.rows]) == (False, ["web"])
