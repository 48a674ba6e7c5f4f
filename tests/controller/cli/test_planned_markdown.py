"""A plan as one comment on a pull request."""

import re
from dataclasses import replace
from typing import Any

import pytest

from controller.cli.markdown import LIMIT, size
from controller.cli.planned import Planned
from controller.cli.planned_markdown import FIELDS, MARKER, ROWS, markdown
from controller.source.problem import Problem
from reconcilers.actions import UpdateService
from reconcilers.attempts import AwsReason
from reconcilers.diff import Change
from reconcilers.json_value import Json
from reconcilers.masking import MASK
from reconcilers.model import DriftPolicy, Service, ServiceKey, SyncPolicy
from reconcilers.outcome import (
    Blocked,
    BlockedBy,
    Differs,
    Finding,
    Health,
    Held,
    InSync,
    Outcome,
    Progressing,
    Sync,
    Waiting,
)
from reconcilers.verdict import Plan
from tests.controller.builders import named, wanted

IMAGE = Change("/taskDefinition/containerDefinitions/proxy/image", "changed", "notes:v2", "notes:v1")
SECRET = Change("/taskDefinition/containerDefinitions/proxy/environment/KEY", "changed", "s3cret", "hunter2")
SET = UpdateService("prod", "notes", {"desiredCount": 2})
WEB, API = ServiceKey("prod", "web"), ServiceKey("prod", "api")
ALARM = Finding("AlarmFiring", "Alarm 5xx fires.", "Wait for it to end.")


def planned(outcome: Outcome | None = None, **more: Any) -> Plan:
    sync = more.pop("sync", Sync.IN_SYNC)
    return Plan(more.pop("actions", ()), outcome or InSync(), sync, Health.HEALTHY, **more)


CALM = planned()
BUSY = planned(actions=(SET,), changes=(IMAGE, SECRET), sync=Sync.OUTDATED)
HELD = planned(Held(wanted("v2").release, "d-7", AwsReason("ALARM_ACTIVE", "the alarm fired")), sync=Sync.HELD)
BLOCKED = planned(Blocked(BlockedBy.PREFLIGHT, (ALARM,)), sync=Sync.OUTDATED)


def comment(files_url: str = "", *, problems: tuple[Problem, ...] = (), **plans: Plan) -> str:
    services: dict[ServiceKey, Service] = {
        ServiceKey("prod", name): wanted("v2") if name == "notes" else named(name) for name in plans
    }
    found = {ServiceKey("prod", name): plan for name, plan in plans.items()}
    return markdown(Planned(found, problems, services=services), files_url)


