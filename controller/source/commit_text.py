"""What people wrote into a commit, as text: they choose its length and its encoding, and many answers tell it."""

from __future__ import annotations

from encodings import normalize_encoding
from encodings.aliases import aliases

LONGEST = 500  # characters of an author or a subject that are told
_LETTER = 4  # bytes of a character at most
_LONGEST_NAME = 40
# What people do commit in. Python knows more, of which some (punycode) take far longer than the text is long.
_ALPHABETS = {
    "ascii",
    "latin_1",
    "iso8859_2",
    "iso8859_5",
    "iso8859_15",
    "cp1250",
    "cp1251",
    "cp1252",
    "koi8_r",
    "koi8_u",
}
_EAST_ASIAN = {"euc_jp", "shift_jis", "cp932", "iso2022_jp", "euc_kr", "cp949", "gb2312", "gbk", "gb18030", "big5"}
_ENCODINGS = frozenset(_ALPHABETS | _EAST_ASIAN)


def encoding_of(named: bytes) -> str:
    """Python's name of the encoding that a commit names; UTF-8 where it names none that is read."""
    name = normalize_encoding(named[:_LONGEST_NAME].decode("ascii", "replace")).lower()
    known = aliases.get(name, name)
    return known if known in _ENCODINGS else "utf-8"


def told(raw: bytes, encoding: str) -> str:
    """A text on one line, without what cannot be shown; of a long one the beginning."""
    begin = raw[: LONGEST * _LETTER]
    words = " ".join(begin.decode(encoding, "replace").split())
    text = "".join(filter(str.isprintable, words))
    return text if len(begin) == len(raw) and len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
