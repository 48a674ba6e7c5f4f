"""References to container images, taken apart as a registry's client does.

The grammar is that of the distribution project: registry, path, tag and digest. What does not fit it is no reference,
so that nothing is read here in another way than there.
"""

import re
from dataclasses import dataclass

LONGEST = 512  # characters
TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
DIGEST = r"sha256:[0-9a-f]{64}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = rf"(?:localhost|{_LABEL}(?:\.{_LABEL})+|{_LABEL}(?=:))(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = rf"{_PART}(?:/{_PART})*"
REFERENCE = re.compile(rf"(?P<repository>(?:{_HOST}/)?{_PATH})(?::(?P<tag>{TAG}))?(?:@(?P<digest>{DIGEST}))?")
_SPLIT = re.compile(rf"(?:(?P<host>{_HOST})/)?(?P<path>{_PATH})")
_BELOW = re.compile(rf"(?P<host>{_HOST})(?:/(?P<path>{_PATH}))?")
_HUB = "docker.io"
_HUBS = frozenset({_HUB, "index.docker.io", "registry-1.docker.io"})


@dataclass(frozen=True, slots=True)
class Repository:
    """Where an image is kept: the registry's host, in lower case, and the path there, which may be a mere beginning."""

    host: str
    path: str

    def holds(self, other: "Repository") -> bool:
        """Whether ``other`` is this one or lies below it, by whole steps of the path."""
        return self.host == other.host and (not self.path or f"{other.path}/".startswith(f"{self.path}/"))

    def __str__(self) -> str:
        return f"{self.host}/{self.path}".rstrip("/")


def repository_of(reference: str) -> Repository | None:
    """The repository that a reference means, Docker Hub's short names written out; ``None`` where it is none."""
    found = REFERENCE.fullmatch(reference) if len(reference) <= LONGEST else None
    split = _SPLIT.fullmatch(found["repository"]) if found else None
    return _repository(split["host"], split["path"]) if split else None


def below(prefix: str) -> Repository | None:
    """A registry, or the beginning of a path in it: ``ghcr.io`` or ``ghcr.io/team``; ``None`` where it is neither.

    The registry must be named: ``team`` alone could be a host as well as a name on Docker Hub.
    """
    found = _BELOW.fullmatch(prefix.rstrip("/")) if len(prefix) <= LONGEST else None
    if found is None:
        return None
    host = found["host"].lower()
    return Repository(_HUB if host in _HUBS else host, found["path"] or "")


def _repository(host: str | None, path: str) -> Repository:
    registry = (host or _HUB).lower()
    if registry not in _HUBS:
        return Repository(registry, path)
    return Repository(_HUB, path if "/" in path else f"library/{path}")
