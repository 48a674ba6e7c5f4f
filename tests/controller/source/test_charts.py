from __future__ import annotations

import json

import pytest

from controller.source.rendering import ChildRenderer
from tests.controller.source.commits import CHART, MANIFEST, SOUND, TEMPLATE, compiled, definition, manifest, said

ENTRY = "charts/web/task-definition.yaml.j2"
MANIFEST_FILE = "desired/prod/web.yaml"


def logged(snapshot_files: dict[str, str]) -> str:
    """The value of LOG_LEVEL in the rendering."""
    (container,) = definition(compiled(snapshot_files))["containerDefinitions"]
    return str(container["environment"][0]["value"])


def problem(files: dict[str, str | bytes]) -> str:
    (found,) = said(compiled(files))
    return found


def test_the_charts_values_are_the_beginning() -> None:
    assert logged({**SOUND}) == "info"


def test_the_manifests_values_are_laid_over_them() -> None:
    assert logged({**SOUND, MANIFEST_FILE: manifest(values="values: {logLevel: debug}")}) == "debug"


def test_a_value_that_the_manifest_takes_away_is_undefined() -> None:
    found = problem({**SOUND, MANIFEST_FILE: manifest(values="values: {logLevel: null}")})
    assert found == (
        f"{ENTRY}:10: logLevel is not defined. There are no names here (for {MANIFEST_FILE}). "
        "Give it in values.yaml or in the manifest's values."
    )


def test_a_chart_needs_no_values_of_its_own() -> None:
    files = {ENTRY: TEMPLATE, MANIFEST_FILE: manifest(values="values: {logLevel: debug}")}
    assert logged(files) == "debug"
    assert logged({**files, "charts/web/values.yaml": "# none yet\n"}) == "debug"


def test_a_template_knows_its_manifest_and_chart() -> None:
    names = "{{ [name, environment, service, cluster, region, images.web, chart.name, chart.version] | join(' ') }}"
    template = TEMPLATE.replace("{{ values.logLevel }}", names)
    files = {ENTRY: template, MANIFEST_FILE: MANIFEST, "charts/web/chart.yaml": "name: shop\nversion: 1.10\n"}
    assert logged(files) == "web prod web main eu-west-1 3f2a1bc shop 1.10"


def test_a_chart_without_a_name_is_called_by_its_folder() -> None:
    files = {ENTRY: TEMPLATE.replace("values.logLevel", "chart.name"), MANIFEST_FILE: MANIFEST}
    assert logged(files) == "web"


def test_a_partial_in_a_folder_of_the_chart_is_included() -> None:
    template = TEMPLATE.replace("{{ values.logLevel }}", "{% include 'parts/level.j2' %}")
    assert logged({MANIFEST_FILE: MANIFEST, ENTRY: template, "charts/web/parts/level.j2": "{{ name }}\n"}) == "web"


def test_a_json_template_renders_as_well() -> None:
    template = json.dumps({"containerDefinitions": [{"name": "web", "image": "{{ service }}"}]})
    files = {MANIFEST_FILE: MANIFEST, "charts/web/task-definition.json.j2": template}
    assert definition(compiled(files))["containerDefinitions"][0]["image"] == "web:3f2a1bc"


def test_a_chart_beside_the_manifest_is_found_and_is_no_manifest() -> None:
    beside = {path.replace("charts/", "desired/prod/charts/"): text for path, text in CHART.items()}
    assert logged({MANIFEST_FILE: MANIFEST, **beside}) == "info"


def test_a_missing_chart_gets_the_nearest_name() -> None:
    found = problem({**SOUND, MANIFEST_FILE: manifest(chart="chart: charts/wep")})
    assert found == f"{MANIFEST_FILE}:8:10: There is no chart charts/wep. Did you mean charts/web?"


def test_a_folder_without_a_template_is_no_chart() -> None:
    found = problem({MANIFEST_FILE: MANIFEST, "charts/web/values.yaml": "a: 1\n"})
    assert found.startswith(f"charts/web: The chart has no template (for {MANIFEST_FILE}).")


