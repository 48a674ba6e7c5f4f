from __future__ import annotations

from pathlib import Path

import pytest

from controller.source.git import GitSource
from controller.source.load import CommitFiles, Files, FolderFiles, load_snapshot
from controller.source.objects import Entry, Listing, Tree
from controller.source.rendering import render_in_process
from controller.source.snapshot import Snapshot
from tests.controller.source.commits import MANIFEST, REVISION, SOUND, WEB, manifest, said
from tests.controller.source.repository import Repository, local


def written(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def loaded(files: Files) -> Snapshot:
    return load_snapshot(files, REVISION, render_in_process)


class Counted:
    """Files that remember what was read of them."""

    def __init__(self, root: Path) -> None:
        self._files = FolderFiles(root)
        self.read_paths: list[str] = []

    def listing(self) -> Listing:
        return self._files.listing()

    def read(self, entries: tuple[Entry, ...]) -> Tree:
        self.read_paths += [entry.path for entry in entries]
        return self._files.read(entries)


def test_a_folder_compiles(tmp_path: Path) -> None:
    assert set(loaded(FolderFiles(written(tmp_path, SOUND))).services) == {WEB}


def test_a_commit_compiles(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "origin.git")
    repository.commit(SOUND)
    source = GitSource(local(str(tmp_path / "origin.git")), tmp_path / "mirror")
    revision = source.fetch().revision
    snapshot = load_snapshot(CommitFiles(source, revision), revision, render_in_process)
    assert snapshot.services[WEB].commit == revision


def test_only_what_manifests_need_is_read(tmp_path: Path) -> None:
    files = Counted(written(tmp_path, {**SOUND, "src/app.py": "", "charts/other/values.yaml": "", ".git/config": ""}))
    loaded(files)
    assert sorted(files.read_paths) == sorted(SOUND)


def test_a_file_is_read_once(tmp_path: Path) -> None:
    text = manifest(chart="taskDefinition: desired/prod/web.json")
    definition = '{"containerDefinitions": [{"name": "web", "image": "web"}]}'
    files = Counted(written(tmp_path, {"desired/prod/web.yaml": text, "desired/prod/web.json": definition}))
    assert set(loaded(files).services) == {WEB}
    assert len(files.read_paths) == 2


def test_a_chart_that_is_not_read_is_still_suggested(tmp_path: Path) -> None:
    files = {**SOUND, "desired/prod/web.yaml": manifest(chart="chart: charts/wep")}
    assert "Did you mean charts/web?" in said(loaded(FolderFiles(written(tmp_path, files))))[0]


def test_links_are_refused(tmp_path: Path) -> None:
    root = written(tmp_path, {**SOUND, "elsewhere.yaml": "logLevel: debug\n"})
    (root / "charts/web/values.yaml").unlink()
    (root / "charts/web/values.yaml").symlink_to("../../elsewhere.yaml")
    (root / "desired/folder").symlink_to("../charts")
    snapshot = loaded(FolderFiles(root))
    assert not snapshot.services
    assert [text.partition(" (for")[0] for text in said(snapshot)] == [
        "charts/web/values.yaml: A symbolic link is not followed",
        "desired/folder: A symbolic link is not followed. Put the file itself there.",
    ]


def test_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    root = written(tmp_path, SOUND)
    import os

    os.mkfifo(root / "desired/pipe.yaml")
    assert said(loaded(FolderFiles(root))) == []


def test_a_file_that_is_too_large_spoils_only_what_needs_it(tmp_path: Path) -> None:
    other = MANIFEST.replace("name: web", "name: b").replace("service: web", "service: b") + "# " + "x" * 2**20
    snapshot = loaded(FolderFiles(written(tmp_path, {**SOUND, "desired/b.yaml": other})))
    assert set(snapshot.services) == {WEB}
    assert snapshot.unread == {"desired/b.yaml"}


def test_a_path_that_cannot_be_named_matters_only_among_the_manifests(tmp_path: Path) -> None:
    class Odd(FolderFiles):
        def listing(self) -> Listing:
            from controller.source.problem import Problem

            odd = tuple(Problem(path, None, None, "Not UTF-8", "Rename it.") for path in ("src/x", "desired/x"))
            return Listing(super().listing().entries, odd)

    assert [problem.file for problem in loaded(Odd(written(tmp_path, SOUND))).problems] == ["desired/x"]


def test_an_empty_folder_has_no_manifests(tmp_path: Path) -> None:
    assert "There is no such folder" in said(loaded(FolderFiles(tmp_path)))[0]


def test_a_folder_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        loaded(FolderFiles(tmp_path / "nowhere"))
