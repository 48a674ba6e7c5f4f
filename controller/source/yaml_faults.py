"""Why a text is not YAML, said so that one finds it: before parsing (bytes, size) and from the parser's own words."""

from __future__ import annotations

import re

import yaml

from controller.source.objects import MAX_FILE
from controller.source.problem import Problem

# What YAML allows to stand in a file: printable characters, tabs and line breaks.
_CONTROL = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_SHOWN = 10

_INDENT = "Check the indentation of this line and the one before."
_QUOTE = "Quote the value."
# The parser's words, what they mean, and what to do.
_MEANINGS = (
    (r"'\\t' that cannot start any token", "A tab is used for indentation", "Indent with spaces."),
    (r"cannot start any token", "A value cannot begin with this character", _QUOTE),
    (r"mapping values are not allowed", "A second ': ' in a line, or a line indented wrongly", f"{_QUOTE} {_INDENT}"),
    (r"could not find expected ':'", "A key without its ':'", _INDENT),
    (r"did not find expected key", "Neither a key nor the end of the mapping", _INDENT),
    (r"did not find expected '-' indicator", "Neither a '- ' nor the end of the list", _INDENT),
    (r"expected node content", "A value is missing, or a bracket is not closed", "Write the value, or close it."),
    (r"did not find expected ',' or", "A bracket is not closed, or a comma is missing", "Close it, or add the comma."),
    (r"unexpected end of stream", "The file ends inside a quoted value", "Close the quotes."),
    (r"escape character|hexdecimal|Unicode character", "An escape that YAML does not know", "Use single quotes."),
    (r"undefined tag handle", "A tag that is not allowed", "Remove it; quote a value that is meant as text."),
)


def unreadable(raw: bytes, file: str) -> tuple[str | None, list[Problem]]:
    """The text of a file, or the problems that keep it from being read at all."""
    if len(raw) > MAX_FILE:
        message = f"The file has {len(raw):,} bytes, more than 1 MiB"
        return None, [Problem(file, None, None, message, "Split it.")]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = error.object[: error.start].decode("utf-8", "replace")
        message = f"The file is not UTF-8: byte {error.object[error.start]:#04x}"
        return None, [_at(file, good, len(good), message, "Save it as UTF-8.")]
    problems = [
        _at(file, text, found.start(), f"The control character U+{ord(found[0]):04X}", "Remove it.")
        for found, _ in zip(_CONTROL.finditer(text), range(_SHOWN), strict=False)
    ]
    return (None, problems) if problems else (text, [])


def not_yaml(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """What stopped the parser, at the place where it stopped."""
    said = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
    if mark is not None and text[mark.index : mark.index + 1] == "\t":
        said = "'\\t' that cannot start any token"
    for words, message, remedy in _MEANINGS:
        if re.search(words, said):
            return Problem(file, line, column, message, remedy)
    said = "".join(filter(str.isprintable, said))
    return Problem(file, line, column, f"This is not YAML: {said}", _INDENT)


def _at(file: str, text: str, index: int, message: str, remedy: str) -> Problem:
    breaks = [found.end() for found in _BREAK.finditer(text, 0, index)]
    return Problem(file, len(breaks) + 1, index - (breaks[-1] if breaks else 0) + 1, message, remedy)
