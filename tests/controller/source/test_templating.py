from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from controller.source.template_sandbox import environment_for
from controller.source.templating import Rendered, RenderFailure, render

VALUES: Mapping[str, Any] = {"dbHost": "notes.internal", "items": 3, "tags": ["a", "b"], "none": None, "on": True}


def rendering(template: str, part: str = "", base: str = "", most: int = 10_000) -> Rendered | RenderFailure:
    files = {"main.j2": template, "part.j2": part, "base.j2": base}
    return render(environment_for(files), "main.j2", {"values": VALUES, "service": "notes"}, most)


def text(template: str, part: str = "") -> str:
    given = rendering(template, part)
    assert isinstance(given, Rendered), given
    return given.text


def failure(template: str, part: str = "", most: int = 10_000) -> RenderFailure:
    given = rendering(template, part, most=most)
    assert isinstance(given, RenderFailure), given
    return given


def lines(template: str, part: str = "", base: str = "") -> list[tuple[str, int]]:
    given = rendering(template, part, base)
    assert isinstance(given, Rendered), given
    return list(given.lines)


def test_values_stand_in_the_text() -> None:
    assert text("family: {{ service }}\nhost: {{ values.dbHost }}\n") == "family: notes\nhost: notes.internal\n"


def test_a_value_named_like_a_method_of_dictionaries_is_the_value() -> None:
    assert text("{{ values.items }}") == "3"


def test_a_list_is_printed_as_json() -> None:
    assert text("{{ values.tags }}") == '["a", "b"]'


def test_truth_and_nothing_are_printed_as_yaml_spells_them() -> None:
    assert text("{{ values.on }} {{ values.none }}") == "true null"


def test_tojson_leaves_html_alone() -> None:
    assert text("{{ '<&>' | tojson }}") == '"<&>"'


def test_quote_makes_text_of_a_number() -> None:
    assert text("{{ values['items'] | quote }}") == '"3"'


def test_block_tags_leave_no_empty_lines() -> None:
    assert text("{% for tag in values.tags %}\n- {{ tag }}\n{% endfor %}\n") == "- a\n- b\n"


def test_a_partial_of_the_same_chart_is_included() -> None:
    assert text("{% include 'part.j2' %}", "{{ service }}") == "notes"


def test_an_undefined_value_names_its_line_and_the_nearest_name() -> None:
    assert failure("a: 1\nb: {{ values.dbHosst }}\n") == RenderFailure(
        "dbHosst is not defined. Did you mean dbHost?",
        "Give it in values.yaml or in the manifest's values.",
        "main.j2",
        2,
    )


def test_an_undefined_name_is_compared_with_the_names_a_template_has() -> None:
    assert "Did you mean values?" in failure("{{ value.dbHost }}").message


@pytest.mark.parametrize("filters", ["tojson", "quote", "upper", "length"])
def test_an_undefined_value_fails_in_a_filter_as_well(filters: str) -> None:
    assert failure("{{ values.dbHosst | " + filters + " }}").message.startswith("dbHosst is not defined")


def test_an_undefined_value_inside_a_list_fails() -> None:
    assert failure("{{ [values.dbHosst] }}").message.startswith("dbHosst is not defined")


def test_a_default_stands_in_for_an_undefined_value() -> None:
    assert text("{{ values.dbHosst | default('localhost') }}") == "localhost"


def test_an_undefined_attribute_of_a_text_says_so() -> None:
    assert failure("{{ service.name }}").message == "A value of type str has no name"


def test_an_undefined_value_in_a_partial_is_placed_in_the_partial() -> None:
    given = failure("a: 1\n{% include 'part.j2' %}\n", part="\n\n{{ nothing }}")
    assert (given.file, given.line) == ("part.j2", 3)


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ 'a'.format.__globals__ }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ ''|attr('__class__') }}",
        "{{ values.tags.append(1) }}",
        "{{ range }}",
        "{{ joiner() }}",
        "{{ self }}",
    ],
)
def test_a_template_cannot_reach_into_python(template: str) -> None:
    given = failure("a: 1\n" + template)
    assert given.message.startswith("A template may not do this")
    assert (given.file, given.line) == ("main.j2", 2)


