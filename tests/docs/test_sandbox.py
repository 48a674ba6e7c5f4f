"""docs/sandbox.md: from an empty terminal to the first shift, with its very commands."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from controller.web.client import Daemon, DaemonError
from tests.docs.test_docs import ROOT, blocks

# A machine without any AWS configuration, with this checkout's trueup and somebody who commits.
BARE = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TRUEUP_"))} | {
    "PATH": f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    **{f"GIT_{who}_{what}": "ada@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}
IN_SYNC = ("get", "--state", "in-sync", "--output", "name")
WITHIN = 120.0  # seconds, of a machine that may be busy


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def terminals(ports: dict[str, str]) -> list[str]:
    """What is typed in each terminal, on other ports than the document's."""
    bodies = [body for document, body in blocks("sh") if document == "sandbox.md"]
    return [re.sub("|".join(ports), lambda found: ports[found[0]], body) for body in bodies]


@contextmanager
def typed(body: str, folder: Path, said: Path, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A terminal in which a block is typed; all that it started ends with it."""
    with said.open("wb") as log:
        shell = subprocess.Popen(
            ["bash", "-euc", body], cwd=folder, env=BARE | settings, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield shell
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGTERM)
            shell.wait(30)


def until(holds: Callable[[], bool], *logs: Path) -> None:
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.2)
    raise AssertionError("\n".join(log.read_text("utf-8")[-3000:] for log in logs))


def asked(port: str, *words: str) -> str:
    """What ``trueup`` says in a further terminal."""
    environment = BARE | {"TRUEUP_URL": f"http://127.0.0.1:{port}"}
    return subprocess.run(["trueup", *words], env=environment, capture_output=True, text=True, check=False).stdout


def in_sync(api: Daemon) -> int:
    """How many services are. To ask the API costs less than a terminal, and is asked again and again."""
    with suppress(DaemonError):
        return sum(each.sync == "in-sync" for each in api.services())
    return 0


def has_shipped(api: Daemon) -> bool:
    """Whether a deployment has succeeded."""
    with suppress(DaemonError):
        return any(each.state == "succeeded" for each in api.history("prod", "notes-app").attempts)
    return False


@pytest.mark.timeout(500)
def test_the_commands_lead_from_an_empty_terminal_to_the_first_shift(tmp_path: Path) -> None:
    for name in ("desired", "charts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    aws, daemon = free_port(), free_port()
    api = Daemon(f"http://127.0.0.1:{daemon}")
    first, second, third = terminals({"4666": aws, "8080": daemon})
    logs = [tmp_path / f"{name}.log" for name in ("aws", "daemon", "developer")]
    with typed(first, tmp_path, logs[0]), ExitStack() as others:
        until(lambda: b"AWS answers at" in logs[0].read_bytes(), *logs[:1])
        others.enter_context(typed(second, tmp_path, logs[1]))
        until(lambda: in_sync(api) == 4, *logs[:2])
        assert len(asked(daemon, *IN_SYNC).split()) == 4
        others.enter_context(typed(third, tmp_path, logs[2], TRUEUP_URL=f"http://127.0.0.1:{daemon}"))
        until(lambda: has_shipped(api), *logs)
        assert "succeeded" in asked(daemon, "history", "prod/notes-app")
        described = asked(daemon, "describe", "prod/notes-app")
        assert re.search(r"^runs +4c8d2e0,", described, re.MULTILINE)
        assert re.search(r"traffic +done", described)
