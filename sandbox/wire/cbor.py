"""CBOR (RFC 8949), as much of it as AWS's protocols speak: no library that the project has writes and reads it.

Timestamps are tag 1 over epoch seconds; other tags are passed over. Malformed input is a ``ValueError``.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_WIDTHS = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_BREAK = object()
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Instant:
    """Seconds since the epoch, to be written as a timestamp."""

    seconds: float


def encode(value: Any) -> bytes:
    """Dicts, lists, strings, bytes, numbers, booleans, None and ``Instant``; ``TypeError`` for anything else."""
    out = bytearray()
    _write(value, out)
    return bytes(out)


def decode(data: bytes) -> Any:
    """One data item, which must be all there is. Timestamps come as aware UTC datetimes."""
    reader = _Reader(data)
    value = reader.item(0)
    if value is _BREAK or reader.position != len(data):
        raise ValueError("CBOR: trailing bytes")
    return value


def _write(value: Any, out: bytearray) -> None:
    match value:
        case None:
            out.append(0xF6)
        case bool():
            out.append(0xF5 if value else 0xF4)
        case int():
            _write_head(*((0, value) if value >= 0 else (1, -1 - value)), out)
        case float():
            out += b"\xfb" + struct.pack(">d", value)
        case bytes():
            _write_head(2, len(value), out)
            out += value
        case str():
            text = value.encode()
            _write_head(3, len(text), out)
            out += text
        case Instant():
            out.append(0xC1)
            _write(value.seconds, out)
        case _:
            _write_many(value, out)


def _write_many(value: Any, out: bytearray) -> None:
    if isinstance(value, dict):
        _write_head(5, len(value), out)
        for key, item in value.items():
            _write(key, out)
            _write(item, out)
    elif isinstance(value, list | tuple):
        _write_head(4, len(value), out)
        for item in value:
            _write(item, out)
    else:
        raise TypeError(f"CBOR: cannot write {type(value).__name__}")


def _write_head(major: int, argument: int, out: bytearray) -> None:
    if argument < 24:
        out.append(major << 5 | argument)
        return
    info = next(info for info, form in _WIDTHS.items() if argument < 256 ** struct.calcsize(form))
    out.append(major << 5 | info)
    out += struct.pack(_WIDTHS[info], argument)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def item(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError("CBOR: nested too deeply")
        initial = self._take(1)[0]
        major, info = initial >> 5, initial & 31
        if major == 7:
            return self._simple(info)
        endless = info == 31
        if endless and major not in {2, 3, 4, 5}:
            raise ValueError("CBOR: a number without an end")
        count = None if endless else self._argument(info)
        return self._content(major, count, depth)

    def _content(self, major: int, count: int | None, depth: int) -> Any:
        if major in {2, 3}:
            return self._string(major, count, depth)
        if major == 4:
            return list(self._items(count, depth))
        if major == 5:
            return self._map(count, depth)
        number = 0 if count is None else count
        if major == 6:
            return self._tagged(number, depth)
        return number if major == 0 else -1 - number

    def _argument(self, info: int) -> int:
        if info < 24:
            return info
        if info not in _WIDTHS:
            raise ValueError("CBOR: reserved length")
        form = _WIDTHS[info]
        return int(struct.unpack(form, self._take(struct.calcsize(form)))[0])

    def _simple(self, info: int) -> Any:
        if info == 31:
            return _BREAK
        if info in _FLOATS:
            return struct.unpack(_FLOATS[info], self._take(struct.calcsize(_FLOATS[info])))[0]
        if info not in _SIMPLE:
            raise ValueError("CBOR: unknown simple value")
        return _SIMPLE[info]

    def _string(self, major: int, count: int | None, depth: int) -> Any:
        if count is not None:
            taken = self._take(count)
            return taken.decode() if major == 3 else taken
        kind, empty = (str, "") if major == 3 else (bytes, b"")
        chunks = list(self._items(None, depth))
        if not all(isinstance(chunk, kind) for chunk in chunks):
            raise ValueError("CBOR: a string of something else")
        return empty.join(chunks)

    def _items(self, count: int | None, depth: int) -> Iterator[Any]:
        read = 0
        while count is None or read < count:
            value = self.item(depth + 1)
            if value is _BREAK:
                if count is None:
                    return
                raise ValueError("CBOR: an end in the middle")
            read += 1
            yield value

    def _map(self, count: int | None, depth: int) -> dict[str, Any]:
        flat = list(self._items(None if count is None else 2 * count, depth))
        if len(flat) % 2 or not all(isinstance(key, str) for key in flat[::2]):
            raise ValueError("CBOR: a map needs a string for every key, and a value")
        return dict(zip(flat[::2], flat[1::2], strict=True))

    def _tagged(self, tag: int, depth: int) -> Any:
        value = self.item(depth + 1)
        if tag != 1:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError("CBOR: a timestamp must be a number")
        try:
            return datetime.fromtimestamp(value, UTC)
        except (OverflowError, OSError):
            raise ValueError("CBOR: a timestamp out of range") from None

    def _take(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self._data):
            raise ValueError("CBOR: cut short")
        taken = self._data[self.position : end]
        self.position = end
        return taken
