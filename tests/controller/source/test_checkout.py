"""A folder of a checkout, as another commit has it."""

import subprocess
from pathlib import Path

import pytest

from controller.source.checkout import RefFiles, committed, merge_base
from controller.source.git_errors import SourceError


def git(folder: Path, *command: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@t.example", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, "-C", str(folder), *command], check=True, capture_output=True)


def commit(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "-m", "a commit")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init")
    commit(folder, desired__a="1", desired__b="1", gitops__desired__a="inner")
    commit(folder, desired__a="2")
    return folder


def files(root: Path, ref: str) -> dict[str, bytes]:
    source = RefFiles(root, ref)
    return dict(source.read(source.listing().under("desired")).files)


def test_files_are_read_as_the_commit_has_them(repository: Path) -> None:
    assert files(repository, "HEAD^1") == {"desired/a": b"1", "desired/b": b"1"}
    assert files(repository, "main") == {"desired/a": b"2", "desired/b": b"1"}


def test_what_is_not_committed_is_not_in_it(repository: Path) -> None:
    (repository / "desired" / "a").write_text("3", "utf-8")
    assert files(repository, "HEAD")["desired/a"] == b"2"


def test_a_folder_of_the_checkout_is_the_root_of_its_files(repository: Path) -> None:
    assert files(repository / "gitops", "HEAD") == {"desired/a": b"inner"}


def test_a_folder_that_was_not_there_yet_was_empty(repository: Path) -> None:
    commit(repository, later__desired__a="new")
    assert files(repository / "later", "HEAD^1") == {}
    assert files(repository / "later", "HEAD") == {"desired/a": b"new"}


def test_nothing_to_read_asks_for_nothing(repository: Path) -> None:
    assert RefFiles(repository, "HEAD").read(()).files == {}


def shallow(repository: Path, tmp_path: Path, depth: int) -> Path:
    there = tmp_path / f"shallow-{depth}"
    subprocess.run(
        ["git", "clone", "--quiet", f"--depth={depth}", repository.as_uri(), str(there)],
        check=True,
        capture_output=True,
    )
    return there


def refusal(root: Path, ref: str) -> str:
    with pytest.raises(SourceError) as error:
        RefFiles(root, ref)
    return str(error.value)


def test_a_shallow_checkout_says_how_to_deepen_it(repository: Path, tmp_path: Path) -> None:
    said = refusal(shallow(repository, tmp_path, 1), "HEAD^1")
    assert said.startswith("HEAD^1 is not in this checkout. The checkout is shallow: ")
    assert "fetch-depth: 2" in said


def test_with_two_commits_the_one_before_is_there(repository: Path, tmp_path: Path) -> None:
    assert files(shallow(repository, tmp_path, 2), "HEAD^1")["desired/a"] == b"1"


def test_what_to_fetch_brings_the_branch(repository: Path, tmp_path: Path) -> None:
    git(repository, "branch", "base", "HEAD^1")
    there = shallow(repository, tmp_path, 1)
    said = refusal(there, "origin/base")
    assert "is not in this checkout" in said
    command = said.partition("Fetch it: ")[2].split()
    subprocess.run(["git", "-C", str(there), *command[1:]], check=True, capture_output=True)
    assert files(there, "origin/base")["desired/a"] == b"1"


def test_a_branch_without_its_remote_is_fetched_by_its_name(repository: Path) -> None:
    assert "git fetch --depth=1 origin nosuch, and then name FETCH_HEAD" in refusal(repository, "nosuch")


def test_a_deeper_commit_of_a_whole_checkout_is_not_called_shallow(repository: Path) -> None:
    said = refusal(repository, "HEAD~9")
    assert "shallow" not in said
    assert "git fetch --deepen" in said


def test_a_ref_is_never_an_option(repository: Path) -> None:
    assert "--all is not in this checkout" in refusal(repository, "--all")


def test_a_folder_without_git_is_no_checkout(tmp_path: Path) -> None:
    said = refusal(tmp_path, "HEAD")
    assert "is no git checkout" in said
    assert "Name a folder of one." in said


def test_objects_that_are_missing_are_no_empty_files(repository: Path) -> None:
    source = RefFiles(repository, "HEAD")
    entries = source.listing().under("desired")
    for pack in (repository / ".git" / "objects").glob("??/*"):
        pack.unlink()
    with pytest.raises(SourceError):
        source.read(entries)
    with pytest.raises(SourceError):
        source.listing()


def test_without_git_that_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git cannot be run" in refusal(repository, "HEAD")


def test_the_commit_before_a_change_is_where_it_left_the_default_branch(repository: Path, tmp_path: Path) -> None:
    there = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", repository.as_uri(), str(there)], check=True, capture_output=True)
    git(there, "checkout", "-b", "proposal")
    commit(there, desired__a="3")
    commit(there, desired__a="4")
    assert files(there, merge_base(there))["desired/a"] == b"2"


def test_a_checkout_that_has_no_default_branch_says_what_to_name(repository: Path) -> None:
    with pytest.raises(SourceError, match=r"is not in this checkout.*Name the commit .* --changed-since REF"):
        merge_base(repository)


def head(folder: Path) -> str:
    asked = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def test_files_as_they_were_checked_out_are_heads(repository: Path) -> None:
    assert committed(repository) == committed(repository / "gitops") == head(repository)


@pytest.mark.parametrize("name", ["a", "new"])
def test_files_that_were_changed_or_added_are_no_commits(repository: Path, name: str) -> None:
    (repository / "desired" / name).write_text("3", "utf-8")
    assert not committed(repository)


def test_what_was_changed_elsewhere_in_the_checkout_does_not_matter(repository: Path) -> None:
    (repository / "desired" / "a").write_text("3", "utf-8")
    assert committed(repository / "gitops") == head(repository)


def test_a_folder_that_git_ignores_is_no_commits(repository: Path) -> None:
    commit(repository, **{".gitignore": "built"})
    (repository / "built" / "desired").mkdir(parents=True)
    (repository / "built" / "desired" / "a").write_text("1", "utf-8")
    assert not committed(repository / "built")


def test_without_a_checkout_or_git_there_is_no_commit(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not committed(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not committed(repository)


def test_to_look_for_the_commit_starts_nothing_that_the_checkout_names(repository: Path, tmp_path: Path) -> None:
    started = tmp_path / "started"
    git(repository, "config", "core.fsmonitor", f"touch {started}; false")
    assert committed(repository) == head(repository)
    assert not started.exists()
