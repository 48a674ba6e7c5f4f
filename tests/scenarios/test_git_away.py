"""Git is away while a real daemon is killed and begins anew: with the disk it had, and with one from days ago."""

import re
import shutil
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from controller.demo.stage import KEY, MANIFEST, Stage, staged
from controller.demo.waiting import until
from controller.loop.gate import SHUT
from controller.web.detail_views import DetailView
from controller.web.views import SourceView

pytestmark = pytest.mark.timeout(300)
SPEED = 90.0
NAME = (KEY.environment, KEY.name)
LOOKS = 4  # sweeps in which nothing is changed


@dataclass
class Begun:
    """What a daemon says and does that begins while Git is away, and what it does once Git is back."""

    stands: DetailView
    source: SourceView
    metrics: str
    services: int
    changed: int = 0
    changed_after: int = 0


@dataclass
class Place:
    """A stage whose repository can be away."""

    stage: Stage

    def __post_init__(self) -> None:
        self.git = Path(urlsplit(self.stage.repository.url).path)
        self.state = self.stage.daemon.log.parent / "mirror"

    def start(self) -> None:
        self.stage.daemon.start()
        self.stage.daemon.wait_until_ready()

    def settled(self) -> None:
        until("all in sync", lambda: all(each.sync == "in-sync" for each in self.stage.daemon.api.services()), 60)

    def sync_is(self, *states: str) -> Any:
        until(f"it to be {states}", lambda: self.stage.told(NAME).sync in states, 60)

    def begins_without_git(self, sync: str) -> Begun:
        """It begins where the service is not as Git said, and somebody asks for that; then Git is back."""
        stage, away = self.stage, self.git.with_suffix(".away")
        before = stage.mutations()
        self.start()
        self.sync_is(sync)
        stage.daemon.api.sync(*NAME, None)
        until("it to wait for Git", lambda: stage.told(NAME).text.startswith(SHUT.what), 60)
        sweeps = stage.sweeps()
        until("some sweeps", lambda: stage.sweeps() >= sweeps + LOOKS, 60)
        api = stage.daemon.api
        with urllib.request.urlopen(f"{stage.daemon.url}/metrics", timeout=30) as answer:
            metrics = answer.read().decode()
        begun = Begun(api.service(*NAME), api.source(), metrics, len(api.services()), stage.mutations() - before)
        away.rename(self.git)
        self.settled()
        begun.changed_after = stage.mutations() - before
        return begun


@dataclass
class Story:
    """``same``: on the disk it had, somebody having edited the service. ``old``: on one that knows an older release."""

    first: str
    silent_since: float
    same: Begun
    old: Begun


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with staged(SPEED) as stage:
        place = Place(stage)
        place.start()
        place.settled()
        first = stage.daemon.api.source().commit or ""
        stage.daemon.kill()
        silent_since = next(place.state.glob("*.applied")).stat().st_mtime
        shutil.copytree(place.state, place.state.with_suffix(".old"))
        place.git.rename(place.git.with_suffix(".away"))
        stage.somebody.edit_service()
        same = place.begins_without_git("drifted")
        stage.push_images("2.0.0")
        stage.repository.bump(MANIFEST, dict.fromkeys(stage.tags(), "2.0.0"), "Ship 2.0.0")
        place.sync_is("outdated")
        place.settled()
        stage.daemon.kill()
        shutil.rmtree(place.state)
        place.state.with_suffix(".old").rename(place.state)
        place.git.rename(place.git.with_suffix(".away"))
        old = place.begins_without_git("outdated")
        yield Story(first, silent_since, same, old)


@pytest.mark.parametrize("disk", ["same", "old"])
def test_every_service_is_there_and_what_stands_is_said(story: Story, disk: str) -> None:
    begun: Begun = getattr(story, disk)
    assert begun.services > 1
    assert (begun.source.commit, begun.source.reason != "") == (story.first, True)
    assert "It was not read since the start" in begun.source.message


@pytest.mark.parametrize("disk", ["same", "old"])
def test_nothing_is_changed_though_somebody_asks_and_it_is_said_why(story: Story, disk: str) -> None:
    begun: Begun = getattr(story, disk)
    assert begun.changed == 0
    (link,) = [each for each in begun.stands.chain if each.state == "blocked"]
    assert link.text.startswith("Git was not read since the start")
    assert (link.who, begun.stands.outcome) == ("Git", "waiting")
    assert begun.stands.git.startswith(begun.source.message)


def test_the_edit_is_told_as_drift_and_healed_when_git_is_back(story: Story) -> None:
    assert [each.path for each in story.same.stands.drift] == ["/serviceDefinition/healthCheckGracePeriodSeconds"]
    assert story.same.changed_after == 1


def test_an_old_release_that_an_old_disk_knows_is_never_shipped(story: Story) -> None:
    assert story.old.changed_after == 0


def test_the_silence_counts_from_the_last_good_look_of_the_process_before(story: Story) -> None:
    begun = story.same
    assert (begun.source.good_at, begun.source.failing_since) == (story.silent_since, story.silent_since)
    found = re.search(r"^trueup_git_snapshot_age_seconds (\S+)$", begun.metrics, re.MULTILINE)
    assert found is not None
    assert float(found[1]) > 1
    assert re.search(r'^trueup_git_polls_total\{result="[a-z-]*repository"\} [1-9]', begun.metrics, re.MULTILINE)
