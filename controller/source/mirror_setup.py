"""How the mirror is set up: by its configuration and a few other files, which are as they were made at each look.

Git takes from a repository's own configuration which programs it runs and where an address leads. Nothing of that is
left to whatever stands on the disk: git never writes these files again, so a difference is somebody else's.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from controller.source.git_errors import unusable

_SHA1 = b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
_SHA256 = b"[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n"
# What would take settings, or objects, from elsewhere. A mirror has none of them.
_ELSEWHERE = ("commondir", "config.worktree", "objects/info/alternates", "objects/info/http-alternates")


def restore(place: Path) -> None:
    """Put the setup of the mirror at ``place`` right, where there is one. Raises SourceError `local`."""
    if not (place / "HEAD").exists():
        return
    config = place / "config"
    try:
        for name in _ELSEWHERE:
            (place / name).unlink(missing_ok=True)
        found = b"" if config.is_symlink() or not config.is_file() else config.read_bytes()
        if found not in (_SHA1, _SHA256):
            _replace(config, _SHA256 if b"sha256" in found else _SHA1)  # the wrong one is a damage, and mended as such
    except OSError as error:
        raise unusable(str(place), error) from None


def _replace(config: Path, content: bytes) -> None:
    beside = config.with_name("config.new")
    with suppress(FileNotFoundError):
        beside.unlink()
    beside.write_bytes(content)
    beside.replace(config)
