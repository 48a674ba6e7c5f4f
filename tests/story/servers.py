"""Prometheus and Alertmanager as the system brings them: on loopback, on free ports, ended by who started them."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROMETHEUS = shutil.which("prometheus")
ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
MISSING = "Prometheus and Alertmanager are not installed: sudo apt-get install prometheus prometheus-alertmanager"


def present() -> bool:
    """Whether both can be started here."""
    return PROMETHEUS is not None and ALERTMANAGER is not None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A Prometheus that runs."""

    url: str

    def query(self, expression: str, at: float | None = None) -> list[dict[str, Any]]:
        """An instant query's result; ``AssertionError`` where Prometheus refuses it."""
        asked = {"query": expression} | ({} if at is None else {"time": f"{at:.3f}"})
        found: list[dict[str, Any]] = self._get("query", asked)["result"]
        return found

    def value(self, expression: str, at: float | None = None) -> float | None:
        """The one value of an expression; ``None`` where there is none."""
        found = self.query(expression, at)
        return float(found[0]["value"][1]) if found else None

    def range(self, expression: str, begin: float, end: float, step: float = 0.5) -> list[dict[str, Any]]:
        """A range query's result."""
        asked = {"query": expression, "start": f"{begin:.3f}", "end": f"{end:.3f}", "step": f"{step}"}
        found: list[dict[str, Any]] = self._get("query_range", asked)["result"]
        return found

    def values(self, expression: str, begin: float, end: float) -> list[float]:
        """All values of all series over a time, in order of time within each series."""
        return [float(value) for series in self.range(expression, begin, end) for _, value in series["values"]]

    def rules(self) -> list[dict[str, Any]]:
        """Every rule with its health, its last error, and for alerts its state."""
        return [rule for group in self._get("rules", {})["groups"] for rule in group["rules"]]

    def _get(self, path: str, asked: dict[str, str]) -> Any:
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(asked)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.loads(answer.read())["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{asked}: {error.read().decode()}") from None


@contextmanager
def prometheus(config: Path, folder: Path) -> Iterator[Prometheus]:
    """Prometheus with this configuration, once it answers."""
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        str(PROMETHEUS),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--log.level=warn",
    ]
    with _running(command, f"{url}/-/ready", folder / "prometheus.log"):
        yield Prometheus(url)


@contextmanager
def alertmanager(config: Path, folder: Path, port: int) -> Iterator[str]:
    """Alertmanager with this configuration, once it answers. Its address."""
    url = f"http://127.0.0.1:{port}"
    command = [
        str(ALERTMANAGER),
        f"--config.file={config}",
        f"--storage.path={folder / 'alerts'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=warn",
    ]
    with _running(command, f"{url}/-/ready", folder / "alertmanager.log"):
        yield url


@contextmanager
def _running(command: list[str], ready: str, log: Path) -> Iterator[None]:
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        _await(process, ready, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _await(process: subprocess.Popen[bytes], ready: str, log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(ready, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{ready} did not answer:\n{log.read_text('utf-8', 'replace')[-2000:]}")
