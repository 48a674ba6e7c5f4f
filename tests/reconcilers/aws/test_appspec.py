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
