"""A service revision names its images by digest: the registry's, where the registry has them."""

from typing import Any

from sandbox.blueprints import Rolling, Workload, rolling
from tests.sandbox.answers import CheckedWorld

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:latest"


class Shop(CheckedWorld):
    """A rolling service of one image, which is in the registry."""

    def __init__(self) -> None:
        super().__init__()
        self.first = self.place.ecr.declare(IMAGE)
        workload = Workload(images={"web": IMAGE}, container="web")
        self.service = rolling(self.world, Rolling(workload=workload))
        self.pass_time(600)

    def ship_again(self) -> None:
        self.call(
            "ecs", "UpdateService", cluster=self.service.cluster, service=self.service.service, forceNewDeployment=True
        )
        self.pass_time(600)

    def images(self) -> list[dict[str, Any]]:
        """Of the newest service revision."""
        listed = self.call("ecs", "ListServiceDeployments", cluster=self.service.cluster, service=self.service.service)[
            "serviceDeployments"
        ]
        arns = [listed[0]["targetServiceRevisionArn"]]
        revisions = self.call("ecs", "DescribeServiceRevisions", serviceRevisionArns=arns)["serviceRevisions"]
        return list(revisions[0]["containerImages"])


def test_a_revision_pins_the_digest_that_the_registry_has() -> None:
    shop = Shop()
    assert shop.images() == [{"containerName": "web", "image": IMAGE, "imageDigest": shop.first}]


def test_a_tag_that_moved_is_followed_by_the_next_deployment_and_by_no_earlier_one() -> None:
    shop = Shop()
    moved = "sha256:" + "b" * 64
    shop.place.ecr.declare(IMAGE, digest=moved)
    assert shop.images()[0]["imageDigest"] == shop.first
    shop.ship_again()
    assert shop.images()[0]["imageDigest"] == moved
