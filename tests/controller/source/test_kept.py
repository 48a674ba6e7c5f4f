from __future__ import annotations

from dataclasses import replace

import pytest

from controller.source.rendering import render_in_process
from controller.source.snapshot import Snapshot, compile_tree, kept
from reconcilers.model import Revision, ServiceKey
from tests.controller.source.commits import ANOTHER, CHART, MANIFEST, SOUND, WEB, compiled, manifest, tree

FILE = "desired/prod/web.yaml"
LATER = Revision("d00d", 1_700_000_100.0)


def later(files: dict[str, str]) -> Snapshot:
    return compile_tree(tree(files), LATER, render_in_process)


@pytest.mark.parametrize("text", ["a: [", "", manifest(chart="chart: charts/none"), manifest(rolout="rolout: 1")])
def test_a_service_that_is_broken_stands_as_it_was(text: str) -> None:
    before = compiled(SOUND)
    result = kept(before, later({**SOUND, FILE: text}))
    assert result.services == before.services
    assert result.stale == {WEB}
    assert result.problems


def test_a_service_that_is_removed_is_gone() -> None:
    before = compiled({**SOUND, "desired/prod/api.yaml": ANOTHER})
    assert list(kept(before, later(SOUND)).services) == [WEB]


def test_without_the_folder_everything_stands_as_it_was() -> None:
    before = compiled(SOUND)
    assert kept(before, later({"README.md": "#"})).services == before.services


def test_a_broken_manifest_does_not_take_back_a_service_that_another_has_taken_over() -> None:
    moved = MANIFEST.replace("name: web", "name: other")
    result = kept(compiled(SOUND), later({**CHART, FILE: "a: [", "desired/b.yaml": moved}))
    assert set(result.services) == {ServiceKey("prod", "other")}


def test_a_service_stays_as_it_was_over_many_broken_commits() -> None:
    first = compiled(SOUND)
    second = kept(first, later({**SOUND, FILE: "a: ["}))
    third = kept(second, replace(later({**SOUND, FILE: "b: ["}), revision=Revision("e", 0.0)))
    assert third.services == first.services
