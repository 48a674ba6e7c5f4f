"""What other people's messages must not carry into logs and pages: credentials, values of the environment, payloads."""

import re

LIMIT = 400
_MASK = "***"
_RULES = (
    # botocore repeats the value that it refuses, and that may be a secret of a container.
    (re.compile(r"(value: ).*?(?=, (?:type|valid)\b|$)", re.DOTALL | re.MULTILINE), rf"\1{_MASK}"),
    (re.compile(r"(\b[Vv]alue )'.*?'(?= at\b)", re.DOTALL), rf"\1'{_MASK}'"),
    (re.compile(r"(Encoded authorization failure message: )\S+"), rf"\1{_MASK}"),
    (re.compile(r"\b((?:AKIA|ASIA)[A-Z0-9]{4})[A-Z0-9]+"), rf"\1{_MASK}"),
    (re.compile(r"(://)[^/\s@]+@"), rf"\1{_MASK}@"),
    (re.compile(r"(https?://[^\s?'\"]+)\?[^\s'\"]+"), rf"\1?{_MASK}"),
    (re.compile(r"((?:[Ss]ecret|[Tt]oken|[Pp]assword)[\w-]*\s*[=:]\s*)[^\s,;]+"), rf"\1{_MASK}"),
)


def sanitized(text: str, hide: tuple[str, ...] = ()) -> str:
    """``text`` on one line, at most ``LIMIT`` characters, with what looks secret and every value of ``hide`` masked."""
    for value in sorted((value for value in hide if len(value) > 3), key=len, reverse=True):
        text = text.replace(value, _MASK)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    line = " ".join(text.split())
    return line if len(line) <= LIMIT else line[: LIMIT - 1] + "…"
