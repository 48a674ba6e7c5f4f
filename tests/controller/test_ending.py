"""A daemon that is asked to end while it still imports ends well, and nothing large stands before the ear."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASKED_AT_ONCE = """\
import os, signal, sys
from controller import __main__, cli, ending
cli.main = lambda: (os.kill(os.getpid(), signal.SIGTERM), main())
main, sys.argv = cli.app, ["trueup", *sys.argv[1:]]
__main__.main()
"""
INTERRUPTED = """\
import sys
from controller import __main__
class Finder:
    def find_spec(self, name, *_):
        if name == "controller.cli.why":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Finder())
sys.argv = ["trueup", *sys.argv[1:]]
__main__.main()
"""
# The signal comes at the so-many-eth line of Python that the waiting runs.
AT_A_LINE = """\
import os, signal, sys, threading
from controller import ending
left = int(sys.argv[1])
def traced(frame, event, _):
    global left
    if event == "line":
        left -= 1
        if left == 0:
            sys.settrace(None)
            signal.raise_signal(signal.SIGTERM)
    return traced
ending.listen()
timer = threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGTERM])
timer.daemon = True
timer.start()
sys.settrace(traced)
ending.wait()
"""
LARGE = "import sys, controller.{}; print(sorted({{'typer', 'pydantic', 'botocore', 'asyncio'}} & sys.modules.keys()))"


def _python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A process of its own: signals and imports are a process's."""
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "HOME": "/nonexistent"}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_sigterm_before_the_imports_ends_the_daemon_well(tmp_path: Path) -> None:
    settings = ["--repository", (tmp_path / "none.git").as_uri(), "--state-dir", str(tmp_path / "state"), "--port", "0"]
    done = _python(ASKED_AT_ONCE, "run", *settings, "--log-format", "json")
    assert (done.returncode, done.stderr.count('"event": "ended"')) == (0, 1), done.stderr


def test_no_other_verb_takes_signals_for_itself() -> None:
    code = "import signal, sys; from controller import __main__, cli; cli.main = lambda: None; sys.argv[1:] = ['get']; "
    code += "__main__.main(); print(signal.getsignal(signal.SIGTERM).name)"
    assert _python(code).stdout.strip() == "SIG_DFL"


@pytest.mark.parametrize("verb", ["get", "demo", "run"])
def test_ctrl_c_while_a_verb_is_imported_is_no_traceback(verb: str) -> None:
    done = _python(INTERRUPTED, verb)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_neither_the_start_nor_the_health_check_imports_anything_large() -> None:
    assert [_python(LARGE.format(module)).stdout.strip() for module in ("__main__", "health")] == ["[]", "[]"]


def test_a_command_that_asks_a_daemon_waits_for_no_import_of_what_only_a_daemon_needs() -> None:
    heavy = "import sys, controller.cli; print({'boto3', 'botocore', 'fastapi', 'structlog'} & sys.modules.keys())"
    assert _python(heavy).stdout.strip() == "set()"


def test_both_are_what_is_installed() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"trueup": "controller.__main__:main", "trueup-health": "controller.health:main"}


@pytest.mark.parametrize("line", range(1, 9))
def test_wherever_in_its_waiting_a_signal_meets_the_daemon_it_is_heard(line: int) -> None:
    assert _python(AT_A_LINE, str(line)).returncode == 0
