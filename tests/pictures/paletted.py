"""A screenshot with 256 colours instead of 16 million: a page has few, and its picture a third of the size."""

import base64
import struct
import zlib
from collections.abc import Iterator

from playwright.sync_api import Page

# The most frequent colours stay as they are; of the rest, shades at the edge of letters, each becomes its nearest.
_REDUCE = """async (encoded) => {
  const image = new Image();
  image.src = `data:image/png;base64,${encoded}`;
  await image.decode();
  const paper = new OffscreenCanvas(image.width, image.height).getContext("2d");
  paper.drawImage(image, 0, 0);
  const { data } = paper.getImageData(0, 0, image.width, image.height);
  const colour = (_, at) => (data[4 * at] << 16) | (data[4 * at + 1] << 8) | data[4 * at + 2];
  const colours = new Uint32Array(data.length / 4).map(colour);
  const counts = new Map();
  for (const each of colours) counts.set(each, (counts.get(each) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];
  const apart = (a, b) => parts(a).reduce((sum, part, at) => sum + (part - parts(b)[at]) ** 2, 0);
  const nearer = (to) => (best, each, at) => (apart(to, each) < apart(to, palette[best]) ? at : best);
  const places = new Map([...counts.keys()].map((each) => [each, palette.reduce(nearer(each), 0)]));
  const indices = Uint8Array.from(colours, (each) => places.get(each));
  return { width: image.width, height: image.height, palette: palette.flatMap(parts), indices: indices.toBase64() };
}"""


def paletted(page: Page, picture: bytes) -> bytes:
    """A PNG as one with a palette. ``page`` is any page that lets a script run; its browser does the reading."""
    found = page.evaluate(_REDUCE, base64.b64encode(picture).decode())
    width, height = found["width"], found["height"]
    indices = base64.b64decode(found["indices"])
    lines = b"".join(b"\0" + indices[start : start + width] for start in range(0, len(indices), width))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes(found["palette"])),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(part for chunk in chunks for part in _chunk(*chunk))


def _chunk(kind: bytes, body: bytes) -> Iterator[bytes]:
    yield struct.pack(">I", len(body))
    yield kind + body
    yield struct.pack(">I", zlib.crc32(kind + body))
