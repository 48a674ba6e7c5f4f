"""What is an address at which a replica may be asked, and what in a row is none."""

import pytest

from controller.lease.address import address_of


@pytest.mark.parametrize(
    "said",
    ["http://10.0.1.7:8080", "https://trueup.internal", "http://[fd00::7]:8080", "http://a-b.c_d:1", "http://h:65535"],
)
def test_a_scheme_a_host_and_a_port_are_an_address(said: str) -> None:
    assert address_of(said) == address_of(f"{said}/") == said


@pytest.mark.parametrize(
    "said",
    [
        "", "-", "10.0.1.7:8080", "file:///etc/passwd", "ftp://10.0.1.7", "gopher://10.0.1.7:70/x", "http://",
        "http://ann:pw@10.0.1.7", "http://10.0.1.7/api", "http://10.0.1.7?x", "http://10.0.1.7#x", "http://a b",
        "http://10.0.1.7:0", "http://10.0.1.7:65536", "http://10.0.1.7:8080\r\nhost: x", "http://h:8080\n",
        "http://10.0.1.7:\u0661",
    ],
)  # fmt: skip
def test_anything_else_is_none(said: str) -> None:
    assert address_of(said) is None
