"""Receivers behind a proxy: which one leads where, what it is told, and that nothing of a secret is said about it."""

import base64
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from controller.notify.client import HttpClient
from controller.notify.proxies import Proxy, proxy_for
from controller.notify.told import Answer, Later, Request

SECRET = "hunter2"
P = {"HTTPS_PROXY": "http://proxy:3128"}
PROXY = Proxy("http://proxy:3128")


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, "https://h.example.com/x", None),
        (P, "https://h.example.com/x", PROXY),
        (P, "http://h.example.com/x", None),
        ({"https_proxy": "proxy:3128", "HTTPS_PROXY": "http://other:1"}, "https://h.example.com/x", PROXY),
        ({"ALL_PROXY": "http://proxy:3128/"}, "http://h.example.com/x", PROXY),
        ({"HTTP_PROXY": "http://proxy:3128"}, "http://h.example.com/x", None),
        ({"http_proxy": "http://proxy:3128"}, "http://h.example.com/x", PROXY),
        ({"HTTPS_PROXY": ""}, "https://h.example.com/x", None),
        ({"HTTPS_PROXY": "http://proxy"}, "https://h.example.com/x", Proxy("http://proxy:80")),
        ({"HTTPS_PROXY": "https://proxy"}, "https://h.example.com/x", Proxy("https://proxy:443")),
        ({"HTTPS_PROXY": "http://[fd00::1]:3128"}, "https://h.example.com/x", Proxy("http://[fd00::1]:3128")),
        ({"HTTPS_PROXY": "http://me:p%40ss@proxy:3128"}, "https://h/x", Proxy("http://proxy:3128", "me:p@ss")),
        ({"HTTPS_PROXY": "http://me@proxy:3128"}, "https://h/x", Proxy("http://proxy:3128", "me:")),
        (P, "https://localhost:1/x", None),
        (P, "https://127.0.0.1/x", None),
    ],
)
def test_the_environment_says_which_proxy_leads_where(
    environment: Mapping[str, str], url: str, proxy: Proxy | None
) -> None:
    assert proxy_for(url, environment) == proxy


@pytest.mark.parametrize(
    ("around", "direct"),
    [
        ("*", True),
        ("h.example.com", True),
        ("example.com", True),
        (".example.com", True),
        ("other, EXAMPLE.com ", True),
        ("example.com:443", True),
        ("example.com:8443", False),
        ("ample.com", False),
        ("x.h.example.com", False),
        ("", False),
        (",", False),
        ("10.0.0.0/8", False),
    ],
)
def test_no_proxy_names_whom_none_leads_to(around: str, direct: bool) -> None:
    assert (proxy_for("https://h.example.com/x", {**P, "NO_PROXY": around}) is None) is direct


@pytest.mark.parametrize(
    ("host", "direct"), [("10.1.2.3", True), ("11.1.2.3", False), ("[fd00::7]", True), ("h", False)]
)
def test_no_proxy_names_ranges_of_addresses(host: str, direct: bool) -> None:
    environment = {**P, "no_proxy": "10.0.0.0/8,fd00::/8,nonsense/x", "NO_PROXY": "*"}
    assert (proxy_for(f"https://{host}/x", environment) is None) is direct


@pytest.mark.parametrize("said", [f"socks5://{SECRET}@p:1", f"http://{SECRET}@p:port", "http://", f"ftp://{SECRET}@p"])
def test_what_can_be_no_proxy_is_said_without_what_it_is(said: str) -> None:
    with pytest.raises(Later, match=r"^HTTPS_PROXY names no proxy: write http://HOST:PORT$"):
        proxy_for("https://h/x", {"HTTPS_PROXY": said})


def test_a_proxy_does_not_print_its_credentials() -> None:
    assert SECRET not in repr(Proxy("http://proxy:3128", f"me:{SECRET}"))


@dataclass
class Between:
    """A stand-in for a proxy: what each client said first, and what it was answered."""

    answer: bytes
    address: str = ""
    heads: list[str] = field(default_factory=list)


@contextmanager
def between(answer: bytes) -> Iterator[Between]:
    """A proxy on this host, while it is needed."""
    seen = Between(answer)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        seen.address = f"127.0.0.1:{listener.getsockname()[1]}"

        def take() -> None:
            try:
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        seen.heads.append(connection.recv(65536).decode("latin-1"))
                        connection.sendall(seen.answer)
                        connection.recv(65536)
            except OSError:
                return

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield seen
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def asked(url: str, proxy: Between) -> Answer:
    """What comes of a request by way of the proxy."""
    said = f"http://me:{SECRET}@{proxy.address}"
    client = HttpClient("1", read=5, environment={"HTTPS_PROXY": said, "http_proxy": said})
    return client(Request("POST", url, {"x-token": "t"}, b"{}"))


AUTHORIZED = "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode()


def test_a_receiver_over_http_is_asked_through_the_proxy() -> None:
    with between(b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok") as proxy:
        assert asked("http://receiver.example/hook", proxy) == Answer(
            202, {"content-length": "2", "connection": "close"}, b"ok"
        )
    assert proxy.heads[0].startswith("POST http://receiver.example/hook HTTP/1.1\r\n")
    assert f"Proxy-Authorization: {AUTHORIZED}".lower() in proxy.heads[0].lower()


def test_a_receiver_over_https_is_reached_by_a_tunnel_that_sees_no_token() -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
    with between(refusal) as proxy, pytest.raises(Later) as caught:
        asked(f"https://receiver.example/{SECRET}", proxy)
    assert caught.value.reason == "no answer (ProxyError)"
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
    assert proxy.heads[0].startswith("CONNECT receiver.example:443 HTTP/1.")
    assert f"Proxy-Authorization: {AUTHORIZED}".lower() in proxy.heads[0].lower()
    assert "x-token" not in proxy.heads[0]


def test_behind_a_tunnel_certificates_are_checked_as_everywhere() -> None:
    established = b"HTTP/1.1 200 Connection established\r\n\r\nno TLS at all"
    with between(established) as proxy, pytest.raises(Later, match=r"^no answer \(SSLError\)$"):
        asked("https://receiver.example/x", proxy)
    assert len(proxy.heads) == 1


def test_no_redirect_is_followed_through_a_proxy() -> None:
    head = (
        b"HTTP/1.1 307 Elsewhere\r\nlocation: http://169.254.170.2/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
    with between(head) as proxy:
        assert asked("http://receiver.example/hook", proxy).status == 307
    assert len(proxy.heads) == 1
