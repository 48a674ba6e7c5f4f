from __future__ import annotations

import pytest

from controller.source.documents import load
from controller.source.located import Located
from controller.source.manifest_reading import read
from controller.source.manifests import Manifest
from tests.controller.source.commits import manifest

CODE_DEPLOY = "rollout: {codeDeploy: {application: a, deploymentGroup: g%s}}"


def manifest_of(text: str) -> Manifest:
    result = _read(text)
    assert isinstance(result, Manifest), [str(problem) for problem in result]
    return result


def problems_of(text: str) -> list[str]:
    result = _read(text)
    assert not isinstance(result, Manifest)
    return [str(problem) for problem in result]


def problem_of(text: str) -> str:
    (problem,) = problems_of(text)
    return problem


def _read(text: str) -> Manifest | tuple[object, ...]:
    (document,) = load(text.encode(), "m.yaml").documents
    return read(Located(document))


def test_the_least_that_a_manifest_says() -> None:
    spec = manifest_of(manifest()).spec
    assert (spec.cluster, spec.service, spec.region, spec.chart) == ("main", "web", "eu-west-1", "charts/web")


@pytest.mark.parametrize("tag", ["0012345", "1.10", "1e3", "12345", "true", "null1", "0x1f", "1_000", "2026-11-22"])
def test_a_tag_is_the_text_that_stands_there(tag: str) -> None:
    assert manifest_of(manifest(images=f"images: {{web: {tag}}}")).spec.images == {"web": tag}


def test_a_time_of_day_is_refused_as_it_stands() -> None:
    assert "'22:30' is no image" in problem_of(manifest(images="images: {web: 22:30}"))


def test_an_image_without_a_text_is_refused() -> None:
    assert problem_of(manifest(images="images: {web: }")).startswith("m.yaml:9:17: spec.images.web cannot be read")


def test_names_are_the_text_that_stands_there() -> None:
    text = manifest(metadata="metadata: {name: 0012, environment: 1.10}".replace("1.10", "true"))
    assert manifest_of(text.replace("  metadata", "metadata")).metadata.name == "0012"
    assert manifest_of(text.replace("  metadata", "metadata")).metadata.environment == "true"


def test_an_external_id_keeps_its_zeros() -> None:
    text = manifest(role="roleArn: arn:aws:iam::123456789012:role/t", id="externalId: 0012")
    assert manifest_of(text).spec.external_id == "0012"


@pytest.mark.parametrize(("text", "expected"), [("90m", 5400), ("2h", 7200), ("5400", 5400), ("1.5", 1.5)])
def test_a_timeout_is_a_duration(text: str, expected: float) -> None:
    rollout = manifest_of(manifest(rollout=CODE_DEPLOY % f", timeout: {text}")).spec.rollout
    assert rollout.code_deploy
    assert rollout.code_deploy.timeout == expected


@pytest.mark.parametrize("text", ["90x", "0s", "31d", "soon", "true", "{}"])
def test_a_timeout_that_is_no_duration_is_refused(text: str) -> None:
    assert f"{text}" in problem_of(manifest(rollout=CODE_DEPLOY % f", timeout: {text}"))


def test_a_hook_without_a_function_takes_a_hook_away() -> None:
    rollout = 'rollout: {codeDeploy: {application: a, deploymentGroup: g, hooks: {AfterAllowTestTraffic: ""}}}'
    said = manifest_of(manifest(rollout=rollout)).spec.rollout.code_deploy
    assert said is not None
    assert list(said.hooks.values()) == [""]


def test_an_unknown_field_is_refused_at_its_name_with_the_nearest_right_one() -> None:
    expected = "m.yaml:10:3: There is no field rolout in spec. Did you mean rollout?"
    assert problem_of(manifest(rolout="rolout: {}")) == expected


def test_an_unknown_field_at_the_top_is_refused() -> None:
    text = manifest() + "metdata: {}\n"
    assert problem_of(text) == "m.yaml:10:1: There is no field metdata in a manifest. Did you mean metadata?"


def test_an_unknown_field_deep_inside_is_refused() -> None:
    expected = "There is no field timout in spec.rollout.codeDeploy. Did you mean timeout?"
    assert expected in problem_of(manifest(rollout=CODE_DEPLOY % ", timout: 1h"))


def test_a_missing_field_says_what_to_add() -> None:
    text = manifest().replace("  service: web\n", "")
    assert problem_of(text) == "m.yaml:5:3: spec.service is missing. Add service: The ECS service's name."


def test_a_missing_part_says_its_name() -> None:
    text = "apiVersion: trueup/v1\nkind: Service\nmetadata: {name: a, environment: b}\n"
    assert problem_of(text) == "m.yaml:1:1: spec is missing. Add spec."


def test_a_part_that_is_no_mapping_is_refused_once() -> None:
    text = "apiVersion: trueup/v1\nkind: Service\nmetadata: {name: a, environment: b}\nspec: 3\n"
    assert problem_of(text) == "m.yaml:4:7: spec is not a mapping. Write names with values below it."


