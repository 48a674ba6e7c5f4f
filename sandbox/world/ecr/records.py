"""What a registry holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@dataclass(frozen=True, slots=True)
class Scan:
    """``status`` in ECR's words (``COMPLETE``, ``FAILED``, …); ``findings`` by severity (``HIGH``: how many)."""

    findings: Mapping[str, int] = field(default_factory=dict)
    status: str = "COMPLETE"


@dataclass(slots=True)
class Image:
    """One image of a repository, under its digest; ``pushed`` and ``scan_started`` in seconds since the epoch."""

    digest: str
    manifest: str
    pushed: float
    tags: list[str] = field(default_factory=list)
    scan: Scan | None = None
    scan_started: float | None = None

    @property
    def media_type(self) -> str:
        """What the manifest says it is."""
        try:
            said = json.loads(self.manifest)
        except ValueError:
            return DOCKER_MANIFEST
        return str(said.get("mediaType", DOCKER_MANIFEST)) if isinstance(said, dict) else DOCKER_MANIFEST


@dataclass(slots=True)
class Repository:
    """``images`` by digest, in the order they came; ``created`` in seconds since the epoch."""

    account: str
    name: str
    arn: str
    uri: str
    created: float
    mutability: str = "MUTABLE"
    scan_on_push: bool = False
    images: dict[str, Image] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def tagged(self, tag: str) -> Image | None:
        """The image that has the tag now."""
        return next((image for image in self.images.values() if tag in image.tags), None)

    def push(self, image: Image, tag: str | None) -> Image:
        """The image under its digest, which keeps one that is there; the tag is its own from now on."""
        kept = self.images.setdefault(image.digest, image)
        if tag and tag not in kept.tags:
            for other in self.images.values():
                other.tags = [each for each in other.tags if each != tag]
            kept.tags.append(tag)
        return kept


def digest_of(manifest: str) -> str:
    """The digest of an image is that of its manifest, byte for byte."""
    return f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"
