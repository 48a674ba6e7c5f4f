"""``trueup iam-policy`` as it is typed, and what the sandbox makes of it."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from controller.cli import app

ROOT = Path(__file__).parents[3]


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["iam-policy", *arguments], env={"COLUMNS": "250"})


def test_the_policies_of_this_repository_are_within_iams_size() -> None:
    policies = json.loads(typed(str(ROOT)).stdout)
    assert list(policies) == ["trueup", "trueup-2"]
    assert all(len("".join(json.dumps(each).split())) <= 6144 for each in policies.values())


def test_each_is_written_into_a_file_of_its_own(tmp_path: Path) -> None:
    answer = typed(str(ROOT), "--into", str(tmp_path / "policies"))
    files = sorted((tmp_path / "policies").iterdir())
    assert [each.name for each in files] == ["trueup-2.json", "trueup.json"]
    assert sorted(answer.stdout.split()) == [str(each) for each in files]
    assert all(json.loads(each.read_text("utf-8"))["Statement"] for each in files)


MANIFEST = """\
apiVersion: trueup/v1
kind: Service
metadata: {name: web, environment: prod}
spec:
  cluster: prod
  service: web
  region: eu-west-1
  taskDefinition: web.json
"""


def repository(folder: Path, manifest: str = MANIFEST) -> str:
    (folder / "desired").mkdir()
    (folder / "desired/web.yaml").write_text(manifest, "utf-8")
    containers = [{"name": "web", "image": "nginx:1", "memory": 64}]
    (folder / "web.json").write_text(json.dumps({"family": "web", "containerDefinitions": containers}), "utf-8")
    return str(folder)


def test_one_policy_is_printed_as_iam_takes_it(tmp_path: Path) -> None:
    answer = typed(repository(tmp_path), "--account", "123456789012")
    assert json.loads(answer.stdout)["Version"] == "2012-10-17"


def test_without_a_role_or_an_account_it_is_said_what_to_name(tmp_path: Path) -> None:
    answer = typed(repository(tmp_path))
    assert answer.exit_code == 1
    assert "name it with --account" in answer.stderr


def test_a_broken_manifest_makes_no_policy(tmp_path: Path) -> None:
    answer = typed(repository(tmp_path, MANIFEST + "  x: 1\n"), "--account", "123456789012")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "There is no field x in spec" in answer.stderr


def test_an_assumed_roles_policy_is_named_after_its_account(tmp_path: Path) -> None:
    other = MANIFEST + "  roleArn: arn:aws:iam::210987654321:role/path/deploy\n"
    policies = json.loads(typed(repository(tmp_path, other), "--account", "123456789012").stdout)
    assert list(policies) == ["trueup", "trueup-210987654321-path-deploy"]
    assert policies["trueup"]["Statement"][0]["Action"] == "sts:AssumeRole"


def roles(folder: Path, *paths: str) -> list[str]:
    """The names of the policies where services have these roles of one account assumed."""
    repository(folder)
    for number, path in enumerate(paths):
        text = MANIFEST.replace("name: web", f"name: web{number}").replace("service: web", f"service: web{number}")
        text += f"  roleArn: arn:aws:iam::210987654321:role/{path}\n"
        (folder / f"desired/{number}.yaml").write_text(text, "utf-8")
    return list(json.loads(typed(str(folder), "--account", "123456789012").stdout))


def test_two_roles_of_one_name_have_a_policy_each(tmp_path: Path) -> None:
    names = roles(tmp_path, "a/deployer", "b/deployer")
    assert names == ["trueup", "trueup-210987654321-a-deployer", "trueup-210987654321-b-deployer"]


@pytest.mark.parametrize("other", ["a-b", "A/B", "a/b-2"])
def test_roles_whose_policies_would_be_of_one_name_have_a_policy_each(tmp_path: Path, other: str) -> None:
    names = roles(tmp_path, "a/b", other)
    assert len({each.lower() for each in names}) == 3
    assert all(re.fullmatch(r"trueup-210987654321-.*-[0-9a-f]{8}", each) for each in names[1:])


def test_a_policys_name_is_not_longer_than_iam_takes(tmp_path: Path) -> None:
    _, name = roles(tmp_path, f"{'p' * 200}/deploy")
    assert len(name) <= 125
