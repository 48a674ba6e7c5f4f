"""A reference's repository, and what lies below another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcilers.image_reference import Repository, below, repository_of

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
DIGEST = "sha256:" + "0" * 64
STEP = st.from_regex(r"[a-z0-9]{1,6}([._-][a-z0-9]{1,4})?", fullmatch=True)
PATH = st.lists(STEP, min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("reference", "repository"),
    [
        ("nginx", Repository("docker.io", "library/nginx")),
        (f"nginx:1.27@{DIGEST}", Repository("docker.io", "library/nginx")),
        ("bitnami/nginx:1", Repository("docker.io", "bitnami/nginx")),
        ("docker.io/nginx", Repository("docker.io", "library/nginx")),
        ("index.docker.io/library/nginx", Repository("docker.io", "library/nginx")),
        ("registry-1.docker.io/bitnami/nginx", Repository("docker.io", "bitnami/nginx")),
        (f"{ECR}/team/app@{DIGEST}", Repository(ECR, "team/app")),
        ("GHCR.io/team/app:v1", Repository("ghcr.io", "team/app")),
        ("localhost:5000/app", Repository("localhost:5000", "app")),
        ("registry:5000/app:2", Repository("registry:5000", "app")),
    ],
)
def test_a_repository_is_read_as_a_registrys_client_reads_it(reference: str, repository: Repository) -> None:
    assert repository_of(reference) == repository


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "ghcr.io/team/../evil/app",
        "ghcr.io//team",
        "ghcr.io/team/app:v1 ",
        "ghcr.io/team/app\n",
        "ghcr.io@evil.example/team/app",
        "EVIL/team/app",
        "https://ghcr.io/team/app",
        "ghcr.io/team/app@sha256:12",
        "a" * 513,
    ],
)
def test_what_no_registry_would_take_is_no_repository(reference: str) -> None:
    assert repository_of(reference) is None


@pytest.mark.parametrize("prefix", ["ghcr.io/team", "ghcr.io/team/", "GHCR.io", "localhost", "registry:5000/a/b"])
def test_a_registry_or_a_path_in_it_is_a_beginning(prefix: str) -> None:
    assert below(prefix) is not None


@pytest.mark.parametrize(
    "prefix", ["", "/", "team", "nginx", "ghcr.io/Team", "ghcr.io/team:v1", "ghcr.io/*", "a" * 513]
)
def test_what_names_no_registry_is_no_beginning(prefix: str) -> None:
    assert below(prefix) is None


def test_docker_hub_has_one_name() -> None:
    assert below("index.docker.io/library") == Repository("docker.io", "library")


def test_a_repository_is_spelled_with_its_host() -> None:
    assert (str(below("ghcr.io")), str(below("ghcr.io/team/"))) == ("ghcr.io", "ghcr.io/team")


def held(prefix: str, reference: str) -> bool:
    beginning, repository = below(prefix), repository_of(reference)
    assert beginning is not None
    assert repository is not None
    return beginning.holds(repository)


@pytest.mark.parametrize("reference", [f"{ECR}/team-evil/app", f"{ECR}/teamapp", f"{ECR}/te", f"1{ECR}/team/app"])
def test_a_name_that_begins_alike_is_not_below(reference: str) -> None:
    assert not held(f"{ECR}/team", reference)


def test_a_host_that_begins_alike_is_another_host() -> None:
    assert not held("ghcr.io", "ghcr.io.evil.example/team/app")


@given(PATH, PATH)
def test_everything_below_a_path_is_held(path: str, more: str) -> None:
    assert held(f"ghcr.io/{path}", f"ghcr.io/{path}/{more}:v1")
    assert held(f"ghcr.io/{path}", f"ghcr.io/{path}@{DIGEST}")


@given(PATH, PATH)
def test_nothing_else_is_held(path: str, other: str) -> None:
    inside = other.split("/")[: len(path.split("/"))] == path.split("/")
    assert held(f"ghcr.io/{path}", f"ghcr.io/{other}") is inside


@given(PATH, STEP)
def test_a_step_that_goes_on_is_another_step(path: str, more: str) -> None:
    assert not held(f"ghcr.io/{path}", f"ghcr.io/{path}{more}/app")
