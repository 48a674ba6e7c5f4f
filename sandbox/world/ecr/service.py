"""ECR as the doors, a demo and a test meet it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.world.calls import Handler
from sandbox.world.ecr.images import Images
from sandbox.world.ecr.records import DOCKER_MANIFEST, Image, Scan, digest_of
from sandbox.world.ecr.registry import Registry
from sandbox.world.ecr.repositories import Repositories
from sandbox.world.ecr.tags import Tags
from sandbox.world.ecr.tokens import Tokens

if TYPE_CHECKING:
    from sandbox.world.world import Place


class Ecr:
    """``operations`` answer AWS's calls; ``declare`` lets an image be there that nobody pushed."""

    def __init__(self, place: Place) -> None:
        self.registry = Registry(place)
        self.operations: dict[str, Handler] = {
            **Repositories(self.registry).operations,
            **Images(self.registry).operations,
            **Tags(self.registry).operations,
            **Tokens(place).operations,
        }

    def declare(self, reference: str, *, digest: str | None = None, scan: Scan | None = None) -> str:
        """Let ``repository:tag`` be an image of this registry, and its repository with it; its digest comes back.

        The registry's host may stand in front. Without a digest one is made from the reference. ``ValueError`` for a
        reference without a tag.
        """
        name, _, tag = reference.rpartition(":")
        if ".amazonaws.com/" in name:
            name = name.split(".amazonaws.com/", 1)[1]
        if not name or not tag or "/" in tag:
            raise ValueError(f"{reference!r} names no image: write repository:tag.")
        repository = self.registry.repositories.get(name) or self.registry.create(name)
        manifest = json.dumps(
            {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": {"reference": f"{name}:{tag}"}}
        )
        made = Image(digest or digest_of(manifest), manifest, self.registry.place.timeline.now)
        image = repository.push(made, tag)
        image.scan = scan or image.scan
        return image.digest

    def digest_behind(self, image: str) -> str | None:
        """The digest of ``host/repository:tag``; ``None`` for another registry's, or one that is not there."""
        place = self.registry.place
        host, _, name = image.partition("/")
        if host != f"{place.account}.dkr.ecr.{place.region}.amazonaws.com":
            return None
        repository, _, tag = name.partition(":")
        known = self.registry.repositories.get(repository)
        found = known.tagged(tag or "latest") if known else None
        return found.digest if found else None

    def exists(self, repository: str, tag: str) -> bool:
        """Whether there is an image under this tag."""
        known = self.registry.repositories.get(repository)
        return known is not None and known.tagged(tag) is not None
