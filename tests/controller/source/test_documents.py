"""YAML and JSON to documents: what is taken, how it was written, where it stands, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.source.documents import Document, load
from controller.source.yaml_nodes import Position
from tests.examples import examples

MANIFEST = """\
kind: Service
spec:
  images:
    backend: 1.10
    proxy: "0012345"
  ignore:
    - /a
    - /b
"""


def document(text: str) -> Document:
    loaded = load(text.encode(), "a.yaml")
    assert loaded.problems == ()
    (only,) = loaded.documents
    return only


def problems(text: str | bytes) -> list[str]:
    loaded = load(text.encode() if isinstance(text, str) else text, "a.yaml")
    assert loaded.documents == ()
    return [str(problem) for problem in loaded.problems]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-0", 0),
        ("1.5", 1.5),
        ("1e3", 1000.0),
    ],
)
def test_what_json_knows_is_typed(written: str, meant: object) -> None:
    value = document(f"a: {written}").data["a"]
    assert value == meant
    assert type(value) is type(meant)


@pytest.mark.parametrize(
    "written",
    [
        "yes",
        "no",
        "on",
        "off",
        "0012345",
        "0x1f",
        "0o17",
        "22:30",
        "1_000",
        "2024-01-31",
        ".5",
        "1e999",
        "+1",
        ".inf",
        "=",
    ],
)
def test_what_only_yaml_takes_for_something_else_stays_text(written: str) -> None:
    assert document(f"a: {written}").data["a"] == written


@pytest.mark.parametrize("written", ["0012345", "1.10", "22:30", "1e3", "yes", "0x1f", "true", "null", "12e4567"])
@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_the_text_of_a_value_is_what_was_written(written: str, quote: str) -> None:
    assert (
        document(f"spec:\n  images:\n    backend: {quote}{written}{quote}").text(("spec", "images", "backend"))
        == written
    )


def test_a_quoted_value_is_text() -> None:
    assert document("a: '12'\nb: \"true\"\nc: !!str 1.10\nd: |-\n  12\n").data == {
        "a": "12",
        "b": "true",
        "c": "1.10",
        "d": "12",
    }


def test_a_list_or_nothing_has_no_text() -> None:
    manifest = document(MANIFEST)
    assert manifest.text(("spec",)) is None
    assert manifest.text(("spec", "nowhere")) is None


def test_a_value_and_its_key_have_their_places() -> None:
    manifest = document(MANIFEST)
    assert manifest.position(("spec", "images", "backend")) == Position(4, 14)
    assert manifest.key_position(("spec", "images", "backend")) == Position(4, 5)
    assert manifest.position(("spec", "ignore", 1)) == Position(8, 7)


def test_the_place_of_what_is_not_there_is_the_nearest_around_it() -> None:
    manifest = document(MANIFEST)
    assert manifest.key_position(("spec", "images", "frontend")) == manifest.key_position(("spec", "images"))
    assert manifest.position(("metadata", "name")) == Position(1, 1)


def test_a_problem_of_a_document_stands_at_its_value() -> None:
    manifest = document(MANIFEST)
    assert str(manifest.problem(("spec", "images", "proxy"), "Odd", "Mend it.")) == "a.yaml:5:12: Odd. Mend it."
    assert str(manifest.problem(("spec", "images"), "Odd", "Mend it.", at_key=True)) == "a.yaml:3:3: Odd. Mend it."


def test_a_file_may_hold_many_documents() -> None:
    loaded = load(b"---\na: 1\n---\n# nothing\n---\nb: 2\n", "a.yaml")
    assert [one.data for one in loaded.documents] == [{"a": 1}, {"b": 2}]
    assert loaded.problems == ()
    assert loaded.documents[1].position(("b",)) == Position(6, 4)


def test_a_sound_document_stands_beside_a_broken_one() -> None:
    loaded = load(b"a: 1\n---\nb: 1\nb: 2\n---\nc: 3\n", "a.yaml")
    assert [one.data for one in loaded.documents] == [{"a": 1}, {"c": 3}]
    assert len(loaded.problems) == 1


def test_json_is_read_as_it_is() -> None:
    data = {"a": "😀 \\u00e9 / é", "b": [1, -2.5, None, True], "c": {"d": "\\😀"}, "e": "\\ud83d\\ude00"}
    for indent in (None, 2, "\t"):
        assert document(json.dumps(data, indent=indent)).data == data


def test_a_byte_order_mark_is_skipped() -> None:
    assert document("\ufeffa: 1").data == {"a": 1}


def test_anchors_and_merge_keys_are_followed() -> None:
    text = (
        "x: &x {cpu: 1, env: a}\ny: &y {cpu: 2, disk: 9}\none:\n  <<: *x\n  env: b\nboth: {<<: [*x, *y]}\nagain: *x\n"
    )
    data = document(text).data
    assert data["one"] == {"cpu": 1, "env": "b"}
    assert data["both"] == {"cpu": 1, "env": "a", "disk": 9}
    assert data["again"] == data["x"]
    assert document(text).text(("one", "cpu")) == "1"


def test_a_quoted_merge_key_is_a_key_like_others() -> None:
    assert document('"<<": 1').data == {"<<": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a.yaml: The file is empty."),
        ("# only this\n", "a.yaml: The file is empty."),
        ("- a\n", "a.yaml:1:1: The document is not a mapping."),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", "a.yaml:4:3: The key 'b' is given twice; first in line 2, column 3."),
        ("{a: {b: 1, b: 2}}", "a.yaml:1:12: The key 'b' is given twice; first in line 1, column 6."),
        ("<<: {a: 1}\n<<: {b: 1}\n", "a.yaml:2:1: The key '<<' is given twice"),
        ("<<: 12\n", "a.yaml:1:5: The merge key << takes a mapping"),
        ("8080: a\n", "a.yaml:1:1: The key '8080' is not text. Quote it: \"8080\"."),
        ("true: a\n", "a.yaml:1:1: The key 'true' is not text."),
        ("? ~\n: a\n", "a.yaml:1:3: The key '~' is not text."),
        ("?\n: a\n", "a.yaml:1:2: The key without text is not text."),
        ("? [a]\n: b\n", "a.yaml:1:3: A key is a list or a mapping."),
        (
            "a: !!python/object/apply:os.system [id]\n",
            "a.yaml:1:4: The tag !!python/object/apply:os.system is not allowed.",
        ),
        ("a: !Ref b\n", "a.yaml:1:4: The tag !Ref is not allowed."),
        ("a: !x {b: 1}\n", "a.yaml:1:4: The tag !x is not allowed."),
        ("a: !!binary aGk=\n", "a.yaml:1:4: The tag !!binary is not allowed."),
        ("a: !e!x 1\n", "a.yaml:1:4: A tag that is not allowed."),
        ("a: *b\n", "a.yaml:1:4: The alias *b names no anchor before it."),
        ("a: &a [*a]\n", "a.yaml:1:8: The alias *a stands inside the value it stands for."),
        ("a:\n\tb: 1\n", "a.yaml:2:1: A tab is used for indentation. Indent with spaces."),
        ("a: 1\nb: x: y\n", "a.yaml:2:5: A second ': ' in a line"),
        ("a: [1,\n", "a.yaml:2:1: A value is missing, or a bracket is not closed"),
        ("a: 'x\n", "a.yaml:2:1: The file ends inside a quoted value."),
        ("a: @b\n", "a.yaml:1:4: A value cannot begin with this character."),
        ('a: "\\q"\n', "a.yaml:1:5: An escape that YAML does not know."),
        ("a: 1\nb: \x07\n", "a.yaml:2:4: The control character U+0007."),
        ("a: \x00", "a.yaml:1:4: The control character U+0000."),
        (b"a: 1\nb: caf\xe9\n", "a.yaml:2:7: The file is not UTF-8: byte 0xe9."),
        ("a: 1\n".encode("utf-16"), "a.yaml:1:1: The file is not UTF-8: byte 0xff."),
        (b"a: " + b"x" * (1 << 20), "a.yaml: The file has 1,048,579 bytes, more than 1 MiB."),
        ("[" * 1000, "a.yaml:1:65: Values are nested deeper than 64 levels."),
        ("{a: " * 1000, "nested deeper than 64 levels."),
    ],
)
def test_what_is_refused_is_named_with_its_place(text: str | bytes, said: str) -> None:
    assert said in problems(text)[0]


def test_all_problems_of_a_file_are_named_at_once() -> None:
    text = "a: 1\na: 2\n5: x\nb: !y z\nc: *d\ne: [\n"
    assert [problem.split(":")[1] for problem in problems(text)] == ["2", "3", "4", "5", "7"][1:] or len(
        problems(text)
    ) >= 3


def test_a_duplicate_in_a_mapping_used_many_times_is_named_once() -> None:
    assert len(problems("x: &x {a: 1, a: 2}\ny: [*x, *x, *x]\n")) == 1


def test_of_very_many_problems_the_first_are_named() -> None:
    said = problems("".join(f"{number}: a\n" for number in range(500)))
    assert len(said) == 101
    assert said[-1].startswith("a.yaml: The file has 400 more problems.")


def test_an_empty_file_may_be_allowed() -> None:
    loaded = load(b"# no values\n", "values.yaml", may_be_empty=True)
    assert (loaded.documents, loaded.problems) == ((), ())


def bomb(levels: int, wide: int) -> str:
    lines = ["l0: &l0 [x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * wide)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (bomb(12, 10), "unfolds to more than 100,000 values"),
        (bomb(80, 1), "nested deeper than 64 levels"),
        ("a: &a 1\nb: [" + "*a, " * 1001 + "]", "more than 1,000 aliases"),
        ("a: &a {k: 1}\nb: [" + "{<<: *a}, " * 1001 + "]", "more than 1,000 aliases"),
    ],
)
def test_alias_bombs_are_refused_and_not_unfolded(text: str, said: str) -> None:
    assert said in problems(text)[-1]


@pytest.mark.parametrize(
    "text", ["a: [" + "1," * 520_000 + "]", "a: " + "[" * 1_000_000, "- " * 500_000, "a: 'b\n" * 150_000]
)
def test_the_worst_file_of_the_largest_size_is_read_to_its_end(text: str) -> None:
    assert problems(text)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PRINTABLE = st.text(st.sampled_from("abz019.:-_ eé/#'\"{}[]&*!|>%@`,?"), max_size=10)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(-1e15, 1e15) | PRINTABLE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PRINTABLE, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=examples(300))
@given(
    st.binary(max_size=60) | TEXT.map(str.encode) | st.text("ab:-\n &*!<>[]{},'\"|?#\t1", max_size=40).map(str.encode)
)
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    for one in load(raw, "a.yaml").documents:
        assert isinstance(one.data, dict)


@settings(max_examples=examples(150))
@given(st.dictionaries(PRINTABLE, VALUES, max_size=4))
def test_any_json_comes_back_as_it_was(data: dict[str, Any]) -> None:
    assert document(json.dumps(data)).data == data


def leaves(value: Any, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*way, key))]
    if isinstance(value, list):
        return [leaf for index, inner in enumerate(value) for leaf in leaves(inner, (*way, index))]
    return [way]


def at(value: Any, pointer: tuple[str | int, ...]) -> Any:
    for step in pointer:
        value = value[step]
    return value


@settings(max_examples=examples(150))
@given(st.dictionaries(PRINTABLE, VALUES, max_size=4), st.sampled_from([None, 1]))
def test_at_the_place_of_each_value_stands_its_text(data: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    loaded = document(text)
    lines = text.split("\n")
    for pointer in leaves(loaded.data):
        place, value = loaded.position(pointer), at(data, pointer)
        assert lines[place.line - 1][place.column - 1 :].startswith(json.dumps(value, ensure_ascii=False))
        written = loaded.text(pointer)
        assert (written if isinstance(value, str) else json.loads(str(written))) == value
