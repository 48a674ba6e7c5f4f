"""``trueup logs`` as it is typed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
import yaml
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner, Result

from controller.cli import app
from controller.cli.follow import FIRST_PAUSE
from controller.cli.log_following import LOOK, Showing, going_on
from controller.cli.log_lines import Pen
from controller.cli.logs import Wanted, onwards
from controller.cli.output import Form
from controller.cli.screen import Screen
from controller.loop.board import Board
from controller.loop.journal import Journal
from controller.web.app import build
from controller.web.client import DaemonError, NoDaemonError
from controller.web.face import Face
from controller.web.server import HttpServer
from controller.web.stream import Hub
from controller.web.task_log_views import TaskLogsView, task_logs_view
from reconcilers.attempts import AttemptState
from reconcilers.history import History
from reconcilers.model import Service, ServiceKey
from reconcilers.outcome import Stalled
from reconcilers.task_logs import LogQuestion, NoSuchAttempt, NoSuchContainer, TaskLogs
from reconcilers.task_output import ContainerEnd, Elsewhere, LogLine, Task, Which
from reconcilers.verdict import Order
from tests.controller.builders import NOW, attempt, report, snapshot

TOKEN = "t0ken"
EVIL = "\x1b[2J\x1b]0;owned\x07 \u202e\x9b31m \u2028end"
ONE, TWO = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
RUNNING = Task(ONE, "notes:7", NOW, "RUNNING")
ENDED = Task(
    ONE, "notes:7", NOW, "STOPPED", NOW + 60, "EssentialContainerExited", "Essential container in task exited",
    (ContainerEnd("proxy", 137, "OutOfMemoryError"), ContainerEnd("side")),
)  # fmt: skip
LINES = (
    LogLine(NOW, "starts", ONE, "proxy", f"notes/proxy/{ONE}"),
    LogLine(NOW + 1, "first\nsecond\r\n", TWO, "backend"),
    LogLine(NOW + 2, EVIL, ONE, "proxy"),
)
FOUND = TaskLogs(attempt("v2", state=AttemptState.STOPPED), tasks=(ENDED,), lines=LINES)


@dataclass
class Reader:
    """Answers in turn, the last for ever; and notes what it is asked."""

    answers: list[TaskLogs | Exception] = field(default_factory=lambda: [FOUND])
    asked: list[LogQuestion] = field(default_factory=list)

    def read(self, _wanted: Service, question: LogQuestion) -> TaskLogs:
        self.asked.append(question)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def says(self, *answers: TaskLogs | Exception) -> None:
        self.answers, self.asked = list(answers), []


class Nobody:
    def look_at_source(self) -> None: ...

    def ask(self, key: ServiceKey, order: Order) -> bool:
        return False


def serving(reader: Reader, token: str | None) -> HttpServer:
    board = Board()
    board.adopt(snapshot(), NOW)
    board.reported(report(), Order())
    face = Face(
        board, Nobody(), CollectorRegistry(), lambda: True, lambda: True, lambda: NOW, "1", Journal(board, lambda: NOW),
        Hub(), lambda *_: History(), logs=reader.read,
    )  # fmt: skip
    server = HttpServer(build(face, token, None), "127.0.0.1", 0)
    server.start()
    return server


@pytest.fixture(scope="module")
def daemon() -> Iterator[tuple[str, Reader]]:
    reader = Reader()
    server = serving(reader, TOKEN)
    yield server.url, reader
    server.stop()


@pytest.fixture
def reader(daemon: tuple[str, Reader]) -> Reader:
    daemon[1].says(FOUND)
    return daemon[1]


@pytest.fixture
def url(daemon: tuple[str, Reader]) -> str:
    return daemon[0]


def typed(url: str, *arguments: str, token: str = TOKEN) -> Result:
    environment = {"TRUEUP_API_TOKEN": token, "LANG": "C.UTF-8"}
    return CliRunner().invoke(app, ["logs", "prod/notes", "--url", url, *arguments], env=environment, color=True)


def test_each_line_begins_with_its_task_and_container(url: str, reader: Reader) -> None:
    said = typed(url)
    assert said.exit_code == 0
    assert said.stdout.splitlines()[:3] == [
        "01234567 proxy   | starts",
        "fedcba98 backend | first",
        "fedcba98 backend | second",
    ]


def test_what_a_terminal_would_obey_is_spelled(url: str, reader: Reader) -> None:
    (line,) = [each for each in typed(url).stdout.splitlines() if "owned" in each]
    assert line == r"01234567 proxy   | \x1b[2J\x1b]0;owned\x07 \u202e\x9b31m \u2028end"


def test_voices_have_colours_of_their_own_where_colours_are_wanted(url: str, reader: Reader) -> None:
    first, second, third, fourth, *_ = typed(url, "--color", "always").stdout.splitlines()
    styles = [line.partition("m")[0] for line in (first, second, third, fourth)]
    assert styles[0] == styles[3]
    assert styles[1] == styles[2]
    assert styles[0] != styles[1]
    assert "\x1b" not in typed(url).stdout


def test_why_a_task_stopped_stands_at_the_end(url: str, reader: Reader) -> None:
    assert typed(url).stdout.splitlines()[-1] == (
        "-- 01234567 stopped: EssentialContainerExited, Essential container in task exited. "
        "proxy exited 137 (OutOfMemoryError); side did not start"
    )


def test_whose_lines_these_are_stands_beside_them(url: str, reader: Reader) -> None:
    assert typed(url).stderr.splitlines() == ["-- deployment d-v2 (stopped), 1 task known to ECS"]


def test_what_else_there_is_to_know_stands_beside_them(url: str, reader: Reader) -> None:
    elsewhere = (Elsewhere("side", "fluentd", "Read it there."), Elsewhere("init", "", "Give it one."))
    reader.says(TaskLogs(None, elsewhere=elsewhere, notes=("A note.",), cut=True))
    assert typed(url).stderr.splitlines() == [
        "-- the service as it runs, 0 tasks known to ECS",
        "-- A note.",
        "-- Container side writes by fluentd. Read it there.",
        "-- Container init has no log driver. Give it one.",
        "-- Older lines are left out: --tail 500 shows more.",
    ]
    reader.says(TaskLogs(None))
    said = typed(url)
    assert said.stdout == ""
    assert said.stderr.splitlines()[1:] == ["-- Nothing was written in this time."]


@pytest.mark.parametrize(
    ("arguments", "question"),
    [
        ((), LogQuestion()),
        (("--deployment", "d-1"), LogQuestion(Which("d-1"))),
        (("--attempt", "2"), LogQuestion(Which(number=2))),
        (("--previous",), LogQuestion(Which(previous=True))),
        (
            ("--container", "proxy", "--task", "0123", "--tail", "7"),
            LogQuestion(container="proxy", task="0123", limit=7),
        ),
    ],
)
def test_what_is_typed_is_asked(url: str, reader: Reader, arguments: tuple[str, ...], question: LogQuestion) -> None:
    assert typed(url, *arguments).exit_code == 0
    assert reader.asked == [question]


def test_a_duration_is_counted_from_now(url: str, reader: Reader) -> None:
    typed(url, "--since", "10m")
    typed(url, "--since", "0")
    (before, now) = (each.since for each in reader.asked)
    assert before is not None
    assert now is not None
    assert now - before == pytest.approx(600, abs=30)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--since", "soon"),
        ("--tail", "0"),
        ("--previous", "--attempt", "1"),
        ("-o", "text"),
        ("-o", "name", "--watch"),
        ("--deployment", "d", "-p"),
    ],
)
def test_what_makes_no_sense_is_refused(url: str, reader: Reader, arguments: tuple[str, ...]) -> None:
    assert typed(url, *arguments).exit_code == 2
    assert reader.asked == []


def test_as_json_it_is_the_apis_own_record_and_no_character_acts(url: str, reader: Reader) -> None:
    said = typed(url, "-o", "json")
    assert json.loads(said.stdout) == task_logs_view(FOUND).model_dump(by_alias=True, mode="json")
    assert not set(said.stdout) & set("\x1b\x07\u202e\x9b\u2028")


def test_as_yaml_it_is_the_same_record(url: str, reader: Reader) -> None:
    said = typed(url, "-o", "yaml")
    assert yaml.safe_load(said.stdout) == json.loads(typed(url, "-o", "json").stdout)
    assert not set(said.stdout) & set("\x1b\x07\u202e\x9b\u2028")


def test_wide_says_when_each_was_written_and_names_its_task_and_stream_whole(url: str, reader: Reader) -> None:
    first = typed(url, "-o", "wide").stdout.splitlines()[0]
    said, _, text = first.partition(" | ")
    assert (text, said.split()[2:]) == ("starts", [ONE, "proxy", f"notes/proxy/{ONE}"])
    assert datetime.fromisoformat(" ".join(said.split()[:2])).timestamp() == NOW


def test_names_are_the_tasks_whose_lines_these_are(url: str, reader: Reader) -> None:
    said = typed(url, "-o", "name")
    assert (said.stdout.splitlines(), said.stderr) == ([ONE, TWO], "")


@pytest.mark.parametrize("flag", ["--watch", "-w", "--follow", "-f"])
def test_to_watch_is_to_follow(url: str, reader: Reader, flag: str) -> None:
    reader.says(replace(FOUND, cursor="c1"), replace(FOUND, lines=(LogLine(NOW, "the last", ONE, "proxy"),)))
    said = typed(url, flag, "-o", "yaml")
    assert [each["text"] for each in yaml.safe_load_all(said.stdout)][-2:] == [EVIL, "the last"]
    assert reader.asked[1].after == "c1"


def test_without_the_token_that_is_said(url: str, reader: Reader) -> None:
    said = typed(url, token="")
    assert (said.exit_code, said.stdout) == (1, "")
    assert "Set TRUEUP_API_TOKEN" in said.stderr


def test_a_wrong_token_is_said_with_what_to_set(url: str, reader: Reader) -> None:
    said = typed(url, token="wrong")
    assert (said.exit_code, "HTTP" in said.stderr, "Bearer" in said.stderr) == (1, False, False)
    assert "Set TRUEUP_API_TOKEN, or --api-token, to a token that it knows." in said.stderr


def test_a_daemon_that_runs_without_a_token_shows_none_and_says_so() -> None:
    server = serving(Reader(), None)
    try:
        said = typed(server.url)
    finally:
        server.stop()
    assert said.exit_code == 1
    assert "shows no logs: it runs without TRUEUP_API_TOKEN" in said.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoSuchAttempt("AWS remembers no deployment d-9. Known: d-1."), "no deployment d-9"),
        (NoSuchContainer("There is no container nope in this deployment. It has proxy."), "It has proxy."),
        (Stalled("AccessDenied", "denied.", "Allow logs:GetLogEvents."), "Allow logs:GetLogEvents."),
    ],
)
def test_a_refusal_is_said_in_a_sentence(url: str, reader: Reader, error: Exception, said: str) -> None:
    reader.says(error)
    answer = typed(url)
    assert (answer.exit_code, said in answer.stderr) == (1, True)


def view(*texts: str, live: bool, tasks: tuple[Task, ...] = (), cursor: str = "c") -> TaskLogsView:
    lines = tuple(LogLine(NOW, each, ONE, "proxy") for each in texts)
    return task_logs_view(replace(FOUND, lines=lines, tasks=tasks, live=live, cursor=cursor))


class Asked:
    """Answers in turn, and notes the cursors it is asked with."""

    def __init__(self, *answers: TaskLogsView | DaemonError) -> None:
        self._answers = list(answers)
        self.cursors: list[str] = []

    def __call__(self, *, after: str) -> TaskLogsView:
        self.cursors.append(after)
        answer = self._answers.pop(0)
        if isinstance(answer, DaemonError):
            raise answer
        return answer


def showing(form: Form = Form.TABLE) -> Showing:
    return Showing(Pen(Screen(lively=False, coloured=False, unicode=True, width=40)), form)


def test_who_follows_goes_on_until_nothing_can_be_written_any_more(capsys: pytest.CaptureFixture[str]) -> None:
    ask = Asked(
        view("a", live=True, tasks=(RUNNING,), cursor="c1"),
        view("b", live=False, tasks=(ENDED,), cursor="c2"),
        view("c", live=False, tasks=(ENDED,), cursor="c3"),
    )
    going_on(view(live=True, cursor="c0"), showing(), ask, lambda _: None)
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(" | ")[2] for line in said if " | " in line] == ["a", "b", "c"]
    assert sum("stopped: EssentialContainerExited" in line for line in said) == 1
    assert ask.cursors == ["c0", "c1", "c2"]


def test_ctrl_c_ends_it_well(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    going_on(view(live=True), showing(), Asked(), interrupted)
    assert capsys.readouterr().out == ""


def test_as_json_who_follows_gets_an_object_for_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    ask = Asked(view("a", "b", live=False, tasks=(ENDED,)), view(live=False, tasks=(ENDED,)))
    going_on(view(live=True), showing(Form.JSON), ask, lambda _: None)
    said = capsys.readouterr()
    assert [json.loads(line)["text"] for line in said.out.splitlines()] == ["a", "b"]
    assert "stopped: EssentialContainerExited" in said.err


def test_who_follows_is_told_once_that_the_daemon_is_away_and_goes_on_from_where_it_was(
    capsys: pytest.CaptureFixture[str],
) -> None:
    away = NoDaemonError("No daemon answers.")
    ask = Asked(away, away, view("a", live=False, cursor="c1"), view(live=False))
    waited: list[float] = []
    going_on(view(live=True, cursor="c0"), showing(), ask, waited.append)
    said = capsys.readouterr()
    assert said.out == "01234567 proxy | a\n"
    assert said.err.splitlines() == [
        "trueup: No daemon answers. Trying again; what came so far is not followed meanwhile.",
        "trueup: Connected again.",
    ]
    assert ask.cursors == ["c0", "c0", "c0", "c1"]
    assert waited == [LOOK, FIRST_PAUSE, 2 * FIRST_PAUSE, LOOK]


@pytest.mark.parametrize("deployment", ["d-v2", None])
def test_following_asks_on_of_the_deployment_that_was_answered_for(deployment: str | None) -> None:
    asked: list[dict[str, object]] = []

    def ask(**said: object) -> TaskLogsView:
        asked.append(said)
        return view(live=False)

    first = view(live=True).model_copy(update={"deployment": deployment})
    onwards(ask, Wanted(container="proxy", attempt=1, tail=7), first)(after="c0")
    pinned = {"deployment": deployment} if deployment else {}
    assert asked == [{**pinned, "container": "proxy", "after": "c0", "limit": 2000}]


def test_a_long_line_is_neither_cut_nor_broken(url: str, reader: Reader) -> None:
    reader.says(replace(FOUND, lines=(LogLine(NOW, "x" * 5000, ONE, "proxy"),), tasks=()))
    assert typed(url).stdout == f"01234567 proxy | {'x' * 5000}\n"
