"""The page's files, as they are served: read once, joined, and named by their content."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from controller.web.modules import joined

FOLDER = Path(__file__).parent / "static"
STYLES = ("tokens", "frame", "signs", "fleet", "service", "record", "activity", "dialogs")  # later ones refine


@dataclass(frozen=True, slots=True)
class Asset:
    """A file to send. ``etag`` names its content."""

    body: bytes
    media_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class Assets:
    """The document, and what it loads: four files, under one digest that names the content of all of them."""

    digest: str
    document: Asset
    files: Mapping[str, Asset]


@cache
def assets() -> Assets:
    """The page's files. The document's ``@digest@`` becomes the digest that the others are served under."""
    modules = {each.stem: each.read_text("utf-8") for each in (FOLDER / "modules").glob("*.js")}
    files = {
        "page.js": _asset(joined(modules, "main"), "text/javascript"),
        "page.css": _asset("".join(_read(f"styles/{name}.css") for name in STYLES), "text/css"),
        "theme.js": _asset(_read("theme.js"), "text/javascript"),
        "mark.svg": _asset(_read("mark.svg"), "image/svg+xml"),
    }
    digest = hashlib.sha256("".join(each.etag for each in files.values()).encode()).hexdigest()[:12]
    return Assets(digest, _asset(_read("index.html").replace("@digest@", digest), "text/html"), files)


def _read(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def _asset(text: str, media_type: str) -> Asset:
    body = text.encode()
    return Asset(body, f"{media_type}; charset=utf-8", f'"{hashlib.sha256(body).hexdigest()[:16]}"')
