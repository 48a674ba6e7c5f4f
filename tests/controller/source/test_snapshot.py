from __future__ import annotations

import json

import pytest
import yaml

from controller.source.objects import Tree
from controller.source.problem import Problem
from controller.source.rendering import ChildRenderer, render_in_process
from controller.source.snapshot import compile_tree
from reconcilers.model import (
    CodeDeployRollout,
    DriftPolicy,
    NewerCommit,
    RollingRollout,
    Scope,
    Service,
    ServiceKey,
    Severity,
    SyncPolicy,
)
from reconcilers.pointer import Pointer
from reconcilers.task_definition import revision_digest
from tests.controller.source.commits import (
    ANOTHER,
    CHART,
    MANIFEST,
    REVISION,
    SOUND,
    WEB,
    compiled,
    manifest,
    said,
    tree,
)

FILE = "desired/prod/web.yaml"
API = ServiceKey("prod", "api")


def service(text: str) -> Service:
    snapshot = compiled({FILE: text, **CHART})
    assert not snapshot.errors, said(snapshot)
    return snapshot.services[WEB]


def test_a_manifest_becomes_a_service() -> None:
    wanted = service(MANIFEST)
    assert wanted == Service(
        key=WEB,
        scope=Scope("eu-west-1"),
        cluster="main",
        name="web",
        task_definition=wanted.task_definition,
        revision=revision_digest(wanted.task_definition),
        release=wanted.release,
        rollout=RollingRollout(),
        commit=REVISION,
        source=FILE,
        made_of=("charts/web", "desired/prod/charts/web"),
    )


def test_everything_that_a_manifest_says_arrives() -> None:
    text = manifest(
        cluster="cluster: arn:aws:ecs:eu-west-1:123456789012:cluster/main",
        role="roleArn: arn:aws:iam::123456789012:role/t",
        id="externalId: 0012",
        rollout="rollout: {codeDeploy: {application: a, deploymentGroup: g, timeout: 2h, newerCommit: wait, "
        "retries: 1, hooks: {AfterInstall: check}}}",
        definition="serviceDefinition: {desiredCount: 2, platformVersion: 1.4.0}",
        sync="sync: manual",
        drift="drift: warn",
        ignore="ignore: [/serviceDefinition/desiredCount]",
        strict="strict: true",
        scan="scan: {severity: HIGH}",
    )
    wanted = service(text)
    assert wanted.scope == Scope("eu-west-1", "arn:aws:iam::123456789012:role/t", "0012")
    assert wanted.cluster == "main"
    assert wanted.rollout == CodeDeployRollout("a", "g", 7200.0, {"AfterInstall": "check"}, NewerCommit.WAIT, 1)
    assert wanted.service_definition == {"desiredCount": 2, "platformVersion": "1.4.0"}
    assert (wanted.sync, wanted.drift, wanted.strict) == (SyncPolicy.MANUAL, DriftPolicy.WARN, True)
    assert wanted.ignore == (Pointer(("serviceDefinition", "desiredCount")),)
    assert wanted.scan_severity is Severity.HIGH


def test_a_rolling_update_carries_what_was_declared_and_nothing_else() -> None:
    ecs = "rollout: {ecs: {strategy: ROLLING, maximumPercent: 150, timeout: 30m, newerCommit: wait, retries: 0}}"
    assert service(manifest(rollout=ecs)).rollout == RollingRollout(
        {"strategy": "ROLLING", "maximumPercent": 150}, 1800.0, NewerCommit.WAIT, 0
    )


def test_findings_of_scans_can_be_left_alone() -> None:
    assert service(manifest(scan="scan: {severity: null}")).scan_severity is None


def test_the_region_comes_from_the_clusters_arn() -> None:
    arn = "cluster: arn:aws:ecs:eu-west-2:123456789012:cluster/main"
    assert service(manifest(cluster=arn, region="sync: auto")).scope.region == "eu-west-2"


HOOKED = "rollout: {codeDeploy: {application: a, deploymentGroup: g, hooks: {AfterInstall: f}}}"


@pytest.mark.parametrize(
    "changes",
    [
        {"images": "images: {web: other}"},
        {"rollout": HOOKED},
        {"definition": "serviceDefinition: {platformVersion: 1.4.0}"},
        {"values": "values: {logLevel: debug}"},
    ],
)
def test_what_a_rollout_ships_makes_another_release(changes: dict[str, str]) -> None:
    assert service(manifest(**changes)).release != service(MANIFEST).release


