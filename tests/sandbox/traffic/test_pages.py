"""What a task says."""

import json

from sandbox.traffic.pages import Voice, answer, hue
from sandbox.traffic.scene import Member


def voice(version: str = "2.0", service: str = "notes") -> Voice:
    return Voice(Member("10.0.0.1:80", True, False, 0.0, service, "abc", version, (("proxy", version),)), "b", "blue")


def test_a_page_shows_the_version_in_its_colour() -> None:
    page = answer(voice(), "text/html", failed=False).decode()
    assert page.startswith("HTTP/1.1 200 OK\r\n")
    assert "<h1>2.0</h1>" in page
    assert f"hsl({hue('2.0')} " in page
    assert hue("2.0") != hue("2.1")


def test_an_error_says_so_in_either_form() -> None:
    for accept in ("text/html", "application/json"):
        assert answer(voice(), accept, failed=True).startswith(b"HTTP/1.1 500 Internal Server Error\r\n")


def test_names_cannot_break_the_page_or_the_head() -> None:
    whole = answer(voice("1\r\nX-Evil: 1", "<script>"), "text/html", failed=False).decode()
    head, _, body = whole.partition("\r\n\r\n")
    assert not any(line.startswith("X-Evil") for line in head.split("\r\n"))
    assert "<script>" not in body


def test_the_length_is_the_bodys() -> None:
    head, _, body = answer(voice("é"), "*/*", failed=False).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert json.loads(body)["version"] == "é"
