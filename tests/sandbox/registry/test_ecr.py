"""Images: pushed, declared, tagged, scanned."""

import base64
import hashlib
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import clients
from sandbox.clock import ManualClock
from sandbox.world.calls import Caller
from sandbox.world.ecr import Ecr, Scan
from sandbox.world.world import World


@pytest.fixture
def world() -> World:
    return World(ManualClock())


@pytest.fixture
def registry(world: World) -> Ecr:
    return world.place(Caller().account, Caller().region).ecr


@pytest.fixture
def ecr(world: World) -> Any:
    return clients.client(world, "ecr")


def refused(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_declared_image_is_there(registry: Ecr, ecr: Any) -> None:
    digest = registry.declare("notes/backend:3f2a1bc")
    (detail,) = ecr.describe_images(repositoryName="notes/backend", imageIds=[{"imageTag": "3f2a1bc"}])["imageDetails"]
    assert (detail["imageDigest"], detail["imageTags"]) == (digest, ["3f2a1bc"])
    assert "imageScanStatus" not in detail
    assert registry.exists("notes/backend", "3f2a1bc")
    assert not registry.exists("notes/backend", "other")
    assert not registry.exists("notes/other", "3f2a1bc")


def test_a_whole_reference_may_be_declared(registry: Ecr) -> None:
    registry.declare("123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1.10")
    assert registry.exists("web", "1.10")


@pytest.mark.parametrize("reference", ["web", "web:", ":1", "localhost:5000/web"])
def test_what_names_no_image_cannot_be_declared(registry: Ecr, reference: str) -> None:
    with pytest.raises(ValueError, match="repository:tag"):
        registry.declare(reference)


def test_findings_are_summed_up_and_listed(registry: Ecr, ecr: Any) -> None:
    registry.declare("web:1", scan=Scan({"CRITICAL": 1, "HIGH": 2}))
    (detail,) = ecr.describe_images(repositoryName="web")["imageDetails"]
    assert detail["imageScanStatus"]["status"] == "COMPLETE"
    assert detail["imageScanFindingsSummary"]["findingSeverityCounts"] == {"CRITICAL": 1, "HIGH": 2}
    told = ecr.describe_image_scan_findings(repositoryName="web", imageId={"imageTag": "1"})
    assert [finding["severity"] for finding in told["imageScanFindings"]["findings"]] == ["CRITICAL", "HIGH", "HIGH"]


def test_an_image_without_a_scan_has_none_to_tell(registry: Ecr, ecr: Any) -> None:
    registry.declare("web:1")
    with pytest.raises(ecr.exceptions.ScanNotFoundException):
        ecr.describe_image_scan_findings(repositoryName="web", imageId={"imageTag": "1"})


def test_a_missing_image_is_refused_in_ecr_s_words(registry: Ecr, ecr: Any) -> None:
    registry.declare("web:1")
    with pytest.raises(ecr.exceptions.ImageNotFoundException) as caught:
        ecr.describe_images(repositoryName="web", imageIds=[{"imageTag": "1"}, {"imageTag": "2"}])
    assert refused(caught)[1] == (
        "The image with imageId {imageDigest:'null', imageTag:'2'} does not exist within the repository "
        "with name 'web' in the registry with id '123456789012'"
    )


def test_a_missing_repository_is_refused_in_ecr_s_words(ecr: Any) -> None:
    with pytest.raises(ecr.exceptions.RepositoryNotFoundException) as caught:
        ecr.describe_images(repositoryName="web")
    assert refused(caught)[1] == (
        "The repository with name 'web' does not exist in the registry with id '123456789012'"
    )


def test_another_account_s_registry_can_be_asked(world: World, ecr: Any) -> None:
    world.place("999988887777", "eu-west-1").ecr.declare("web:1")
    answer = ecr.describe_images(registryId="999988887777", repositoryName="web")
    assert answer["imageDetails"][0]["registryId"] == "999988887777"
    with pytest.raises(ecr.exceptions.RepositoryNotFoundException, match="999988887777"):
        ecr.describe_images(registryId="999988887777", repositoryName="api")


def test_the_digest_is_the_manifest_s(ecr: Any) -> None:
    ecr.create_repository(repositoryName="web")
    digest = "sha256:" + hashlib.sha256(b'{"a": 1}').hexdigest()
    assert ecr.put_image(repositoryName="web", imageManifest='{"a": 1}', imageTag="1")["image"]["imageId"] == {
        "imageDigest": digest,
        "imageTag": "1",
    }
    with pytest.raises(ecr.exceptions.ImageDigestDoesNotMatchException):
        ecr.put_image(repositoryName="web", imageManifest="{}", imageTag="2", imageDigest=digest)


def test_a_tag_moves_to_the_image_that_was_pushed_last(ecr: Any) -> None:
    ecr.create_repository(repositoryName="web")
    for manifest in ("{}", "[]"):
        ecr.put_image(repositoryName="web", imageManifest=manifest, imageTag="latest")
    first, second = ecr.describe_images(repositoryName="web")["imageDetails"]
    assert "imageTags" not in first
    assert second["imageTags"] == ["latest"]
    untagged = ecr.list_images(repositoryName="web", filter={"tagStatus": "UNTAGGED"})["imageIds"]
    assert untagged == [{"imageDigest": first["imageDigest"]}]


def test_the_same_push_twice_is_refused(ecr: Any) -> None:
    ecr.create_repository(repositoryName="web")
    ecr.put_image(repositoryName="web", imageManifest="{}", imageTag="1")
    with pytest.raises(ecr.exceptions.ImageAlreadyExistsException):
        ecr.put_image(repositoryName="web", imageManifest="{}", imageTag="1")


def test_an_immutable_tag_does_not_move(ecr: Any) -> None:
    ecr.create_repository(repositoryName="web", imageTagMutability="IMMUTABLE")
    ecr.put_image(repositoryName="web", imageManifest="{}", imageTag="1")
    with pytest.raises(ecr.exceptions.ImageTagAlreadyExistsException):
        ecr.put_image(repositoryName="web", imageManifest="[]", imageTag="1")
    ecr.put_image_tag_mutability(repositoryName="web", imageTagMutability="MUTABLE")
    ecr.put_image(repositoryName="web", imageManifest="[]", imageTag="1")


def test_scan_on_push_scans(ecr: Any) -> None:
    ecr.create_repository(repositoryName="web")
    ecr.put_image_scanning_configuration(repositoryName="web", imageScanningConfiguration={"scanOnPush": True})
    ecr.put_image(repositoryName="web", imageManifest="{}", imageTag="1")
    assert ecr.describe_images(repositoryName="web")["imageDetails"][0]["imageScanStatus"]["status"] == "COMPLETE"


def test_images_are_fetched_by_the_tag_that_was_asked_for(registry: Ecr, ecr: Any) -> None:
    registry.declare("web:1")
    answer = ecr.batch_get_image(repositoryName="web", imageIds=[{"imageTag": "1"}, {"imageTag": "2"}])
    assert [image["imageId"]["imageTag"] for image in answer["images"]] == ["1"]
    assert [failure["failureCode"] for failure in answer["failures"]] == ["ImageNotFound"]


def test_images_are_deleted_by_tag_or_by_digest(registry: Ecr, ecr: Any) -> None:
    first, second = registry.declare("web:1"), registry.declare("web:2")
    gone = ecr.batch_delete_image(
        repositoryName="web", imageIds=[{"imageTag": "1"}, {"imageDigest": second}, {"imageTag": "3"}]
    )
    assert [image["imageDigest"] for image in gone["imageIds"]] == [first, second]
    assert len(gone["failures"]) == 1
    assert ecr.describe_images(repositoryName="web")["imageDetails"] == []


def test_pages_of_images_are_followed(registry: Ecr, ecr: Any) -> None:
    for number in range(5):
        registry.declare(f"web:{number}")
    pages = [*ecr.get_paginator("describe_images").paginate(repositoryName="web", PaginationConfig={"PageSize": 2})]
    assert [len(page["imageDetails"]) for page in pages] == [2, 2, 1]
    with pytest.raises(ClientError, match="nextToken"):
        ecr.describe_images(repositoryName="web", nextToken="strange")


def test_repositories_come_and_go(ecr: Any, registry: Ecr) -> None:
    uri = ecr.create_repository(repositoryName="web")["repository"]["repositoryUri"]
    assert uri == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web"
    with pytest.raises(ecr.exceptions.RepositoryAlreadyExistsException):
        ecr.create_repository(repositoryName="web")
    registry.declare("web:1")
    with pytest.raises(ecr.exceptions.RepositoryNotEmptyException):
        ecr.delete_repository(repositoryName="web")
    ecr.delete_repository(repositoryName="web", force=True)
    assert ecr.describe_repositories()["repositories"] == []


def test_a_manifest_says_what_it_is(ecr: Any) -> None:
    ecr.create_repository(repositoryName="web")
    kinds = {
        '{"mediaType": "application/vnd.oci.image.index.v1+json"}': "application/vnd.oci.image.index.v1+json",
        "no json": "application/vnd.docker.distribution.manifest.v2+json",
        "[]": "application/vnd.docker.distribution.manifest.v2+json",
    }
    for manifest, kind in kinds.items():
        put = ecr.put_image(repositoryName="web", imageManifest=manifest)
        assert put["image"]["imageManifestMediaType"] == kind


def test_a_scan_that_was_started_finds_nothing_in_a_clean_image(registry: Ecr, ecr: Any) -> None:
    digest = registry.declare("web:1")
    started = ecr.start_image_scan(repositoryName="web", imageId={"imageTag": "1"})
    assert (started["imageId"]["imageDigest"], started["imageScanStatus"]["status"]) == (digest, "IN_PROGRESS")
    found = ecr.describe_image_scan_findings(repositoryName="web", imageId={"imageTag": "1"})
    assert (found["imageScanStatus"]["status"], found["imageScanFindings"]["findings"]) == ("COMPLETE", [])


def test_a_scan_that_was_started_keeps_what_was_declared(registry: Ecr, ecr: Any) -> None:
    registry.declare("web:1", scan=Scan({"HIGH": 2}))
    ecr.start_image_scan(repositoryName="web", imageId={"imageTag": "1"})
    (detail,) = ecr.describe_images(repositoryName="web")["imageDetails"]
    assert detail["imageScanFindingsSummary"]["findingSeverityCounts"] == {"HIGH": 2}


def test_an_image_is_scanned_once_a_day(world: World, registry: Ecr, ecr: Any) -> None:
    registry.declare("web:1")
    asked = {"repositoryName": "web", "imageId": {"imageTag": "1"}}
    ecr.start_image_scan(**asked)
    with pytest.raises(ClientError) as caught:
        ecr.start_image_scan(**asked)
    assert refused(caught)[0] == "LimitExceededException"
    clock = world.clock
    assert isinstance(clock, ManualClock)
    clock.advance(86_400)
    ecr.start_image_scan(**asked)


def test_tags_of_a_repository_come_and_go(ecr: Any) -> None:
    made = ecr.create_repository(repositoryName="web", tags=[{"Key": "team", "Value": "shop"}])["repository"]
    arn = made["repositoryArn"]
    ecr.tag_resource(resourceArn=arn, tags=[{"Key": "tier", "Value": "1"}, {"Key": "team", "Value": "pay"}])
    ecr.untag_resource(resourceArn=arn, tagKeys=["tier", "none"])
    assert ecr.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "team", "Value": "pay"}]


def test_only_a_repository_that_is_there_has_tags(ecr: Any) -> None:
    with pytest.raises(ClientError) as caught:
        ecr.list_tags_for_resource(resourceArn="arn:aws:ecr:eu-west-1:123456789012:repository/none")
    assert refused(caught)[0] == "RepositoryNotFoundException"


def test_a_docker_client_gets_a_token_for_half_a_day(world: World, ecr: Any) -> None:
    (granted,) = ecr.get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(granted["authorizationToken"]).decode().partition(":")
    assert (user, bool(password)) == ("AWS", True)
    assert granted["proxyEndpoint"] == "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    assert granted["expiresAt"].timestamp() == world.clock.now() + 12 * 3600


def test_what_is_not_served_does_not_deny_the_repository(registry: Ecr, ecr: Any) -> None:
    registry.declare("web:1")
    with pytest.raises(ClientError) as caught:
        ecr.get_lifecycle_policy(repositoryName="web")
    assert refused(caught)[0] == "UnknownOperationException"
