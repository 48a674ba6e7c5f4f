"""What the composition root builds, and what it leaves out."""

import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from controller.lease.sole import Sole
from controller.notify.book import Shelf
from controller.notify.ledger import Ledger
from controller.rules.reading import MisconfiguredError
from controller.settings import CloudTrail, Settings
from controller.wiring import build_daemon, sharers
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


SHA = sha256(b"t0ken").hexdigest()
RAILS = "guardRails:\n- environments: [prod]\n  allowedClusters: []\n"
ROLES = f"grants:\n- role: deployer\n  environments: [prod]\n  tokens: [{{name: ci, sha256: {SHA}}}]\n"


def test_who_is_named_by_the_text_of_the_roles_may_order(tmp_path: Path) -> None:
    settings = Settings("https://git.example/x.git", roles_yaml=ROLES, state_dir=tmp_path, port=0)
    assert SHA not in repr(settings)
    daemon = build_daemon(settings, structlog.get_logger())
    answers: list[int] = []

    def ask() -> None:
        url = f"{daemon.http.url}/api/v1/services/prod/notes/retry"
        headers = [{"authorization": f"Bearer {token}"} for token in ("t0ken", "another")]
        answers.extend(httpx.post(url, json={}, headers=each).status_code for each in headers)

    daemon.run(1, ask)
    assert answers == [503, 401], "of the one who may, that Git was not read yet"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"guard_rails_yaml": RAILS + "x: 1\n"}, "TRUEUP_GUARD_RAILS_YAML:4:1: There is no field x"),
        ({"roles_yaml": ROLES.replace("deployer", "boss")}, "TRUEUP_ROLES_YAML:2:9"),
        ({"roles_yaml": "\udcff"}, "TRUEUP_ROLES_YAML"),
        ({"guard_rails_yaml": RAILS, "guard_rails": Path("g.yaml")}, "TRUEUP_GUARD_RAILS names a file as well"),
        ({"roles_yaml": ROLES, "roles": Path("r.yaml")}, "TRUEUP_ROLES names a file as well. Give one of the two."),
    ],
    ids=range(5),
)
def test_a_text_of_rules_that_cannot_be_used_keeps_the_daemon_from_starting(given: dict[str, Any], said: str) -> None:
    with pytest.raises(MisconfiguredError, match=re.escape(said)):
        build_daemon(Settings("https://git.example/x.git", port=0, **given), structlog.get_logger())


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


def test_whoever_may_ask_aws_at_once_keeps_his_connection() -> None:
    server = 40  # threads that answer requests
    assert sharers(Settings("https://git.example/gitops.git", workers=16)) >= 16 + server
