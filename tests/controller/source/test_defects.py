"""Where Trueup itself fails at one manifest, that is that manifest's problem, and the rest of the commit goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from controller.source.chart_sandbox import Rendering
from controller.source.declarations import declarations
from controller.source.defects import guarded, unread
from controller.source.located import Located
from controller.source.objects import Tree
from controller.source.problem import Problem
from controller.source.rendering import RenderJob, render_in_process
from controller.source.snapshot import Material, Snapshot, compile_tree, kept
from controller.source.snapshot import compiled as compile_declared
from controller.source.templating import Rendered
from reconcilers.model import Revision, ServiceKey
from tests.controller.source.commits import ANOTHER, REVISION, SOUND, WEB, compiled, manifest, said, tree

FILE = "desired/prod/web.yaml"
API = ServiceKey("prod", "api")
BOTH = {**SOUND, "desired/prod/api.yaml": ANOTHER}
SAID = (
    f"{FILE}: This could not be compiled because of a defect of Trueup (ValueError). Please report it, with the file "
    "if it may be shown. Undoing the file's last change gets round it."
)


class Text(str):
    """A rendering at which we fail."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        raise ValueError("s3cret")


class Bytes(bytes):
    """A file at which we fail."""

    def decode(self, *_: object) -> str:
        raise ValueError("s3cret")


class Unplaced(Located):
    """A document at which we fail as soon as a problem of it is to be told."""

    def problem(self, *_: object, **__: object) -> Problem:
        raise ValueError("s3cret")


def failing_at_web(jobs: Iterable[RenderJob]) -> Iterator[Rendering]:
    jobs = list(jobs)
    for job, given in zip(jobs, render_in_process(jobs), strict=True):
        assert isinstance(given, Rendered)
        yield replace(given, text=Text(given.text)) if job.context["service"] == "web" else given


def failed() -> Snapshot:
    return compile_tree(tree(BOTH), Revision("d00d", 1_700_000_100.0), failing_at_web)


def test_a_defect_at_one_manifest_is_a_problem_of_its_file() -> None:
    assert said(failed()) == [SAID]


def test_the_other_services_of_the_commit_go_on() -> None:
    assert list(failed().services) == [API]
    assert failed().services[API].commit.commit == "d00d"


def test_what_stood_before_a_defect_stays() -> None:
    before = compiled(BOTH)
    after = kept(before, failed())
    assert after.services[WEB] == before.services[WEB]
    assert after.stale == {WEB}


@pytest.mark.parametrize("broken", [FILE, "charts/web/values.yaml"])
def test_a_defect_in_reading_a_file_is_a_problem_of_a_manifest(broken: str) -> None:
    files = {**tree(SOUND).files, broken: Bytes(SOUND[broken].encode())}
    snapshot = compile_tree(Tree(files, ()), Revision("d00d", 1_700_000_100.0), render_in_process)
    assert said(snapshot) == [SAID]
    assert kept(compiled(SOUND), snapshot).stale == {WEB}


def test_a_defect_in_checking_a_manifest_is_a_problem_of_its_file() -> None:
    whole = tree({**SOUND, FILE: manifest(images="images: {none: 3f2a1bc}")})
    declared = declarations(whole.files)
    (one,) = declared.sound
    failing = replace(declared, sound=(replace(one, document=Unplaced(one.document.document)),))
    snapshot, _ = compile_declared(Material(whole, failing, "desired"), REVISION, render_in_process)
    assert said(snapshot) == [SAID]


def test_the_end_of_memory_is_no_defect_of_a_file() -> None:
    with pytest.raises(MemoryError):
        guarded(FILE, lambda: _raised(MemoryError()))


def test_a_commit_that_cannot_be_read_because_of_us_is_told_without_the_errors_words() -> None:
    told = unread(ValueError("s3cret"))
    assert told.reason == "defect"
    assert "ValueError" in told.message
    assert "s3cret" not in str(told)
    assert told.remedy


def _raised(error: Exception) -> None:
    raise error
