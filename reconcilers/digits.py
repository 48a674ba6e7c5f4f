"""Numbers in a file's text. A file may hold thousands of digits, which Python refuses to read and nobody means."""

MOST = 20  # digits


def number(text: str) -> int | None:
    """The number that a text of ASCII digits is; ``None`` where it is none, or has more than ``MOST`` of them."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST else None
