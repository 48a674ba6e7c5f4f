"""The Dockerfile of this repository, built as it stands; the host's CA certificates and pip index are lent to it."""

import os
import ssl
import subprocess
import sys
from pathlib import Path

from tests.image import stand_in
from tests.image.tools import CACHE, ToolError, buildah, locked, missing, podman

_TAG = "localhost/trueup:tested"
ROOT = Path(__file__).parents[2]
_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"  # where Debian keeps it, and so the image


class NoImageError(Exception):
    """No image can be built and run here; the message says why, and what to do."""


def made() -> str:
    """Build the image, if it is not the newest anyway. Its id: a tag would be another's as soon as they build.

    Raises ``NoImageError`` where it is not the Dockerfile's fault, and ``ToolError`` where it is.
    """
    python = stand_in.python()
    reason = missing() or ("" if python else "No Python 3.12 to make an image of: install one with pyenv or uv.")
    if reason or python is None:
        raise NoImageError(reason)
    with locked():
        podman("image", "prune", "--force", "--filter", "until=168h")  # steps that no build of this week took
        try:
            stand_in.ensure(python)
        except ToolError as error:
            raise NoImageError(f"What the image stands on could not be made: {error}") from None
        return _build()


def _build() -> str:
    """Build on the stand-in; steps that did not change are taken from the cache."""
    arguments = ("--layers", "--isolation", "chroot", "--network", "host", "--pull-never", "--format", "docker")
    given = ("--build-arg", "VERSION=tested", "--tag", _TAG)
    buildah("bud", "--quiet", *arguments, *_lent(), *given, str(ROOT))
    return buildah("images", "--quiet", "--no-trunc", _TAG)


def _lent() -> list[str]:
    bundle = _certificates()
    if bundle is None:
        return []
    configuration = CACHE / "pip.conf"
    configuration.write_text("\n".join(["[global]", f"cert = {_BUNDLE}", *_index(), ""]), "utf-8")
    return ["--volume", f"{bundle}:{_BUNDLE}:ro", "--volume", f"{configuration}:/etc/pip.conf:ro"]


def _certificates() -> Path | None:
    """The authorities that this machine trusts, in one file."""
    places = (os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, _BUNDLE)
    return next((Path(each) for each in places if each and Path(each).is_file()), None)


def _index() -> list[str]:
    """The index that this machine's pip asks, where it is another than PyPI."""
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return [f"index-url = {done.stdout.strip()}"] if done.returncode == 0 else []
