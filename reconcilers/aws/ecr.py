"""Amazon ECR: whether a rendering's images are there, and what a scan found in them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconcilers.aws.calls import ask_or_none, batches
from reconcilers.outcome import Stalled
from reconcilers.preflight_facts import Image

DESCRIBE_IMAGES_LIMIT = 100
_REFERENCE = re.compile(
    r"^(?P<registry>\d{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/"
    r"(?P<repository>[a-z0-9._/-]+?)(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?$"
)
_NO_REPOSITORY = frozenset({"RepositoryNotFoundException"})
_NO_IMAGE = frozenset({"ImageNotFoundException"})
_NO_SCAN = frozenset({"ScanNotFoundException", "ImageNotFoundException"})


@dataclass(frozen=True, slots=True)
class Reference:
    """An image in ECR. Without tag and digest it means the tag ``latest``; with both, the digest is what is pulled."""

    registry: str
    region: str
    repository: str
    tag: str | None = None
    digest: str | None = None

    @property
    def image_id(self) -> dict[str, str]:
        """The image as DescribeImages takes it."""
        return {"imageDigest": self.digest} if self.digest else {"imageTag": self.tag or "latest"}


def parsed(reference: str) -> Reference | None:
    """The parts of a reference to ECR; ``None`` for another registry's, public ECR's included."""
    found = _REFERENCE.match(reference)
    return Reference(**found.groupdict()) if found else None


class EcrGateway:
    """ECR as ``client`` reaches it: every account that lets us, in the client's ``region``."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def images(self, containers: Iterable[tuple[str, str]], *, scans: bool = True) -> tuple[Image, ...]:
        """What ECR knows of each (container, reference). ``found`` is ``None`` where it is not ours to ask: another
        registry, another region, or an account or repository that denies us. ``scans``: with what scans found.
        """
        named = [(container, reference, parsed(reference)) for container, reference in containers]
        region = self._client.meta.region_name
        ours = {each for _, _, each in named if each is not None and each.region == region}
        known = {
            each: found for repository in _by_repository(ours) for each, found in self._described(repository).items()
        }
        if scans:
            known |= self._scanned(known)
        return tuple(
            _image(container, reference, known.get(each) if each else None) for container, reference, each in named
        )

    def _scanned(self, known: Mapping[Reference, "Found"]) -> dict[Reference, "Found"]:
        """What DescribeImages did not tell: only ECR's first basic scanning enters its findings there."""
        told: dict[tuple[str, str, str], Mapping[str, int]] = {}
        scanned: dict[Reference, Found] = {}
        for each, found in known.items():
            if found.there and found.findings is None:
                image = (each.registry, each.repository, found.digest)
                if image not in told:
                    told[image] = self._findings(*image)
                scanned[each] = replace(found, findings=told[image])
        return scanned

    def _findings(self, registry: str, repository: str, digest: str) -> Mapping[str, int]:
        parameters = {
            "registryId": registry,
            "repositoryName": repository,
            "imageId": {"imageDigest": digest},
            "maxResults": 1,  # the counts are of all findings, whatever the page
        }
        try:
            answer = ask_or_none(
                self._client, "describe_image_scan_findings", parameters, _NO_SCAN, about=f"{repository}@{digest}"
            )
        except Stalled as stalled:
            if stalled.reason == "AccessDenied":
                return {}
            raise
        return dict(((answer or {}).get("imageScanFindings") or {}).get("findingSeverityCounts") or {})

    def _described(self, references: list[Reference]) -> dict[Reference, "Found"]:
        """All references are of one repository. One that is missing spoils DescribeImages for all: then each is asked
        for alone, which happens only where a rollout will be stopped anyway.
        """
        try:
            return self._together(references) or {each: self._alone(each) for each in references}
        except Stalled as stalled:
            if stalled.reason == "AccessDenied":
                return {}
            raise

    def _together(self, references: list[Reference]) -> dict[Reference, "Found"] | None:
        details: list[Mapping[str, Any]] = []
        for batch in batches(tuple(references), DESCRIBE_IMAGES_LIMIT):
            answer = self._describe(batch)
            if answer is None:
                return None
            details += answer
        return {each: _found(each, details) for each in references}

    def _alone(self, reference: Reference) -> "Found":
        return _found(reference, self._describe([reference]) or [])

    def _describe(self, references: list[Reference]) -> list[Mapping[str, Any]] | None:
        first = references[0]
        parameters = {
            "registryId": first.registry,
            "repositoryName": first.repository,
            "imageIds": [each.image_id for each in references],
        }
        answer = ask_or_none(
            self._client, "describe_images", parameters, _NO_REPOSITORY | _NO_IMAGE, about=first.repository
        )
        return None if answer is None else list(answer.get("imageDetails", ()))


@dataclass(frozen=True, slots=True)
class Found:
    """Whether an image is there, and the number of findings by severity: ``None`` where they were not told."""

    there: bool
    digest: str = ""
    findings: Mapping[str, int] | None = None


def _found(reference: Reference, details: list[Mapping[str, Any]]) -> Found:
    for detail in details:
        if detail.get("imageDigest") == reference.digest if reference.digest else _tagged(detail, reference):
            summary = detail.get("imageScanFindingsSummary")
            counts = None if summary is None else dict(summary.get("findingSeverityCounts") or {})
            return Found(True, detail["imageDigest"], counts)
    return Found(False)


def _tagged(detail: Mapping[str, Any], reference: Reference) -> bool:
    return (reference.tag or "latest") in (detail.get("imageTags") or ())


def _image(container: str, reference: str, found: Found | None) -> Image:
    if found is None:
        return Image(container, reference, None)
    return Image(container, reference, found.there, found.findings or {})


def _by_repository(references: Iterable[Reference]) -> list[list[Reference]]:
    repositories: dict[tuple[str, str], list[Reference]] = {}
    for each in sorted(references, key=str):
        repositories.setdefault((each.registry, each.repository), []).append(each)
    return list(repositories.values())
