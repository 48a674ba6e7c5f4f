"""Other people's words in GitHub's Markdown: shown as they are, and nothing in them taken for markup.

A mention, an issue's number or an address in them would notify people and leave links behind in strange places. So
every mark is written as a character reference, and what GitHub finds in plain text is broken by a space of no width.
"""

import re
from collections.abc import Sequence

LIMIT = 65_536  # characters of a comment; counted here in bytes, of which there are never fewer
_MARKS = re.compile(r"[!\"#$%&'()*+\[\\\]^_`{|}~<>]")
_ADDRESSES = re.compile(r"(://|\bwww\.|\bmailto:)", re.IGNORECASE)
_FOUND_IN_TEXT = re.compile(r"(@|#(?=\d)|\bGH-(?=\d)|://|\bwww\.|\bmailto:)", re.IGNORECASE)
_RUN = re.compile(r"`+")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
BREAK = "&#8203;"


def plain(text: str, most: int = 1000) -> str:
    """``text`` on one line, fit for a sentence, a table's cell and the inside of an HTML element."""
    return _escaped(_FOUND_IN_TEXT, _line(text, most))


def code(text: str, most: int = 200) -> str:
    """``text`` on one line as code, also in a table. GitHub looks for addresses in it, and for nobody's name."""
    return f"<code>{_escaped(_ADDRESSES, _line(text, most))}</code>"


def link(text: str, url: str) -> str:
    """A link where there is an address, else the text alone."""
    return f"[{plain(text)}]({url})" if url else plain(text)


def fenced(lines: Sequence[str], language: str) -> list[str]:
    """``lines`` as a block of code behind a fence that is longer than any that is in them."""
    longest = max((len(run) for line in lines for run in _RUN.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *(_UNSEEN.sub("\N{REPLACEMENT CHARACTER}", line) for line in lines), fence]


def size(text: str) -> int:
    """How much of a comment's limit ``text`` takes."""
    return len(text.encode())


def _line(text: str, most: int) -> str:
    line = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _escaped(found: re.Pattern[str], text: str) -> str:
    """``text`` with its marks as references, and broken at what ``found``, one group, finds."""
    parts = found.split(text)
    return "".join(_broken(part) if place % 2 else _referenced(part) for place, part in enumerate(parts))


def _broken(part: str) -> str:
    return f"{_referenced(part[0])}{BREAK}{part[1:]}" if part[0] in "@#:" else f"{part}{BREAK}"


def _referenced(text: str) -> str:
    return _MARKS.sub(lambda mark: f"&#{ord(mark[0])};", text)
