"""get, describe, why, history, events and diff: what they show of each record, and what programs get."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from controller.cli import app
from controller.cli.chain import head, links
from controller.cli.events import Happened
from controller.cli.fields import fields
from controller.cli.fleet_lines import Sort, State, arranged, is_in, lines
from controller.cli.get import Choice, Getting
from controller.cli.history import Tried
from controller.cli.look import Look
from controller.cli.one import settled
from controller.cli.screen import Screen
from controller.cli.why import Explained
from controller.web.client import Daemon
from controller.web.detail_views import AttemptView, HistoryView
from controller.web.fleet_views import FleetRow, FleetView
from controller.web.messages import Message
from controller.web.offered import CLOSED
from controller.web.showing import service_view
from controller.web.views import ChangeView, ServiceView
from reconcilers.diff import Change
from reconcilers.history import History
from reconcilers.model import Revision
from reconcilers.report import Report
from tests.controller.builders import BLOCKED, HELD, KEY, NOW, attempt, drifted, report, snapshot, status, wanted
from tests.controller.cli.filled import EVIL, WEB, filled, looked
from tests.controller.web.served import TOKEN, Served, serving
from tests.controller.web.strangers import answering

PIPE = Screen(lively=False, coloured=False, unicode=True, width=None)
NAMES = ["prod/api", "prod/broken", "prod/notes", "prod/shop", "prod/web"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(filled()) as url:
        yield url


def typed(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"TRUEUP_URL": url, "LANG": "C.UTF-8"})


def names(url: str, *arguments: str) -> list[str]:
    return typed(url, "get", *arguments, "-o", "name").stdout.splitlines()


def test_get_is_a_line_for_each_service(url: str) -> None:
    lines = typed(url, "get").stdout.splitlines()
    assert lines[0].split() == ["SERVICE", "SYNC", "HEALTH", "SINCE", "VERSION", "WHAT"]
    rows = {line.split()[0]: line for line in lines if line.startswith("prod/")}
    assert [*rows] == NAMES
    assert "v1 → v2  30 % of the traffic, d-v2 moves traffic" in rows["prod/web"]
    assert rows["prod/notes"].endswith("live differs, by user/mallory")
    assert not any(line.endswith(" ") for line in lines)


def test_get_wide_has_more_columns(url: str) -> None:
    heading, *rows = typed(url, "get", "prod/notes", "-o", "wide").stdout.splitlines()
    assert heading.split()[5:9] == ["CLUSTER", "REGION", "COMMIT", "DRIFT"]
    assert "eu-west-1  commit-  3 for 2h  live differs" in rows[0]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ((), NAMES),
        (("--state", "held"), ["prod/shop"]),
        (("--state", "drifted", "--state", "progressing"), ["prod/notes", "prod/web"]),
        (("--state", "blocked"), ["prod/api"]),
        (("--state", "unread"), []),
        (("--cluster", "shops"), ["prod/shop"]),
        (("--environment", "prod", "prod/web", "prod/api"), ["prod/api", "prod/web"]),
        (("--sort", "state"), ["prod/shop", "prod/api", "prod/notes", "prod/web", "prod/broken"]),
        (("--sort", "since"), ["prod/api", "prod/web", "prod/shop", "prod/notes", "prod/broken"]),
        (("--sort", "drift", "--cluster", "prod"), ["prod/notes", "prod/api", "prod/web"]),
        (("--sort", "cluster", "--state", "healthy"), ["prod/api", "prod/notes", "prod/web", "prod/shop"]),
    ],
)
def test_services_are_chosen_and_sorted(url: str, arguments: tuple[str, ...], found: list[str]) -> None:
    assert names(url, *arguments) == found


def test_where_nothing_is_as_asked_for_that_is_said(url: str) -> None:
    assert typed(url, "get", "--state", "stale").stdout == "No service is as asked for.\n"


def test_a_service_that_git_does_not_name_is_an_error(url: str) -> None:
    said = typed(url, "get", "prod/web", "prod/zzz")
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr == "trueup: No manifest names prod/zzz. trueup get lists those that exist.\n"


SHOPPING = "trueup: No manifest names prod/shp. Did you mean prod/shop? trueup get lists those that exist.\n"
ENVIRONMENTS = "trueup: There is no environment qa. The environments here are prod.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("get", "prod/shp"), SHOPPING),
        (("why", "prod/shp"), SHOPPING),
        (("events", "--service", "prod/shp"), SHOPPING),
        (("get", "--environment", "qa"), ENVIRONMENTS),
        (("get", "-e", "prod", "-e", "prd", "-o", "json"), "trueup: There is no environment prd. Did you mean prod?\n"),
        (("get", "--cluster", "shps"), "trueup: There is no cluster shps. Did you mean shops?\n"),
        (("events", "--environment", "qa"), ENVIRONMENTS),
        (("events", "--service", "shp", "--follow"), "trueup: There is no service shp. Did you mean shop?\n"),
    ],
)  # fmt: skip
def test_a_name_that_there_is_not_is_an_error_with_the_nearest_that_there_is(
    url: str, arguments: tuple[str, ...], said: str
) -> None:
    answer = typed(url, *arguments)
    assert (answer.exit_code, answer.stdout, answer.stderr) == (1, "", said)


def test_what_exists_and_nothing_happened_to_is_no_error(url: str) -> None:
    said = typed(url, "events", "--service", "shop", "--environment", "prod", "--kind", "drift-found")
    assert (said.exit_code, said.stdout) == (0, "Nothing happened, as far as is known.\n")


def test_a_state_that_there_is_not_is_refused_with_those_that_there_are(url: str) -> None:
    said = typed(url, "get", "--state", "sad")
    assert (said.exit_code, "in-sync" in said.stderr) == (2, True)


def test_programs_get_the_apis_own_records(url: str) -> None:
    rows = json.loads(typed(url, "get", "-o", "json").stdout)
    assert [FleetRow.model_validate(row).name for row in rows] == ["api", "broken", "notes", "shop", "web"]
    assert yaml.safe_load(typed(url, "get", "-o", "yaml").stdout) == rows
    whole = json.loads(typed(url, "describe", "prod/notes", "-o", "json").stdout)
    assert whole["history"]["attempts"][0]["deployment"] == "d-HAND"
    assert [each["path"] for each in whole["drift"]] == names_of_changes(url)


def names_of_changes(url: str) -> list[str]:
    return typed(url, "diff", "prod/notes", "-o", "name").stdout.splitlines()


def test_status_shows_what_get_shows_and_gives_programs_each_service_whole(url: str) -> None:
    assert typed(url, "status").stdout == typed(url, "get").stdout
    whole = yaml.safe_load(typed(url, "status", "-o", "yaml").stdout)
    assert [ServiceView.model_validate(each).name for each in whole] == ["api", "broken", "notes", "shop", "web"]


def test_describe_shows_everything_on_one_screen(url: str) -> None:
    said = typed(url, "describe", "prod/web").stdout
    for words in (
        "prod/web  outdated  healthy",
        "cluster prod, service web, eu-west-1",
        "▶ traffic     active",
        "Shift  d-v2, for ",
        "green   30 %  2 of 2 tasks run  v2, notes:2",
        "✓ Install 1m 9s  ▶ AllowTraffic 2m",
        "web-5xx OK, web-latency ALARM",
        "trueup sync prod/web  Sync now",
    ):
        assert words in said
    assert len(said.splitlines()) < 40


def test_what_can_be_asked_for_is_listed_and_nothing_else(url: str) -> None:
    shifts, held = (typed(url, "describe", each).stdout for each in ("prod/web", "prod/shop"))
    assert "trueup retry" not in shifts
    assert [line.split("  ")[0].strip() for line in held.partition("\nActions\n")[2].splitlines()] == [
        "trueup retry prod/shop",
        "It takes a token: set TRUEUP_API_TOKEN, or give it with --api-token.",
    ]


def test_whoever_gives_a_token_is_told_what_its_holder_may_ask_for(url: str) -> None:
    assert typed(url, "describe", "prod/shop", "--api-token", TOKEN).stdout.endswith("Retry the held release\n")


@pytest.mark.parametrize(
    ("token", "looks", "said"),
    [
        (None, looked(HELD, wanted("v2"), 0.0), [CLOSED]),
        (TOKEN, report(), ["sync: Nothing differs.", "retry: Nothing is held."]),
    ],
    ids=["closed", "calm"],
)
def test_where_nothing_can_be_asked_for_it_is_said_why(token: str | None, looks: Report, said: list[str]) -> None:
    served = Served(time.time(), token)
    served.adopt(snapshot(wanted("v2")))
    served.look(looks)
    with serving(served) as url:
        shown = typed(url, "describe", "prod/notes").stdout
    assert shown.partition("\nActions\n")[2].splitlines() == [f" {each}" for each in said]


def test_a_digest_says_of_what_it_is(url: str) -> None:
    said = typed(url, "describe", "prod/web", "-o", "wide").stdout
    assert "(revision digest v1-" in said
    assert f"release digest  {WEB.release}" in said
    assert f"release-digest={WEB.release}" in typed(url, "events", "--service", "prod/web", "-o", "wide").stdout


def test_describe_wide_has_the_links_and_every_attempt(url: str) -> None:
    said = typed(url, "describe", "prod/notes", "-o", "wide").stdout
    assert "Service in ECS: https://eu-west-1.console.aws.amazon.com/" in said
    assert "RELEASE DIGEST" in said


def test_a_service_whose_manifest_is_broken_is_described_as_such(url: str) -> None:
    said = typed(url, "describe", "prod/broken")
    assert said.exit_code == 0
    assert "error: desired/prod/broken.yaml:3:7: There is no field imagez. Did you mean images?" in said.stdout


def test_diff_is_field_by_field_with_whoever_it_was(url: str) -> None:
    said = typed(url, "diff", "prod/notes")
    assert said.exit_code == 2
    blocks = said.stdout.split("\n\n")
    assert blocks[1] == "- live  + Git"
    assert blocks[2].splitlines()[2].startswith("  user/mallory, 1h ago")
    assert blocks[3].splitlines() == [
        "/serviceDefinition/desiredCount",
        "- 4",
        "+ 2",
        "  AWS does not tell who, 2h ago",
    ]
    assert blocks[4].splitlines()[1] == "+ false"
    assert "hunter2" not in said.stdout


def test_diff_of_what_agrees_is_nothing_and_of_what_is_not_known_an_error(url: str) -> None:
    same = typed(url, "diff", "prod/shop")
    assert (same.exit_code, "Nothing differs." in same.stdout) == (0, True)
    assert typed(url, "diff", "prod/shop", "-o", "json").stdout == "[]\n"
    unknown = typed(url, "diff", "prod/broken")
    assert (unknown.exit_code, "Not known yet." in unknown.stdout) == (1, True)


def test_history_tells_who_tried_what_and_how_it_ended(url: str) -> None:
    said = typed(url, "history", "prod/notes").stdout
    rows = [line.split("  ") for line in said.splitlines()]
    assert [row[0] for row in rows if row[0].startswith("d-")] == ["d-HAND", "d-BACK", "d-v3", "d-v1"]
    for words in (
        "CodeDeploy's rollback  undoes d-v3",
        "Trueup, commit         ALARM_ACTIVE: One or more alarms have been activated",
        "AllowTraffic: ScriptFailed the hook said no",
        "undone by d-BACK",
    ):
        assert words in said
    assert typed(url, "history", "prod/web").stdout == "Nothing was tried yet, as far as AWS remembers.\n"


def test_a_history_that_could_not_be_read_says_so() -> None:
    served = filled()
    served.histories[KEY] = History((attempt("v1"),), {}, time.time() - 300, "throttled")
    with serving(served) as url:
        said = typed(url, "history", "prod/notes").stdout
    assert "AWS could not be asked: throttled What is shown was read 5m ago." in said
    assert "d-v1" in said


def test_events_are_told_oldest_first_and_chosen(url: str) -> None:
    said = typed(url, "events").stdout.splitlines()
    assert [line.split()[2] for line in said] == ["drift-found", "held", "rollout-started", "blocked"]
    assert [line.split()[3] for line in said] == ["prod/notes", "prod/shop", "prod/web", "prod/api"]
    assert "prod/shop" in typed(url, "events", "--kind", "held", "--since", "1h").stdout
    assert typed(url, "events", "--since", "5s").stdout == "Nothing happened, as far as is known.\n"
    assert len(typed(url, "events", "--limit", "1").stdout.splitlines()) == 1
    assert len(typed(url, "events", "--service", "prod/web").stdout.splitlines()) == 1
    newest_first = json.loads(typed(url, "events", "-o", "json").stdout)["facts"]
    assert [each["kind"] for each in newest_first] == ["blocked", "rollout-started", "held", "drift-found"]


def test_a_time_that_is_none_is_refused(url: str) -> None:
    said = typed(url, "events", "--since", "yesterday")
    assert (said.exit_code, "Write 90m" in said.stderr) == (2, True)


def test_names_alone_cannot_be_watched(url: str) -> None:
    said = typed(url, "get", "--watch", "-o", "name")
    assert (said.exit_code, "name alone" in said.stderr) == (2, True)


@pytest.fixture(scope="module")
def evil() -> Iterator[str]:
    """A daemon whose commit, AWS and services say what a terminal would obey."""
    served = Served(time.time())
    commit = Revision("c1\x1b[1m", time.time(), f"eve{EVIL}", f"subject{EVIL}\nsecond")
    service = replace(wanted("v2"), commit=commit)
    served.adopt(snapshot(service))
    served.look(looked(replace(HELD, reason=replace(HELD.reason, message=EVIL)), service, time.time()))
    failed = attempt("v1", created_at=1.0, reason=replace(HELD.reason, message=EVIL))
    served.histories[KEY] = History((failed,), {}, time.time())
    with serving(served) as url:
        yield url


VERBS = (
    ("get",),
    ("status",),
    ("describe", "prod/notes"),
    ("why", "prod/notes"),
    ("history", "prod/notes"),
    ("events",),
    ("diff", "prod/notes"),
)


@pytest.mark.parametrize("form", ["table", "wide", "json", "yaml"])
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_nothing_that_others_wrote_moves_the_cursor(evil: str, verb: tuple[str, ...], form: str) -> None:
    said = typed(evil, *verb, "-o", form)
    assert said.exit_code == 0
    assert not set(said.stdout) & {"\x1b", "\x07", "\x9b", "\u202e"}


def test_programs_get_what_others_wrote_as_it_is(evil: str) -> None:
    for form, read in (("json", json.loads), ("yaml", yaml.safe_load)):
        assert EVIL in read(typed(evil, "describe", "prod/notes", "-o", form).stdout)["commit"]["subject"]


def heard(event: str, view: Any) -> Message:
    return Message(event, "1-1", view.model_dump_json(by_alias=True))


def test_a_fleets_change_is_merged_and_told_alone(url: str) -> None:
    question = Getting(Daemon(url), Choice(states=(State.DRIFTED,)))
    known = question.ask()
    notes, web = (next(row for row in known.rows if row.name == name) for name in ("notes", "web"))
    good = notes.model_copy(update={"sync": "in-sync", "outcome": "in-sync"})
    change = known.model_copy(update={"whole": False, "rows": (good, web), "removed": ("prod/api",)})
    after = question.heard(known, heard("fleet", change))
    assert [row.name for row in after.rows] == ["broken", "notes", "shop", "web"]
    assert question.records(known, after) == [good]  # it is no longer as asked for, which is news
    assert question.records(after, after) == []
    line = PIPE.text(question.news(known, after, Look(0.0)) or "")
    assert "prod/notes  in-sync  healthy" in line
    assert question.heard(known, Message("fact", "", "{}")) is known


def test_that_it_was_read_again_is_no_change(url: str) -> None:
    question = Explained(Daemon(url), "prod", "notes")
    known = question.ask()
    again = known.model_copy(update={"seen_at": 7.0, "history": HistoryView(attempts=(), as_of=1.0)})
    assert question.records(known, known.model_copy(update={"seen_at": 7.0})) == []
    assert settled(again) == settled(again.model_copy(update={"seen_at": 8.0}))
    assert question.records(known, known.model_copy(update={"text": "else"})) != []
    tried = Tried(Daemon(url), "prod", "notes")
    view = tried.ask()
    assert tried.records(view, view.model_copy(update={"as_of": 9.0})) == []
    assert tried.heard(view, Message("fact", "", "")) is view


def test_that_the_end_of_a_shift_is_reckoned_anew_is_no_change(url: str) -> None:
    question = Explained(Daemon(url), "prod", "web")
    known = question.ask()
    assert known.shift is not None
    later = known.model_copy(update={"shift": known.shift.model_copy(update={"ends_at": 7.0})})
    assert question.records(known, later) == []
    moved = known.model_copy(update={"shift": known.shift.model_copy(update={"colours": ()})})
    assert question.records(known, moved) == [moved]


def test_a_fact_is_told_once(url: str) -> None:
    question = Happened(Daemon(url))
    known = question.ask()
    news = known.facts[0].model_copy(update={"id": "new", "at": known.facts[0].at + 1})
    after = question.heard(known, heard("fact", news))
    assert question.records(known, after) == [news]
    assert question.heard(after, heard("fact", news)).facts == after.facts


def row(**more: Any) -> FleetRow:
    given = {"environment": "prod", "name": "x", "cluster": None, "region": None, "ready": False, "text": "t"}
    return FleetRow.model_validate({**given, "sync": "in-sync", "health": "healthy", "outcome": "in-sync", **more})


def test_what_is_stale_or_not_read_is_said_so_and_can_be_chosen() -> None:
    stale, unread = row(stale=True), row(failing_since=0.0)
    assert [is_in(each, State.STALE) for each in (stale, unread)] == [True, False]
    assert [is_in(each, State.UNREAD) for each in (stale, unread)] == [False, True]
    source = {"commit": "c1", "good_at": None, "failing_since": 0.0, "reason": "", "message": "No.", "remedy": "Do."}
    view = FleetView.model_validate(
        {"version": 1, "now": 0.0, "rows": [stale, unread], "source": {**source, "problems": []}, "acting": True}
    )
    said = PIPE.text(Getting(Daemon("http://x")).drawn(view, Look(60.0)))
    assert "an earlier commit's, since its manifest is broken; t" in said
    assert "not read for 1m; t" in said
    assert "Git has not answered well for 1m: No. Do." in said
    for reason in ("unverified", "defect"):
        unapplied = view.model_copy(update={"source": view.source.model_copy(update={"reason": reason})})
        said = PIPE.text(Getting(Daemon("http://x")).drawn(unapplied, Look(60.0)))
        assert "Nothing new is applied for 1m: No. Do." in said
    assert arranged([unread, stale], Sort.NAME) == [unread, stale]


@pytest.mark.parametrize(
    ("running", "wanted", "said"),
    [("", "v2", "- → v2"), ("v1", "v2", "v1 → v2"), ("v2", "v2", "v2"), ("v1", "", "v1"), ("", "", "-")],
)
def test_what_is_wanted_is_not_told_as_what_runs(running: str, wanted: str, said: str) -> None:
    told = PIPE.text(lines([row(running=running, wanted=wanted)], Look(0.0))).splitlines()[-1]
    assert " ".join(told.split()) == f"prod/x in-sync healthy - {said} t"


def test_a_version_is_shortened_on_a_terminal_alone() -> None:
    images = "backend:3f2a1bc, frontend:9e2b4d7, proxy:7c31f0e"
    long = row(running=images, wanted=images)
    piped, drawn = (PIPE.text(lines([long], Look(0.0, width))) for width in (None, 100))
    assert long.wanted in piped
    assert f"{long.wanted[:19]}…" in drawn


def test_a_long_value_is_cut_on_a_terminal_alone() -> None:
    long = "x" * 300
    changed = ChangeView(path="/a", kind="changed", declared=long, live="y", since=None, by=None, at=None)
    assert long in PIPE.text(fields((changed,), Look(0.0)))
    assert "…" in PIPE.text(fields((changed,), Look(0.0, 1000)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("live differs", "live differs, by user/eve"),
        ("notes:7 was shipped by hand.", "notes:7 was shipped by hand. Drifted by user/eve."),
    ],
)
def test_whoever_made_the_drift_is_named_after_a_sentence_or_within_one(text: str, said: str) -> None:
    drifted = row(text=text, drift_fields=1, drift_by="arn:aws:iam::1:user/eve")
    assert PIPE.text(lines([drifted], Look(0.0))).splitlines()[1].endswith(f"  {said}")


def test_drift_by_two_hands_names_both() -> None:
    drifted = row(text="live differs", drift_fields=2, drift_by="arn:aws:iam::1:user/eve and arn:aws:iam::1:user/bob")
    assert PIPE.text(lines([drifted], Look(0.0))).splitlines()[1].endswith("  live differs, by user/eve and user/bob")


def test_whoever_tried_is_named_and_how() -> None:
    made = {"state": "succeeded", "aws_status": "Succeeded", "ours": False, "created_at": 1.0}
    how = {"who": "arn:aws:iam::1:user/eve", "call": "codedeploy:CreateDeployment", "source": "203.0.113.7"}
    foreign = AttemptView.model_validate({**made, **how, "deployment": "d-1"})
    pending = AttemptView.model_validate({**made, "deployment": "d-2", "pending": True})
    view = HistoryView(attempts=(foreign, pending), as_of=1.0)
    said = PIPE.text(Tried(Daemon("http://x"), "prod", "x").drawn(view, Look(100.0)))
    assert "user/eve" in said
    assert "codedeploy:CreateDeployment from 203.0.113.7" in said
    assert "AWS does not tell yet" in said


@pytest.fixture
def anew() -> Iterator[str]:
    """A daemon whose first look found drift."""
    served = Served(time.time())
    served.adopt(snapshot())
    served.look(drifted(Change("/serviceDefinition/desiredCount", "changed", 2, 4), at=time.time() - 7200))
    with serving(served) as url:
        yield url


def test_of_drift_that_was_there_at_the_first_look_it_is_said_that_it_may_be_older(anew: str) -> None:
    assert "1 for at least 2h" in typed(anew, "get", "-o", "wide").stdout
    assert "AWS does not tell who, more than 2h ago" in typed(anew, "diff", "prod/notes").stdout


BROKEN = {"file": "desired/a.yaml", "line": 3, "column": 7, "message": "No.", "remedy": "Do.", "severity": "error"}


@pytest.mark.parametrize(
    ("problems", "more", "said"),
    [([BROKEN], 1234, True), ([BROKEN], 0, False), ([], 0, False)],
    ids=["more than are sent", "all are sent", "none"],
)
def test_problems_that_are_not_sent_are_counted(problems: list[dict[str, Any]], more: int, said: bool) -> None:
    source = {"commit": "c1", "goodAt": None, "failingSince": None, "reason": "", "message": "", "remedy": ""}
    view = FleetView.model_validate(
        {
            "version": 1, "now": 0.0, "rows": [row()], "acting": True,
            "source": {**source, "problems": problems, "moreProblems": more},
        }
    )  # fmt: skip
    drawn = PIPE.text(Getting(Daemon("http://x")).drawn(view, Look(60.0)))
    assert ("1,234 problems more: trueup validate tells them all." in drawn) is said


def test_what_never_could_be_read_is_said_so_with_the_link_that_blocks() -> None:
    lost = replace(report(BLOCKED), plan=None, observed=None)
    read, unread = (service_view(status(*looks)) for looks in ((report(), lost), (lost,)))
    look = Look(NOW + 60)
    assert "AWS has not answered for it for 1m." in head(read, look).plain
    assert "Nothing of it could be read in AWS for 1m." in head(unread, look).plain
    shown = links(unread, look)
    assert shown is not None
    assert "Alarm 5xx fires." in PIPE.text(shown)


def test_a_web_server_that_is_no_daemon_is_told_by_its_own_exit_code() -> None:
    with answering(404, b"<html>There is no such page.</html>") as url:
        said = typed(url, "get")
    assert (said.exit_code, said.stdout) == (3, "")
    assert f"What answers at {url} is no daemon of Trueup: it says 404 " in said.stderr
