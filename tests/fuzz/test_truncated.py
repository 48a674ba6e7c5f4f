"""Every file a user can write, cut off at every byte: there is an answer, and never a traceback."""

from collections.abc import Callable

import pytest

from controller.notify import reading
from controller.rules import guard_rails, roles
from controller.source.problem import Problem
from tests.controller.source.commits import SOUND, compiled, plain
from tests.fuzz import seeds
from tests.fuzz.targets import TARGETS

DEFINITION = seeds.DEFINITION
SCHEMA = seeds.SCHEMA
COMMITS = {
    "desired/prod/web.yaml": SOUND,
    "charts/web/task-definition.yaml.j2": SOUND,
    "charts/web/values.yaml": SOUND,
    "charts/web/chart.yaml": {
        **SOUND,
        "charts/web/chart.yaml": "name: web\nversion: 1.2.3\ndescription: A web server\n",
    },
    "charts/web/values.schema.json": {**SOUND, "charts/web/values.schema.json": SCHEMA.decode()},
    "charts/web/task-definition.json.j2": {
        "desired/prod/web.yaml": SOUND["desired/prod/web.yaml"],
        "charts/web/task-definition.json.j2": DEFINITION.decode(),
    },
    "web.json": {**plain("{}"), "web.json": DEFINITION.decode()},
}
OPERATORS: dict[str, Callable[[bytes, str], object]] = {
    "guard-rails": guard_rails.parse,
    "roles": roles.parse,
    "notifications": reading.parse,
}


def test_the_whole_files_are_sound() -> None:
    assert [path for path, files in COMMITS.items() if not compiled(files).services] == []


@pytest.mark.parametrize("path", COMMITS)
def test_a_file_of_a_commit_cut_anywhere_gives_a_service_or_an_error_with_its_place(path: str) -> None:
    files = COMMITS[path]
    whole = files[path].encode()
    for length in range(len(whole)):
        snapshot = compiled({**files, path: whole[:length]})
        assert snapshot.services or snapshot.errors, length
        assert all(each.file and each.message for each in snapshot.problems), length


@pytest.mark.parametrize("name", OPERATORS)
def test_a_file_of_the_operator_cut_anywhere_is_read_or_has_problems(name: str) -> None:
    whole = TARGETS[name].seeds[0]
    for length in range(len(whole)):
        found = OPERATORS[name](whole[:length], "any.yaml")
        problems = found if isinstance(found, tuple) else ()
        assert all(isinstance(each, Problem) and str(each) for each in problems), length
