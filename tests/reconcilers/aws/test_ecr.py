from collections.abc import Mapping
from typing import Any

import pytest

from reconcilers.aws.ecr import EcrGateway, Reference, parsed
from reconcilers.outcome import Stalled
from reconcilers.preflight_facts import Image
from tests.reconcilers.aws.wire import Params, Refusal, Reply, Wire

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
DIGEST = "sha256:" + "a" * 64


def gateway(reply: Reply) -> tuple[EcrGateway, Wire]:
    wire = Wire({"DescribeImages": reply})
    return EcrGateway(wire.client("ecr")), wire


def stocked(params: Params) -> Mapping[str, Any]:
    if params["repositoryName"] != "web":
        raise Refusal("RepositoryNotFoundException")
    wanted = [each.get("imageTag") or each["imageDigest"] for each in params["imageIds"]]
    if set(wanted) - {"1.0", "latest", "0012345", DIGEST}:
        raise Refusal("ImageNotFoundException")
    detail = {"imageDigest": DIGEST, "imageTags": ["1.0", "latest", "0012345"]}
    return {"imageDetails": [{**detail, "imageScanFindingsSummary": {"findingSeverityCounts": {"CRITICAL": 2}}}]}


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        (f"{REGISTRY}/web:1.0", Reference("123456789012", "eu-west-1", "web", "1.0")),
        (f"{REGISTRY}/team/web", Reference("123456789012", "eu-west-1", "team/web")),
        (f"{REGISTRY}/web@{DIGEST}", Reference("123456789012", "eu-west-1", "web", None, DIGEST)),
        (f"{REGISTRY}/web:1.0@{DIGEST}", Reference("123456789012", "eu-west-1", "web", "1.0", DIGEST)),
        (
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web:1",
            Reference("123456789012", "cn-north-1", "web", "1"),
        ),
        ("public.ecr.aws/nginx/nginx:1", None),
        ("nginx:1.27", None),
        (f"{REGISTRY}.evil.org/web:1", None),
    ],
)
def test_a_reference_has_its_parts(reference: str, parts: Reference | None) -> None:
    assert parsed(reference) == parts


def test_images_of_one_repository_are_asked_for_together() -> None:
    ecr, wire = gateway(stocked)

    found = ecr.images((("a", f"{REGISTRY}/web:1.0"), ("b", f"{REGISTRY}/web@{DIGEST}"), ("c", f"{REGISTRY}/web:1.0")))

    assert [image.found for image in found] == [True, True, True]
    assert found[0] == Image("a", f"{REGISTRY}/web:1.0", True, {"CRITICAL": 2})
    (asked,) = wire.asked("DescribeImages")
    assert asked["registryId"] == "123456789012"
    assert len(asked["imageIds"]) == 2


def test_one_missing_tag_does_not_hide_the_others() -> None:
    ecr, _ = gateway(stocked)

    found = ecr.images((("a", f"{REGISTRY}/web:1.0"), ("b", f"{REGISTRY}/web:9.9")))

    assert [image.found for image in found] == [True, False]


def test_an_image_of_a_missing_repository_is_not_there() -> None:
    ecr, _ = gateway(stocked)

    assert ecr.images((("a", f"{REGISTRY}/other:1"),))[0].found is False


def test_a_reference_without_a_tag_means_latest() -> None:
    ecr, wire = gateway(stocked)

    assert ecr.images((("a", f"{REGISTRY}/web"),))[0].found is True
    assert wire.asked("DescribeImages")[0]["imageIds"] == [{"imageTag": "latest"}]


@pytest.mark.parametrize("reference", ["nginx:1", "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1"])
def test_another_registry_or_region_is_not_ours_to_ask(reference: str) -> None:
    ecr, wire = gateway(stocked)

    assert ecr.images((("a", reference),)) == (Image("a", reference, None),)
    assert wire.calls == []


def test_another_refusal_is_not_taken_for_a_denial() -> None:
    ecr, _ = gateway(Refusal("InvalidParameterException"))

    with pytest.raises(Stalled):
        ecr.images((("a", f"{REGISTRY}/web:1.0"),))


def test_a_repository_that_denies_us_is_unknown() -> None:
    ecr, _ = gateway(Refusal("AccessDeniedException", "not authorized to perform: ecr:DescribeImages"))

    assert ecr.images((("a", f"{REGISTRY}/web:1.0"),))[0].found is None


def unsummed(params: Params) -> Mapping[str, Any]:
    """DescribeImages as ECR's present basic scanning answers, and its enhanced one: with nothing about scans."""
    return {"imageDetails": [{"imageDigest": DIGEST, "imageTags": ["1.0", "latest"]}]}


def scanned(findings: Reply) -> tuple[EcrGateway, Wire]:
    wire = Wire({"DescribeImages": unsummed, "DescribeImageScanFindings": findings})
    return EcrGateway(wire.client("ecr")), wire


def test_findings_that_the_image_does_not_tell_are_asked_for_once_an_image() -> None:
    ecr, wire = scanned({"imageScanFindings": {"findingSeverityCounts": {"CRITICAL": 1, "HIGH": 3}}})

    found = ecr.images((("a", f"{REGISTRY}/web:1.0"), ("b", f"{REGISTRY}/web:latest")))

    assert [image.findings for image in found] == [{"CRITICAL": 1, "HIGH": 3}] * 2
    (asked,) = wire.asked("DescribeImageScanFindings")
    assert asked["imageId"] == {"imageDigest": DIGEST}
    assert asked["registryId"] == "123456789012"


@pytest.mark.parametrize("refusal", ["ScanNotFoundException", "AccessDeniedException"])
def test_an_image_without_a_scan_that_we_may_see_is_there_all_the_same(refusal: str) -> None:
    ecr, _ = scanned(Refusal(refusal))

    assert ecr.images((("a", f"{REGISTRY}/web:1.0"),)) == (Image("a", f"{REGISTRY}/web:1.0", True),)


def test_nobody_asks_for_findings_that_nobody_wants() -> None:
    ecr, wire = scanned({})

    assert ecr.images((("a", f"{REGISTRY}/web:1.0"),), scans=False)[0].found is True
    assert wire.operations == ["DescribeImages"]


def test_a_refusal_to_tell_findings_is_not_taken_for_none() -> None:
    ecr, _ = scanned(Refusal("InvalidParameterException"))

    with pytest.raises(Stalled):
        ecr.images((("a", f"{REGISTRY}/web:1.0"),))
