"""A fact on a commit in GitHub and in GitLab: what is asked of their APIs, and what it comes to when asked twice."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from controller.loop.facts import Kind
from controller.loop.telling import left
from controller.notify import github, gitlab
from controller.notify.channels import Voice
from controller.notify.configuration import ON_COMMITS
from controller.notify.github import GitHub, Repository
from controller.notify.gitlab import GitLab, Project
from controller.notify.told import Answer, Later, Place, Refused, Request, Telling
from tests.controller.notify.builders import KEY, NOW, fact
from tests.controller.notify.receivers import GitHubReceiver, GitLabReceiver, Receiver, received

SHA = "abc1234" + "0" * 33
PLACE = Place("eu-west-1", "prod", "notes", branch="main", commit=SHA)
HUB = GitHub(Repository("https://api.github.com/", "you/gitops", lambda: "ghp_test"))
LAB = GitLab(Project("https://gitlab.com/api/v4", "you/gitops", lambda: "glpat-test"))
# Fields that their documentation names, and the values where it has a list of them.
GITHUB = {
    "statuses": {"state", "target_url", "description", "context"},
    "deployments": {
        "ref",
        "task",
        "auto_merge",
        "required_contexts",
        "payload",
        "environment",
        "description",
        "transient_environment",
        "production_environment",
    },
    "deployment statuses": {"state", "log_url", "description", "environment", "environment_url", "auto_inactive"},
}
GITLAB = {
    "statuses": {"state", "ref", "name", "context", "target_url", "description", "coverage", "pipeline_id"},
    "deployments": {"environment", "sha", "ref", "tag", "status"},
}


@dataclass
class Exchange:
    """Asks a stand-in without a network."""

    receiver: Receiver
    base: str
    asked: list[Request] = field(default_factory=list)
    lose: Callable[[Request], bool] = lambda _: False

    def __call__(self, request: Request) -> Answer:
        self.asked.append(request)
        reply = self.receiver.answer(received(request, self.base))
        if self.lose(request):
            raise Later("no answer (ReadTimeoutError)")
        return Answer(reply.status, {}, json.dumps(reply.body).encode())

    def bodies(self, method: str = "POST") -> list[tuple[str, dict[str, Any]]]:
        """What was written where, without the base of the API."""
        return [
            (each.url.removeprefix(self.base), json.loads(each.body)) for each in self.asked if each.method == method
        ]


def hub() -> tuple[GitHubReceiver, Exchange]:
    receiver = GitHubReceiver()
    return receiver, Exchange(receiver, "https://api.github.com")


def lab() -> tuple[GitLabReceiver, Exchange]:
    receiver = GitLabReceiver()
    return receiver, Exchange(receiver, "https://gitlab.com/api/v4")


def telling(kind: Kind = Kind.DONE, place: Place | None = PLACE, page: str = "https://t/s", **more: Any) -> Telling:
    return Telling("x", fact(kind, commit=SHA, **more), place, page)


def tells(voice: Voice, exchange: Exchange, *tellings: Telling) -> None:
    for each in tellings:
        voice.deliver(each, exchange, NOW)


# -- GitHub


def test_github_shows_a_rollout_on_the_commit_and_as_a_deployment() -> None:
    receiver, exchange = hub()
    tells(HUB, exchange, telling(Kind.STARTED), telling(Kind.DONE))
    assert [(each["state"], each["context"], each["sha"]) for each in receiver.statuses] == [
        ("pending", "trueup/prod/notes", SHA),
        ("success", "trueup/prod/notes", SHA),
    ]
    (made,) = receiver.deployments
    assert (made["environment"], made["statuses"]) == ("prod/notes", ["in_progress", "success"])


def test_github_is_asked_with_the_fields_that_it_documents() -> None:
    _, exchange = hub()
    tells(HUB, exchange, *(telling(kind, text="x" * 500) for kind in ON_COMMITS))
    for path, body in exchange.bodies():
        what = path.removeprefix("/repos/you/gitops/").split("/")
        kind = "deployment statuses" if len(what) == 3 else what[0]
        assert body.keys() <= GITHUB[kind]
        assert len(body["description"]) <= 140
        match kind:
            case "statuses":
                assert body["state"] in {"error", "failure", "pending", "success"}
                assert what[1] == SHA
            case "deployments":
                assert (body["auto_merge"], body["required_contexts"], body["ref"]) == (False, [], SHA)
            case _:
                assert body["state"] in {"error", "failure", "inactive", "in_progress", "queued", "pending", "success"}
    for request in exchange.asked:
        assert request.headers["authorization"] == "Bearer ghp_test"
        assert request.headers["accept"] == "application/vnd.github+json"
        assert request.url.startswith("https://api.github.com/repos/you/gitops/")


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (Kind.ROLLED_BACK, "failure"),
        (Kind.FAILED, "failure"),
        (Kind.STOPPED, "error"),
        (Kind.SUPERSEDED, "error"),
        (Kind.HELD, "failure"),
        (Kind.BLOCKED, "pending"),
        (Kind.DRIFT_FOUND, None),
        (Kind.CLEARED, None),
    ],
)
def test_a_state_in_github_for_what_concerns_a_commit(kind: Kind, state: str | None) -> None:
    assert github.state(telling(kind)) == state


@pytest.mark.parametrize(
    ("place", "commit", "hubs", "labs"),
    [
        (replace(PLACE, synced=True), SHA, "success", "success"),
        (PLACE, SHA, "pending", "pending"),
        (PLACE, "other", "error", "canceled"),
        (None, SHA, None, None),
    ],
)
def test_a_commit_that_was_blocked_serves_or_ships_or_gives_way(
    place: Place | None, commit: str, hubs: str | None, labs: str | None
) -> None:
    cleared = Telling("x", fact(Kind.CLEARED, id=f"{KEY}/abc/blocked/cleared", commit=commit), place)
    assert (github.state(cleared), gitlab.state(cleared)) == (hubs, labs)
    held = Telling("x", fact(Kind.CLEARED, id=f"{KEY}/d-1/held/cleared", commit=commit), place)
    assert github.state(held) is None, "that it failed stays true"


@pytest.mark.parametrize("place", [None, PLACE])
def test_a_commit_that_was_blocked_when_its_service_left_git_is_given_up(place: Place | None) -> None:
    blocked = fact(Kind.BLOCKED, id=f"{KEY}/abc/blocked", commit=SHA)
    (end,) = left((blocked,), NOW)
    assert (github.state(Telling("x", end, place)), gitlab.state(Telling("x", end, place))) == ("error", "canceled")


@pytest.mark.parametrize("voice", [HUB, LAB])
def test_what_is_about_no_commit_asks_nobody(voice: Voice) -> None:
    def exchange(_: Request) -> Answer:
        raise AssertionError

    for each in (fact(Kind.SOURCE_STALE, service=None), fact(commit=""), fact(Kind.DRIFT_FOUND)):
        voice.deliver(Telling("x", each), exchange, NOW)


@pytest.mark.parametrize("lost", range(8))
def test_github_told_again_after_a_lost_answer_shows_the_same(lost: int) -> None:
    receiver, exchange = hub()
    for kind in (Kind.STARTED, Kind.DONE):
        exchange.lose = lambda _: len(exchange.asked) == lost + 1
        try:
            tells(HUB, exchange, telling(kind))
        except Later:
            tells(HUB, exchange, telling(kind))
    assert len(receiver.deployments) == 1
    assert [receiver.statuses[0]["state"], receiver.statuses[-1]["state"]] == ["pending", "success"]
    assert receiver.deployments[0]["statuses"][-1] == "success"


def test_github_knows_a_deployment_whose_payload_came_back_as_text() -> None:
    receiver, exchange = hub()
    tells(HUB, exchange, telling(Kind.STARTED))
    receiver.deployments[0]["payload"] = json.dumps(receiver.deployments[0]["payload"])
    tells(HUB, exchange, telling(Kind.DONE))
    assert len(receiver.deployments) == 1


@pytest.mark.parametrize("payload", ["", "no json", None, 7, "[]"])
def test_a_deployment_of_somebody_elses_in_github_is_left_alone(payload: Any) -> None:
    receiver, exchange = hub()
    receiver.deployments.append(
        {"id": 1, "sha": SHA, "task": "deploy:trueup", "environment": "prod/notes", "payload": payload, "statuses": []}
    )
    tells(HUB, exchange, telling(Kind.DONE))
    assert (len(receiver.deployments), receiver.deployments[0]["statuses"]) == (2, [])


def test_without_deployments_github_is_told_the_status_alone() -> None:
    receiver, exchange = hub()
    tells(
        GitHub(Repository("https://api.github.com", "you/gitops", lambda: "ghp_test", deployments=False)),
        exchange,
        telling(),
    )
    tells(HUB, exchange, telling(deployment=None), telling(Kind.HELD))
    assert (receiver.deployments, len(receiver.statuses)) == ([], 3)


def test_a_log_is_where_the_deployment_is_or_else_the_page() -> None:
    for told, url in (
        (
            telling(deployment="d-ABC"),
            "https://eu-west-1.console.aws.amazon.com/codesuite/codedeploy/deployments/d-ABC?region=eu-west-1",
        ),
        (telling(place=None), "https://t/s"),
        (telling(place=None, page=""), None),
    ):
        _, exchange = hub()
        tells(HUB, exchange, told)
        log = next(body for path, body in exchange.bodies() if path.endswith("/statuses"))
        assert log.get("log_url") == url


ODD = [b"{}", b"null", b"<html>", b'["x"]', b'[{"name": 1}]']
ODD += [
    b'[{"id": ' + each + b"}]" for each in (b"null", b'"seven"', b'"7/../8"', b"[7]", b"7.5", b"true", b'{"id": 7}')
]


@pytest.mark.parametrize("body", ODD)
@pytest.mark.parametrize("voice", [HUB, LAB])
def test_something_else_that_answers_in_its_place_is_asked_again(voice: Voice, body: bytes) -> None:
    with pytest.raises(Later, match="names no deployments"):
        voice.deliver(telling(), lambda _: Answer(200, {}, body), NOW)


@pytest.mark.parametrize("made", [b'{"id": null}', b'{"id": "seven"}', b"{}", b"7"])
def test_a_deployment_that_was_made_under_no_number_is_asked_for_again(made: bytes) -> None:
    answers = iter([Answer(200, {}, b"[]"), Answer(201, {}, made)])
    with pytest.raises(Later, match="names no deployments"):
        HUB.deliver(telling(), lambda _: next(answers), NOW)


def test_a_payload_of_somebody_else_s_is_not_ours_however_odd_it_is() -> None:
    receiver, exchange = hub()
    tells(HUB, exchange, telling())
    receiver.deployments[0]["payload"] = "[" * 100_000
    tells(HUB, exchange, telling())
    assert len(receiver.deployments) == 2


# -- GitLab


def test_gitlab_shows_a_rollout_on_the_commit_and_as_a_deployment() -> None:
    receiver, exchange = lab()
    tells(LAB, exchange, telling(Kind.STARTED), telling(Kind.DONE))
    assert [(each["state"], each["name"], each["ref"]) for each in receiver.statuses] == [
        ("running", "trueup/prod/notes", "main"),
        ("success", "trueup/prod/notes", "main"),
    ]
    assert [(each["environment"], each["status"], each["sha"]) for each in receiver.deployments] == [
        ("prod/notes", "success", SHA)
    ]


def test_gitlab_is_asked_with_the_fields_that_it_documents() -> None:
    _, exchange = lab()
    for kind in ON_COMMITS:
        tells(LAB, exchange, telling(kind, text="x" * 500))
    assert exchange.bodies()
    for path, body in exchange.bodies():
        what = path.removeprefix("/projects/you%2Fgitops/").split("/")
        assert body.keys() <= GITLAB[what[0]]
        if what[0] == "statuses":
            assert body["state"] in {"pending", "running", "success", "failed", "canceled", "skipped"}
            assert len(body["description"]) <= 255
        else:
            assert body["status"] in {"running", "success", "failed", "canceled"}
    assert {each.headers["private-token"] for each in exchange.asked} == {"glpat-test"}


@pytest.mark.parametrize("lost", range(7))
def test_gitlab_told_again_after_a_lost_answer_shows_the_same(lost: int) -> None:
    receiver, exchange = lab()
    for kind in (Kind.STARTED, Kind.DONE):
        exchange.lose = lambda _: len(exchange.asked) == lost + 1
        try:
            tells(LAB, exchange, telling(kind))
        except Later:
            tells(LAB, exchange, telling(kind))
    assert [each["state"] for each in receiver.statuses] == ["running", "success"]
    assert [each["status"] for each in receiver.deployments] == ["success"]


def test_a_retry_of_the_same_commit_is_another_deployment_in_gitlab() -> None:
    receiver, exchange = lab()
    tells(LAB, exchange, *(telling(kind) for kind in (Kind.STARTED, Kind.FAILED, Kind.STARTED, Kind.DONE)))
    assert [each["status"] for each in receiver.deployments] == ["failed", "success"]


def test_without_deployments_gitlab_is_told_the_status_alone() -> None:
    receiver, exchange = lab()
    alone = GitLab(Project("https://gitlab.com/api/v4", "you/gitops", lambda: "glpat-test", deployments=False))
    tells(alone, exchange, telling())
    tells(LAB, exchange, telling(Kind.HELD))
    assert (receiver.deployments, [each["state"] for each in receiver.statuses]) == ([], ["success", "failed"])


def test_where_no_branch_is_known_gitlab_is_told_one_that_is_likely() -> None:
    receiver, exchange = lab()
    tells(LAB, exchange, telling(place=None, page=""))
    assert receiver.deployments[0]["ref"] == "main"
    assert not {"ref", "target_url"} & receiver.statuses[0].keys()
    assert LAB is not None


@pytest.mark.parametrize("said", ["404 Commit Not Found", "404 References for commit Not Found"])
def test_a_commit_that_gitlab_does_not_have_is_given_up(said: str) -> None:
    def exchange(request: Request) -> Answer:
        return Answer(404, {}, json.dumps({"message": said}).encode())

    with pytest.raises(Refused, match="Not Found"):
        LAB.deliver(telling(Kind.HELD), exchange, NOW)


def test_a_project_that_gitlab_does_not_show_is_asked_for_again() -> None:
    def exchange(request: Request) -> Answer:
        return Answer(404, {}, b'{"message": "404 Project Not Found"}')

    with pytest.raises(Later):
        LAB.deliver(telling(Kind.HELD), exchange, NOW)


def test_what_gitlab_cannot_take_is_refused() -> None:
    def exchange(request: Request) -> Answer:
        return Answer(400, {}, b'{"message": {"name": ["is too long"]}}')

    with pytest.raises(Refused, match="too long"):
        LAB.deliver(telling(Kind.HELD), exchange, NOW)


@pytest.mark.parametrize("voice", [HUB, LAB])
def test_a_test_writes_nothing(voice: Voice) -> None:
    receiver, exchange = hub() if voice is HUB else lab()
    if voice is LAB:
        receiver.trouble = lambda request: None
    voice.test(exchange, NOW)
    assert [each.method for each in exchange.asked] == ["GET"]


@pytest.mark.parametrize("voice", [HUB, LAB])
def test_a_token_that_opens_nothing_is_asked_for_again(voice: Voice) -> None:
    with pytest.raises(Later, match="HTTP 401"):
        voice.test(lambda _: Answer(401, {}, b'{"message": "Bad credentials"}'), NOW)
