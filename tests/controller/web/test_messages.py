"""Server-sent events, line by line."""

from controller.web.messages import Message, messages

WHOLE = ["event: fleet\n", "id: 7-3\n", "data: {\n", "data: }\n", "\n"]


def test_an_event_ends_at_a_blank_line_and_its_data_are_joined() -> None:
    assert list(messages(WHOLE)) == [Message("fleet", "7-3", "{\n}")]


def test_comments_and_what_carries_nothing_are_no_events() -> None:
    assert list(messages(["retry: 2000\n", "\n", ": still here\n", "\n", "event: fleet\n", "\n"])) == []


def test_an_event_that_was_cut_off_is_none() -> None:
    assert list(messages(WHOLE[:-1])) == []


def test_an_id_holds_until_the_next_and_a_name_does_not() -> None:
    found = list(messages([*WHOLE, "data:x\r\n", "\r\n"]))
    assert found[1] == Message("message", "7-3", "x")
