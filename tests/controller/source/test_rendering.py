from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from controller.source.chart_sandbox import ChartTemplates, Rendering
from controller.source.render_child import RenderLimits
from controller.source.rendering import ChildRenderer, RendererError, RenderJob, render_in_process
from controller.source.spending import Allowance
from controller.source.templating import Rendered, RenderFailure
from controller.source.values import RefusedValues

TIGHT = RenderLimits(output_characters=10_000)
GOOD = "a: {{ values.a }}\n"
BUSY = "{% for a in range(99999) %}{% endfor %}"  # some hundredths of a second


def job(template: str, schema: object = None) -> RenderJob:
    return RenderJob(
        ChartTemplates({"main.j2": template}, "main.j2", schema), {"values": {"a": "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}}
    )


def render_one(template: str, limits: RenderLimits = TIGHT) -> Rendering:
    (answer,) = ChildRenderer(limits)([job(template)])
    return answer


def failed(rendering: Rendering) -> str:
    assert isinstance(rendering, RenderFailure), rendering
    return rendering.message


def test_a_child_renders_as_this_process_does() -> None:
    jobs = [job(GOOD), job("{{ values.b }}"), job("{% if %}"), job(GOOD, {"required": ["b"]})]
    assert list(ChildRenderer(TIGHT)(jobs)) == list(render_in_process(jobs))


def test_answers_stand_in_the_order_of_the_jobs() -> None:
    first, second = job("first"), job("second")
    answers = ChildRenderer(TIGHT)([first, second, first, second])
    assert [answer.text for answer in answers if isinstance(answer, Rendered)] == ["first", "second"] * 2


def test_nothing_to_render_starts_nothing() -> None:
    assert list(ChildRenderer(TIGHT)([])) == []


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 7 ** (7 ** 9) }}",
    ],
)
def test_a_template_that_never_ends_is_ended(template: str) -> None:
    assert failed(render_one(template)) == "The rendering took more than 0.7 s of CPU and was ended"


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10 ** 10 }}",
        "{% set a = 'a' * 400000000 %}",
        "{% set a = 'a' * 70000000 %}{{ a + a + a }}",
        "{{ '%099999999999d' | format(1) }}",
    ],
)
def test_a_template_that_allocates_gigabytes_is_ended(template: str) -> None:
    patient = replace(TIGHT, cpu_seconds=60)  # where memory is slow to be had, a second may be over first
    assert failed(render_one(template, patient)) == "The rendering took more than 160 MiB of memory and was ended"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits an address space")
@pytest.mark.parametrize(
    "template",
    [
        "{% set a = 'a' * 400000000 %}",
        "{% set a = 'a' * 70000000 %}{{ a + a + a }}",
        "{% set n = namespace(a='a') %}{% for b in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}",
    ],
)
def test_a_child_never_takes_200_mib(template: str) -> None:
    # In a process of its own, since what is known of children is the most that any of them took.
    script = (
        "import resource, sys; sys.path.insert(0, sys.argv[1]);"
        "from tests.controller.source.test_rendering import *;"
        "assert 'MiB of memory' in failed(render_one(sys.argv[2], replace(TIGHT, cpu_seconds=60)));"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parents[3]), template]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout) * 1024 < 200 * 2**20


