"""How Chromium is started here: as root in a container, without anything that would call home."""

from typing import Any

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "Chromium is not installed: sudo apt-get install chromium fonts-dejavu-core"
# What a tab is like unless a test says otherwise. Without motion: a test waits for what is so, not for how it comes.
USUAL: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "reduced_motion": "reduce",
    "locale": "en-GB",
    "timezone_id": "UTC",
}
