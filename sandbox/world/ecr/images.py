"""Calls about images."""

from __future__ import annotations

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.ecr.records import Image, Repository, Scan, digest_of
from sandbox.world.ecr.registry import Registry, found, shown, within
from sandbox.world.ecr.repositories import paged
from sandbox.world.moments import moment

MOST_IMAGES = 100
ONE_DAY = 86_400.0
"""How often an image may be scanned by hand, in seconds of AWS's time."""


class Images:
    """Push, look up, list, delete; and what scans found."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "PutImage": self._put,
            "BatchGetImage": self._batch_get,
            "BatchDeleteImage": self._batch_delete,
            "ListImages": self._list,
            "DescribeImages": self._describe,
            "StartImageScan": self._start_scan,
            "DescribeImageScanFindings": self._describe_findings,
        }

    def _put(self, params: Params, _: Caller) -> Answer:
        repository = self._registry.named(params)
        manifest, tag = params["imageManifest"], params.get("imageTag")
        digest = digest_of(manifest)
        if params.get("imageDigest", digest) != digest:
            told = f"Provided digest '{params['imageDigest']}' does not match the manifest's '{digest}'"
            raise AwsError("ImageDigestDoesNotMatchException", told)
        holder = repository.tagged(tag) if tag else repository.images.get(digest)
        if holder is not None and holder.digest == digest:
            told = f"Image with digest '{digest}' and tag '{tag}' already exists in {within(repository)}"
            raise AwsError("ImageAlreadyExistsException", told)
        if holder is not None and repository.mutability == "IMMUTABLE":
            told = f"The image tag '{tag}' already exists in the '{repository.name}' repository"
            raise AwsError(
                "ImageTagAlreadyExistsException", f"{told} and cannot be overwritten: the repository is immutable."
            )
        image = repository.push(Image(digest, manifest, self._registry.place.timeline.now), tag)
        if repository.scan_on_push and image.scan is None:
            image.scan = Scan()
        return {"image": _manifest(repository, image, tag)}

    def _batch_get(self, params: Params, _: Caller) -> Answer:
        repository = self._registry.named(params)
        _few_enough(params)
        asked = [(image_id, found(repository, image_id)) for image_id in params["imageIds"]]
        images = [_manifest(repository, image, image_id.get("imageTag")) for image_id, image in asked if image]
        return {"images": images, "failures": [_failure(image_id) for image_id, image in asked if image is None]}

    def _batch_delete(self, params: Params, _: Caller) -> Answer:
        repository = self._registry.named(params)
        gone, failures = [], []
        for image_id in params["imageIds"]:
            image = found(repository, image_id)
            if image is None:
                failures.append(_failure(image_id))
                continue
            gone.append({"imageDigest": image.digest, **image_id})
            image.tags = [tag for tag in image.tags if tag != image_id.get("imageTag")]
            if "imageDigest" in image_id or not image.tags:
                del repository.images[image.digest]
        return {"imageIds": gone, "failures": failures}

    def _list(self, params: Params, _: Caller) -> Answer:
        wanted = _matching(self._registry.named(params), params)
        ids = [{"imageDigest": image.digest, **tag} for image in wanted for tag in _tag_by_tag(image)]
        return paged("imageIds", ids, params)

    def _describe(self, params: Params, _: Caller) -> Answer:
        repository = self._registry.named(params)
        if "imageIds" not in params:
            return paged("imageDetails", [_detail(repository, one) for one in _matching(repository, params)], params)
        _few_enough(params)
        if params.get("maxResults") or params.get("nextToken"):
            raise AwsError("InvalidParameterException", "Images that are named by their ids are not told in pages.")
        images = {image.digest: image for image_id in params["imageIds"] for image in [_image(repository, image_id)]}
        return {"imageDetails": [_detail(repository, image) for image in images.values()]}

    def _start_scan(self, params: Params, _: Caller) -> Answer:
        """What was declared of the image is found again; of any other image, nothing is."""
        repository = self._registry.named(params)
        image, timeline = _image(repository, params["imageId"]), self._registry.place.timeline
        if image.scan_started is not None and timeline.now < image.scan_started + ONE_DAY / timeline.speed:
            raise AwsError("LimitExceededException", "The scan quota per image has been exceeded. Wait and try again.")
        image.scan, image.scan_started = image.scan or Scan(), timeline.now
        return {
            "registryId": repository.account,
            "repositoryName": repository.name,
            "imageId": {"imageDigest": image.digest, **params["imageId"]},
            "imageScanStatus": {"status": "IN_PROGRESS"},
        }

    def _describe_findings(self, params: Params, _: Caller) -> Answer:
        repository = self._registry.named(params)
        image = _image(repository, params["imageId"])
        if image.scan is None:
            which = shown({"imageDigest": image.digest, **params["imageId"]})
            told = f"Image scan does not exist for the image with '{which}' in {within(repository)}"
            raise AwsError("ScanNotFoundException", told)
        return {
            "registryId": repository.account,
            "repositoryName": repository.name,
            "imageId": {"imageDigest": image.digest, **params["imageId"]},
            "imageScanStatus": {"status": image.scan.status},
            "imageScanFindings": {**_summary(image, image.scan), "findings": _findings(image.scan)},
        }


def _few_enough(params: Params) -> None:
    if len(params["imageIds"]) > MOST_IMAGES:
        told = f"Invalid parameter at 'imageIds': it has at most {MOST_IMAGES} members"
        raise AwsError("InvalidParameterException", told)


def _image(repository: Repository, image_id: Params) -> Image:
    image = found(repository, image_id)
    if image is None:
        told = f"The image with imageId {shown(image_id)} does not exist within {within(repository)}"
        raise AwsError("ImageNotFoundException", told)
    return image


def _failure(image_id: Params) -> Answer:
    return {"imageId": dict(image_id), "failureCode": "ImageNotFound", "failureReason": "Requested image not found"}


def _matching(repository: Repository, params: Params) -> list[Image]:
    status = params.get("filter", {}).get("tagStatus", "ANY")
    return [
        image for image in repository.images.values() if status == "ANY" or bool(image.tags) == (status == "TAGGED")
    ]


def _tag_by_tag(image: Image) -> list[Answer]:
    return [{"imageTag": tag} for tag in image.tags] or [{}]


def _manifest(repository: Repository, image: Image, tag: str | None) -> Answer:
    return {
        "registryId": repository.account,
        "repositoryName": repository.name,
        "imageId": {"imageDigest": image.digest, **({"imageTag": tag} if tag else {})},
        "imageManifest": image.manifest,
        "imageManifestMediaType": image.media_type,
    }


def _detail(repository: Repository, image: Image) -> Answer:
    detail: Answer = {
        "registryId": repository.account,
        "repositoryName": repository.name,
        "imageDigest": image.digest,
        "imageSizeInBytes": 64_000_000,
        "imagePushedAt": moment(image.pushed),
        "imageManifestMediaType": image.media_type,
        "artifactMediaType": "application/vnd.docker.container.image.v1+json",
    }
    if image.tags:
        detail["imageTags"] = list(image.tags)
    if image.scan is not None:
        detail["imageScanStatus"] = {"status": image.scan.status}
        detail["imageScanFindingsSummary"] = _summary(image, image.scan)
    return detail


def _summary(image: Image, scan: Scan) -> Answer:
    completed = moment(image.pushed)
    return {
        "imageScanCompletedAt": completed,
        "vulnerabilitySourceUpdatedAt": completed,
        "findingSeverityCounts": dict(scan.findings),
    }


def _findings(scan: Scan) -> list[Answer]:
    numbered = [severity for severity, count in scan.findings.items() for _ in range(count)]
    return [{"name": f"CVE-2020-{10_000 + at}", "severity": severity} for at, severity in enumerate(numbered)]