def test_a_chart_has_one_template() -> None:
    found = problem({**SOUND, "charts/web/task-definition.json.j2": "{}"})
    assert found.startswith("charts/web/task-definition.json.j2: The chart has a task-definition.yaml.j2 too")


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("values.yaml", "a: 1\na: 2\n", "values.yaml:2:1: The key 'a' is given twice"),
        ("values.yaml", "- 1\n", "values.yaml:1:1: The document is not a mapping"),
        ("values.yaml", "a: 1\n---\nb: 2\n", "values.yaml: The file holds more than one document"),
        ("chart.yaml", "name: web\nversoin: 1\n", "chart.yaml:2:1: There is no field versoin in a chart.yaml"),
        ("values.schema.json", '{"type": ', "values.schema.json:"),
        ("values.schema.json", '{"type": "nothing"}', "values.schema.json: This is no JSON Schema."),
        ("part.j2", b"\n\n\xff", "part.j2:3: The file is not UTF-8"),
        ("task-definition.yaml.j2", "a: 1\n{% if %}", "task-definition.yaml.j2:2: This is not Jinja2"),
        (
            "task-definition.yaml.j2",
            "a: 1\n{{ ''.__class__ }}",
            "task-definition.yaml.j2:2: A template may not do this",
        ),
        ("task-definition.yaml.j2", "", "task-definition.yaml.j2: The file is empty"),
        ("task-definition.yaml.j2", "{{ name }}", "task-definition.yaml.j2:1: The document is not a mapping"),
        ("task-definition.yaml.j2", "\n\na: 1\nb: [\n", "task-definition.yaml.j2:5: "),
        (
            "task-definition.yaml.j2",
            "{# c #}\na: 1\n{% if 1 %}\na: 2\n{% endif %}",
            "task-definition.yaml.j2:4: The key 'a'",
        ),
    ],
)
def test_a_problem_of_a_chart_is_placed_in_its_file(file: str, text: str | bytes, expected: str) -> None:
    found = problem({**SOUND, f"charts/web/{file}": text})
    assert found.startswith(f"charts/web/{expected}"), found
    assert f"(for {MANIFEST_FILE})" in found


def test_a_problem_in_what_was_rendered_is_placed_in_the_template() -> None:
    template = TEMPLATE.replace("    image", "{# images come from the manifest #}\n    imag")
    found = said(compiled({**SOUND, ENTRY: template}))
    assert found[0].startswith(f"{ENTRY}:7: The container web has no image")
    assert found[1].startswith(f"{ENTRY}:9: In containerDefinitions[0]: AWS knows no field imag here")


def test_a_problem_of_a_chart_is_said_once_for_all_that_use_it() -> None:
    manifests = {
        f"desired/prod/s{index}.yaml": MANIFEST.replace("name: web", f"name: s{index}").replace(
            "service: web", f"service: s{index}"
        )
        for index in range(5)
    }
    snapshot = compiled({**CHART, **manifests, ENTRY: "{% if %}"})
    (found,) = said(snapshot)
    assert "(for desired/prod/s0.yaml, desired/prod/s1.yaml, desired/prod/s2.yaml and 2 more)" in found
    assert len(snapshot.spoiled) == 5


SCHEMA = json.dumps(
    {
        "properties": {"logLevel": {"enum": ["info", "debug"]}, "port": {"type": "integer"}},
        "additionalProperties": False,
        "required": ["logLevel"],
    }
)


def schema_problem(values: str, chart_values: str = "logLevel: info\n") -> str:
    files = {"charts/web/values.schema.json": SCHEMA, "charts/web/values.yaml": chart_values}
    return problem({**SOUND, **files, MANIFEST_FILE: manifest(values=f"values: {values}")})


def test_a_schema_is_kept_for_every_manifest_of_the_chart() -> None:
    other = MANIFEST.replace("name: web", "name: b").replace("service: web", "service: b")
    files = {**SOUND, "charts/web/values.schema.json": SCHEMA, "desired/b.yaml": other}
    assert len(compiled(files, ChildRenderer()).services) == 2


def test_a_value_that_the_schema_refuses_is_placed_in_the_manifest() -> None:
    assert schema_problem("{logLevel: loud}").startswith(f"{MANIFEST_FILE}:10:22: 'loud' is not one of")


def test_a_value_that_the_schema_refuses_is_placed_in_the_charts_values_if_it_stands_there() -> None:
    assert schema_problem("{}", "logLevel: loud\n").startswith("charts/web/values.yaml:1:11: 'loud' is not one of")


def test_a_value_that_the_schema_misses_is_missed_in_the_manifest() -> None:
    assert schema_problem("{logLevel: null}").startswith(f"{MANIFEST_FILE}:10:11: 'logLevel' is a required property")


def test_a_manifest_without_values_is_to_blame_at_its_chart() -> None:
    files = {"charts/web/values.schema.json": SCHEMA, "charts/web/values.yaml": "# none\n"}
    assert problem({**SOUND, **files}).startswith(f"{MANIFEST_FILE}:8:10: 'logLevel' is a required property")


def test_an_unknown_value_gets_the_nearest_name() -> None:
    found = schema_problem("{logLevle: info}")
    assert found == f"{MANIFEST_FILE}:10:22: There is no value logLevle. Did you mean logLevel?"
