"""Completion, asked as the shells ask."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.loop.facts import Kind
from tests.controller.builders import named, snapshot
from tests.controller.cli.filled import filled
from tests.controller.daemons import silence, until
from tests.controller.web.served import Served, serving

NOBODY = "http://127.0.0.1:1"
PATH = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(filled()) as url:
        yield url


def shell(*command: str, url: str = NOBODY) -> str:
    """What a shell prints, whose own start files are not read."""
    told = {"PATH": PATH, "HOME": "/nonexistent", "TRUEUP_URL": url, "TERM": "dumb"}
    return subprocess.run(command, env=told, capture_output=True, text=True, timeout=60, check=True).stdout


def offered(typed: str, url: str = NOBODY) -> list[str]:
    """What fish is offered while this is typed, by typer's own protocol."""
    told = {"_TRUEUP_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args", "TRUEUP_URL": url}
    answer = CliRunner().invoke(app, [], env={**told, "_TYPER_COMPLETE_ARGS": typed}, prog_name="trueup")
    assert answer.stderr == ""
    return [each for each in answer.stdout.splitlines() if each]


def answered(typed: str, url: str) -> list[str]:
    """What is offered as soon as the daemon answers in time: a shell does not wait, and the machine may be busy."""
    return until(f"an offer for {typed!r}", lambda: offered(typed, url))


def needed(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed; on Debian and Ubuntu: apt-get install {name}")
    return found


def test_bash_completes_a_service(url: str) -> None:
    typed = "COMP_WORDS=(trueup why prod/n); COMP_CWORD=2; _trueup_completion trueup; echo ${COMPREPLY[@]}"
    bash = needed("bash")
    assert shell(bash, "--norc", "-c", f'eval "$(trueup --show-completion)"; {typed}', url=url) == "prod/notes\n"


def test_fish_completes_a_service_and_says_how_it_stands(url: str) -> None:
    fish = needed("fish")
    script = f"{fish} --no-config -c 'trueup --show-completion' | source; complete -C 'trueup describe prod/w'"
    assert shell(fish, "--no-config", "-c", script, url=url) == "prod/web\toutdated, healthy\n"


def test_zsh_is_given_what_its_completion_evaluates(url: str) -> None:
    zsh = needed("zsh")
    script = """
        compdef() { :; }; _arguments() { print -r -- "$1"; }
        eval "$(trueup --show-completion)"
        words=(trueup diff prod/s); CURRENT=3; _trueup_completion
    """
    assert shell(zsh, "-f", "-c", script, url=url) == '*: :(("prod/shop":"held, healthy"))\n'


def test_what_filters_take_is_offered(url: str) -> None:
    assert answered("trueup get --environment ", url) == ["prod"]
    assert answered("trueup get --cluster s", url) == ["shops"]
    assert offered("trueup get --state d") == ["drifted", "differs", "degraded"]
    assert offered("trueup events --kind ") == [*Kind]
    assert offered("trueup describe prod/web --output ") == ["table", "wide", "json", "yaml", "name"]


def test_what_logs_takes_is_offered(url: str) -> None:
    assert answered("trueup logs prod/notes --container ", url) == ["proxy"]
    assert answered("trueup logs prod/notes --deployment d-v", url) == ["d-v3\trolled-back", "d-v1\tsucceeded"]
    assert offered("trueup logs --container ", url) == []
    assert offered("trueup logs prod/zzz --deployment ", url) == []
    assert offered("trueup logs prod/web --output ") == ["table", "wide", "json", "yaml", "name"]


def test_a_url_that_is_typed_is_the_one_that_is_asked(url: str) -> None:
    assert answered(f"trueup sync --url {url} prod/a", NOBODY) == ["prod/api\toutdated, healthy"]


def test_a_daemon_that_is_silent_or_away_is_not_waited_for_and_nothing_is_said() -> None:
    assert offered("trueup why ") == []
    with silence() as host:
        assert offered("trueup why ", host.url) == []
    assert offered("trueup why ", "nonsense") == []


def test_a_name_that_a_shell_would_run_is_not_offered() -> None:
    served = Served()
    evil = [named(name) for name in ("$(reboot)", "a b", "`x`", "x;y", 'q"')]
    served.adopt(snapshot(*evil, named("good.one")))
    with serving(served) as url:
        assert [each.split("\t")[0] for each in answered("trueup why ", url)] == ["prod/good.one"]


def test_offline_verbs_complete_from_files(tmp_path: Path) -> None:
    folder = tmp_path / "desired" / "prod"
    folder.mkdir(parents=True)
    for name in ("notes", "web"):
        (folder / f"{name}.yaml").write_text(json.dumps({"metadata": {"name": name, "environment": "0123"}}))
    (folder / "broken.yaml").write_text("a: [")
    (folder / "list.yml").write_text("- 1\n---\nmetadata: {name: [x], environment: prod}\n---\n")
    (folder / "latin.yaml").write_bytes(b"\xff\xfe\xff")
    assert offered(f"trueup render --root {tmp_path} 0123/n") == ["0123/notes"]
    assert offered(f"trueup render --root {tmp_path / 'nowhere'} ") == []