@pytest.mark.parametrize(
    "field", ["values", "images", "serviceDefinition", "ignore", "scan", "strict", "rollout", "sync"]
)
def test_a_field_without_a_value_is_as_good_as_none(field: str) -> None:
    bare = manifest(images="drift: heal")
    assert manifest_of(f"{bare}  {field}:\n") == manifest_of(bare)


def test_a_required_field_without_a_value_is_missing() -> None:
    assert "spec.service is missing" in problem_of(manifest(service="service:"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sync": "sync: off"}, "spec.sync cannot be 'off'. Write 'auto', 'manual' or 'observe'."),
        ({"drift": "drift: Heal"}, "spec.drift cannot be 'Heal'. Write 'heal', 'warn' or 'ignore'."),
        ({"strict": "strict: yes"}, "spec.strict cannot be read. It must be a valid boolean."),
        ({"region": "region: eu_west"}, "spec.region is not written as it must be. Write a region such as eu-west-1."),
        ({"cluster": "cluster: a/b"}, "Write the cluster's name (letters, digits, _ and -) or its whole ARN."),
        ({"scan": "scan: {severity: BAD}"}, "spec.scan.severity cannot be 'BAD'."),
        ({"rollout": CODE_DEPLOY % ", retries: -1"}, "It must be greater than or equal to 0."),
        ({"rollout": CODE_DEPLOY % ", hooks: {Install: f}"}, "spec.rollout.codeDeploy.hooks.Install cannot be"),
        ({"rollout": "rollout: {ecs: {strategy: CANARY}}"}, "strategy cannot be 'CANARY'. Write 'ROLLING'."),
        ({"values": "values: [1]"}, "spec.values is not a mapping."),
        ({"roleArn": "roleArn: admin"}, "Write a role's ARN"),
    ],
)
def test_a_wrong_value_says_what_it_may_be(changes: dict[str, str], expected: str) -> None:
    assert expected in problem_of(manifest(**changes))


def test_another_version_and_kind_are_refused() -> None:
    text = manifest().replace("trueup/v1", "trueup/v2").replace("kind: Service", "kind: Deployment")
    assert problems_of(text) == [
        "m.yaml:1:13: apiVersion cannot be 'trueup/v2'. Write 'trueup/v1'.",
        "m.yaml:2:7: kind cannot be 'Deployment'. Write 'Service'.",
    ]


def test_a_chart_or_a_task_definition_must_be_given() -> None:
    text = manifest().replace("  chart: charts/web\n", "")
    assert problem_of(text) == "m.yaml:5:3: Neither chart nor taskDefinition is given. Give one of them."


def test_a_chart_and_a_task_definition_are_one_too_many() -> None:
    expected = "m.yaml:10:19: chart and taskDefinition are given both. Keep one of them."
    assert problem_of(manifest(task="taskDefinition: t.json")) == expected


def test_a_rollout_goes_one_way() -> None:
    both = "rollout: {codeDeploy: {application: a, deploymentGroup: g}, ecs: {}}"
    assert "codeDeploy and ecs are given both" in problem_of(manifest(rollout=both))
    assert "Neither codeDeploy nor ecs is given" in problem_of(manifest(rollout="rollout: {}"))


def test_values_belong_to_a_chart() -> None:
    text = manifest(chart="taskDefinition: t.json", values="values: {a: 1}")
    assert "Values without a chart have nowhere to go" in problem_of(text)


@pytest.mark.parametrize("path", ["../charts/web", "/charts/web", "charts/../../web", "charts\\web", ".", "./", ".."])
def test_a_path_stays_in_the_repository(path: str) -> None:
    assert f"The path {path} leaves the repository" in problem_of(manifest(chart=f"chart: {path}"))


def test_the_region_may_come_from_the_clusters_arn() -> None:
    arn = "cluster: arn:aws:ecs:eu-west-1:123456789012:cluster/main"
    assert manifest_of(manifest(cluster=arn, region="sync: auto")).spec.region is None


def test_without_an_arn_the_region_is_missing() -> None:
    assert "spec.region is missing" in problem_of(manifest(region="sync: auto"))


def test_the_region_must_be_the_clusters() -> None:
    arn = "cluster: arn:aws:ecs:eu-west-2:123456789012:cluster/main"
    assert "The cluster's ARN says eu-west-2" in problem_of(manifest(cluster=arn))


def test_the_role_must_be_of_the_clusters_account() -> None:
    text = manifest(
        cluster="cluster: arn:aws:ecs:eu-west-1:123456789012:cluster/main",
        role="roleArn: arn:aws:iam::210987654321:role/t",
    )
    assert "The role is of another account than the cluster, 123456789012" in problem_of(text)


def test_an_external_id_needs_a_role() -> None:
    assert "An external ID without a role has no use" in problem_of(manifest(id="externalId: abc"))


@pytest.mark.parametrize("pointer", ["desiredCount", "/status", "/serviceDefinition", "/taskDefinition//cpu", "/x~2"])
def test_what_is_ignored_must_be_a_place_in_the_service(pointer: str) -> None:
    assert problem_of(manifest(ignore=f"ignore: [{pointer}]")).startswith("m.yaml:10:12: ")


