"""HTTP to receivers: bounded, nothing followed, and nothing of a secret in what is said about it."""

import io
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from controller import logs
from controller.notify.client import MOST, HttpClient
from controller.notify.told import Answer, Later, Request, Telling
from controller.settings import LogFormat, LogLevel
from tests.controller.daemons import silence
from tests.controller.notify.builders import ON_HOLD, Ear, FakeTags, Replica, Time
from tests.controller.notify.receivers import Receiver, Reply, serving
from tests.controller.web.identity.answering import answering as trickling

SECRET = "hunter2"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with serving(Receiver()) as made:
        yield made


def quickly() -> float:
    """The client's seconds, forty in one of ours."""
    return 40 * time.monotonic()


def post(url: str, body: bytes = b"{}", client: HttpClient | None = None) -> Answer:
    request = Request("POST", url, {"authorization": f"Bearer {SECRET}", "content-type": "application/json"}, body)
    return (client or HttpClient("1.2.3"))(request)


def no_answer(url: str, client: HttpClient | None = None) -> str:
    """Why there was none; neither the reason nor anything behind it tells a secret."""
    with pytest.raises(Later) as caught:
        post(url, client=client)
    assert SECRET not in caught.value.reason
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
    return caught.value.reason


def test_what_is_asked_arrives_and_the_answer_comes_back(receiver: Receiver) -> None:
    receiver.trouble = lambda _: Reply(201, {"id": 1}, {"Retry-After": "7"})
    answer = post(f"{receiver.url}/a%2Fb?c=d", b'{"x": 1}')
    assert (answer.status, json.loads(answer.body), answer.headers["retry-after"]) == (201, {"id": 1}, "7")
    (seen,) = receiver.seen
    assert (seen.method, seen.path, seen.query, seen.text) == ("POST", "/a/b", {"c": ["d"]}, '{"x": 1}')
    assert (seen.headers["user-agent"], seen.headers["authorization"]) == ("trueup/1.2.3", f"Bearer {SECRET}")


def test_a_question_without_a_body_is_asked_without_one(receiver: Receiver) -> None:
    HttpClient("1")(Request("GET", receiver.url, {}))
    assert receiver.seen[0].text == ""


def test_no_redirect_is_followed_and_nothing_sent_twice(receiver: Receiver) -> None:
    receiver.trouble = lambda _: Reply(307, "", {"location": f"{receiver.url}/elsewhere"})
    assert post(receiver.url).status == 307
    assert len(receiver.seen) == 1


def test_a_failure_is_not_sent_again_by_the_client(receiver: Receiver) -> None:
    receiver.trouble = lambda _: Reply(503, "", {"retry-after": "0"})
    assert post(receiver.url).status == 503
    assert len(receiver.seen) == 1


def test_a_huge_answer_is_read_up_to_a_bound(receiver: Receiver) -> None:
    receiver.trouble = lambda _: Reply(200, "x" * (8 << 20))
    assert MOST <= len(post(receiver.url).body) < 2 * MOST


def test_a_receiver_that_takes_connections_and_says_nothing_is_left() -> None:
    with silence() as host:
        assert no_answer(f"{host.url}/{SECRET}", HttpClient("1", read=0.05)) == "no answer (ReadTimeoutError)"


def test_an_answer_that_trickles_in_ends_with_the_time_for_all_of_it() -> None:
    with trickling(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n", b"x") as url:
        assert no_answer(f"{url}/{SECRET}", HttpClient("1", monotonic=quickly)) == "no answer (ReadTimeoutError)"


@pytest.mark.parametrize("begun", [b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\nx: "])
def test_a_head_that_trickles_in_ends_with_the_time_for_all_of_it(begun: bytes) -> None:
    with trickling(begun, b"x") as url:
        assert no_answer(f"{url}/{SECRET}", HttpClient("1", monotonic=quickly)) == "no answer (ReadTimeoutError)"


def test_behind_a_proxy_the_time_for_all_of_it_is_no_longer() -> None:
    with trickling(b"HTTP/1.1 200 OK\r\nx: ", b"x") as proxy:
        client = HttpClient("1", monotonic=quickly, environment={"http_proxy": proxy})
        assert no_answer(f"http://hooks.example/{SECRET}", client) == "no answer (ReadTimeoutError)"


def test_nobody_at_home() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert no_answer(f"http://127.0.0.1:{port}/{SECRET}").startswith("no answer (NewConnectionError")


@contextmanager
def answering(text: bytes, *, wrapped: ssl.SSLContext | None = None) -> Iterator[int]:
    """A host that says just this to whoever comes, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            try:
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        if wrapped is not None:
                            connection = wrapped.wrap_socket(connection, server_side=True)
                        connection.recv(65536)
                        connection.sendall(text)
            except OSError:
                return

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 ",
        b"\x00\xff nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc",
    ],
)
def test_a_connection_that_breaks_or_says_nonsense_is_no_answer(said: bytes) -> None:
    with answering(said) as port:
        assert no_answer(f"http://127.0.0.1:{port}/{SECRET}").startswith("no answer (")


@pytest.mark.parametrize(
    "url", [f"http://[{SECRET}", f"http://\x00{SECRET}", f"nowhere://{SECRET}", f"http://{SECRET}:x/"]
)
def test_an_address_that_is_none_does_not_show(url: str) -> None:
    assert no_answer(url).startswith("no answer (")


def test_a_header_that_cannot_be_sent_does_not_show() -> None:
    with pytest.raises(Later, match=r"^no answer \(\w+\)$"):
        HttpClient("1")(Request("POST", "http://127.0.0.1:9/", {"authorization": f"{SECRET}\r\nx: \u2028"}, b""))


@pytest.fixture(scope="module")
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's, signed by nobody that anybody trusts."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_host_whose_certificate_nobody_signed_is_told_nothing(own_certificate: ssl.SSLContext) -> None:
    with answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", wrapped=own_certificate) as port:
        assert no_answer(f"https://localhost:{port}/{SECRET}") == "no answer (SSLError)"


def test_a_host_that_speaks_no_tls_is_told_nothing(receiver: Receiver) -> None:
    assert no_answer(receiver.url.replace("http:", "https:") + f"/{SECRET}") == "no answer (SSLError)"
    assert receiver.seen == []


def test_no_line_of_the_log_tells_a_secret_not_even_of_a_defect(tmp_path: Path) -> None:
    stream = io.StringIO()
    logs.configure(LogFormat.TEXT, LogLevel.DEBUG, stream)
    try:
        one = Replica(tmp_path, FakeTags(), ear := Ear(), Time())
        one.courier._means = replace(one.courier._means, log=logs.logger())

        def asked(telling: Telling) -> None:
            token = SECRET
            if len(one.tries) < 1:
                post(f"http://127.0.0.1:9/{token}")
            raise KeyError(token)

        ear.trouble = asked
        one.sees(ON_HOLD)
        one.tells()
        one.end()
    finally:
        logs.configure(LogFormat.JSON, LogLevel.INFO)
    assert "a channel takes no notifications" in stream.getvalue()
    assert "a notification broke" in stream.getvalue()
    assert SECRET not in stream.getvalue()
