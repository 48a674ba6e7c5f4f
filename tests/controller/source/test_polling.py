"""A branch, commit by commit, as what should run."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from controller.source.chart_sandbox import Rendering
from controller.source.git import GitSource
from controller.source.git_errors import SourceError
from controller.source.headway import Compiling
from controller.source.rendering import RendererError, RenderJob, render_in_process
from controller.source.repository import Repository as Polled
from controller.source.signatures import Trust, Verify
from reconcilers.model import ServiceKey
from tests.controller.source.repository import Repository, local

WEB = ServiceKey("prod", "web")
TASK = """
family: web
containerDefinitions:
  - {name: web, image: "example.com/web:v1", memory: 128}
"""
MANIFEST = """
apiVersion: trueup/v1
kind: Service
metadata: {name: web, environment: prod}
spec:
  cluster: prod
  service: web
  region: eu-west-1
  taskDefinition: web.yaml
  images: {web: TAG}
"""


def files(tag: str = "v1") -> dict[str, str | bytes | None]:
    return {"web.yaml": TASK, "desired/prod/web.yaml": MANIFEST.replace("TAG", tag)}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "origin.git")


@pytest.fixture
def polled(repository: Repository, tmp_path: Path) -> Iterator[Polled]:
    made = Polled(GitSource(local(repository.path.as_uri()), tmp_path / "mirror"), "desired", render_in_process)
    yield made
    made.close()


def test_the_first_look_says_what_should_run(repository: Repository, polled: Polled) -> None:
    commit = repository.commit(files())
    snapshot = polled.poll(None)
    assert snapshot is not None
    assert (snapshot.revision.commit, set(snapshot.services)) == (commit, {WEB})


def test_an_unchanged_branch_says_nothing_new(repository: Repository, polled: Polled) -> None:
    repository.commit(files())
    assert polled.poll(polled.poll(None)) is None


def test_a_commit_brings_its_own_release(repository: Repository, polled: Polled) -> None:
    repository.commit(files())
    before = polled.poll(None)
    commit = repository.commit(files("v2"))
    after = polled.poll(before)
    assert after is not None
    assert after.services[WEB].commit.commit == commit


def test_what_a_commit_leaves_as_it_was_is_not_made_again(repository: Repository, polled: Polled) -> None:
    repository.commit(files())
    before = polled.poll(None)
    repository.commit({"README.md": "Read me."})
    after = polled.poll(before)
    assert before is not None
    assert after is not None
    assert after.services[WEB].task_definition is before.services[WEB].task_definition


def test_what_a_commit_breaks_stands_as_it_was(repository: Repository, polled: Polled) -> None:
    repository.commit(files())
    before = polled.poll(None)
    repository.commit({"desired/prod/web.yaml": "spec: {"})
    after = polled.poll(before)
    assert before is not None
    assert after is not None
    assert after.services == before.services
    assert after.stale == {WEB}
    assert after.errors != ()


def test_a_service_that_is_removed_is_gone(repository: Repository, polled: Polled) -> None:
    other = (
        MANIFEST.replace("TAG", "v1")
        .replace("web, environment", "other, environment")
        .replace("service: web", "service: o")
    )
    repository.commit({**files(), "desired/prod/other.yaml": other})
    before = polled.poll(None)
    repository.commit({"desired/prod/other.yaml": None})
    after = polled.poll(before)
    assert before is not None
    assert after is not None
    assert (len(before.services), set(after.services)) == (2, {WEB})


def test_a_folder_that_vanishes_takes_no_service_with_it(repository: Repository, polled: Polled) -> None:
    repository.commit(files())
    before = polled.poll(None)
    repository.commit({"desired/prod/web.yaml": None})
    after = polled.poll(before)
    assert after is not None
    assert set(after.services) == {WEB}


def test_a_branch_rewritten_by_force_is_taken_and_said(repository: Repository, polled: Polled) -> None:
    repository.commit(files())
    before = polled.poll(None)
    commit = repository.force_rewrite(files("v2"))
    after = polled.poll(before)
    assert after is not None
    assert after.revision.commit == commit
    assert [problem.severity for problem in after.problems] == ["warning"]
    assert "rewritten by force" in after.problems[0].message


def test_a_commit_that_is_not_signed_as_it_must_be_leaves_the_one_before_in_force(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit(files())
    trust = Trust(Verify.HEAD)
    guarded = GitSource(local(repository.path.as_uri(), trust=trust), tmp_path / "guarded")
    with pytest.raises(SourceError) as caught:
        Polled(guarded, "desired", render_in_process).poll(None)
    assert caught.value.reason == "unverified"


def test_a_repository_that_cannot_be_read_is_an_error_and_no_empty_snapshot(polled: Polled) -> None:
    with pytest.raises(SourceError) as error:
        polled.poll(None)
    assert error.value.reason == "empty-repository"


def test_a_machine_that_cannot_render_is_no_fault_of_the_commit(repository: Repository, tmp_path: Path) -> None:
    def render(jobs: Iterable[RenderJob]) -> Iterable[Rendering]:
        raise RendererError("No process can be started.")

    repository.commit(files())
    polled = Polled(GitSource(local(repository.path.as_uri()), tmp_path / "mirror"), "desired", render)
    with pytest.raises(SourceError, match=r"No process can be started\.") as error:
        polled.poll(None)
    assert error.value.reason == "local"


def test_a_commit_that_takes_long_to_compile_is_told_of_and_counts_as_headway(
    repository: Repository, tmp_path: Path
) -> None:
    now = 100.0

    def render(jobs: Iterable[RenderJob]) -> Iterable[Rendering]:
        nonlocal now
        for answer in render_in_process(jobs):
            now += 5.0
            yield answer

    repository.commit(
        {
            "desired/prod/web.yaml": MANIFEST.replace("taskDefinition: web.yaml", "chart: charts/web"),
            "charts/web/task-definition.yaml.j2": TASK,
        }
    )
    git = GitSource(local(repository.path.as_uri()), tmp_path / "mirror")
    polled, told = Polled(git, "desired", render, lambda: now), list[Compiling]()
    polled.on_compiling(told.append)
    polled.poll(None)
    assert told == [Compiling(1, 1)]
    assert polled.moved_at == 105.0
