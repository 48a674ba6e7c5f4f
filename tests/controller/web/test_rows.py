"""A service in a line of the fleet."""

from dataclasses import replace

import pytest

from controller.loop.attribution import of_field
from controller.loop.author import Author
from controller.source.problem import Problem
from controller.web.rows import broken_row, row, version
from controller.web.showing import broken_view
from reconcilers.attempts import AttemptState
from reconcilers.change import Change
from reconcilers.model import Revision
from reconcilers.outcome import Progressing, Sync, Waiting
from reconcilers.progress import Progress
from tests.controller.builders import (
    DEBUG,
    HELD,
    KEY,
    NOW,
    SHIFTING,
    attempt,
    drifted,
    observed,
    report,
    snapshot,
    status,
    wanted,
)
from tests.reconcilers.builders import registered


def containers(*images: str) -> dict[str, object]:
    return {"containerDefinitions": [{"name": f"c{number}", "image": image} for number, image in enumerate(images)]}


def test_a_line_says_what_runs_and_what_is_wanted() -> None:
    line = row(status(report(observed=replace(observed(), running=registered("v1")))), stale=False)
    assert (line.running, line.wanted, line.commit) == ("v1", "v2", "commit-v2")


def test_a_line_says_who_wrote_its_commit() -> None:
    written = replace(status(), wanted=replace(wanted("v2"), commit=Revision("c1", NOW, "Ada Moreau")))
    assert row(written, stale=False).author == "Ada Moreau"


def test_during_a_rolling_update_the_line_says_what_still_serves() -> None:
    seen = replace(observed(), running=registered("v2", 2), replaced=registered("v1"))
    assert row(status(report(SHIFTING, observed=seen)), stale=False).running == "v1"


def test_before_the_first_look_nothing_runs_as_far_as_is_known() -> None:
    line = row(status(), stale=False)
    assert (line.running, line.since, line.sync) == ("", None, Sync.UNKNOWN)


def test_a_shift_shows_its_share() -> None:
    assert row(status(report(SHIFTING)), stale=False).traffic == 30


def test_a_shift_whose_share_is_not_known_shows_none() -> None:
    assert row(status(report(Progressing("d-v2 was created", 5.0, "d-v2"))), stale=False).traffic is None


@pytest.mark.parametrize("state", [AttemptState.READY, AttemptState.STOPPING])
def test_a_shift_that_waits_or_is_being_stopped_shows_its_share(state: AttemptState) -> None:
    seen = replace(observed(attempt("v2", state)), progress=Progress(20.0, 2, 2))
    assert row(status(report(Waiting("d-v2 waits", "a person", 15.0), observed=seen)), stale=False).traffic == 20


def test_drift_shows_its_age_and_its_fields() -> None:
    line = row(status(report(), drifted(at=NOW + 5)), stale=False)
    assert (line.drift_since, line.drift_at_least, line.drift_fields) == (NOW + 5, False, 1)


def test_drift_by_two_hands_shows_both() -> None:
    grace = Change("/serviceDefinition/healthCheckGracePeriodSeconds", "changed", 60, 5)
    by_hand = replace(observed(), running=registered("v1", registered_by="arn:mallory"))
    drift = status(replace(drifted(DEBUG, grace), observed=by_hand))
    known = replace(drift, authors={of_field(grace.path, NOW): Author("arn:erin")})
    assert row(known, stale=False).drift_by == "arn:mallory and arn:erin"


def test_drift_that_the_first_look_found_is_at_least_so_old() -> None:
    assert row(status(drifted()), stale=False).drift_at_least


def test_what_is_held_says_why() -> None:
    line = row(status(report(HELD)), stale=False)
    assert (line.outcome, line.reason, line.drift_since) == ("held", "ALARM_ACTIVE", None)


def test_a_service_in_sync_is_ready() -> None:
    assert row(status(report()), stale=False).ready


def test_a_service_of_an_earlier_commit_is_not_ready() -> None:
    line = row(status(report()), stale=True)
    assert (line.stale, line.ready) == (True, False)


def test_a_share_of_nothing_is_not_unknown() -> None:
    assert row(status(report(Progressing("d-v2 goes on", 5.0, "d-v2", Progress(0.0, 0, 2)))), stale=False).traffic == 0


def test_a_manifest_that_never_could_be_read_has_a_line() -> None:
    broken = replace(snapshot(), services={}, spoiled={KEY: (Problem("a.yaml", 3, 1, "No field imagez", "images?"),)})
    line = broken_row(broken_view(KEY, broken))
    assert (line.name, line.ready, line.reason, line.cluster) == ("notes", False, "broken-manifest", None)
    assert "a.yaml" in line.text


@pytest.mark.parametrize(
    ("images", "said"),
    [
        ((), ""),
        (("nginx:1.27",), "1.27"),
        (("a:v1", "b:v1"), "v1"),
        (("a:v1", "b:v2"), "c0:v1, c1:v2"),
        (("a:1", "b:2", "c:3", "d:4"), "c0:1, c1:2, c2:3 +1"),
        (("nginx",), "latest"),
        (("registry.example:5000/nginx",), "latest"),
        (("registry.example:5000/nginx:1.27",), "1.27"),
        (("nginx@sha256:0123456789abcdef0123",), "0123456789ab"),
        (("nginx:1.27@sha256:0123456789abcdef0123",), "1.27"),
    ],
)
def test_a_version_is_what_the_images_have_in_common(images: tuple[str, ...], said: str) -> None:
    assert version(containers(*images)) == said
