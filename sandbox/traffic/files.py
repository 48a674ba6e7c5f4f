"""Envoy's files in their folder: written when they change, replaced as a whole."""

from collections.abc import Mapping
from pathlib import Path


class Files:
    """One folder. Envoy looks at a file again when another one is moved into its place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[str, str] = {}

    def write(self, files: Mapping[str, str]) -> None:
        """Write what differs from what stands there, in the order given; a file that is not named any more goes."""
        for name, text in files.items():
            if self._written.get(name) != text:
                fresh = self._folder / f".{name}"
                fresh.write_text(text, "utf-8")
                fresh.replace(self._folder / name)
        for name in self._written.keys() - files.keys():
            (self._folder / name).unlink(missing_ok=True)
        self._written = dict(files)
