"""Work grows with a repository, and not with its square: counted in function calls, which no machine makes slower."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from controller.source.objects import Entry, Listing, Tree, around
from controller.source.rendering import render_in_process
from controller.source.snapshot import Snapshot, compile_tree, kept
from reconcilers.model import Revision
from tests.controller.daemons import MANIFEST, PLAIN

SMALL, LARGE = 20, 80


def calls(do: Callable[[], Any]) -> int:
    """How many functions it calls, Python's own with them."""
    count = 0

    def seen(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        do()
    finally:
        sys.setprofile(before)
    return count


def manifest(number: int) -> str:
    text = MANIFEST % "taskDefinition: notes.json"
    return text.replace("name: notes", f"name: notes-{number}").replace("service: notes", f"service: notes-{number}")


def broken(number: int) -> str:
    return manifest(number).replace("taskDefinition: notes.json", "chart: charts/missing")


def nameless(number: int) -> str:
    return manifest(number).replace("taskDefinition: notes.json", "taskDefinition: note.yml")


def compiled(size: int, text: Callable[[int], str]) -> Snapshot:
    files = {f"desired/prod/notes-{number}.yaml": text(number).encode() for number in range(size)}
    tree = Tree({**files, "notes.json": PLAIN["notes.json"].encode()}, ())
    return compile_tree(tree, Revision("c1", 1.0), render_in_process)


def listed(size: int) -> tuple[Entry, ...]:
    paths = [f"desired/prod/notes-{number}.yaml" for number in range(size)]
    return Listing({path: Entry(path, "100644", "", 1) for path in paths}, ()).under(*paths)


@pytest.mark.parametrize(
    "do",
    [
        listed,
        lambda size: compiled(size, manifest),
        lambda size: compiled(size, broken),
        lambda size: kept(compiled(size, manifest), compiled(size, lambda _: "[")),
    ],
    ids=["listing", "sound", "broken", "kept"],
)
def test_four_times_the_files_are_about_four_times_the_work(do: Callable[[int], Any]) -> None:
    do(SMALL)  # what is made once
    assert calls(lambda: do(LARGE)) < 5 * calls(lambda: do(SMALL))


def test_names_are_compared_for_the_first_hundred_manifests_only() -> None:
    remedies = [problem.remedy for problem in compiled(102, nameless).problems]
    assert remedies.count("Name one of the files that there are.") == 2


def test_a_path_lies_in_all_folders_above_it() -> None:
    assert tuple(around("a/b/c.yaml")) == ("a/b/c.yaml", "a/b", "a", "")
