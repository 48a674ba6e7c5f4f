"""Plans of several services, in three forms."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from controller.cli.applied import Applied
from controller.cli.planned import Planned, as_json, plan_each, text
from controller.cli.planned_markdown import markdown
from controller.source.git_errors import SourceError
from controller.source.problem import Problem
from controller.source.rendering import RendererError
from controller.source.snapshot import Snapshot
from reconcilers.actions import UpdateService
from reconcilers.diff import Change
from reconcilers.masking import MASK
from reconcilers.model import Service, ServiceKey
from reconcilers.outcome import Differs, Finding, Health, InSync, Retry, Stalled, Sync
from reconcilers.verdict import Order, Plan
from tests.controller.builders import KEY, named, snapshot, wanted

CALM = Plan((), InSync(), Sync.IN_SYNC, Health.HEALTHY)
SECRET = Change("/taskDefinition/containerDefinitions/proxy/environment/KEY", "changed", "s3cret", "hunter2")
BUSY = Plan(
    (UpdateService("prod", "notes", {"desiredCount": 2}),),
    Differs("live | differs\nfrom Git"),
    Sync.DRIFTED,
    Health.HEALTHY,
    changes=(SECRET,),
    warnings=(Finding("NoAlarm", "No alarm.", "Make one.", blocking=False),),
)
ERROR = Problem("desired/prod/web.yaml", 3, 7, "There is no field imagez", "Did you mean images?")
WARNING = Problem("desired/prod/web.yaml", 9, 1, "The tag is latest", "Name a release.", "warning")
WEB = ServiceKey("prod", "web")


class Aws:
    """Previews that answer by the service's name, and note who was asked about."""

    def __init__(self, **answers: Plan | Exception) -> None:
        self._answers = answers
        self.asked: list[str] = []
        self.applied: list[Mapping[str, Any] | None] = []

    def preview(self, wanted: Service, order: Order) -> Plan:
        self.asked.append(wanted.name)
        self.applied.append(order.applied)
        answer = self._answers[wanted.name]
        if isinstance(answer, Exception):
            raise answer
        return answer


def nothing_differs() -> Snapshot:
    raise AssertionError("The commit before is read where no field differs.")


ALIKE = Applied(nothing_differs)
SERVICES = {KEY: wanted("v2"), WEB: named("web")}


def test_every_service_is_planned() -> None:
    aws = Aws(notes=CALM, web=BUSY)
    found = plan_each(SERVICES, aws.preview, (WARNING,), ALIKE)
    assert found == Planned({KEY: CALM, WEB: BUSY}, (WARNING,), {})


def test_a_service_that_cannot_be_planned_does_not_keep_the_others() -> None:
    aws = Aws(notes=Stalled("AccessDenied", "It was denied.", "Allow it."), web=CALM)
    found = plan_each(SERVICES, aws.preview, (), ALIKE)
    assert found.failed == {KEY: "AccessDenied: It was denied. Allow it."}
    assert found.plans == {WEB: CALM}


def test_an_aws_that_does_not_answer_is_waited_for_once() -> None:
    aws = Aws(notes=Retry("Timeout", "no answer in time."), web=CALM)
    found = plan_each(SERVICES, aws.preview, (), ALIKE)
    assert aws.asked == ["notes"]
    assert found.failed == {KEY: "Timeout: no answer in time.", WEB: "Timeout, as for prod/notes"}


def test_another_region_is_asked_all_the_same() -> None:
    elsewhere = named("web", scope=type(wanted().scope)("us-east-1"))
    aws = Aws(notes=Retry("Timeout", "no answer in time."), web=CALM)
    assert plan_each({KEY: wanted("v2"), WEB: elsewhere}, aws.preview, (), ALIKE).plans == {WEB: CALM}


COUNTED = replace(CALM, sync=Sync.DRIFTED, changes=(Change("/serviceDefinition/desiredCount", "changed", 3, 2),))


def before() -> Snapshot:
    return snapshot(wanted("v2", service_definition={"desiredCount": 2}))


def test_where_a_field_differs_what_the_commit_before_declares_counts_as_applied() -> None:
    aws = Aws(notes=COUNTED)
    found = plan_each({KEY: wanted("v2")}, aws.preview, (), Applied(before))
    assert aws.applied == [None, {"desiredCount": 2}]
    assert found.untold == ""


def test_a_service_that_the_commit_before_does_not_describe_is_looked_at_once() -> None:
    aws = Aws(web=COUNTED)
    plan_each({WEB: named("web")}, aws.preview, (), Applied(before))
    assert aws.applied == [None]


