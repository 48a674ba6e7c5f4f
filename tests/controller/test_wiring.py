"""What the composition root builds, and what it leaves out."""

from pathlib import Path

import pytest
import structlog

from controller.settings import CloudTrail, Settings
from controller.wiring import build_daemon


@pytest.mark.parametrize(("use", "asks"), [(CloudTrail.AUTO, True), (CloudTrail.ON, True), (CloudTrail.OFF, False)])
def test_cloudtrail_is_asked_unless_that_is_off(tmp_path: Path, use: CloudTrail, asks: bool) -> None:
    settings = Settings("https://git.example/gitops.git", state_dir=tmp_path, port=0, cloudtrail=use)
    daemon = build_daemon(settings, structlog.get_logger())
    daemon.run(1, lambda: None)
    assert (daemon.inquiry is not None) is asks