def test_a_template_that_never_ends_is_ended_within_a_second_of_cpu() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    failed(render_one("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    started_within = 0.6  # the interpreter's own share, on a slow machine
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0 + started_within


def test_what_checks_values_is_loaded_in_nobodys_time() -> None:
    schema = {"properties": {"a": {"type": "string"}}}
    (answer,) = ChildRenderer(replace(TIGHT, cpu_seconds=0.15))([job(GOOD, schema)])
    assert isinstance(answer, Rendered)


def test_a_chart_whose_renderings_take_too_much_together_is_left_and_the_others_go_on() -> None:
    busy, good = job(BUSY), job(GOOD)
    answers = list(ChildRenderer(TIGHT, allowance=Allowance(0.05, 0.0))([*[busy] * 200, good]))
    refused = [answer for answer in answers[:200] if isinstance(answer, RenderFailure)]
    assert {type(answer) for answer in (answers[0], answers[-1])} == {Rendered}
    assert len(refused) > 150
    assert failed(refused[0]).startswith("The renderings of this chart took more than 0.05 s of CPU together")


def test_a_template_that_prints_gigabytes_is_ended() -> None:
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}\n{% endfor %}{% endfor %}"
    assert failed(render_one(endless)) == "The rendering is longer than 10,000 characters"


def test_a_template_that_breaks_its_process_is_a_failure() -> None:
    assert isinstance(render_one("{{ " + "(" * 5000 + ")" * 5000 + " }}"), RenderFailure)


def test_what_a_bad_template_takes_with_it_is_rendered_all_the_same() -> None:
    answers = ChildRenderer(TIGHT)([job(GOOD), job("{{ 'a' * 10 ** 10 }}"), job(GOOD)])
    assert [type(answer) for answer in answers] == [Rendered, RenderFailure, Rendered]


def test_a_child_that_does_not_answer_in_time_is_killed() -> None:
    impatient = RenderLimits(cpu_seconds=60, wall_seconds=0.5)
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    assert failed(render_one(endless, impatient)) == "The rendering took longer than 0.5 s and was ended"


def test_many_renderings_may_together_take_more_than_one_may() -> None:
    answers = list(ChildRenderer(replace(TIGHT, cpu_seconds=0.4))([job(BUSY)] * 20))
    assert {type(answer) for answer in answers} == {Rendered}


def test_values_that_the_schema_refuses_are_not_rendered() -> None:
    (answer,) = ChildRenderer(TIGHT)([job(GOOD, {"properties": {"a": {"type": "integer"}}})])
    assert isinstance(answer, RefusedValues)
    assert [refusal.path for refusal in answer.refusals] == [("a",)]


@pytest.mark.parametrize("schema", [{"type": "nothing"}, [], {"$ref": "http://127.0.0.1:9/"}, {"$ref": "#"}])
def test_what_is_no_schema_or_fetches_one_is_a_failure_of_the_schema(schema: object) -> None:
    (answer,) = ChildRenderer(TIGHT)([job(GOOD, schema)])
    assert isinstance(answer, RenderFailure)
    assert answer.file == "values.schema.json"


def test_a_pattern_of_a_schema_that_never_ends_is_ended() -> None:
    (answer,) = ChildRenderer(TIGHT)([job(GOOD, {"properties": {"a": {"pattern": "^(a+)+$"}}})])
    assert failed(answer) == "The rendering took more than 0.7 s of CPU and was ended"


def test_a_chart_that_is_ended_again_and_again_is_not_tried_for_ever() -> None:
    greedy, good = job("{{ 'a' * 10 ** 10 }}"), job(GOOD)
    answers = list(ChildRenderer(TIGHT)([*[greedy] * 200, good]))
    # Three were ended, and what the third died of is said of all that were not tried.
    assert len({id(answer) for answer in answers[:200]}) == 3
    assert all(answer is answers[2] for answer in answers[3:200])
    assert [type(answer) for answer in answers] == [RenderFailure] * 200 + [Rendered]


@pytest.mark.parametrize("interpreter", [shutil.which("false") or "/none", "/none"])
def test_a_process_that_cannot_start_is_nobodys_template(interpreter: str) -> None:
    with pytest.raises(RendererError, match="does not start"):
        list(ChildRenderer(TIGHT, interpreter)([job(GOOD)]))


def test_a_confined_process_sees_no_credentials_and_writes_no_file(tmp_path: Path) -> None:
    script = (
        "import os, sys; from controller.source.render_child import RenderLimits, _confine; _confine(RenderLimits());"
        f"print(os.environ); open({str(tmp_path / 'x')!r}, 'w').write('x')"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], env={}, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("environ({")
    assert "AWS" not in done.stdout
    assert not (tmp_path / "x").read_text()


def test_no_child_is_left_behind() -> None:
    before = _children()
    list(ChildRenderer(TIGHT)([job(GOOD), job("{{ 'a' * 10 ** 10 }}"), job(GOOD)]))
    assert _children() <= before


def test_no_child_is_left_behind_by_who_stops_listening() -> None:
    before = _children()
    answers = iter(ChildRenderer(TIGHT)([job(GOOD), job(GOOD)]))
    next(answers)
    del answers
    assert _children() <= before


def _children() -> set[str]:
    tasks = Path(f"/proc/{os.getpid()}/task")
    if not tasks.exists():
        pytest.skip("This system does not list a process's children in /proc")
    return {child for task in tasks.iterdir() for child in (task / "children").read_text().split()}


def test_long_texts_cross_whole() -> None:
    text = ("é" * 999 + "\n") * 400  # of long lines: Jinja takes a second for two hundred thousand short ones
    answer = render_one(text, RenderLimits(cpu_seconds=60))
    assert isinstance(answer, Rendered)
    assert answer.text == text
