"""A fact in Slack: what people read, within Slack's limits, and Slack's answer understood."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.loop.facts import TONES, Kind
from controller.notify.configuration import SlackChannel
from controller.notify.secret import Secrets
from controller.notify.slack import COLOURS, HEADER, TEXT, Slack, escaped, link, message
from controller.notify.told import Answer, Later, Place, Refused, Request, Telling
from tests.controller.notify.builders import KEY, fact, properties

PLACE = Place("eu-west-1", "arn:aws:ecs:eu-west-1:1:cluster/prod", "notes", commit="abc")
FULL = Telling(
    "x", fact(deployment="d-ABC", reason="ALARM_ACTIVE", seconds=125.0, remedy="fix it"), PLACE, "https://t/s"
)
HOSTILE = "<!channel> & <https://evil|click> *bold* \u202e\n\x00"


def texts(payload: Any) -> list[str]:
    """Every text object of a payload."""
    if isinstance(payload, dict):
        own = [payload["text"]] if payload.get("type") in ("mrkdwn", "plain_text") else []
        return own + [text for value in payload.values() for text in texts(value)]
    return [text for each in payload for text in texts(each)] if isinstance(payload, list) else []


def blocks(payload: dict[str, Any]) -> list[dict[str, Any]]:
    return list(payload["attachments"][0]["blocks"])


def test_a_message_says_what_where_why_and_what_to_do() -> None:
    payload = message(FULL, "https://github.com/you/gitops")
    assert texts(payload) == [
        "Rollout done: prod/notes",
        "commit abc1234 serves production, by d-v2",
        "*Service*\nnotes",
        "*Environment*\nprod",
        f"*Commit*\n<https://github.com/you/gitops/commit/{FULL.fact.commit}|abc1234> ship v2",
        "*Deployment*\n<https://eu-west-1.console.aws.amazon.com/codesuite/codedeploy/deployments/d-ABC?region=eu-west-1|d-ABC>",
        "*By*\nann",
        "*Reason*\nALARM_ACTIVE",
        "*After*\n2 min",
        "*What to do*\nfix it",
        "<https://t/s|Open in Trueup>",
    ]
    assert payload["text"] == "Rollout done: prod/notes. commit abc1234 serves production, by d-v2"


def test_a_fact_of_the_repository_has_no_service() -> None:
    payload = message(Telling("x", fact(Kind.SOURCE_STALE, service=None, deployment=None, commit=None, who="")))
    assert texts(payload) == ["Git is stale", "commit abc1234 serves production, by d-v2"]


def test_without_a_repository_or_a_console_nothing_is_linked() -> None:
    payload = message(Telling("x", fact()))
    assert "*Commit*\nabc1234 ship v2" in texts(payload)
    assert "*Deployment*\nd-v2" in texts(payload)


def test_of_many_fields_the_first_are_shown_and_the_rest_counted() -> None:
    paths = tuple(f"/serviceDefinition/{number}" for number in range(13))
    shown = next(text for text in texts(message(Telling("x", fact(paths=paths)))) if text.startswith("*Fields*"))
    assert shown.splitlines()[1:] == [*paths[:10], "and 3 more"]
    assert "*Fields*\n/a" in texts(message(Telling("x", fact(paths=("/a",)))))


def test_each_tone_has_a_colour() -> None:
    assert {TONES[kind] for kind in Kind} == COLOURS.keys()
    assert message(FULL)["attachments"][0]["color"] == "#2e7d32"


def test_nobody_can_be_called_by_other_peoples_words() -> None:
    telling = Telling("x", fact(text=HOSTILE, subject=HOSTILE, who=HOSTILE, reason=HOSTILE, remedy=HOSTILE))
    for text in (*texts(message(telling))[1:], message(telling)["text"]):
        assert "<" not in text.replace("&lt;", "")
        assert text.isprintable() or "\n" in text


anything = st.text(max_size=4000)


@properties
@given(anything, anything, anything, st.lists(anything, max_size=30))
def test_a_message_is_within_slacks_limits_whatever_it_says(
    text: str, subject: str, who: str, paths: list[str]
) -> None:
    long = fact(
        text=text, subject=subject, who=who, reason=who, remedy=text, paths=tuple(paths), deployment=who or None
    )
    payload = message(Telling("x", long, PLACE, "https://t/s"), "https://github.com/you/gitops")
    assert len(blocks(payload)) <= 50
    assert len(payload["text"]) <= TEXT
    for block in blocks(payload):
        match block:
            case {"type": "header", "text": {"text": title}}:
                assert 0 < len(title) <= HEADER
            case {"type": "section", "fields": fields}:
                assert 0 < len(fields) <= 10
                assert all(0 < len(each["text"]) <= 2000 for each in fields)
            case {"type": "section", "text": {"text": said}}:
                assert len(said) <= TEXT
            case {"type": "context", "elements": elements}:
                assert len(elements) <= 10
            case other:
                raise AssertionError(other)
    json.dumps(payload).encode()


def test_a_fact_without_words_has_a_text_all_the_same() -> None:
    """Slack refuses a section with an empty text."""
    assert all(texts(message(Telling("x", fact(text="", subject=""))))), "no text is empty"


@properties
@given(st.text(alphabet="<>&ab ", max_size=200), st.integers(20, 100))
def test_escaped_text_keeps_to_its_length_and_no_escape_is_cut_in_two(text: str, most: int) -> None:
    found = escaped(text, most)
    assert len(found) <= most
    for mark in ("&lt;", "&gt;", "&amp;"):
        found = found.replace(mark, "")
    assert not set(found) & set("<>&")


def test_an_address_with_bars_and_brackets_stays_one_link() -> None:
    assert link("https://t/a|b<c>&d", "a|b") == "<https://t/a%7Cb%3Cc%3E&amp;d|a/b>"


def config(**more: Any) -> SlackChannel:
    return SlackChannel.model_validate({"name": "deploys", "kind": "slack", **more})


def sent(channel: SlackChannel, answer: Answer, environment: dict[str, str] | None = None) -> Request:
    asked: list[Request] = []

    def exchange(request: Request) -> Answer:
        asked.append(request)
        return answer

    Slack(channel, Secrets(environment or {}), "").deliver(FULL, exchange, 0.0)
    return asked[0]


OK = Answer(200, {}, b'{"ok": true}')
HOOK = {"HOOK": "https://hooks.example.com/services/T/B/secret"}


def test_an_incoming_webhook_is_posted_a_message() -> None:
    request = sent(config(urlFrom={"env": "HOOK"}), Answer(200, {}, b"ok"), HOOK)
    assert (request.method, request.url) == ("POST", HOOK["HOOK"])
    assert request.headers == {"content-type": "application/json; charset=utf-8"}
    assert json.loads(request.body) == message(FULL)
    assert sent(config(url="https://hooks.example.com/x"), Answer(200, {})).url == "https://hooks.example.com/x"


def test_a_bot_says_who_it_is_and_where_it_posts() -> None:
    request = sent(config(tokenFrom={"env": "T"}, channel="#deploys"), OK, {"T": "xoxb-1"})
    assert (request.url, request.headers["authorization"]) == (
        "https://slack.com/api/chat.postMessage",
        "Bearer xoxb-1",
    )
    assert json.loads(request.body) == {**message(FULL), "channel": "#deploys"}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"ok": false, "error": "invalid_auth"}', Later),
        (b'{"ok": false, "error": "channel_not_found"}', Later),
        (b'{"ok": false, "error": "invalid_blocks"}', Refused),
        (b'{"ok": false}', Later),
        (b"<html>", Later),
    ],
)
def test_slack_says_no_with_a_200(body: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        sent(config(tokenFrom={"env": "T"}, channel="#deploys"), Answer(200, {}, body), {"T": "xoxb-1"})


@pytest.mark.parametrize(("status", "error"), [(400, Refused), (403, Later), (404, Later), (410, Later), (500, Later)])
def test_a_webhook_says_no_with_its_status(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        sent(config(urlFrom={"env": "HOOK"}), Answer(status, {}, b"no_service"), HOOK)


def test_an_address_that_is_no_https_is_sent_nothing_and_does_not_show() -> None:
    for secret in ("http://hooks.example.com/secret", "secret"):
        with pytest.raises(Later, match=r"^the variable HOOK holds no https address$"):
            sent(config(urlFrom={"env": "HOOK"}), OK, {"HOOK": secret})
    assert sent(config(urlFrom={"env": "HOOK"}, insecure=True), OK, {"HOOK": "http://in.house/x"}).url


def test_a_test_says_what_it_is() -> None:
    asked: list[Request] = []

    def exchange(request: Request) -> Answer:
        asked.append(request)
        return Answer(200, {})

    Slack(config(url="https://hooks.example.com/x"), Secrets({}), "").test(exchange, 0.0)
    assert json.loads(asked[0].body) == {"text": "This is a test: Trueup can tell deploys."}


def test_the_service_of_a_deployment_of_ecss_own_is_linked() -> None:
    own = Telling("x", replace(fact(), deployment="ecs-svc-1"), PLACE)
    assert any("clusters/prod/services/notes" in text for text in texts(message(own)))
    assert KEY.name == "notes"


def test_text_that_grows_as_it_is_escaped_is_cut_once_more() -> None:
    said = escaped("<" * 100, 40)
    assert len(said) <= 40
    assert said.startswith("&lt;&lt;")
