"""What the composition root builds, and what it leaves out."""

from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from controller.lease.sole import Sole
from controller.notify.book import Shelf
from controller.notify.ledger import Ledger
from controller.rules.reading import MisconfiguredError
from controller.settings import CloudTrail, Settings
from controller.wiring import build_daemon
from reconcilers.model import Scope


@pytest.mark.parametrize(("use", "asks"), [(CloudTrail.AUTO, True), (CloudTrail.ON, True), (CloudTrail.OFF, False)])
def test_cloudtrail_is_asked_unless_that_is_off(tmp_path: Path, use: CloudTrail, asks: bool) -> None:
    settings = Settings("https://git.example/gitops.git", state_dir=tmp_path, port=0, cloudtrail=use)
    daemon = build_daemon(settings, structlog.get_logger())
    daemon.run(1, lambda: None)
    assert (daemon.inquiry is not None) is asks


TOLD = "channels:\n- {name: deploys, kind: slack, url: 'https://hooks.example.com/s3cret'}\n"


def test_whom_to_tell_is_read_from_a_file_or_from_its_text_which_goes_before(tmp_path: Path) -> None:
    file = tmp_path / "notifications.yaml"
    file.write_text(TOLD.replace("deploys", "of-the-file"))
    for given, named in (
        (Settings("https://git.example/gitops.git", notifications=file), ["of-the-file"]),
        (Settings("https://git.example/gitops.git", notifications_yaml=TOLD, notifications=file), ["deploys"]),
        (Settings("https://git.example/gitops.git"), []),
    ):
        daemon = build_daemon(replace(given, state_dir=tmp_path, port=0), structlog.get_logger())
        daemon.run(1, lambda: None)
        assert [each.channel for each in (daemon.notifier.backlog() if daemon.notifier else ())] == named


def test_a_text_that_cannot_be_used_is_refused_by_its_place_and_shown_nowhere() -> None:
    settings = Settings("https://git.example/gitops.git", notifications_yaml=TOLD.replace("kind", "knid"), port=0)
    with pytest.raises(MisconfiguredError, match="TRUEUP_NOTIFICATIONS_YAML:2") as refused:
        build_daemon(settings, structlog.get_logger())
    assert "s3cret" not in str(refused.value) + repr(settings)


def test_a_daemon_keeps_its_disk_to_itself_until_it_ends(tmp_path: Path) -> None:
    settings = Settings("https://git.example/gitops.git", notifications_yaml=TOLD, state_dir=tmp_path, port=0)
    daemon = build_daemon(settings, structlog.get_logger())

    def kept_by_others() -> bool:
        shelf = Shelf(tmp_path / "notifications")
        shelf.book("deploys").keep(None, Ledger(7))
        kept = shelf.book("deploys").ledger(None).number == 7
        shelf.close()
        return kept

    assert not kept_by_others()
    daemon.run(1, lambda: None)
    assert kept_by_others()


def test_without_a_lease_table_dynamodb_is_not_even_named(tmp_path: Path) -> None:
    settings = Settings((tmp_path / "gitops.git").as_uri(), state_dir=tmp_path, port=0)
    daemon = build_daemon(settings, structlog.get_logger())
    daemon.run(1, lambda: None)
    assert isinstance(daemon.lease, Sole)


def test_with_a_lease_table_nothing_is_kept_to_begin_with(tmp_path: Path) -> None:
    table = "arn:aws:dynamodb:eu-west-1:123456789012:table/leases"
    settings = Settings((tmp_path / "gitops.git").as_uri(), state_dir=tmp_path, port=0, lease_table=table)
    daemon = build_daemon(settings, structlog.get_logger())
    daemon.http.start()
    daemon.http.stop()
    assert not daemon.lease.keeps(Scope("eu-west-1"))
    assert not daemon.lease.sharing().acts
