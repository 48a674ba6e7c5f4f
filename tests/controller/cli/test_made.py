"""Who made something, in a line."""

import pytest

from controller.cli.made import how, maker
from controller.web.detail_views import AttemptView
from controller.web.views import ChangeView

MALLORY = "arn:aws:sts::1:assumed-role/admin/mallory"


def change(**more: str) -> ChangeView:
    return ChangeView(path="/serviceDefinition/desiredCount", kind="changed", **more)  # type: ignore[arg-type]  # texts only


@pytest.mark.parametrize(
    ("who", "pending", "said"),
    [
        (MALLORY, False, "admin/mallory"),
        (MALLORY, True, "admin/mallory"),
        (None, True, "AWS does not tell yet"),
        (None, False, "-"),
    ],
)
def test_unknown_stays_unknown_and_says_whether_it_may_be_told_yet(who: str | None, pending: bool, said: str) -> None:
    assert maker(who, pending=pending) == said


def test_how_is_the_call_its_source_and_the_program() -> None:
    made = change(call="ecs:UpdateService", source="203.0.113.7", via="AWS CLI 2.9.8")
    assert how(made) == "ecs:UpdateService from 203.0.113.7 with AWS CLI 2.9.8"
    assert how(change(call="ecs:UpdateService")) == "ecs:UpdateService"


def test_a_service_that_called_is_named_once() -> None:
    made = change(call="ecs:UpdateService", source="cloudformation.amazonaws.com", via="CloudFormation")
    assert how(made) == "ecs:UpdateService from cloudformation.amazonaws.com"


def test_where_cloudtrail_did_not_tell_there_is_nothing_to_say() -> None:
    assert how(change()) == ""
    assert (
        how(AttemptView(deployment="d-1", state="running", aws_status="InProgress", ours=False, created_at=1.0)) == ""
    )
