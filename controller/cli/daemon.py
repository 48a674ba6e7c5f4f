"""Where the daemon is, as every verb that asks it is told."""

import os
from typing import Annotated

from typer import Option

URL = Annotated[str, Option("--url", help="Where the daemon answers.", envvar="TRUEUP_URL", show_envvar=True)]
TOKEN = Annotated[
    str | None,
    Option("--api-token", help="What it takes to act, and to read logs.", envvar="TRUEUP_API_TOKEN", show_envvar=True),
]
# Beside the daemon, as in its container, its own setting says where it answers.
DEFAULT_URL = f"http://127.0.0.1:{os.environ.get('TRUEUP_PORT') or 8080}"
