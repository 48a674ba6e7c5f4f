"""What has not changed is not compiled again, and nobody can tell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.source.chart_sandbox import Rendering
from controller.source.load import Loaded, load_since, load_snapshot
from controller.source.objects import MAX_FILE, MAX_TOTAL, Entry, Listing, Tree, choose
from controller.source.problem import Problem
from controller.source.rendering import RenderJob, render_in_process
from reconcilers.model import Revision, ServiceKey
from tests.controller.source.commits import ANOTHER, CHART, MANIFEST, REVISION, SOUND, TEMPLATE, WEB, manifest
from tests.examples import examples

LATER = Revision("1a7e2", 1_700_000_060.0)
API = ServiceKey("prod", "api")
BOTH = {**SOUND, "desired/prod/api.yaml": ANOTHER}
PLAIN = "family: web\ncontainerDefinitions: [{name: web, image: registry.example/web, memory: 128}]\n"
BESIDE = manifest(chart="taskDefinition: web.json")


class Commit:
    """A commit in memory that remembers what was read of it. A link is what begins with ``->``."""

    def __init__(self, files: Mapping[str, str], *, odd: bool = False, sizes: Mapping[str, int] | None = None) -> None:
        self._files = files
        self._odd = (Problem("desired/odd", None, None, "The path is not UTF-8", "Rename the file."),) if odd else ()
        self._sizes = sizes or {}
        self.read_paths: list[str] = []

    def listing(self) -> Listing:
        return Listing({path: self._entry(path) for path in sorted(self._files)}, self._odd)

    def read(self, entries: tuple[Entry, ...]) -> Tree:
        readable, problems = choose(entries)
        self.read_paths += [entry.path for entry in readable]
        return Tree({entry.path: self._files[entry.path].encode() for entry in readable}, tuple(problems))

    def _entry(self, path: str) -> Entry:
        text = self._files[path]
        mode = "120000" if text.startswith("->") else "100644"
        return Entry(path, mode, hashlib.sha1(text.encode()).hexdigest(), self._sizes.get(path, len(text)))


class Counted:
    """A renderer that counts."""

    def __init__(self) -> None:
        self.renderings = 0

    def __call__(self, jobs: Iterable[RenderJob]) -> Iterator[Rendering]:
        for each in render_in_process(jobs):
            self.renderings += 1
            yield each


def rendered_again(before: Mapping[str, str], after: Commit) -> int:
    """How many services are rendered for a commit that comes after another."""
    render = Counted()
    first = load_since((), Commit(before), REVISION, render_in_process)
    load_since(first.settled, after, LATER, render)
    return render.renderings


def later(before: Mapping[str, str], after: Commit) -> Loaded:
    first = load_since((), Commit(before), REVISION, render_in_process)
    return load_since(first.settled, after, LATER, render_in_process)


def test_what_has_not_changed_is_neither_read_nor_rendered() -> None:
    commit = Commit({**BOTH, "src/app.py": "new"})
    assert rendered_again(BOTH, commit) == 0
    assert commit.read_paths == []


def test_only_what_has_changed_is_rendered() -> None:
    assert rendered_again(BOTH, Commit({**BOTH, "desired/prod/api.yaml": ANOTHER.replace("3f2a1bc", "7c31f0e")})) == 1


def test_what_has_not_changed_is_of_the_newest_commit_all_the_same() -> None:
    assert later(BOTH, Commit(BOTH)).snapshot.services[WEB].commit == LATER


def test_what_has_not_changed_stays_settled() -> None:
    second = later(BOTH, Commit(BOTH))
    render = Counted()
    load_since(second.settled, Commit(BOTH), LATER, render)
    assert render.renderings == 0


def test_another_chart_renders_all_of_its_services() -> None:
    changed = {**BOTH, "charts/web/values.yaml": "logLevel: debug\n"}
    assert rendered_again(BOTH, Commit(changed)) == 2


def test_a_chart_that_comes_nearer_is_taken() -> None:
    found = later(SOUND, Commit({**SOUND, "desired/prod/charts/web/task-definition.yaml.j2": TEMPLATE}))
    assert {one.entry.path: [place for place, _ in one.parts] for one in found.settled} == {
        "desired/prod/web.yaml": ["charts/web", "desired/prod/charts/web"]
    }


def test_a_warning_is_said_again() -> None:
    warned = {**SOUND, "charts/web/task-definition.yaml.j2": TEMPLATE + "    privileged: true\n"}
    first = load_snapshot(Commit(warned), REVISION, render_in_process)
    assert later(warned, Commit(warned)).snapshot.problems == first.problems


def test_what_is_broken_is_compiled_again() -> None:
    broken = {**BOTH, "desired/prod/api.yaml": ANOTHER.replace("charts/web", "charts/wep")}
    assert WEB in later(broken, Commit(BOTH)).snapshot.services
    assert API in later(broken, Commit(BOTH)).snapshot.services


def test_whoever_takes_a_name_spoils_what_had_it() -> None:
    rival = MANIFEST.replace("service: web", "service: other")
    assert set(later(SOUND, Commit({**SOUND, "desired/copy.yaml": rival})).snapshot.spoiled) == {WEB}


def test_whoever_claims_a_service_spoils_what_had_it() -> None:
    rival = MANIFEST.replace("name: web", "name: other")
    assert WEB in later(SOUND, Commit({**SOUND, "desired/other.yaml": rival})).snapshot.spoiled


def test_what_was_disputed_is_not_settled() -> None:
    assert later({**SOUND, "desired/copy.yaml": MANIFEST}, Commit(SOUND)).snapshot.services[WEB].commit == LATER


def test_a_manifest_that_becomes_part_of_a_chart_is_none() -> None:
    grown = {**SOUND, "desired/prod/task-definition.yaml.j2": TEMPLATE}
    assert WEB not in later(SOUND, Commit(grown)).snapshot.services


def test_a_task_definition_beside_its_manifest_is_no_manifest() -> None:
    files = {"desired/prod/web.yaml": BESIDE, "desired/prod/web.json": PLAIN, "web.json": PLAIN}
    found = later(files, Commit(files)).snapshot
    assert (set(found.services), found.problems) == ({WEB}, ())


def test_what_a_settled_manifest_may_mean_is_not_taken_for_a_manifest() -> None:
    files = {"desired/prod/web.yaml": BESIDE, "desired/prod/web.json": '{"a": 1}', "web.json": PLAIN}
    assert later(files, Commit(files)).snapshot.problems == ()


def test_beside_a_path_that_cannot_be_named_all_is_compiled() -> None:
    assert rendered_again(BOTH, Commit(BOTH, odd=True)) == 2


def test_what_rests_on_something_unread_is_compiled_again() -> None:
    link = {**SOUND, "desired/prod/charts/web/values.yaml": "->"}
    assert rendered_again(link, Commit(link)) == 1


def test_where_not_all_can_be_read_all_is_compiled() -> None:
    large = {f"charts/big/{number:03d}.txt": str(number) for number in range(MAX_TOTAL // MAX_FILE)}
    big = {
        "charts/big/task-definition.yaml.j2": TEMPLATE,
        "desired/big.yaml": ANOTHER.replace("charts/web", "charts/big"),
    }
    commit = Commit({**SOUND, **big, **large}, sizes=dict.fromkeys(large, MAX_FILE))
    whole = load_snapshot(commit, LATER, render_in_process)
    assert WEB in whole.spoiled
    assert later(SOUND, commit).snapshot == whole


def test_a_file_with_one_broken_manifest_is_compiled_again() -> None:
    two = f"{MANIFEST}---\n{ANOTHER.replace('charts/web', 'charts/wep')}"
    assert rendered_again({**CHART, "desired/both.yaml": two}, Commit({**CHART, "desired/both.yaml": two})) == 1


_VARIANTS: Mapping[str, tuple[str, ...]] = {
    "desired/prod/web.yaml": (
        MANIFEST,
        manifest(images="images: {web: 7c31f0e}"),
        BESIDE,
        "kind: [",
        MANIFEST + "  x: 1",
    ),
    "desired/prod/api.yaml": (ANOTHER, ANOTHER.replace("charts/web", "charts/wep"), f"{ANOTHER}---\n{MANIFEST}", "->"),
    "desired/copy.yaml": (
        MANIFEST,
        MANIFEST.replace("name: web", "name: other"),
        manifest(chart="chart: prod").replace("web", "odd"),
        manifest(chart="taskDefinition: prod/api.yaml").replace("web", "odd"),
    ),
    "desired/prod/task-definition.yaml.j2": (TEMPLATE,),
    "desired/prod/charts/web/task-definition.yaml.j2": (TEMPLATE, "family: [", "->"),
    "desired/prod/charts/web/chart.yaml": ("version: '1'", "nonsense: 1"),
    "desired/prod/web.json": (PLAIN, "{}", '{"a": 1}', f"{PLAIN}---\n{PLAIN}"),
    "web.json": (PLAIN, "{}", "->"),
    "charts/web/task-definition.yaml.j2": (TEMPLATE, TEMPLATE + "    privileged: true\n", "{% if", "->"),
    "charts/web/values.yaml": ("logLevel: info\n", "logLevel: debug\n", "- 1"),
    "charts/wep/task-definition.yaml.j2": (TEMPLATE,),
}
_STEP = st.dictionaries(st.sampled_from(sorted(_VARIANTS)), st.integers(0, 5), min_size=1, max_size=3)


@given(st.lists(_STEP, min_size=1, max_size=6), st.integers(0, 5))
@settings(max_examples=examples(150))
def test_after_any_commits_a_snapshot_is_as_if_all_had_been_compiled(steps: list[dict[str, int]], odd: int) -> None:
    files = dict(BOTH)
    loaded = load_since((), Commit(files), REVISION, render_in_process)
    for number, step in enumerate(steps):
        for path, which in step.items():
            files.pop(path, None)
            if which < len(_VARIANTS[path]):
                files[path] = _VARIANTS[path][which]
        commit, revision = Commit(files, odd=number == odd), replace(LATER, commit=f"c{number}")
        loaded = load_since(loaded.settled, commit, revision, render_in_process)
        whole = load_snapshot(commit, revision, render_in_process)
        assert loaded.snapshot == whole
        assert list(loaded.snapshot.services) == list(whole.services)
