"""What the files of the short run share: one process to fork from in each worker, and each story told once."""

from collections.abc import Iterator

import pytest

from tests.crash.nursery import Nursery
from tests.crash.points import Chapter


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery() as started:
        yield started


@pytest.fixture(scope="module")
def chapter(request: pytest.FixtureRequest, nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Chapter:
    """The story that the file names."""
    return Chapter(request.module.STORY, tmp_path_factory.mktemp("chapter"), nursery)
