"""Envoy as a process: found, started, asked for its counters, ended."""

import asyncio
import ctypes
import importlib.util
import json
import os
import re
import shutil
import signal
import sys
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any

from sandbox.traffic.configuration import LOOPBACK, bootstrap
from sandbox.traffic.errors import TrafficError

INSTALL = "Install it: pip install 'trueup[traffic]'"
_COUNTER = re.compile(r"^cluster\.([^.]+)\.upstream_rq_(2xx|4xx|500|5xx): (\d+)$", re.MULTILINE)
_WANTED = "^cluster\\.[^.]+\\.upstream_rq_(2xx|4xx|500|5xx)$"
_PATIENCE = 10.0

Counters = dict[str, tuple[int, int, int]]
"""By cluster, since the start: requests that a task answered, those of them with a 5xx, those that no task answered."""


def binary() -> Path:
    """Envoy's executable: out of its wheel, or the system's. ``TrafficError`` where there is neither."""
    # The wheel's command is a Python script that becomes Envoy; what is inside it starts in a third of the time.
    spec = importlib.util.find_spec("envoy")
    for folder in spec.submodule_search_locations or () if spec else ():
        packed = Path(folder) / "_bin" / "envoy"
        if os.access(packed, os.X_OK):
            return packed
    if found := shutil.which("envoy"):
        return Path(found)
    raise TrafficError(f"Envoy is not installed. {INSTALL}")


class Envoy:
    """A running Envoy that reads its resources from ``folder``."""

    def __init__(self, process: Process, folder: Path) -> None:
        self.process = process
        self._folder = folder
        self._admin = _Admin()

    @classmethod
    async def start(cls, executable: Path, folder: Path) -> "Envoy":
        """Start it and wait until it can be asked. ``TrafficError`` with its own last words where it does not start."""
        (folder / "envoy.json").write_text(json.dumps(bootstrap(folder)), "utf-8")
        command = [str(executable), "-c", str(folder / "envoy.json"), "--admin-address-path", str(folder / "admin")]
        command += ["--disable-hot-restart", "--concurrency", "1", "--drain-time-s", "1", "--log-level", "warning"]
        with (folder / "envoy.log").open("wb") as log:
            try:
                process = await asyncio.create_subprocess_exec(
                    *command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent
                )
            except OSError as error:
                raise TrafficError(f"Envoy at {executable} does not start: {error.strerror}.") from None
        envoy = cls(process, folder)
        try:
            await envoy.wait_until_up()
        except BaseException:
            await envoy.stop()
            raise
        return envoy

    async def wait_until_up(self) -> None:
        end = asyncio.get_running_loop().time() + _PATIENCE
        while asyncio.get_running_loop().time() < end and self.process.returncode is None:
            address = self._folder / "admin"
            if address.exists() and (text := address.read_text("utf-8")):
                self._admin.port = int(text.rpartition(":")[2])
                if await self._admin.ask("/ready") == "LIVE\n":
                    return
            await asyncio.sleep(0.02)
        words = (self._folder / "envoy.log").read_text("utf-8", "replace").strip()[-500:]
        raise TrafficError(f"Envoy does not come up. {words}".strip())

    async def ports(self) -> dict[str, int]:
        """The ports that Envoy took, by listener."""
        told: dict[str, Any] = json.loads(await self._admin.ask("/listeners?format=json"))
        return {
            each["name"]: int(each["local_address"]["socket_address"]["port_value"])
            for each in told.get("listener_statuses", ())
        }

    async def counters(self) -> Counters:
        """What every cluster has counted so far."""
        found: dict[str, dict[str, int]] = {}
        for cluster, name, value in _COUNTER.findall(await self._admin.ask(f"/stats?filter={_WANTED}")):
            found.setdefault(cluster, {})[name] = int(value)
        return {cluster: _counted(values) for cluster, values in found.items()}

    async def stop(self) -> None:
        """End it at once: nobody is left to be served."""
        self._admin.close()
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


def _counted(values: dict[str, int]) -> tuple[int, int, int]:
    # The tasks fail with 500 alone; 502, 503 and 504 are the proxy's own, and a cluster counts them with the rest.
    errors = values.get("500", 0)
    answered = values.get("2xx", 0) + values.get("4xx", 0) + errors
    return answered, errors, values.get("5xx", 0) - errors


class _Admin:
    """Envoy's administration, over one connection."""

    def __init__(self) -> None:
        self.port = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str) -> str:
        if self._streams is None:
            self._streams = await asyncio.open_connection(LOOPBACK, self.port)
        reader, writer = self._streams
        escaped = path.replace("^", "%5E").replace("\\", "%5C").replace("|", "%7C").replace("+", "%2B")
        writer.write(f"GET {escaped} HTTP/1.1\r\nHost: admin\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        body = b""
        if length := re.search(r"content-length: (\d+)", head):
            return (await reader.readexactly(int(length[1]))).decode()
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
        return body.decode()

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


def _die_with_parent() -> None:
    """Between fork and exec: let the kernel end Envoy when the process that started it is gone, however it went."""
    if sys.platform == "linux":
        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)
