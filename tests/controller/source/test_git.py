"""GitSource against real repositories on this machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from controller.source.git import GitSource
from controller.source.git_errors import SourceError
from tests.controller.source.repository import Repository, local

MANIFEST = "kind: Service\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "origin.git")


@pytest.fixture
def source(repository: Repository, tmp_path: Path) -> GitSource:
    return open_source(repository, tmp_path)


def open_source(repository: Repository, tmp_path: Path, branch: str = "main") -> GitSource:
    return GitSource(local(str(repository.path), branch=branch, timeout=20), tmp_path / "state")


def mirrors(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "state").glob("*.git"))


def reason_of(source: GitSource) -> str:
    with pytest.raises(SourceError) as caught:
        source.fetch()
    return caught.value.reason


def test_the_first_look_gives_the_tip_with_author_subject_and_time(repository: Repository, source: GitSource) -> None:
    commit = repository.commit({"desired/a.yaml": MANIFEST}, "Ship 1.10\n\nLonger story.")

    fetched = source.fetch()

    assert fetched.changed
    assert not fetched.rewritten
    revision = fetched.revision
    assert (revision.commit, revision.author, revision.subject, revision.branch) == (commit, "Ada", "Ship 1.10", "main")
    assert revision.committed_at == repository.now


def test_files_are_read_under_the_asked_folders_only(repository: Repository, source: GitSource) -> None:
    repository.commit({"desired/a.yaml": MANIFEST, "desired-not/b.yaml": "x", "charts/c": b"\x00\xff", "README": "r"})

    tree = source.files(source.fetch().revision, ("desired/", "./charts"))

    assert tree.files == {"desired/a.yaml": MANIFEST.encode(), "charts/c": b"\x00\xff"}
    assert tree.problems == ()


def test_without_folders_the_whole_commit_is_listed_with_sizes(repository: Repository, source: GitSource) -> None:
    repository.commit({"desired/a.yaml": MANIFEST, "README": "read me"})

    listing = source.listing(source.fetch().revision)

    assert {path: entry.size for path, entry in listing.entries.items()} == {"README": 7, "desired/a.yaml": 14}
    assert [entry.path for entry in listing.under("desired")] == ["desired/a.yaml"]


def test_an_unchanged_branch_is_no_change(repository: Repository, source: GitSource) -> None:
    repository.commit({"a": "1"})
    first = source.fetch()

    again = source.fetch()

    assert not again.changed
    assert again.revision == first.revision


def test_a_new_commit_is_a_change_and_no_rewrite(repository: Repository, source: GitSource) -> None:
    before = repository.commit({"desired/a": "1"})
    source.fetch()
    after = repository.commit({"desired/a": "2"})

    fetched = source.fetch()

    assert (fetched.revision.commit, fetched.previous) == (after, before)
    assert fetched.changed
    assert not fetched.rewritten
    assert source.files(fetched.revision, ("desired",)).files == {"desired/a": b"2"}


def test_many_commits_at_once_are_no_rewrite(repository: Repository, source: GitSource) -> None:
    repository.commit({"a": "0"})
    source.fetch()
    for number in range(60):
        repository.commit({"a": str(number)})

    assert not source.fetch().rewritten


@pytest.mark.parametrize("generations", [0, 2, 60])
def test_a_forced_branch_is_taken_and_said(repository: Repository, source: GitSource, generations: int) -> None:
    repository.commit({"desired/a": "old"})
    for number in range(generations):
        repository.commit({"desired/a": str(number)})
    before = source.fetch().revision.commit
    after = repository.force_rewrite({"desired/a": "new"})

    fetched = source.fetch()

    assert fetched.rewritten
    assert (fetched.previous, fetched.revision.commit) == (before, after)
    assert source.files(fetched.revision, ("desired",)).files == {"desired/a": b"new"}


def test_a_branch_forced_back_is_taken_and_said(repository: Repository, source: GitSource) -> None:
    first = repository.commit({"a": "1"})
    repository.commit({"a": "2"})
    source.fetch()
    repository.reset(first)

    fetched = source.fetch()

    assert fetched.rewritten
    assert fetched.revision.commit == first


def test_a_branch_forced_while_the_daemon_was_away_is_said(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "1"})
    open_source(repository, tmp_path).fetch()
    repository.force_rewrite({"a": "2"})

    fetched = open_source(repository, tmp_path).fetch()

    assert fetched.changed
    assert fetched.rewritten


def test_a_restart_reads_the_mirror_again(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "1"})
    revision = open_source(repository, tmp_path).fetch().revision

    fetched = open_source(repository, tmp_path).fetch()

    assert fetched.revision == revision
    assert fetched.changed
    assert not fetched.rewritten


def test_an_empty_repository_is_said(source: GitSource) -> None:
    assert reason_of(source) == "empty-repository"


def test_a_missing_branch_names_the_nearest_one(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "1"})

    with pytest.raises(SourceError, match=r"no branch mian.*Did you mean main") as caught:
        open_source(repository, tmp_path, "mian").fetch()

    assert caught.value.reason == "missing-branch"


def test_no_repository_is_said(repository: Repository, source: GitSource) -> None:
    shutil.rmtree(repository.path)
    repository.path.mkdir()

    assert reason_of(source) == "not-a-repository"


def test_a_repository_that_comes_back_is_read_again(repository: Repository, source: GitSource) -> None:
    repository.commit({"a": "1"})
    source.fetch()
    away = repository.path.rename(repository.path.with_name("away"))
    assert reason_of(source) == "not-a-repository"
    away.rename(repository.path)

    assert not source.fetch().changed


def test_earlier_commits_are_known_by_author_and_subject_though_the_mirror_has_no_history(
    repository: Repository, source: GitSource
) -> None:
    ids = [repository.commit({"a": str(number)}, f"Ship {number}") for number in range(4)]
    source.fetch()
    found = source.named([*ids[1:3], "0" * 39, "--upload-pack=/bin/false"])
    assert {name: each.subject for name, each in found.items()} == {ids[1]: "Ship 1", ids[2]: "Ship 2"}
    assert found[ids[1]].author == "Ada"


def test_what_the_host_has_forgotten_is_left_out(repository: Repository, source: GitSource) -> None:
    tip = repository.commit({"a": "1"}, "Ship 1")
    source.fetch()
    assert set(source.named([tip, "1" * 40])) == {tip}


def test_about_no_commit_nothing_is_asked(source: GitSource) -> None:
    assert source.named(["main"]) == {}


def test_after_asking_for_earlier_commits_the_branch_is_followed_as_before(
    repository: Repository, source: GitSource
) -> None:
    first, _ = (repository.commit({"a": str(number)}) for number in range(2))
    source.fetch()
    source.named([first])
    third = repository.commit({"a": "3"})
    fetched = source.fetch()
    assert (fetched.revision.commit, fetched.rewritten) == (third, False)


def test_the_commit_that_last_changed_a_file_or_a_folder_is_found_in_the_history(
    repository: Repository, source: GitSource
) -> None:
    repository.commit({"desired/a.yaml": "1", "desired/b.yaml": "1", "charts/c/t.j2": "1", "[odd].yaml": "1"})
    chart = repository.commit({"charts/c/t.j2": "2"}, "Change the chart")
    other = repository.commit({"desired/b.yaml": "2"}, "Change b")
    repository.commit({"README.md": "x"})
    source.fetch()
    places = {"a": ("desired/a.yaml", "./charts/c"), "b": ("desired/b.yaml",), "c": ("charts/c/t", "../x")}
    found = source.touched(places)
    assert {name: (each.commit, each.subject) for name, each in found.items()} == {
        "a": (chart, "Change the chart"),
        "b": (other, "Change b"),
    }


def test_what_history_does_not_reach_is_left_out(repository: Repository, source: GitSource) -> None:
    repository.commit({"desired/a.yaml": "1"})
    for number in range(60):
        repository.commit({"README.md": str(number)})
    source.fetch()
    assert source.touched({"a": ("desired/a.yaml",)}) == {}


def test_a_merge_is_one_commit_of_the_branch(repository: Repository, source: GitSource) -> None:
    first = repository.commit({"desired/a.yaml": "1"}, "Begin")
    repository.commit({"README.md": "1"})
    tree = repository.git("rev-parse", f"{first}^{{tree}}")
    side = repository.made(tree, (first,), "Aside")
    repository.merge(side)
    source.fetch()
    assert [each.subject for each in source.touched({"a": ("desired/a.yaml",)}).values()] == ["Begin"]


def test_a_chart_that_is_the_whole_repository_is_changed_by_every_commit(
    repository: Repository, source: GitSource
) -> None:
    repository.commit({"a": "1"})
    tip = repository.commit({"b": "1"})
    source.fetch()
    assert [each.commit for each in source.touched({"a": (".",)}).values()] == [tip]


def test_before_the_first_look_there_is_no_history(source: GitSource) -> None:
    assert source.touched({"a": ("a",)}) == {}
