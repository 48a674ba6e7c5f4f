"""What to try on the demo's daemon and its AWS while they are up, as it is typed."""

import shutil
import sys
from pathlib import Path

from controller.demo.acts import FIX, LAST
from controller.demo.daemon import TOKEN
from controller.demo.stage import MANIFEST, REGION

SERVICE = "prod/notes-app"


def commands(daemon: str, aws: str, repository: str, traffic: str = "") -> list[str]:
    """A line each, for one shell, from the first on. All are told by URL; ``traffic``: production's, if it has one."""
    where = f"AWS_ENDPOINT_URL={aws} AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION}"
    return [
        f"export {_path()}TRUEUP_URL={daemon} TRUEUP_API_TOKEN={TOKEN}",
        "trueup get",
        f"trueup describe {SERVICE} --watch",
        f"trueup history {SERVICE}",
        "trueup events",
        f"trueup logs {SERVICE}",
        f"curl {daemon}/metrics",
        *([f"curl {traffic}"] if traffic else ()),
        f"git clone {repository} && cd gitops    # write {FIX} for {LAST} in {MANIFEST}, commit, push",
        f"export {where} AWS_ACCESS_KEY_ID=me AWS_SECRET_ACCESS_KEY=x",
        "aws ecs describe-services --cluster prod-notes-app --services notes-app",
    ]


def _path() -> str:
    """What makes a shell find this ``trueup``; nothing where it does already."""
    mine, found = Path(sys.executable).parent / "trueup", shutil.which("trueup")
    at_hand = not mine.exists() or (found is not None and mine.samefile(found))
    return "" if at_hand else f'PATH="{mine.parent}:$PATH" '
