from __future__ import annotations

from controller.source.spelling import instead_of, nearest


def test_the_nearest_name_is_found_whatever_the_case() -> None:
    assert nearest("Rolout", ["spec", "rollout"]) == "rollout"


def test_a_name_that_is_far_from_all_has_no_nearest() -> None:
    assert nearest("zebra", ["spec", "rollout"]) is None


def test_the_nearest_name_is_asked_for() -> None:
    assert instead_of("rolout", ["spec", "rollout"]) == "Did you mean rollout?"


def test_where_nothing_is_near_the_names_are_listed() -> None:
    assert instead_of("zebra", ["spec", "rollout"], "fields") == "The fields here are rollout, spec."


def test_many_names_are_not_all_listed() -> None:
    names = [f"n{index:02}" for index in range(25)]
    assert instead_of("zebra", names).endswith("n18, n19 and 5 more.")


def test_where_there_is_no_name_it_says_so() -> None:
    assert instead_of("zebra", [], "charts") == "There are no charts here."
