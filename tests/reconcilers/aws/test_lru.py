from reconcilers.aws.lru import Bounded


def test_the_least_recently_used_is_forgotten_first() -> None:
    memory: Bounded[str, int] = Bounded(2)
    memory.put("a", 1)
    memory.put("b", 2)
    memory.get("a")

    memory.put("c", 3)

    assert (memory.get("a"), memory.get("b"), memory.get("c")) == (1, None, 3)


def test_what_was_never_put_is_none() -> None:
    assert Bounded[str, int](1).get("a") is None


def test_it_can_be_asked_to_hold_more_and_never_holds_less() -> None:
    memory: Bounded[str, int] = Bounded(1)
    memory.hold(2)
    memory.hold(1)
    memory.put("a", 1)
    memory.put("b", 2)
    assert (memory.get("a"), memory.get("b")) == (1, 2)
