"""What a parser says, in words that help."""

import yaml

from controller.source.problem import Problem
from controller.source.yaml_faults import not_yaml


def test_what_nobody_has_words_for_is_said_in_the_parsers_without_what_a_terminal_obeys() -> None:
    found = not_yaml(yaml.YAMLError("something \x1b[2Jstrange"), "a: b", "desired/a.yaml")
    assert found == Problem(
        "desired/a.yaml",
        None,
        None,
        "This is not YAML: something [2Jstrange",
        "Check the indentation of this line and the one before.",
    )
