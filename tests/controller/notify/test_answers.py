"""What a receiver's answer means."""

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.notify.answers import LONGEST, asked_to_wait, parsed, taken
from controller.notify.told import Answer, Later, Refused
from tests.controller.notify.builders import properties

NOW = 1_000_000.0


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_what_was_taken_was_taken(status: int) -> None:
    taken(Answer(status, {}), NOW)


@pytest.mark.parametrize("status", [400, 405, 406, 409, 411, 413, 414, 415, 422, 431])
def test_a_message_that_is_wrong_itself_is_never_sent_again(status: int) -> None:
    with pytest.raises(Refused):
        taken(Answer(status, {}), NOW)


@pytest.mark.parametrize("status", [100, 301, 302, 307, 401, 403, 404, 408, 410, 425, 429, 500, 502, 503, 504])
def test_everything_else_is_tried_again(status: int) -> None:
    with pytest.raises(Later):
        taken(Answer(status, {}), NOW)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "99999999"}, LONGEST),
        ({"retry-after": formatdate(NOW + 60, usegmt=True)}, 60),
        ({"retry-after": formatdate(NOW - 60, usegmt=True)}, 0),
        ({"retry-after": formatdate(NOW + 1e6, usegmt=True)}, LONGEST),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW + 30:.0f}"}, 30),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW - 30:.0f}"}, 0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW + 1e6:.0f}"}, LONGEST),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "later"}, None),
        ({"x-ratelimit-remaining": "4", "x-ratelimit-reset": f"{NOW + 30:.0f}"}, None),
    ],
)
def test_a_receiver_says_when_to_come_back(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_to_wait(headers, NOW) == seconds
    with pytest.raises(Later) as caught:
        taken(Answer(429, headers), NOW)
    assert caught.value.after == seconds


@properties
@given(st.text(), st.text(), st.text())
def test_whatever_it_says_the_wait_is_bounded(retry: str, left: str, reset: str) -> None:
    headers = {"retry-after": retry, "x-ratelimit-remaining": left, "x-ratelimit-reset": reset}
    assert 0 <= (asked_to_wait(headers, NOW) or 0.0) <= LONGEST


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "HTTP 400"),
        (b"no_service", "HTTP 400 no_service"),
        (b"x" * 500, "HTTP 400"),
        (b'{"message": "Bad credentials"}', "HTTP 400 Bad credentials"),
        (b'{"error": "invalid"}', "HTTP 400 invalid"),
        (b'{"message": {"ref": ["is empty"]}}', 'HTTP 400 {"ref": ["is empty"]}'),
        (b'{"message": "' + b"y" * 500 + b'"}', f"HTTP 400 {'y' * 119}…"),
        (b"[1]", "HTTP 400 [1]"),
        (b"\xff\x00\n", "HTTP 400 \N{REPLACEMENT CHARACTER}"),
        (b"   ", "HTTP 400"),
    ],
)
def test_the_reason_is_in_the_receivers_own_words_where_they_are_short(body: bytes, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        taken(Answer(400, {}, body), NOW)
    assert caught.value.reason == reason


def test_a_body_that_is_no_json_is_none() -> None:
    assert (parsed(Answer(200, {}, b"ok")), parsed(Answer(200, {}, b"[1]")), parsed(Answer(200, {}))) == (
        None,
        [1],
        None,
    )
