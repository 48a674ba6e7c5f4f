"""The daemon as the demo runs it: a process of its own, which can be killed like one."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from controller.web.client import Daemon, DaemonError

TOKEN = "demo"  # noqa: S105 - the sandbox's daemon listens on loopback, and nothing is behind it


class DaemonProcess:
    """``trueup run`` against ``endpoint``, with further ``settings`` as environment variables.

    Credentials are the sandbox's, the port is free, the log is a file.
    """

    def __init__(self, folder: Path, repository: str, endpoint: str, settings: Mapping[str, str]) -> None:
        self._folder = folder
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"
        self.api = Daemon(self.url, TOKEN)
        self.log = folder / "trueup.log"
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "AWS_ACCESS_KEY_ID": "trueup",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_EC2_METADATA_DISABLED": "true",
            "TRUEUP_REPOSITORY": repository,
            "TRUEUP_GIT_ALLOW": "file",
            "TRUEUP_ENDPOINT_URL": endpoint,
            "TRUEUP_STATE_DIR": str(folder / "mirror"),
            "TRUEUP_PORT": str(self._port),
            "TRUEUP_API_TOKEN": TOKEN,
            "TRUEUP_POLL_INTERVAL": "0.5",
            "TRUEUP_SWEEP_INTERVAL": "0.5",
            "TRUEUP_SHIFT_INTERVAL": "0.5",
            "TRUEUP_LOG_FORMAT": "json",
            **settings,
        }

    def start(self) -> None:
        """Start it; it answers a little later."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "controller.cli", "run"], env=self._environment, stdout=log, stderr=log
            )

    @property
    def running(self) -> bool:
        """Whether it was started, and not ended since."""
        return self._process is not None

    def wait_until_ready(self, within: float = 30.0) -> None:
        """Return once it has read Git; ``DaemonError`` with the end of its log where it does not come to that."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                break
            with suppress(DaemonError):
                if self.api.source().commit is not None:
                    return
            time.sleep(0.05)
        raise DaemonError(f"The daemon did not come up. The end of its log:\n{self.log.read_text()[-2000:]}")

    def kill(self) -> int:
        """End it as ``kill -9`` does: nothing is finished, nothing is said. The process's id."""
        return self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end, and see to it that it does."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        return process.pid


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
