"""The image, built once a session where it can be."""

import pytest

from tests.image.building import NoImageError, made


@pytest.fixture(scope="session")
def image() -> str:
    """The image's id. Skips where none can be built and run; a Dockerfile that does not build is a failure."""
    try:
        return made()
    except NoImageError as reason:
        pytest.skip(str(reason))