def test_places_to_ignore_are_kept_as_they_stand() -> None:
    spec = manifest_of(manifest(ignore="ignore: [/serviceDefinition/desiredCount]")).spec
    assert spec.ignore == ("/serviceDefinition/desiredCount",)


def test_a_list_of_places_must_be_a_list() -> None:
    assert "spec.ignore cannot be read" in problem_of(manifest(ignore="ignore: /serviceDefinition/desiredCount"))


def test_a_field_of_the_service_that_aws_does_not_know_gets_the_nearest_name() -> None:
    expected = (
        "m.yaml:10:23: In spec.serviceDefinition: AWS knows no field desiredCuont here. Did you mean desiredCount?"
    )
    assert problem_of(manifest(service_definition="serviceDefinition: {desiredCuont: 2}")) == expected


def test_a_count_that_aws_would_refuse_is_refused_at_its_place() -> None:
    text = manifest(service_definition="serviceDefinition: {desiredCount: -2}")
    expected = "m.yaml:10:37: spec.serviceDefinition.desiredCount must be at least 0, and is -2."
    assert problem_of(text) == expected


def test_a_percentage_of_the_rollout_that_aws_would_refuse_is_refused_at_its_place() -> None:
    text = manifest(rollout="rollout: {ecs: {minimumHealthyPercent: -1}}")
    assert "spec.rollout.ecs.minimumHealthyPercent must be at least 0, and is -1." in problem_of(text)


def test_a_field_of_the_service_of_the_wrong_type_says_the_right_one() -> None:
    text = manifest(service_definition='serviceDefinition: {desiredCount: "2"}')
    assert "spec.serviceDefinition.desiredCount must be a whole number, and is text." in problem_of(text)


@pytest.mark.parametrize(
    "field", ["taskDefinition", "cluster", "service", "forceNewDeployment", "deploymentController"]
)
def test_what_is_said_elsewhere_is_refused_in_the_service_definition(field: str) -> None:
    text = manifest(service_definition=f"serviceDefinition: {{{field}: x}}")
    assert f"{field} does not belong into serviceDefinition" in problem_of(text)


def test_a_rolling_update_takes_awss_own_words() -> None:
    ecs = manifest_of(manifest(rollout="rollout: {ecs: {maximumPercent: 150, timeout: 1h}}")).spec.rollout.ecs
    assert ecs
    assert (ecs.model_extra, ecs.timeout) == ({"maximumPercent": 150}, 3600)


def test_a_word_near_one_of_ours_is_not_called_awss_mistake() -> None:
    text = problem_of(manifest(rollout="rollout: {ecs: {timout: 1h}}"))
    assert text.endswith("There is no field timout in spec.rollout.ecs, and AWS knows none. Did you mean timeout?")


def test_a_word_near_one_of_awss_gets_that() -> None:
    text = problem_of(manifest(rollout="rollout: {ecs: {maxPercent: 1}}"))
    assert text.endswith("AWS knows no field maxPercent here. Did you mean maximumPercent?")


def test_the_deployment_configuration_is_given_once() -> None:
    text = manifest(
        rollout="rollout: {ecs: {maximumPercent: 150}}",
        service_definition="serviceDefinition: {deploymentConfiguration: {maximumPercent: 150}}",
    )
    assert "The deployment configuration is given in rollout.ecs too" in problem_of(text)


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = manifest(
        region="region: nowhere",
        sync="sync: maybe",
        rolout="rolout: 1",
        service_definition="serviceDefinition: {desiredCuont: 2}",
        ignore="ignore: [x]",
    )
    lines = [int(problem.split(":")[1]) for problem in problems_of(text)]
    assert lines == [7, 10, 11, 12, 13]


@pytest.mark.parametrize("name", ["'*'", "'a?'", "g/*", "'${x}'", "x" * 101])
@pytest.mark.parametrize("field", ["application", "deploymentGroup"])
def test_a_name_of_codedeploys_that_is_a_pattern_is_refused(field: str, name: str) -> None:
    names = {"application": "a", "deploymentGroup": "g", field: name}
    said = ", ".join(f"{each}: {value}" for each, value in names.items())
    assert f"spec.rollout.codeDeploy.{field} " in problem_of(manifest(rollout=f"rollout: {{codeDeploy: {{{said}}}}}"))


def test_a_role_of_the_services_fields_that_is_a_pattern_is_refused() -> None:
    volume = "{name: v, managedEBSVolume: {roleArn: 'arn:aws:iam::123456789012:role/*'}}"
    text = manifest(images=f"serviceDefinition: {{volumeConfigurations: [{volume}]}}")
    assert "role/* is no role's name or ARN" in problem_of(text)


def test_a_role_of_a_rollouts_hooks_that_is_a_pattern_is_refused() -> None:
    hook = "{hookTargetArn: x, roleArn: '*', lifecycleStages: [PRE_SCALE_UP]}"
    assert "* is no role's name or ARN" in problem_of(
        manifest(rollout=f"rollout: {{ecs: {{lifecycleHooks: [{hook}]}}}}")
    )
