"""What the faces say of a rolling update, look by look."""

from collections.abc import Iterator

from controller.loop import words
from controller.web.showing import service_view
from controller.web.views import ServiceView
from reconcilers.outcome import InSync
from tests.reconcilers.sandboxed import rolled
from tests.scenarios.house import House


def faces(house: House, tag: str) -> Iterator[ServiceView]:
    """What is said after every step of the loop, until the tag is up."""
    house.commit(tag)
    while True:
        while house.loop.queue.depth():
            key = house.loop.queue.take()
            assert key is not None
            house.loop.step(key)
            house.loop.queue.give_back(key)
            status = house.status
            assert status is not None
            yield service_view(status)
            if status.settled and status.wanted.release == house.git.release:
                return
        house.clock.advance(5)


def test_from_commit_to_production_every_face_says_what_is_so() -> None:
    house = House(rolled())
    house.settle(InSync)
    first, *_ = seen = list(faces(house, "1.28"))
    assert not [each for each in seen if each.sync == "outdated" and each.text.startswith("nothing to do")]
    assert not [each for each in seen if "arn:" in each.text or "arn:" in "".join(link.text for link in each.chain)]
    versions = [image.rpartition(":")[2] for each in seen if each.running for image in each.running.images.values()]
    coming = [each for each in seen if each.rollout and (each.rollout.traffic or 0.0) < 100]
    assert first.running is not None
    assert coming
    assert versions == sorted(versions)
    assert {each.running.images["web"].rpartition(":")[2] for each in coming if each.running} == {"1.27"}
    assert words.kind(house.outcome) == "in-sync"
