"""``trueup-health``: whether the daemon beside it is well, for an orchestrator that runs a command to know.

It is run every few seconds on a small share of a CPU, so it imports next to nothing, and asks without a proxy.
"""

import http.client
import os
import sys
from collections.abc import Mapping

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where somebody who listens there is reached
_PATIENCE = 4.0  # seconds; the container's own limit is five


def address(environment: Mapping[str, str]) -> tuple[str, int]:
    """Host and port at which a daemon with these ``TRUEUP_`` variables answers; ValueError for a port that is none."""
    host = environment.get("TRUEUP_HOST") or "127.0.0.1"
    return _EVERYWHERE.get(host, host), int(environment.get("TRUEUP_PORT") or 8080)


def main() -> None:
    """End with 0 where ``/healthz`` says 200, else with 1 and what was found instead."""
    host, port = address(os.environ)
    try:
        connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        said = f"{answer.status} {answer.read(200).decode('utf-8', 'replace').strip()}"
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"trueup-health: nobody answers at {host}:{port}: {error}")
    if answer.status != 200:
        sys.exit(f"trueup-health: {said}")
