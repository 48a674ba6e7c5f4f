"""What stands beside the mirror's objects, put right at each look."""

from pathlib import Path

import pytest

from controller.source.git_errors import SourceError
from controller.source.mirror_setup import restore


def made(folder: Path) -> Path:
    (folder / "objects/info").mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    return folder


def test_where_there_is_no_mirror_nothing_is_made(tmp_path: Path) -> None:
    restore(tmp_path / "gone.git")
    assert list(tmp_path.iterdir()) == []


def test_a_configuration_that_cannot_be_put_right_is_said_with_its_place(tmp_path: Path) -> None:
    mirror = made(tmp_path)
    (mirror / "config").mkdir()
    with pytest.raises(SourceError, match=f"{mirror} cannot be used") as raised:
        restore(mirror)
    assert raised.value.reason == "local"