@pytest.mark.parametrize("template", ["{{ values.tags | random }}", "{{ lipsum() }}"])
def test_what_gives_something_else_every_time_does_not_exist(template: str) -> None:
    assert failure(template).line == 1


def test_broken_syntax_names_its_line() -> None:
    given = failure("a: 1\n{% if %}\n")
    assert given.message.startswith("This is not Jinja2: Expected an expression")
    assert (given.file, given.line) == ("main.j2", 2)


def test_broken_syntax_of_a_partial_names_the_partial() -> None:
    assert failure("{% include 'part.j2' %}", part="{{ }}").file == "part.j2"


@pytest.mark.parametrize("name", ["../values.yaml", "/etc/passwd", "other.j2"])
def test_nothing_outside_the_chart_can_be_included(name: str) -> None:
    given = failure("{% include '" + name + "' %}", part="")
    assert given.message == f"There is no template {name} in this chart"


def test_a_missing_partial_gets_the_nearest_name() -> None:
    assert failure("{% include 'prat.j2' %}", part="").remedy == "Did you mean part.j2?"


def test_an_error_of_arithmetic_is_a_failure_with_its_line() -> None:
    assert failure("\n\n{{ 1 // 0 }}") == RenderFailure(
        "The template fails: integer division or modulo by zero", "", "main.j2", 3
    )


def test_endless_inclusion_ends() -> None:
    assert "nests too deep" in failure("{% include 'main.j2' %}").message


def test_too_long_a_text_ends_at_the_limit() -> None:
    given = failure("{% for n in range(1000) %}\nxxxxxxxxxx\n{% endfor %}", most=100)
    assert given == RenderFailure("The rendering is longer than 100 characters", "Print less.", "main.j2", 2)


def test_a_text_as_long_as_the_limit_is_given() -> None:
    assert isinstance(rendering("x" * 100, most=100), Rendered)


def test_memory_that_ends_is_for_the_process_to_answer() -> None:
    with pytest.raises(MemoryError):
        rendering("{{ 'a' * values['items'] * 10 ** 18 }}")


def test_every_line_of_the_text_knows_its_line_of_the_template() -> None:
    template = "{# why #}\nfamily: x\n{% for tag in values.tags %}\n- name: {{ tag }}\n  cpu: 1\n{% endfor %}\nend: 1\n"
    assert [line for _, line in lines(template)] == [2, 4, 5, 4, 5, 7, 8]


def test_a_comment_takes_its_lines_with_it() -> None:
    assert [line for _, line in lines("a: 1\n{# one\ntwo #}\nb: {{ 'c' }}\n{# three #}\n{{ service }}\nd: 1\n")] == [
        1,
        4,
        6,
        7,
        8,
    ]


def test_lines_in_a_macro_and_a_block_of_text_are_those_of_the_call() -> None:
    template = "{% macro m() %}\n{# x #}\na: 1\n{# y #}\nb: 2\n{% endmacro %}\nc: 3\n{{ m() }}\n"
    assert lines(template)[:2] == [("main.j2", 7), ("main.j2", 8)]


def test_lines_of_a_partial_are_the_partials_own() -> None:
    found = lines("a: 1\n{% include 'part.j2' %}\nb: 2\n", part="x: 1\ny: {{ service }}\n")
    assert found == [("main.j2", 1), ("part.j2", 1), ("part.j2", 2), ("main.j2", 3), ("main.j2", 4)]


def test_lines_of_an_inherited_template_are_its_own() -> None:
    found = lines(
        "{% extends 'base.j2' %}\n{% block b %}\nx: 1\n{% endblock %}\n", base="a: 1\n{% block b %}{% endblock %}"
    )
    assert found[:2] == [("base.j2", 1), ("main.j2", 3)]


def test_an_empty_text_has_no_lines() -> None:
    assert lines("") == []
