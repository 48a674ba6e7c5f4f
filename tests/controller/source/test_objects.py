from __future__ import annotations

import tracemalloc

import pytest

from controller.source.commit_text import LONGEST
from controller.source.git_errors import SourceError
from controller.source.objects import (
    MAX_FILE,
    MAX_TOTAL,
    Entry,
    Listing,
    choose,
    parse_commit,
    parse_commits,
    parse_contents,
    parse_listing,
    parse_references,
    parse_touched,
    touching,
)

ID = "a" * 40
OTHER = "b" * 40


def commit(text: bytes) -> bytes:
    return f"{ID} commit {len(text)}\n".encode() + text + b"\n"


def entry(path: str, object_id: str = ID) -> Entry:
    return Entry(path, "100644", object_id, 1)


def test_references_are_read_by_their_full_names() -> None:
    answer = f"{ID}\trefs/heads/main\n{OTHER}\trefs/heads/x/refs/heads/main\nwarning\n".encode()
    assert parse_references(answer) == {"refs/heads/main": ID, "refs/heads/x/refs/heads/main": OTHER}


def test_a_commit_is_read_with_all_its_parents_past_a_signature() -> None:
    raw = (
        f"tree {ID}\nparent {ID}\nparent {OTHER}\nauthor Ada L <a@x> 5 +0100\ncommitter Grace <g@x> 1700000000 -0230\n"
        "gpgsig -----BEGIN\n parent zzz\n\n -----END\n\nShip\n it\n\nBody\n"
    )
    found = parse_commit(commit(raw.encode()), "main")
    assert found.parents == (ID, OTHER)
    assert (found.revision.author, found.revision.committed_at) == ("Ada L", 1_700_000_000.0)


def test_a_subject_over_two_lines_is_one() -> None:
    assert parse_commit(commit(b"tree a\n\n\nShip\nit\n\nBody\n"), "main").revision.subject == "Ship it"


@pytest.mark.parametrize(
    ("encoding", "raw", "author"),
    [
        (b"encoding ISO-8859-1\n", b"J\xf6rg", "Jörg"),
        (b"", "Jörg".encode(), "Jörg"),
        (b"", b"J\xf6rg", "J\ufffdrg"),
        (b"encoding nonsense\n", "Jörg".encode(), "Jörg"),
        (b"encoding base64\n", b"Joe", "Joe"),
        (b"", b"J\x1b[31m", "J[31m"),
    ],
)
def test_an_author_is_read_in_the_commits_encoding(encoding: bytes, raw: bytes, author: str) -> None:
    found = parse_commit(commit(b"tree a\nauthor " + raw + b" <a@x> 5 +0000\n" + encoding + b"\nShip\n"), "main")
    assert found.revision.author == author


@pytest.mark.parametrize("name", ["iso-8859-15", "ISO8859-15", "Latin9"])
def test_a_name_of_an_encoding_may_be_spelled_in_any_way(name: str) -> None:
    raw = b"tree a\nauthor J\xa4 <a@x> 5 +0000\nencoding " + name.encode() + b"\n\nShip\n"
    assert parse_commit(commit(raw), "main").revision.author == "J€"


@pytest.mark.parametrize("name", [b"punycode", b"idna", b"utf-7", b"unicode_escape", b"u" * 100_000])
def test_an_encoding_that_may_take_long_is_not_used(name: bytes) -> None:
    raw = b"tree a\nauthor -9a <a@x> 5 +0000\nencoding " + name + b"\n\n-aa\n"
    found = parse_commit(commit(raw), "main").revision
    assert (found.author, found.subject) == ("-9a", "-aa")


@pytest.mark.parametrize("letter", ["x", "é", "x ", "\u3042"])
def test_of_a_long_author_and_subject_the_beginning_is_told(letter: str) -> None:
    whole = letter * (1 << 19)
    raw = f"tree a\nauthor {whole} <a@x> 5 +0000\n\n\n{whole}\n"
    found = parse_commit(commit(raw.encode()), "main").revision
    for told in (found.author, found.subject):
        assert len(told) <= LONGEST
        assert told.endswith("…")
        assert whole.startswith(told[:-1])


def test_a_subject_of_as_many_letters_as_may_be_is_whole() -> None:
    subject = "\U0001f680" * LONGEST
    assert parse_commit(commit(f"tree a\n\n{subject}\n\nBody".encode()), "main").revision.subject == subject


def test_what_is_left_out_of_a_long_subject_is_marked_also_where_little_of_it_can_be_shown() -> None:
    raw = b"tree a\n\n" + b"\x01" * (1 << 20) + b"end\n"
    assert parse_commit(commit(raw), "main").revision.subject == "…"


def test_a_head_of_millions_of_lines_is_not_taken_apart_whole() -> None:
    raw = f"tree {ID}\nparent {ID}\n".encode() + b"a\n" * (4 << 20) + b"\nShip\n"
    tracemalloc.start()
    try:
        found = parse_commit(commit(raw), "main")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (found.parents, found.revision.subject) == ((ID,), "Ship")
    assert most < 100 << 20


