"""The repository is itself a GitOps repository: what stands in charts/ and desired/ is sound at every commit."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from controller.source.load import FolderFiles, load_snapshot
from controller.source.rendering import ChildRenderer
from controller.source.schema import manifest_schema
from controller.source.snapshot import Snapshot
from reconcilers.model import CodeDeployRollout, Revision, RollingRollout, Service, ServiceKey

ROOT = Path(__file__).parents[3]


@cache
def snapshot() -> Snapshot:
    return load_snapshot(FolderFiles(ROOT), Revision("head", 0.0), ChildRenderer())


def service(environment: str, name: str) -> Service:
    return snapshot().services[ServiceKey(environment, name)]


def container(of: Service, name: str) -> dict[str, Any]:
    return next(one for one in of.task_definition["containerDefinitions"] if one["name"] == name)


def test_there_is_not_even_a_warning() -> None:
    assert [str(problem) for problem in snapshot().problems] == []


def test_both_environments_run_both_services() -> None:
    assert {str(key) for key in snapshot().services} == {"dev/notes-app", "dev/web", "prod/notes-app", "prod/web"}


def test_production_shifts_traffic_and_development_rolls() -> None:
    assert isinstance(service("prod", "notes-app").rollout, CodeDeployRollout)
    assert isinstance(service("dev", "notes-app").rollout, RollingRollout)


def test_the_notes_app_has_four_containers_with_health_checks_and_logs() -> None:
    containers = service("dev", "notes-app").task_definition["containerDefinitions"]
    assert [one["name"] for one in containers] == ["proxy", "frontend", "backend", "database"]
    assert all(one["healthCheck"] and one["logConfiguration"]["logDriver"] == "awslogs" for one in containers)


def test_containers_wait_for_what_they_need() -> None:
    notes = service("dev", "notes-app")
    assert {one["containerName"] for one in container(notes, "proxy")["dependsOn"]} == {"frontend", "backend"}
    assert container(notes, "backend")["dependsOn"] == [{"containerName": "database", "condition": "HEALTHY"}]


def test_the_database_in_the_task_outlives_it() -> None:
    notes = service("dev", "notes-app")
    assert container(notes, "database")["mountPoints"][0]["sourceVolume"] == "database"
    assert notes.task_definition["volumes"][0]["efsVolumeConfiguration"]["fileSystemId"].startswith("fs-")


def test_two_databases_never_share_the_volume() -> None:
    rollout = service("dev", "notes-app").rollout
    assert isinstance(rollout, RollingRollout)
    assert (rollout.configuration["minimumHealthyPercent"], rollout.configuration["maximumPercent"]) == (0, 100)


def test_a_database_outside_the_task_leaves_no_container_behind() -> None:
    notes = service("prod", "notes-app")
    assert [one["name"] for one in notes.task_definition["containerDefinitions"]] == ["proxy", "frontend", "backend"]
    assert "volumes" not in notes.task_definition
    assert {"name": "DB_HOST", "value": "notes.internal"} in container(notes, "backend")["environment"]


def test_secrets_are_references() -> None:
    names = {secret["name"] for secret in container(service("prod", "notes-app"), "backend")["secrets"]}
    assert names == {"DB_USERNAME", "DB_PASSWORD"}


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("desired/*/*.yaml")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_the_schema_for_editors_takes_every_manifest(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text()), manifest_schema())


@pytest.mark.parametrize(
    "change",
    [
        {"rolout": {}},
        {"region": 3},
        {"taskDefinition": "a.json"},
        {"sync": "maybe"},
        {"rollout": {}},
        {"ignore": "/x"},
        {"rollout": {"codeDeploy": {"application": "a"}}},
        {"serviceDefinition": {"desiredCount": -2}},
        {"serviceDefinition": {"healthCheckGracePeriodSeconds": 2**31}},
        {"serviceDefinition": {"deploymentConfiguration": {"minimumHealthyPercent": -1}}},
        {"rollout": {"ecs": {"maximumPercent": -1}}},
    ],
)
def test_the_schema_for_editors_refuses_what_is_refused(change: dict[str, Any]) -> None:
    manifest = yaml.safe_load((ROOT / "desired/prod/web.yaml").read_text())
    manifest["spec"] |= change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(manifest, manifest_schema())


def test_the_schema_for_editors_is_a_schema_in_which_every_field_is_described() -> None:
    schema = json.loads(json.dumps(manifest_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    spec = schema["$defs"]["Spec"]["properties"]
    assert all(field.get("description") for field in spec.values())
    assert spec["images"]["additionalProperties"]["type"] == ["string", "number"]
