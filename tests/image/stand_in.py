"""What ``FROM docker.io/library/python:3.12-slim`` finds: a Debian as small, with a Python 3.12 in ``/usr/local``.

It is made of Debian's packages and of a Python 3.12 of this machine, with what the real one lacks left out (manuals,
tests, compiled modules), and kept between runs.
"""

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.image.tools import ToolError, buildah, podman_command, said

NAME = "docker.io/library/python:3.12-slim"
_RECIPE = f"trueup.recipe={hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]}"
_PATH = "PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
_LEFT_OUT = ("test", "tests", "idle_test", "__pycache__", "*.a", "site-packages", "_tkinter*")
_DPKG = (
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/doc/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",
    "path-include=/usr/share/doc/*/copyright",
)


def python() -> Path | None:
    """The prefix of a Python 3.12 that can be copied as it is; ``None`` where there is none."""
    return next((prefix for each in _pythons() if (prefix := _prefix(each)) is not None), None)


def ensure(prefix: Path) -> None:
    """Have it in the tests' storage. ``ToolError`` where Debian's packages are not to be had."""
    if buildah("images", "--quiet", "--filter", f"label={_RECIPE}"):
        return
    label = ("--change", f"LABEL {_RECIPE}", "--change", f"ENV {_PATH}")
    with subprocess.Popen(_debian(prefix), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as made:
        taken = subprocess.run(
            podman_command("import", "--quiet", *label, "-", NAME), stdin=made.stdout, capture_output=True, check=False
        )
        if made.stdout is not None:
            made.stdout.close()
        heard = made.stderr.read() if made.stderr is not None else b""
    if made.returncode != 0 or taken.returncode != 0:
        raise ToolError(f"mmdebstrap and podman import: {(heard + taken.stderr).decode(errors='replace')[-2000:]}")


def _pythons() -> Iterator[str]:
    if found := shutil.which("python3.12"):
        yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    uv = Path.home() / ".local/share/uv/python"
    for folder, pattern in ((pyenv, "3.12.*"), (uv, "cpython-3.12.*")):
        yield from (str(each / "bin/python3.12") for each in sorted(folder.glob(pattern), reverse=True))


def _prefix(interpreter: str) -> Path | None:
    """Where an interpreter lives, unless it does not start or is the system's own, which is spread over ``/usr``."""
    try:
        prefix = said(interpreter, "-I", "-c", "import sys; print(sys.base_prefix)")
    except (ToolError, OSError):
        return None
    return None if prefix == "/usr" else Path(prefix)


def _debian(prefix: Path) -> list[str]:
    """The command that writes the root file system as a tar archive."""
    left_out = shlex.join(f"--exclude={each}" for each in _LEFT_OUT)
    strip = "find $1/usr/local \\( -name '*.so*' -o -name 'python3.12' \\) -type f -exec strip --strip-unneeded {} +"
    hooks = (
        f"tar -C {shlex.quote(str(prefix))} {left_out} -c bin lib | tar -C $1/usr/local -x --no-same-owner",
        *([strip] if shutil.which("strip") else []),
        "mkdir -p $1/usr/local/lib/python3.12/site-packages && chroot $1 ldconfig",
        "chroot $1 python3.12 -m ensurepip && ln -sf python3.12 $1/usr/local/bin/python",
        "find $1/usr/local -depth -name __pycache__ -exec rm -rf {} +",
    )
    return [
        "mmdebstrap",
        "--variant=minbase",
        f"--include={','.join(['ca-certificates', 'netbase', 'tzdata', *sorted(_packages(prefix))])}",
        *(f"--dpkgopt={each}" for each in _DPKG),
        *(f"--customize-hook={each}" for each in hooks),
        platform.freedesktop_os_release()["VERSION_CODENAME"],
        "-",
    ]


def _packages(prefix: Path) -> set[str]:
    """The packages of the libraries that this Python needs."""
    modules = [each for each in prefix.glob("lib/python3.12/lib-dynload/*.so") if not each.name.startswith("_tkinter")]
    linked = said("ldd", str(prefix / "bin/python3.12"), *(str(each) for each in modules))
    libraries = {word for line in linked.splitlines() for word in line.split() if word.startswith(("/lib", "/usr/lib"))}
    return {_package(each) for each in libraries if "/ld-" not in each}


def _package(library: str) -> str:
    try:
        owner = said("dpkg", "--search", library)
    except ToolError:  # Debian's directory holds some files below / and some below /usr
        owner = said(
            "dpkg", "--search", library.removeprefix("/usr") if library.startswith("/usr") else f"/usr{library}"
        )
    return owner.split(":")[0]
