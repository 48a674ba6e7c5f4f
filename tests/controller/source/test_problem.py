from __future__ import annotations

from controller.source.problem import Problem
from reconcilers.excerpt import LONGEST


def problem(
    line: int | None = 12, column: int | None = 7, message: str = "No such field", file: str = "a.yaml"
) -> Problem:
    return Problem(file, line, column, message, "Write spec.")


def test_a_problem_reads_as_place_sentence_and_remedy() -> None:
    assert str(problem()) == "a.yaml:12:7: No such field. Write spec."


def test_a_sentence_that_has_its_full_stop_gets_no_second_one() -> None:
    assert str(problem(message="No such field.")) == "a.yaml:12:7: No such field. Write spec."


def test_a_problem_of_the_whole_file_names_the_file_alone() -> None:
    assert str(problem(line=None, column=None)) == "a.yaml: No such field. Write spec."


def test_a_problem_without_a_remedy_ends_with_its_message() -> None:
    assert str(Problem("a.yaml", 3, None, "Gone", "")) == "a.yaml:3: Gone."


def test_problems_sort_by_file_then_line_then_column() -> None:
    in_order = [
        problem(file="a.yaml", line=None, column=None),
        problem(file="a.yaml", line=2, column=9),
        problem(file="a.yaml", line=12, column=1),
        problem(file="b.yaml", line=1),
    ]
    in_order_again = [in_order[index] for index in (3, 1, 0, 2)]
    assert sorted(in_order_again) == in_order


def test_of_a_long_message_remedy_and_path_the_beginning_and_the_end_are_told() -> None:
    whole = "a" * 500_000 + "b" * 500_000
    found = Problem(whole, 1, 1, whole, whole)
    for text in (found.file, found.message, found.remedy):
        assert len(text) == LONGEST
        assert text.startswith("a")
        assert text.endswith("b")
