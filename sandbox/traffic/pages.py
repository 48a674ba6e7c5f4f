"""What a task says: a page that shows its version's colour to a browser, and JSON to everybody else."""

import html
import json
import zlib
from dataclasses import dataclass
from http import HTTPStatus

from sandbox.traffic.scene import Member

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{service} {version}</title><style>
body {{ margin: 0; min-height: 100vh; display: grid; place-content: center; text-align: center;
  font: 1.1rem/1.6 system-ui, sans-serif; color: #fff; background: hsl({hue} 60% {light}%); }}
h1 {{ font: 700 clamp(3rem, 14vw, 9rem)/1.1 ui-monospace, monospace; margin: 0; }}
p {{ margin: .3rem; }}
</style></head><body>
<p>{service}</p><h1>{version}</h1><p>{said}</p><p>{where}</p>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who answers: the task, and the target group in which it is asked, with its colour."""

    member: Member
    pool: str
    colour: str


def answer(voice: Voice, accept: str, *, failed: bool) -> bytes:
    """The whole response, status line included. ``accept`` is the request's header."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR if failed else HTTPStatus.OK
    body = _page(voice, status) if "text/html" in accept else _data(voice, status)
    kind = "text/html; charset=utf-8" if "text/html" in accept else "application/json"
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        f"Cache-Control: no-store\r\nX-Version: {_plain(voice.member.version)}\r\nX-Task: {voice.member.task}\r\n\r\n"
    )
    return head.encode() + body


def hue(version: str) -> int:
    """A version's place on the colour wheel: the same one always, so that two versions are told apart at a glance."""
    return zlib.crc32(version.encode()) % 360


def _page(voice: Voice, status: HTTPStatus) -> bytes:
    member = voice.member
    shown = {
        "service": html.escape(member.service or voice.pool),
        "version": html.escape(member.version),
        "said": html.escape(f"{status.value} {status.phrase}"),
        "where": html.escape(f"{voice.colour or voice.pool} · task {member.task or member.key}"),
    }
    return PAGE.format(**shown, hue=hue(member.version), light=30 if status == HTTPStatus.OK else 12).encode()


def _data(voice: Voice, status: HTTPStatus) -> bytes:
    member = voice.member
    told = {
        "service": member.service,
        "version": member.version,
        "images": dict(member.images),
        "task": member.task,
        "address": member.key,
        "targetGroup": voice.pool,
        "colour": voice.colour,
        "status": status.value,
    }
    return json.dumps(told).encode() + b"\n"


def _plain(text: str) -> str:
    """Text as a header's value may be."""
    return "".join(letter for letter in text if letter.isascii() and letter.isprintable())