def test_the_commit_before_is_read_once_for_all() -> None:
    reads: list[int] = []

    def read() -> Snapshot:
        reads.append(1)
        return before()

    plan_each(SERVICES, Aws(notes=COUNTED, web=COUNTED).preview, (), Applied(read))
    assert len(reads) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [(SourceError("missing-branch", "It is not here.", "Fetch it."), "It is not here. Fetch it."),
     (RendererError("no processes"), "no processes")],
)  # fmt: skip
def test_without_the_commit_before_a_plan_is_made_all_the_same_and_says_what_it_cannot_tell(
    error: Exception, said: str
) -> None:
    def read() -> Snapshot:
        raise error

    found = plan_each(SERVICES, Aws(notes=COUNTED, web=COUNTED).preview, (), Applied(read))
    assert found.plans == {KEY: COUNTED, WEB: COUNTED}
    assert text(found).splitlines()[-2] == f"note: A service field that Git changed reads as drift here. {said}"
    assert json.loads(as_json(found))["untold"] == said
    assert f"A service field that Git changed reads as drift here. {said}" in markdown(found)


def test_nothing_to_do_is_no_change() -> None:
    assert not Planned({KEY: CALM}).changes
    assert not Planned({KEY: CALM}).broken


def test_what_differs_or_would_be_done_is_a_change() -> None:
    assert Planned({KEY: CALM, WEB: BUSY}).changes


@pytest.mark.parametrize(
    "planned", [Planned({}, (ERROR,)), Planned({}, (), {KEY: "Timeout"}), Planned({KEY: BUSY}, (ERROR,))]
)
def test_errors_make_a_plan_broken(planned: Planned) -> None:
    assert planned.broken


def test_warnings_do_not() -> None:
    assert not Planned({}, (WARNING,)).broken


def test_as_text_each_service_has_its_lines_and_a_summary_ends_it() -> None:
    said = text(Planned({KEY: CALM, WEB: BUSY}, (ERROR,), {ServiceKey("dev", "x"): "Timeout"})).splitlines()
    assert said[0] == "error: desired/prod/web.yaml:3:7: There is no field imagez. Did you mean images?"
    assert said[1] == "prod/notes: in-sync, healthy: nothing to do."
    assert said[2].startswith("prod/web: drifted, healthy: ")
    assert "  > set desiredCount of service notes" in said
    assert said[-2:] == ["dev/x: not planned. Timeout", "2 planned, 1 with changes, 2 with errors"]


def test_as_json_everything_is_there() -> None:
    said = json.loads(as_json(Planned({KEY: CALM, WEB: BUSY}, (WARNING,), {ServiceKey("dev", "x"): "Timeout"})))
    assert said["changes"] is True
    assert [each["name"] for each in said["services"]] == ["notes", "web"]
    busy = said["services"][1]
    assert (busy["sync"], busy["outcome"], busy["actions"]) == (
        "drifted",
        "differs",
        ["set desiredCount of service notes"],
    )
    assert busy["changes"] == [{"path": SECRET.path, "kind": "changed", "declared": MASK, "live": MASK}]
    assert busy["warnings"] == ["NoAlarm: No alarm. Make one."]
    assert said["failed"] == [{"environment": "dev", "name": "x", "message": "Timeout"}]
    assert said["problems"][0]["line"] == 9


@pytest.mark.parametrize("form", [text, as_json, markdown])
def test_no_form_shows_a_value_of_the_environment(form: object) -> None:
    assert callable(form)
    said = form(Planned({KEY: BUSY}))
    assert "s3cret" not in said
    assert "hunter2" not in said


def test_what_is_left_out_and_what_left_git_is_counted() -> None:
    planned = Planned({KEY: CALM}, removed=(WEB,), unchanged=3, known=2)
    said = text(planned).splitlines()
    assert said[1] == "prod/web: its manifest is removed; its ECS service is left running."
    assert said[-1] == (
        "1 planned, 0 with changes, 0 with errors, 3 unchanged services left out, "
        "2 problems left out that were there before"
    )
    answer = json.loads(as_json(planned))
    assert (answer["removed"], answer["unchanged"]) == ([{"environment": "prod", "name": "web"}], 3)


@pytest.mark.parametrize("form", [text, as_json, markdown])
def test_a_name_from_aws_forges_no_line_and_moves_no_cursor(form: object) -> None:
    forged = Change(
        "/taskDefinition/containerDefinitions/proxy/environment/a\nprod/x: in-sync\x1b[31m\x9b", "added", None, "1"
    )
    assert callable(form)
    said = form(Planned({KEY: replace(BUSY, changes=(forged,))}, services={KEY: wanted("v2")}))
    assert not any(line.startswith("prod/x: in-sync") for line in said.splitlines())
    assert "\x1b" not in said
    assert "\x9b" not in said
