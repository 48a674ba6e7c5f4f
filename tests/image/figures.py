"""How large the image is, how soon a container of it is of use, and what it holds then."""

import json
import os
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.table import Table

from tests.image.container import Container, await_status, container
from tests.image.surroundings import world
from tests.image.tools import podman, podman_command

_STARTS = 5
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Figures:
    """Sizes in bytes, times in seconds, medians of so many starts; of what the image stands on, its size as well."""

    size: int
    compressed: int
    stands_on: int
    healthy: float
    ready: float
    cpu: float
    resident: float
    starts: int = _STARTS

    def shown(self) -> Table:
        """As a table for a terminal."""
        table = Table(title="The image", title_justify="left", show_header=False, min_width=72)
        table.add_row("size", f"{self.size / 1e6:.0f} MB")
        table.add_row("size, compressed (gzip)", f"{self.compressed / 1e6:.0f} MB")
        table.add_row("what it is built on", f"{self.stands_on / 1e6:.0f} MB")
        table.add_row(f"from start to /healthz, median of {self.starts}", f"{self.healthy:.1f} s")
        table.add_row(f"from start to /readyz, median of {self.starts}", f"{self.ready:.1f} s")
        table.add_row("CPU spent until then", f"{self.cpu:.1f} s")
        table.add_row("resident once it is ready", f"{self.resident / 1e6:.0f} MB")
        return table


def measured(image: str, stands_on: str) -> Figures:
    """Measure an image. It takes a dozen starts' time."""
    with world() as around:
        starts = [_start(image, around.settings) for _ in range(_STARTS)]
    return Figures(
        _size(image), _compressed(image), _size(stands_on), *(median(each) for each in zip(*starts, strict=True))
    )


def _start(image: str, settings: dict[str, str]) -> tuple[float, float, float, float]:
    """Seconds from the start of the container's process to both, of CPU until the second, and the bytes it holds."""
    with container(image, settings) as found:
        await_status(found, "/healthz")
        healthy, _ = _spent(found)
        await_status(found, "/readyz")
        return healthy, *_spent(found), 1024 * int(found.process()["VmRSS"].split()[0])


def _spent(by: Container) -> tuple[float, float]:
    """For how many seconds its first process has been there, and how many of CPU it and its dead children took."""
    up = float(Path("/proc/uptime").read_text("ascii").split()[0])
    fields = Path(f"/proc/{by.state()['Pid']}/stat").read_text("ascii").rpartition(")")[2].split()
    second = os.sysconf("SC_CLK_TCK")
    return up - int(fields[19]) / second, sum(int(each) for each in fields[11:15]) / second


def _size(image: str) -> int:
    return int(json.loads(podman("image", "inspect", image))[0]["Size"])


def _compressed(image: str) -> int:
    """What a registry stores and a host pulls."""
    squeeze, total = zlib.compressobj(6), 0
    with subprocess.Popen(podman_command("save", "--quiet", image), stdout=subprocess.PIPE) as saved:
        if saved.stdout is None:
            raise RuntimeError("no pipe")
        while chunk := saved.stdout.read(_CHUNK):
            total += len(squeeze.compress(chunk))
    return total + len(squeeze.flush())
