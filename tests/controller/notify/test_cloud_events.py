"""A signed webhook, read by the libraries of the two specifications."""

import base64
import json
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from controller.loop.facts import Kind
from controller.notify.cloud_events import Webhook, event, request
from controller.notify.configuration import WebhookChannel
from controller.notify.secret import Secrets
from controller.notify.told import Answer, Later, Request, Telling
from tests.controller.notify.builders import KEY, fact, properties
from tests.controller.notify.receivers import SECRET

OTHER = "whsec_" + base64.b64encode(b"another secret of 32 characters.").decode()
TELLING = Telling("prod/notes/d-v2/done", fact(at=1_795_341_600.25), page="https://t/s")


def channel(*names: str) -> WebhookChannel:
    sources = [{"env": name} for name in names]
    return WebhookChannel.model_validate(
        {"name": "events", "kind": "webhook", "url": "https://e.example.com/x", "secretsFrom": sources}
    )


def posted(environment: dict[str, str], now: float, *, test: bool = False) -> Request:
    """What is posted with the secrets of an environment."""
    asked: list[Request] = []

    def exchange(sent: Request) -> Answer:
        asked.append(sent)
        return Answer(204, {})

    voice = Webhook(channel(*environment), Secrets(environment))
    if test:
        voice.test(exchange, now)
    else:
        voice.deliver(TELLING, exchange, now)
    return asked[0]


def read(sent: Request) -> Any:
    return from_structured(HTTPMessage(headers=dict(sent.headers), body=sent.body), JSONFormat())


def test_it_is_a_cloud_event() -> None:
    found = read(posted({"A": SECRET}, 0.0))
    assert (found.get_id(), found.get_source(), found.get_type()) == (
        "prod/notes/d-v2/done",
        "/trueup/prod/notes",
        "dev.trueup.rollout-done",
    )
    assert (found.get_subject(), found.get_specversion()) == ("prod/notes", "1.0")
    assert found.get_time().timestamp() == 1_795_341_600.25
    assert found.get_data()["page"] == "https://t/s"
    assert found.get_data()["text"] == TELLING.fact.text


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_a_cloud_event(kind: Kind) -> None:
    service = None if kind in (Kind.SOURCE_STALE, Kind.SOURCE_BACK) else KEY
    body = event(Telling("x#1", fact(kind, service=service)))
    found = from_structured(HTTPMessage(headers={}, body=body), JSONFormat())
    assert found.get_type() == f"dev.trueup.{kind}"
    assert found.get_subject() == ("prod/notes" if service else "source")


@properties
@given(st.text(), st.text(), st.text())
def test_whatever_it_says_it_is_json_and_signed(text: str, subject: str, name: str) -> None:
    body = event(Telling(name, fact(text=text, subject=subject)))
    sent = request(name, body, "https://e", (SECRET,), 0.0)
    assert json.loads(sent.body)["data"]["text"] == text
    assert all(value.isascii() and value.isprintable() for value in sent.headers.values())


def test_its_signature_is_checked_by_the_specifications_own_library() -> None:
    import time

    now = time.time()
    sent = posted({"A": SECRET}, now)
    assert Verifier(SECRET).verify(sent.body, dict(sent.headers)) == json.loads(sent.body)
    with pytest.raises(WebhookVerificationError):
        Verifier(SECRET).verify(sent.body + b" ", dict(sent.headers))
    with pytest.raises(WebhookVerificationError):
        Verifier(OTHER).verify(sent.body, dict(sent.headers))


def test_while_a_secret_is_rotated_receivers_know_either() -> None:
    import time

    sent = posted({"A": SECRET, "B": OTHER}, time.time())
    assert Verifier(SECRET).verify(sent.body, dict(sent.headers))
    assert Verifier(OTHER).verify(sent.body, dict(sent.headers))


def test_a_repeat_has_the_same_id_and_another_one_has_not() -> None:
    one, again = posted({"A": SECRET}, 10.0), posted({"A": SECRET}, 99.0)
    assert one.headers["webhook-id"] == again.headers["webhook-id"]
    assert one.headers["webhook-timestamp"] != again.headers["webhook-timestamp"]
    assert "." not in one.headers["webhook-id"]
    assert request("other", b"", "https://e", (SECRET,), 0.0).headers["webhook-id"] != one.headers["webhook-id"]


@pytest.mark.parametrize("secret", ["secret", "whsec_", "whsec_!!", "whsec_YQ=a"])
def test_a_secret_of_another_form_is_asked_for_again_and_does_not_show(secret: str) -> None:
    with pytest.raises(Later, match=r"^a secret of the variable A, the variable B is not whsec_ followed by base64$"):
        posted({"A": SECRET, "B": secret}, 0.0)


def test_a_receiver_that_says_no_is_asked_again() -> None:
    voice = Webhook(channel("A"), Secrets({"A": SECRET}))
    with pytest.raises(Later, match="HTTP 401"):
        voice.deliver(TELLING, lambda _: Answer(401, {}), 0.0)


def test_a_test_is_an_event_of_its_own_type() -> None:
    found = read(posted({"A": SECRET}, 5.0, test=True))
    assert (found.get_type(), found.get_id()) == ("dev.trueup.test", "test/5.000")