@pytest.mark.parametrize("when", [b"soon", b"-5", b"1e9", b"9" * 13, b"9" * 400, b"9" * 5000])
def test_a_commit_without_a_sound_time_is_from_the_epoch(when: bytes) -> None:
    told = commit(b"tree a\ncommitter G <g@x> " + when + b" +0000\n\nShip")
    assert parse_commit(told, "main").revision.committed_at == 0.0


@pytest.mark.parametrize("answer", [b"", b"refs/heads/main missing\n", f"{ID} blob 1\nx\n".encode()])
def test_what_is_no_commit_is_a_damage(answer: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        parse_commit(answer, "main")
    assert caught.value.reason == "corrupt"


def test_of_many_objects_the_commits_that_are_there_are_known() -> None:
    answer = commit(b"tree a\n\nShip\n") + f"{'c' * 40} missing\n{OTHER} blob 3\nx\ny\n".encode()
    more = b"tree b\n\nAgain\n"
    answer += f"{'d' * 40} commit {len(more)}\n".encode() + more + b"\n"
    found = parse_commits(answer, "main")
    assert {name: each.subject for name, each in found.items()} == {ID: "Ship", "d" * 40: "Again"}


def test_a_listing_knows_modes_ids_sizes_and_odd_names() -> None:
    answer = f"100755 blob {ID}       7\ta b\tc\x00160000 commit {OTHER}       -\tsub\0".encode()
    assert list(parse_listing(answer).entries.values()) == [
        Entry("a b\tc", "100755", ID, 7),
        Entry("sub", "160000", OTHER, 0),
    ]


def test_a_folder_is_not_taken_for_another_that_begins_alike() -> None:
    listing = Listing({path: entry(path) for path in ("a", "a/b", "ab/c")}, ())
    assert [found.path for found in listing.under("./a/")] == ["a", "a/b"]
    assert len(listing.under(".")) == 3


def test_files_of_the_same_content_share_one_answer() -> None:
    answer = f"{ID} blob 3\nx\ny\n{OTHER} blob 0\n\n".encode()
    found = parse_contents(answer, [entry("a"), entry("b", OTHER), entry("c")])
    assert found == {"a": b"x\ny", "b": b"", "c": b"x\ny"}


@pytest.mark.parametrize(
    "answer", [b"", f"{ID} missing\n".encode(), f"{OTHER} blob 1\nx\n".encode(), f"{ID} blob 9\nx\n".encode()]
)
def test_content_that_is_missing_or_cut_short_is_a_damage(answer: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        parse_contents(answer, [entry("a")])
    assert caught.value.reason == "corrupt"


@pytest.mark.parametrize("path", ["/etc/passwd", "a/../b", "..", "a\x1b[31m", "a\u202eb"])
def test_a_path_that_leads_away_or_deceives_is_not_read(path: str) -> None:
    readable, problems = choose([entry(path)])
    assert readable == []
    assert problems[0].file.isprintable()


def test_a_path_that_is_no_text_is_a_problem_and_the_others_are_read() -> None:
    listing = parse_listing(f"100644 blob {ID} 1\tb".encode() + b"\xff\0" + f"100644 blob {ID} 1\ta\0".encode())
    assert list(listing.entries) == ["a"]
    assert [(each.file, each.message) for each in listing.problems] == [("b\\xff", "The path is not UTF-8")]


@pytest.mark.parametrize(
    ("mode", "size", "said"),
    [("120000", 1, "link"), ("160000", 0, "submodule"), ("100644", MAX_FILE + 1, "more than 1 MiB")],
)
def test_what_is_no_file_of_a_sound_size_is_not_read(mode: str, size: int, said: str) -> None:
    readable, problems = choose([Entry("a", mode, ID, size)])
    assert readable == []
    assert said in problems[0].message


def test_of_too_many_files_the_first_are_read() -> None:
    files = [Entry(str(number), "100644", ID, MAX_FILE) for number in range(MAX_TOTAL // MAX_FILE + 1)]
    readable, problems = choose(files)
    assert len(readable) == MAX_TOTAL // MAX_FILE
    assert "Together" in problems[0].message


def test_a_history_is_commits_with_the_paths_that_they_changed() -> None:
    answer = f"\0{ID}\n\na.yaml\ncharts/c/t.j2\n\0{OTHER}\n".encode()
    assert parse_touched(answer) == [(ID, frozenset({"a.yaml", "charts/c/t.j2"})), (OTHER, frozenset())]


@pytest.mark.parametrize(
    ("places", "commit"),
    [(("a.yaml",), ID), (("b",), OTHER), (("b/c",), OTHER), (("a", "c"), None), (("./b/",), OTHER)],
)
def test_the_newest_commit_that_changed_one_of_some_places_is_the_one(places: tuple[str, ...], commit: str) -> None:
    touched = [(ID, frozenset({"a.yaml"})), (OTHER, frozenset({"a.yaml", "b/c"}))]
    assert touching(touched, places) == commit


def test_a_path_that_no_disk_could_hold_is_not_read() -> None:
    long = "a/" * 2_000 + "b"
    readable, problems = choose([entry(long), entry("a" * 1_000)])
    assert [each.path for each in readable] == ["a" * 1_000]
    assert [each.message for each in problems] == ["The path is longer than 1,000 characters"]