@pytest.mark.parametrize(
    "changes",
    [
        {"definition": "serviceDefinition: {desiredCount: 3}"},
        {"sync": "sync: manual"},
        {"rollout": "rollout: {ecs: {maximumPercent: 150}}"},
        {"values": "values: {logLevel: info}"},
    ],
)
def test_what_no_rollout_ships_makes_no_other_release(changes: dict[str, str]) -> None:
    assert service(manifest(**changes)).release == service(MANIFEST).release


def test_a_good_service_stands_beside_a_broken_one() -> None:
    snapshot = compiled({**SOUND, "desired/prod/api.yaml": ANOTHER.replace("chart:", "chrat:")})
    assert list(snapshot.services) == [WEB]
    assert snapshot.unread == {"desired/prod/api.yaml"}


def test_a_service_with_a_broken_chart_is_spoiled_by_name() -> None:
    broken = ANOTHER.replace("charts/web", "charts/api")
    snapshot = compiled({**SOUND, "desired/prod/api.yaml": broken})
    assert list(snapshot.services) == [WEB]
    assert snapshot.spoiled == {API: snapshot.problems}


def test_a_service_with_a_broken_manifest_is_spoiled_by_name() -> None:
    snapshot = compiled({**SOUND, "desired/prod/api.yaml": ANOTHER.replace("chart:", "chrat:")})
    assert snapshot.spoiled == {API: snapshot.problems}


@pytest.mark.parametrize("name", ["name: [api]", "name: ../api", "nmae: api", ""])
def test_a_broken_manifest_without_a_usable_name_spoils_nothing_by_name(name: str) -> None:
    assert not compiled({**SOUND, "desired/prod/api.yaml": ANOTHER.replace("name: api", name)}).spoiled


def test_a_sound_manifest_is_not_spoiled_by_a_broken_one_of_the_same_name() -> None:
    snapshot = compiled({**SOUND, "desired/prod/api.yaml": manifest(rolout="rolout: 1")})
    assert (list(snapshot.services), list(snapshot.spoiled)) == ([WEB], [])


def test_two_broken_manifests_of_one_name_are_told_together() -> None:
    broken = ANOTHER.replace("chart:", "chrat:")
    snapshot = compiled({**SOUND, "desired/prod/api.yaml": broken, "desired/prod/b.yaml": broken})
    assert set(snapshot.spoiled[API]) == set(snapshot.problems)


def test_several_manifests_may_stand_in_one_file() -> None:
    assert set(compiled({FILE: f"{MANIFEST}---\n{ANOTHER}", **CHART}).services) == {WEB, API}


def test_a_file_of_many_manifests_is_named_once() -> None:
    (found,) = said(compiled({FILE: f"{MANIFEST}---\n{ANOTHER}", **CHART, "charts/web/values.yaml": "["}))
    assert f"(for {FILE})" in found


def test_a_manifest_may_be_json() -> None:
    text = json.dumps(yaml.safe_load(MANIFEST))
    assert set(compiled({"desired/web.json": text, **CHART}).services) == {WEB}


def test_one_name_twice_is_a_problem_of_both_and_neither_is_there() -> None:
    snapshot = compiled({**SOUND, "desired/b.yaml": MANIFEST.replace("service: web", "service: other")})
    assert not snapshot.services
    assert said(snapshot) == [
        f"desired/b.yaml:3:18: The name prod/web is taken by {FILE}:3:18 too. Keep one of them, or name them apart.",
        f"{FILE}:3:18: The name prod/web is taken by desired/b.yaml:3:18 too. Keep one of them, or name them apart.",
    ]


def test_one_name_in_two_environments_is_fine() -> None:
    other = MANIFEST.replace("prod", "dev").replace("cluster: main", "cluster: dev")
    assert len(compiled({**SOUND, "desired/dev/web.yaml": other}).services) == 2


@pytest.mark.parametrize("first", ["main", "arn:aws:ecs:eu-west-1:123456789012:cluster/main"])
def test_two_manifests_that_claim_one_ecs_service_are_problems_of_both(first: str) -> None:
    role = "  roleArn: arn:aws:iam::123456789012:role/t\n"
    one = MANIFEST.replace("cluster: main", f"cluster: {first}") + role
    two = MANIFEST.replace("name: web", "name: other") + role.replace("role/t", "role/u")
    snapshot = compiled({FILE: one, "desired/b.yaml": two, **CHART})
    assert not snapshot.services
    assert all("The ECS service web of the cluster main is claimed by " in text for text in said(snapshot))
    assert set(snapshot.spoiled) == {WEB, ServiceKey("prod", "other")}


@pytest.mark.parametrize(
    "change",
    [
        ("eu-west-1", "eu-west-2"),
        ("cluster: main", "cluster: other"),
        ("service: web", "service: other"),
        ("  service", "  roleArn: arn:aws:iam::123456789012:role/t\n  service"),
    ],
)
def test_services_that_differ_in_place_are_two(change: tuple[str, str]) -> None:
    other = MANIFEST.replace("name: web", "name: other").replace(*change)
    assert len(compiled({**SOUND, "desired/b.yaml": other}).services) == 2


