"""Other people's words on a terminal: a commit's subject may not move its cursor, and AWS's messages not colour it."""

import unicodedata
from typing import Any, TypeVar

from controller.web.views import View

V = TypeVar("V", bound=View)

# Zero width, and no harm: they join letters and emoji.
_JOINERS = "\u200c\u200d"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # controls, invisible formats, half characters, odd line ends
# What the screens draw with, and a stand-in of the same width for a terminal that knows ASCII alone.
_DRAWN = str.maketrans("━─✓▶✗·…→•", "=-+>X..>*")


def clean(text: str) -> str:
    """``text`` on one line, in which every character that is not seen is spelled: ``\\x1b``, ``\\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_seen, " ".join(text.split("\n"))))


def hides(text: str) -> bool:
    """Whether a character in ``text``, line ends apart, is one that is not seen."""
    return any(_is_hidden(each) and each != "\n" for each in text)


def spelled(text: str) -> str:
    """JSON in which characters that are not seen are written as JSON escapes: the same data, and harmless to show."""
    return "".join(_escaped(each) if _is_hidden(each) and each != "\n" else each for each in text)


def cleaned(view: V) -> V:
    """A record with every text in it cleaned, for people. Machines get the texts as they are."""
    return type(view).model_validate(_all(view.model_dump()))


def ascii_only(text: str) -> str:
    """``text`` in ASCII, each character by one as wide: accents are left out, what has no likeness is a ``?``."""
    return text if text.isascii() else "".join(map(_plain, text.translate(_DRAWN)))


def _all(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case dict():
            return {_all(key): _all(each) for key, each in value.items()}
        case list() | tuple():
            return [_all(each) for each in value]
        case _:
            return value


def _is_hidden(character: str) -> bool:
    return character not in _JOINERS and unicodedata.category(character) in _HIDDEN


def _seen(character: str) -> str:
    if not _is_hidden(character):
        return character
    if character == "\t":
        return " "
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))


def _plain(character: str) -> str:
    if character.isascii():
        return character
    likeness = unicodedata.normalize("NFKD", character)[0]
    width = 2 if unicodedata.east_asian_width(character) in "WF" else 0 if unicodedata.combining(character) else 1
    return likeness if likeness.isascii() and width == 1 else "?" * width
