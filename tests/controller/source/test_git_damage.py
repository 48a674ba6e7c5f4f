"""GitSource with mirrors that are lost, damaged or locked, and commits with entries that are not read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.source.git import GitSource
from controller.source.git_errors import SourceError
from reconcilers.model import Revision
from tests.controller.source.repository import Repository, local


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "origin.git")


def open_source(repository: Repository, tmp_path: Path) -> GitSource:
    return GitSource(local(f"file://{repository.path}", timeout=20), tmp_path / "state")


def mirror(tmp_path: Path) -> Path:
    (only,) = (tmp_path / "state").glob("*.git")
    return only


def shred_packs(place: Path) -> None:
    for file in (place / "objects" / "pack").iterdir():
        file.chmod(0o644)
        file.write_bytes(b"PACK" + b"\0" * 40)


def leave_a_lock(place: Path) -> None:
    (place / "shallow.lock").touch()
    (place / "refs" / "heads" / "main.lock").touch()


def become_a_file(place: Path) -> None:
    shutil.rmtree(place)
    place.write_text("not a mirror")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": shutil.rmtree,
    "without objects": lambda place: shutil.rmtree(place / "objects"),
    "without references": lambda place: shutil.rmtree(place / "refs"),
    "empty head": lambda place: (place / "HEAD").write_text(""),
    "bad configuration": lambda place: (place / "config").write_text("[["),
    "shredded packs": shred_packs,
    "left lock": leave_a_lock,
    "a file": become_a_file,
}


@pytest.mark.parametrize("moved", [True, False])
@pytest.mark.parametrize("restarted", [True, False])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_mirror_is_made_again(
    repository: Repository, tmp_path: Path, damage: str, restarted: bool, moved: bool
) -> None:
    repository.commit({"desired/a": "1"})
    source = open_source(repository, tmp_path)
    source.fetch()
    if moved:
        repository.commit({"desired/a": "2"})
    DAMAGES[damage](mirror(tmp_path))

    again = open_source(repository, tmp_path) if restarted else source
    fetched = again.fetch()

    assert not fetched.rewritten
    assert again.files(fetched.revision, ("desired",)).files == {"desired/a": b"2" if moved else b"1"}


def test_damaged_content_is_fetched_again_while_reading(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"desired/a": "1"})
    source = open_source(repository, tmp_path)
    revision = source.fetch().revision
    listing = source.listing(revision)
    shred_packs(mirror(tmp_path))

    assert source.read(revision, listing.under("")).files == {"desired/a": b"1"}


def test_one_lost_file_is_fetched_again_while_reading(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"desired/a": "1"})
    source = open_source(repository, tmp_path)
    revision = source.fetch().revision
    place = mirror(tmp_path)
    (pack,) = (place / "objects" / "pack").glob("*.pack")
    content = pack.read_bytes()
    shutil.rmtree(pack.parent)
    blob = repository.blob(b"1")
    repository.git("--git-dir", str(place), "unpack-objects", "-q", stdin=content, at_home=False)
    (place / "objects" / blob[:2] / blob[2:]).unlink()

    assert source.files(revision, ("desired",)).files == {"desired/a": b"1"}


def test_a_commit_that_is_nowhere_is_a_damage_that_stays(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"desired/a": "1"})
    source = open_source(repository, tmp_path)
    source.fetch()

    with pytest.raises(SourceError) as caught:
        source.files(Revision("1" * 40, 0.0), ("desired",))

    assert caught.value.reason == "corrupt"


def test_a_damaged_repository_is_said(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"desired/a": "1"})
    shutil.rmtree(repository.path / "objects")
    (repository.path / "objects").mkdir()

    with pytest.raises(SourceError) as caught:
        open_source(repository, tmp_path).fetch()

    assert caught.value.reason == "corrupt"


def test_many_fetches_do_not_let_the_mirror_grow(repository: Repository, tmp_path: Path) -> None:
    source = open_source(repository, tmp_path)
    for number in range(54):
        repository.commit({"desired/a": str(number)})
        source.fetch()
    assert len(list((mirror(tmp_path) / "objects" / "pack").glob("*.pack"))) <= 51
    assert source.files(source.fetch().revision, ("desired",)).files == {"desired/a": b"53"}


def test_a_directory_that_cannot_be_written_is_said(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "1"})
    (tmp_path / "state").write_text("a file")

    with pytest.raises(SourceError) as caught:
        open_source(repository, tmp_path).fetch()

    assert caught.value.reason == "local"


def read(repository: Repository, tmp_path: Path, *paths: str) -> tuple[dict[str, bytes], list[str]]:
    source = open_source(repository, tmp_path)
    tree = source.files(source.fetch().revision, paths)
    return dict(tree.files), [str(problem) for problem in tree.problems]


def test_links_submodules_and_large_files_are_problems_and_the_rest_is_read(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"desired/a": "1", "desired/big": b"x" * ((1 << 20) + 1), "desired/edge": b"x" * (1 << 20)})
    repository.symlink("desired/link", "../../etc/passwd")
    repository.submodule("desired/sub")
    repository.symlink("elsewhere/link", "a")

    files, problems = read(repository, tmp_path, "desired")

    assert set(files) == {"desired/a", "desired/edge"}
    assert [problem.partition(".")[0] for problem in problems] == [
        "desired/big: The file has 1,048,577 bytes, more than 1 MiB",
        "desired/link: A symbolic link is not followed",
        "desired/sub: A submodule is not read",
    ]


def test_a_folder_that_is_a_link_is_a_problem(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"real/a": "1"})
    repository.symlink("desired", "real")
    assert read(repository, tmp_path, "desired") == (
        {},
        ["desired: A symbolic link is not followed. Put the file itself there."],
    )


def test_paths_that_cannot_be_named_are_problems(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"desired/a": "1"})
    repository.raw("100644", b"desired/caf\xe9", repository.blob(b"2"))
    repository.raw("100644", b"desired/new\nline", repository.blob(b"3"))

    files, problems = read(repository, tmp_path, "desired")

    assert files == {"desired/a": b"1"}
    assert [problem.partition(".")[0] for problem in problems] == [
        "desired/caf\\xe9: The path is not UTF-8",
        "desired/new\\nline: The path leaves the repository or has control characters",
    ]


def test_a_path_that_climbs_out_of_the_tree_is_a_problem(repository: Repository, tmp_path: Path) -> None:
    blob = repository.blob(b"1")
    inner = repository.git(
        "hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=b"100644 ..\0" + bytes.fromhex(blob)
    )
    repository.tree([("40000", b"desired", inner), ("100644", b"good", blob)])

    files, problems = read(repository, tmp_path, "")

    assert files == {"good": b"1"}
    assert problems[0].startswith("desired/..: The path leaves the repository")


def test_a_folder_outside_the_repository_is_a_problem(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"desired/a": "1"})
    files, problems = read(repository, tmp_path, "../etc", "/etc", "desired")
    assert files == {"desired/a": b"1"}
    assert [problem.split(":")[0] for problem in problems] == ["../etc", "/etc"]
    assert read(repository, tmp_path, "../etc")[0] == {}


def test_too_much_together_is_a_problem_of_what_is_too_much(repository: Repository, tmp_path: Path) -> None:
    repository.commit({f"desired/{number:02}": b"x" * (1 << 20) for number in range(66)})
    files, problems = read(repository, tmp_path, "desired")
    assert len(files) == 64
    assert [problem.split(":")[0] for problem in problems] == ["desired/64", "desired/65"]


def test_a_folder_named_like_an_option_or_a_pattern_is_a_folder(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"--all/a": "1", "*/b": "2", "c": "3"})
    assert read(repository, tmp_path, "--all", "*")[0] == {"--all/a": b"1", "*/b": b"2"}


def test_no_files_under_a_folder_is_no_problem(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "1"})
    assert read(repository, tmp_path, "desired") == ({}, [])


def test_a_repository_that_is_put_into_the_state_folder_says_nothing_of_where_to_look(
    repository: Repository, tmp_path: Path
) -> None:
    commit = repository.commit({"desired/a": "1"})
    other = Repository(tmp_path / "other.git")
    planted = Repository(tmp_path / "state" / ".git")
    planted.git("config", f"url.file://{other.path}.insteadOf", f"file://{repository.path}")

    assert open_source(repository, tmp_path).fetch().revision.commit == commit


@pytest.mark.parametrize(
    ("name", "content"),
    [("objects/info/alternates", "/nowhere\n"), ("commondir", "/nowhere\n"), ("config", "# more\n")],
)
def test_what_somebody_adds_to_the_mirrors_setup_is_gone_at_the_next_look(
    repository: Repository, tmp_path: Path, name: str, content: str
) -> None:
    repository.commit({"desired/a": "1"})
    source = open_source(repository, tmp_path)
    source.fetch()
    added = mirror(tmp_path) / name
    added.parent.mkdir(exist_ok=True)
    with added.open("a") as file:
        file.write(content)
    source.fetch()
    assert not added.exists() or content not in added.read_text()


def test_a_link_in_the_place_of_the_mirrors_configuration_is_not_followed(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"desired/a": "1"})
    source = open_source(repository, tmp_path)
    source.fetch()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("kept")
    config = mirror(tmp_path) / "config"
    config.unlink()
    config.symlink_to(elsewhere)
    source.fetch()
    assert (elsewhere.read_text(), config.is_symlink()) == ("kept", False)


def test_the_state_folder_is_made_for_its_owner_alone(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"desired/a": "1"})
    open_source(repository, tmp_path).fetch()
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_state_folder_that_was_there_keeps_its_rights(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"desired/a": "1"})
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o750)
    open_source(repository, tmp_path).fetch()
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o750
