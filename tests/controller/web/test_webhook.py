"""Deliveries of GitHub and GitLab."""

import hashlib
import hmac
from collections.abc import Mapping

from controller.web import webhook
from controller.web.webhook import Delivery

BODY = b'{"ref": "refs/heads/main"}'


def signed(secret: str, body: bytes = BODY, event: str = "push") -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}", "x-github-event": event}


def check(headers: Mapping[str, str], body: bytes, secret: str) -> Delivery:
    sealed = webhook.seal(secret)
    sealed.update(body)
    return webhook.check(headers, sealed, secret)


def test_a_push_signed_by_github_is_taken() -> None:
    assert check(signed("s3cret"), BODY, "s3cret") is Delivery.PUSH


def test_a_ping_of_github_is_answered_but_leads_to_nothing() -> None:
    assert check(signed("s3cret", event="ping"), BODY, "s3cret") is Delivery.IGNORED


def test_a_push_signed_with_another_secret_is_refused() -> None:
    assert check(signed("other"), BODY, "s3cret") is Delivery.REFUSED


def test_a_body_that_was_changed_on_the_way_is_refused() -> None:
    assert check(signed("s3cret"), BODY + b" ", "s3cret") is Delivery.REFUSED


def test_a_push_with_gitlabs_token_is_taken() -> None:
    headers = {"x-gitlab-token": "s3cret", "x-gitlab-event": "Push Hook"}
    assert check(headers, BODY, "s3cret") is Delivery.PUSH


def test_an_issue_event_of_gitlab_leads_to_nothing() -> None:
    headers = {"x-gitlab-token": "s3cret", "x-gitlab-event": "Issue Hook"}
    assert check(headers, BODY, "s3cret") is Delivery.IGNORED


def test_a_wrong_gitlab_token_is_refused() -> None:
    headers = {"x-gitlab-token": "wrong", "x-gitlab-event": "Push Hook"}
    assert check(headers, BODY, "s3cret") is Delivery.REFUSED


def test_a_delivery_without_proof_is_refused() -> None:
    assert check({"x-github-event": "push"}, BODY, "s3cret") is Delivery.REFUSED


def test_a_signature_that_is_no_text_of_ours_is_refused() -> None:
    headers = {"x-hub-signature-256": "sha256=\u00fc", "x-github-event": "push"}
    assert check(headers, BODY, "s3cret") is Delivery.REFUSED
