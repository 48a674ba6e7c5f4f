"""CBOR, against RFC 8949's own examples and there and back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.wire.cbor import Instant, decode, encode
from tests.examples import examples

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=examples(60))
@given(values)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert decode(encode(value)) == value


@settings(max_examples=examples(200))
@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_are_a_value_error(data: bytes) -> None:
    try:
        decode(data)
    except ValueError:
        return


# RFC 8949, appendix A.
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("00", 0),
        ("17", 23),
        ("1818", 24),
        ("1903e8", 1000),
        ("1a000f4240", 1_000_000),
        ("1bffffffffffffffff", 18446744073709551615),
        ("20", -1),
        ("3903e7", -1000),
        ("f93c00", 1.0),
        ("fa47c35000", 100000.0),
        ("fb3ff199999999999a", 1.1),
        ("f97c00", float("inf")),
        ("f4", False),
        ("f5", True),
        ("f6", None),
        ("f7", None),
        ("4401020304", b"\x01\x02\x03\x04"),
        ("6449455446", "IETF"),
        ("62c3bc", "\u00fc"),
        ("83010203", [1, 2, 3]),
        ("a26161016162820203", {"a": 1, "b": [2, 3]}),
        ("c11a514b67b0", datetime(2013, 3, 21, 20, 4, tzinfo=UTC)),
        ("c1fb41d452d9ec200000", datetime(2013, 3, 21, 20, 4, 0, 500000, UTC)),
        ("d74401020304", b"\x01\x02\x03\x04"),
        ("5f42010243030405ff", b"\x01\x02\x03\x04\x05"),
        ("7f657374726561646d696e67ff", "streaming"),
        ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
    ],
)
def test_the_standard_s_examples_are_read(written: str, value: Any) -> None:
    assert decode(bytes.fromhex(written)) == value


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "18",
        "1c",
        "1f",
        "ff",
        "0000",
        "a1",
        "a10102",
        "83010",
        "82ff01",
        "7f4101ff",
        "f8",
        "fc",
        "c1f5",
        "c1f97e00",
        "c11bffffffffffffffff",
    ],
)
def test_what_is_broken_is_a_value_error(broken: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - from bytes.fromhex or from the reader
        decode(bytes.fromhex(broken))


def test_endless_nesting_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="deeply"):
        decode(b"\x81" * 100_000)


def test_a_timestamp_is_written_under_its_tag() -> None:
    assert encode(Instant(1363896240.5)).hex() == "c1fb41d452d9ec200000"


def test_what_cbor_has_no_word_for_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="object"):
        encode(object())
