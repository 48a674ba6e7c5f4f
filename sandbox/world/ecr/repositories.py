"""Calls about repositories."""

from __future__ import annotations

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.ecr.records import Repository
from sandbox.world.ecr.registry import Registry
from sandbox.world.ecr.tags import by_key
from sandbox.world.moments import moment
from sandbox.world.paging import page


class Repositories:
    """Create, describe, delete, and the two settings that matter to a delivery."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "CreateRepository": self._create,
            "DeleteRepository": self._delete,
            "DescribeRepositories": self._describe,
            "PutImageTagMutability": self._put_mutability,
            "PutImageScanningConfiguration": self._put_scanning,
        }

    def _create(self, params: Params, _: Caller) -> Answer:
        name = params["repositoryName"]
        if name in self._registry.repositories:
            account = self._registry.place.account
            told = f"The repository with name '{name}' already exists in the registry with id '{account}'"
            raise AwsError("RepositoryAlreadyExistsException", told)
        made = self._registry.create(name)
        made.mutability = params.get("imageTagMutability", made.mutability)
        made.tags = by_key(params.get("tags"))
        made.scan_on_push = params.get("imageScanningConfiguration", {}).get("scanOnPush", False)
        return {"repository": _told(made)}

    def _delete(self, params: Params, _: Caller) -> Answer:
        repository = self._registry.named(params)
        if repository.images and not params.get("force"):
            where = f"The repository with name '{repository.name}' in registry with id '{repository.account}'"
            told = f"{where} cannot be deleted because it still contains images"
            raise AwsError("RepositoryNotEmptyException", told)
        del self._registry.repositories[repository.name]
        return {"repository": _told(repository)}

    def _describe(self, params: Params, _: Caller) -> Answer:
        names = params.get("repositoryNames") or sorted(self._registry.repositories)
        told = [_told(self._registry.named({**params, "repositoryName": name})) for name in names]
        return paged("repositories", told, params)

    def _put_mutability(self, params: Params, _: Caller) -> Answer:
        repository = self._registry.named(params)
        repository.mutability = params["imageTagMutability"]
        return {**_which(repository), "imageTagMutability": repository.mutability}

    def _put_scanning(self, params: Params, _: Caller) -> Answer:
        repository = self._registry.named(params)
        repository.scan_on_push = params["imageScanningConfiguration"].get("scanOnPush", False)
        return {**_which(repository), "imageScanningConfiguration": {"scanOnPush": repository.scan_on_push}}


def paged(name: str, items: list[Answer], params: Params) -> Answer:
    """A list that ECR hands out in pages of 100 unless asked for less or more."""
    strange = AwsError("InvalidParameterException", "Invalid parameter at 'nextToken' failed to satisfy constraint")
    shown, following = page(items, params.get("nextToken"), params.get("maxResults", 100), strange)
    return {name: shown, **({"nextToken": following} if following else {})}


def _which(repository: Repository) -> Answer:
    return {"registryId": repository.account, "repositoryName": repository.name}


def _told(repository: Repository) -> Answer:
    return {
        **_which(repository),
        "repositoryArn": repository.arn,
        "repositoryUri": repository.uri,
        "createdAt": moment(repository.created),
        "imageTagMutability": repository.mutability,
        "imageScanningConfiguration": {"scanOnPush": repository.scan_on_push},
        "encryptionConfiguration": {"encryptionType": "AES256"},
    }
