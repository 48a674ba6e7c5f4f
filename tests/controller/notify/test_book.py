"""What was told, kept on disk: known again by the next process there, and by one at a time."""

from pathlib import Path

import pytest

from controller.notify.book import Shelf
from controller.notify.ledger import Ledger
from tests.controller.notify.builders import KEY


def test_what_was_kept_is_known_after_a_restart(tmp_path: Path) -> None:
    first = Shelf(tmp_path)
    first.book("deploys").keep(KEY, Ledger(number=3))
    first.book("other").keep(None, Ledger(number=4))
    holder = first.holder
    first.close()
    second = Shelf(tmp_path)
    assert (second.holder, second.book("deploys").ledger(KEY)) == (holder, Ledger(number=3))
    assert (second.book("other").ledger(None), second.book("other").ledger(KEY)) == (Ledger(number=4), Ledger())
    second.close()


def test_a_second_process_on_the_same_disk_keeps_nothing_and_has_a_name_of_its_own(tmp_path: Path) -> None:
    first, second = Shelf(tmp_path), Shelf(tmp_path)
    second.book("deploys").keep(KEY, Ledger(number=3))
    assert second.holder != first.holder
    assert first.book("deploys").ledger(KEY) == Ledger()
    first.close()
    second.close()
    third = Shelf(tmp_path)
    assert third.holder == first.holder
    third.close()


def test_a_book_that_keeps_nothing_knows_what_it_was_told(tmp_path: Path) -> None:
    first, second = Shelf(tmp_path), Shelf(tmp_path)
    book = second.book("deploys")
    book.keep(KEY, Ledger(number=3))
    assert book.ledger(KEY) == Ledger(number=3)
    first.close()
    second.close()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"prod/notes": 7}', '{"prod/notes": "n=x"}', "\x00"])
def test_a_file_that_cannot_be_read_is_one_that_is_not_there(tmp_path: Path, text: str) -> None:
    (tmp_path / "deploys.json").write_text(text)
    (tmp_path / "holder").write_bytes(b"\xff" + text.encode())
    shelf = Shelf(tmp_path)
    assert len(shelf.holder) == 6
    book = shelf.book("deploys")
    assert book.ledger(KEY) == Ledger()
    book.keep(KEY, Ledger(number=1))
    shelf.close()
    again = Shelf(tmp_path)
    assert again.book("deploys").ledger(KEY) == Ledger(number=1)
    again.close()


def test_a_folder_that_cannot_be_made_keeps_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shelf = Shelf(tmp_path / "file" / "notifications")
    shelf.book("deploys").keep(KEY, Ledger(number=1))
    assert len(shelf.holder) == 6
    shelf.close()


def test_a_disk_that_is_gone_breaks_nothing(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "a")
    book = shelf.book("deploys")
    (tmp_path / "a").rename(tmp_path / "b")
    book.keep(KEY, Ledger(number=1))
    assert book.ledger(KEY) == Ledger(number=1)
    shelf.close()
