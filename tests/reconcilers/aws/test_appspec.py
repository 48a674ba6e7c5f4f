import pytest

from reconcilers.aws.appspec import AppSpec, read

YAML = """
version: 0.0
resources:
  - TargetService:
      Type: AWS::ECS::Service
      properties:
        taskdefinition: arn:web:1
hooks:
  - beforeInstall: check
  - AfterAllowTraffic: arn:lambda
"""


def test_keys_are_read_in_any_case() -> None:
    assert read(YAML) == AppSpec("arn:web:1", {"BeforeInstall": "check", "AfterAllowTraffic": "arn:lambda"})


@pytest.mark.parametrize("content", ["", "[", "- 1", "Resources: 3", "Resources: [1, {a: 2}]", "Hooks: [1]"])
def test_what_cannot_be_read_is_empty(content: str) -> None:
    assert read(content) == AppSpec()


@pytest.mark.parametrize(
    "value", ["2020-99-99", "!!int x", "!!bool x", "!!timestamp x", "9" * 5000, "1e999", "~", "null"]
)
def test_a_value_that_yaml_could_take_for_something_else_is_text_or_nothing(value: str) -> None:
    found = read(f"Hooks: [{{AfterInstall: {value}}}, {{BeforeInstall: check}}]")
    assert found.hooks["BeforeInstall"] == "check"
    assert found.hooks.get("AfterInstall") in (value, "x", None)


@pytest.mark.parametrize(
    "content", ["[" * 5000, "a: &a [*a]", "Hooks: [{AfterInstall: &f check}, {BeforeInstall: *f}]"]
)
def test_what_nests_or_repeats_without_end_is_empty(content: str) -> None:
    assert read(content) == AppSpec()
