"""Where the paths that a manifest names lead inside the repository."""

from __future__ import annotations

import posixpath
from collections.abc import Callable


def candidates(path: str, manifest_file: str) -> tuple[str, ...]:
    """Give the places a path may mean, the likeliest first: from the repository's root, or beside the manifest."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(manifest_file), path))
    return tuple(dict.fromkeys((posixpath.normpath(path), beside)))


def resolved(path: str, manifest_file: str, exists: Callable[[str], bool]) -> str | None:
    """Give the place that a path means; None where nothing exists at any."""
    return next((place for place in candidates(path, manifest_file) if exists(place)), None)