def row(text: str, service: str) -> list[str]:
    """The cells of a service's row."""
    (line,) = [each for each in text.splitlines() if each.startswith(f"| [{service}]")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_first_line_is_the_marker_that_nobody_sees() -> None:
    assert comment(notes=CALM).splitlines()[:2] == [MARKER, "### Trueup plan"]


def test_a_summary_counts_what_there_is() -> None:
    said = comment(notes=BUSY, web=CALM, api=HELD, problems=(Problem("a", 1, 1, "Bad", "Mend it."),)).splitlines()[3]
    assert said == "**1 to change**, **1 held or blocked**, **1 error** in the files, 1 service as it is."


def test_of_nothing_nothing_is_said_at_length() -> None:
    assert comment().splitlines()[3] == "No service is described here."
    assert comment(notes=CALM, web=CALM).splitlines()[3:] == ["2 services as they are."]


MANUAL, OBSERVE, WARN = (
    {"sync": SyncPolicy.MANUAL},
    {"sync": SyncPolicy.OBSERVE},
    {"drift": DriftPolicy.WARN},
)
LEFT = planned(Differs("abc1234 waits."), changes=(IMAGE,), sync=Sync.OUTDATED)
EDITED = planned(Differs("It was shipped by hand."), changes=(IMAGE,), sync=Sync.DRIFTED)


def left(plan: Plan, policy: dict[str, Any]) -> str:
    """The comment on a service that differs, with this policy."""
    return markdown(Planned({WEB: plan}, services={WEB: named("web", **policy)}))


@pytest.mark.parametrize(
    ("plan", "policy", "count", "word"),
    [
        (LEFT, MANUAL, "**1 waiting for `trueup sync`**", "waits for sync"),
        (LEFT, OBSERVE, "1 only watched", "only watched"),
        (EDITED, OBSERVE, "1 only watched", "only watched"),
        (EDITED, WARN, "1 only reported", "only reported"),
        (planned(Waiting("d-7 is somebody's.", "alice", 9.0), changes=(IMAGE,)), {}, "1 waiting for another", "waits"),
        (planned(Progressing("d-7 goes on", 9.0), changes=(IMAGE,)), {}, "1 under way", "goes on"),
    ],
)
def test_what_differs_and_is_left_is_counted_by_why(plan: Plan, policy: dict[str, Any], count: str, word: str) -> None:
    said = left(plan, policy)
    assert said.splitlines()[3] == f"{count}."
    assert row(said, "prod/web")[1].strip("*") == word


def test_each_service_is_counted_once() -> None:
    said = comment(notes=BUSY, web=CALM, api=HELD, job=LEFT, cron=EDITED)
    assert said.splitlines()[3] == (
        "**1 to change**, **1 held or blocked**, **1 waiting for `trueup sync`**, 1 only reported, 1 service as it is."
    )


def test_what_waits_for_somebody_says_for_whom() -> None:
    assert "- Ship it once this is merged: `trueup sync prod/web`." in left(LEFT, MANUAL)


@pytest.mark.parametrize(("plan", "policy"), [(LEFT, OBSERVE), (EDITED, WARN)])
def test_what_is_only_told_asks_for_nothing(plan: Plan, policy: dict[str, Any]) -> None:
    assert "What to do:" not in left(plan, policy)


def test_fields_that_are_put_back_meanwhile_hide_no_release_that_waits() -> None:
    assert "`trueup sync prod/web`" in left(replace(LEFT, actions=(SET,)), MANUAL)


def test_a_row_tells_what_happens_and_from_which_version_to_which() -> None:
    cells = row(comment(notes=BUSY), "prod/notes")
    assert cells[1:] == [
        "**set desiredCount**",
        "<code>v1</code> → <code>v2</code>",
        "2",
        "outdated, healthy",
    ]
    assert cells[0].endswith(")")
    assert "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/" in cells[0]


def test_a_version_that_stays_is_told_once() -> None:
    assert row(comment(notes=replace(BUSY, changes=(SECRET,))), "prod/notes")[2] == "<code>v2</code>"


@pytest.mark.parametrize(
    ("change", "before"),
    [
        (Change("/taskDefinition/containerDefinitions/proxy", "removed", {"image": "notes:v2"}, None), ""),
        (
            Change("/taskDefinition/containerDefinitions/side", "added", None, {"image": "side:v9"}),
            "proxy:v2, side:v9",
        ),
    ],
)
def test_a_container_that_is_there_on_one_side_alone_is_in_its_version(change: Change, before: str) -> None:
    told = row(comment(notes=replace(BUSY, changes=(change,))), "prod/notes")[2]
    assert told == f"<code>{before}</code> → <code>v2</code>"


def test_what_stays_as_it_is_has_no_row() -> None:
    assert "prod/notes" not in comment(notes=CALM)


def test_details_show_the_diff_and_what_would_be_done() -> None:
    said = comment(notes=BUSY).splitlines()
    start = said.index("<details><summary>prod/notes: set desiredCount</summary>")
    assert said[start + 4 : start + 11] == [
        "```diff",
        "- /taskDefinition/containerDefinitions/proxy/image: notes:v1",
        "+ /taskDefinition/containerDefinitions/proxy/image: notes:v2",
        f"- /taskDefinition/containerDefinitions/proxy/environment/KEY: {MASK}",
        f"+ /taskDefinition/containerDefinitions/proxy/environment/KEY: {MASK}",
        "```",
        "",
    ]
    assert "- set desiredCount of service notes" in said
    assert said.count("</details>") == 1


@pytest.mark.parametrize(
    ("kind", "declared", "live", "lines"),
    [
        ("added", None, "x", ["- /a: x"]),
        ("removed", 1, None, ["+ /a: 1"]),
        ("removed", {"name": "side", "essential": False}, None, ['+ /a: {"name": "side", "essential": false}']),
    ],
)
def test_a_leaf_on_one_side_is_one_line(kind: Any, declared: Any, live: Any, lines: list[str]) -> None:
    said = comment(notes=replace(BUSY, changes=(Change("/a", kind, declared, live),))).splitlines()
    assert [line for line in said if line[:3] in ("- /", "+ /")] == lines


def test_a_container_that_goes_shows_the_names_of_its_variables_and_no_value() -> None:
    side: Json = {"name": "side", "environment": [{"name": "KEY", "value": "s3cret"}]}
    gone = Change("/taskDefinition/containerDefinitions/side", "added", None, side)
    said = comment(notes=replace(BUSY, changes=(gone,)))
    assert f'side: {{"name": "side", "environment": [{{"name": "KEY", "value": "{MASK}"}}]}}' in said
    assert "s3cret" not in said


def test_no_value_of_the_environment_is_shown() -> None:
    said = comment(notes=BUSY)
    assert "s3cret" not in said
    assert "hunter2" not in said


def test_what_is_held_says_why_and_what_to_do() -> None:
    said = comment(web=HELD)
    assert row(said, "prod/web")[1] == "**held**"
    assert "ALARM&#95;ACTIVE: the alarm fired" in said
    assert "trueup retry prod/web" in said


def test_what_is_blocked_shows_each_finding_with_its_remedy() -> None:
    said = comment(web=BLOCKED)
    assert row(said, "prod/web")[1] == "**blocked**"
    assert "- AlarmFiring: Alarm 5xx fires. Wait for it to end." in said


def test_a_warning_alone_is_worth_a_row() -> None:
    said = comment(web=planned(warnings=(replace(ALARM, blocking=False),)))
    assert row(said, "prod/web")[1] == "nothing"
    assert "Warnings:" in said


PROBLEM = Problem("desired/prod/we b.yaml", 3, 7, "There is no field imagez", "Did you mean images?")


def test_a_problem_has_its_place_its_sentence_and_its_remedy() -> None:
    said = comment(problems=(PROBLEM,))
    assert "- error: desired/prod/we b.yaml:3:7 There is no field imagez. Did you mean images?" in said


def test_a_problem_links_to_its_line() -> None:
    said = comment("https://git.example/blob/abc/", problems=(PROBLEM, Problem("x", None, None, "Bad", "")))
    assert "](https://git.example/blob/abc/desired/prod/we%20b.yaml#L3) There" in said
    assert "[x](https://git.example/blob/abc/x) Bad." in said


def test_what_could_not_be_planned_and_what_left_git_is_listed() -> None:
    said = markdown(Planned({}, failed={WEB: "Timeout: no answer."}, removed=(API,), unchanged=2, known=1))
    assert "- prod/web: Timeout: no answer." in said
    assert "- prod/api: its ECS service is left running" in said
    assert "**1 not planned**" in said
    assert "2 services as they are, 1 problem that was there before." in said


def test_words_of_aws_are_no_markup_in_a_table_a_summary_or_a_list() -> None:
    evil = "</details>|`@octocat <img src=x> #1"
    sly = planned(Blocked(BlockedBy.REQUEST, (Finding(evil, evil, evil),)), warnings=(Finding(evil, evil, evil),))
    said = comment(web=sly, problems=(Problem(evil, 1, 1, evil, evil),))
    assert said.count("</details>") == 1
    assert "<img" not in said
    assert "@octocat" not in said


def test_a_value_with_a_fence_in_it_stays_inside_its_fence() -> None:
    lines = comment(notes=replace(BUSY, changes=(replace(IMAGE, declared="a````b"),))).splitlines()
    assert [line for line in lines if line.startswith("````")] == ["`````diff", "`````"]


def test_a_value_cannot_leave_the_fence_by_a_line_of_its_own() -> None:
    lines = comment(notes=replace(BUSY, changes=(replace(IMAGE, declared="a\n```\n</details>"),))).splitlines()
    assert lines.count("</details>") == 1


def test_of_many_fields_the_first_are_shown_and_the_rest_is_counted() -> None:
    many = tuple(Change(f"/f{number:03}", "changed", 1, 2) for number in range(FIELDS + 3))
    said = comment(notes=replace(BUSY, changes=many))
    assert "And 3 fields more." in said
    assert f"/f{FIELDS:03}" not in said


def fleet(count: int, plan: Plan = BUSY) -> Planned:
    keys = [ServiceKey("prod", f"service-{number:04}") for number in range(count)]
    return Planned(dict.fromkeys(keys, plan), services={key: named(key.name) for key in keys})


def test_a_comment_never_is_longer_than_github_takes() -> None:
    long = Change("/taskDefinition/x", "changed", "é" * 5000, "ü" * 5000)
    big = replace(BUSY, changes=tuple(replace(long, path=f"/f{number}") for number in range(90)))
    for found in (fleet(6, big), fleet(300), fleet(300, big)):
        said = markdown(found)
        assert size(said) <= LIMIT
        assert size(said) > LIMIT - 22_000
        assert said.splitlines()[-1].startswith("A comment holds 65,536 characters: left out are ")


def test_details_are_left_out_whole_and_the_last_sentence_names_them() -> None:
    wide = replace(BUSY, changes=tuple(replace(IMAGE, path=f"/f{number}/{'x' * 50}") for number in range(9)))
    said = markdown(fleet(90, wide))
    assert said.count("<details>") == said.count("</details>")
    shown = said.count("<details>")
    last = said.splitlines()[-1]
    first_left = re.search(r"the details of (prod/service-\d+), ", last)
    assert first_left is not None
    assert first_left[1] == f"prod/service-{shown:04}"
    assert f"and {90 - shown - 5} more services" in last
    assert "the log of the workflow" in last


def test_rows_that_are_left_out_are_counted() -> None:
    said = markdown(fleet(ROWS + 7))
    assert sum(line.startswith("| [prod/service-") for line in said.splitlines()) == ROWS
    assert "7 rows of the table" in said.splitlines()[-1]


def test_lists_that_alone_are_too_long_are_cut_and_it_is_said() -> None:
    many = tuple(Problem(f"f{number}", 1, 1, "x" * 1900, "y" * 50) for number in range(60))
    found = replace(fleet(200), problems=many)
    said = markdown(found)
    assert size(said) <= LIMIT
    assert "the rest of the lists above" in said.splitlines()[-1]


def test_what_fits_says_nothing_of_a_limit() -> None:
    assert "A comment holds" not in comment(notes=BUSY, web=HELD)