def test_a_service_that_is_claimed_twice_leaves_others_alone() -> None:
    two = MANIFEST.replace("name: web", "name: other")
    snapshot = compiled({**SOUND, "desired/b.yaml": two, "desired/c.yaml": ANOTHER})
    assert list(snapshot.services) == [API]


def test_only_the_folder_of_manifests_is_read() -> None:
    assert said(compiled({**SOUND, "other/x.yaml": "a: [", "README.md": "# no", "desired/README.md": "# no"})) == []


def test_hidden_files_are_no_manifests() -> None:
    assert said(compiled({**SOUND, "desired/.github/x.yaml": "a: [", "desired/.x.yml": "a: ["})) == []


def test_another_folder_may_hold_the_manifests() -> None:
    files = tree({"fleet/web.yml": MANIFEST, **CHART})
    assert set(compile_tree(files, REVISION, render_in_process, "fleet").services) == {WEB}
    assert set(compile_tree(tree({"web.yml": MANIFEST, **CHART}), REVISION, render_in_process, ".").services) == {WEB}


def test_a_missing_folder_is_a_problem_and_means_nothing_is_known() -> None:
    snapshot = compiled({"README.md": "# Hello"})
    assert said(snapshot) == ["desired: There is no such folder in the repository. Name the folder of manifests."]
    assert snapshot.unread == {"desired"}


def test_an_empty_manifest_is_a_problem_and_not_a_removal() -> None:
    snapshot = compiled({**SOUND, "desired/b.yaml": ""})
    assert snapshot.unread == {"desired/b.yaml"}


def test_a_leftover_task_definition_is_no_manifest() -> None:
    assert said(compiled({**SOUND, "desired/old.json": '{"containerDefinitions": []}'})) == []


def test_a_file_that_is_no_manifest_is_a_problem() -> None:
    assert "apiVersion is missing" in "".join(said(compiled({**SOUND, "desired/b.yaml": "a: 1\n"})))


def test_what_could_not_be_read_is_a_problem_and_spoils_what_needs_it() -> None:
    link = Problem("charts/web/values.yaml", None, None, "A symbolic link is not followed", "Put the file there.")
    files = {FILE: MANIFEST, "charts/web/task-definition.yaml.j2": "a: 1\n"}
    snapshot = compile_tree(tree(files, (link,)), REVISION, render_in_process)
    assert said(snapshot) == [
        f"charts/web/values.yaml: A symbolic link is not followed (for {FILE}). Put the file there."
    ]
    assert set(snapshot.spoiled) == {WEB}


@pytest.mark.parametrize("path", ["charts/web", "charts"])
def test_a_chart_that_is_a_link_is_one_problem(path: str) -> None:
    link = Problem(path, None, None, "A symbolic link is not followed", "Put the file itself there.")
    snapshot = compile_tree(Tree({FILE: MANIFEST.encode()}, (link,)), REVISION, render_in_process)
    assert len(snapshot.problems) == 1
    assert set(snapshot.spoiled) == {WEB}


def test_a_folder_that_is_a_link_is_one_problem() -> None:
    link = Problem("desired", None, None, "A symbolic link is not followed", "Put the file itself there.")
    snapshot = compile_tree(Tree({}, (link,)), REVISION, render_in_process)
    assert snapshot.problems == (link,)
    assert snapshot.unread == {"desired"}


def test_errors_are_problems_without_the_warnings() -> None:
    snapshot = compiled({**SOUND, FILE: MANIFEST.replace("  images: {web: 3f2a1bc}\n", "")})
    assert len(snapshot.problems) == 1
    assert snapshot.errors == ()


def test_a_child_process_compiles_the_same() -> None:
    files = {**SOUND, "desired/b.yaml": ANOTHER.replace("charts/web", "charts/none"), "desired/c.yaml": "a: ["}
    assert compiled(files, ChildRenderer()) == compiled(files)


def test_templates_that_never_end_leave_the_others_alone() -> None:
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    broken = ANOTHER.replace("charts/web", "charts/loop")
    files = {**SOUND, "desired/prod/api.yaml": broken, "charts/loop/task-definition.yaml.j2": loop}
    snapshot = compiled(files, ChildRenderer())
    assert list(snapshot.services) == [WEB]
    (found,) = said(snapshot)
    assert found.startswith(
        "charts/loop/task-definition.yaml.j2: The rendering took more than 0.7 s of CPU and was ended"
    )
    assert "(for desired/prod/api.yaml)" in found
