"""One account's repositories in one region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.calls import Params
from sandbox.world.ecr.records import Image, Repository

if TYPE_CHECKING:
    from sandbox.world.world import Place


class Registry:
    """Repositories by name, and the lookups that AWS refuses in its own words."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.repositories: dict[str, Repository] = {}

    def create(self, name: str) -> Repository:
        """A new, empty repository; one of that name must not be there."""
        place = self.place
        uri = f"{place.account}.dkr.ecr.{place.region}.amazonaws.com/{name}"
        made = Repository(place.account, name, place.arn("ecr", f"repository/{name}"), uri, place.timeline.now)
        self.repositories[name] = made
        return made

    def named(self, params: Params) -> Repository:
        """The repository a call is about, which may be another account's; ``RepositoryNotFoundException``."""
        account = params.get("registryId") or self.place.account
        if account != self.place.account:
            other = self.place.world.place(account, self.place.region)
            return other.ecr.registry.named({**params, "registryId": None})
        name = params["repositoryName"]
        if name not in self.repositories:
            told = f"The repository with name '{name}' does not exist in the registry with id '{account}'"
            raise AwsError("RepositoryNotFoundException", told)
        return self.repositories[name]


def found(repository: Repository, image_id: Params) -> Image | None:
    """The image an id names by digest, by tag, or by both, which then must agree."""
    digest, tag = image_id.get("imageDigest"), image_id.get("imageTag")
    image = repository.images.get(digest) if digest else repository.tagged(tag or "")
    return image if image is not None and (tag is None or tag in image.tags) else None


def shown(image_id: Params) -> str:
    """An image's id as ECR writes it into its messages."""
    digest, tag = image_id.get("imageDigest", "null"), image_id.get("imageTag", "null")
    return f"{{imageDigest:'{digest}', imageTag:'{tag}'}}"


def within(repository: Repository) -> str:
    """Where something is missing, in ECR's words."""
    return f"the repository with name '{repository.name}' in the registry with id '{repository.account}'"
