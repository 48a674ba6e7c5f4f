"""What visitors saw, report after report."""

from sandbox.traffic.scene import Gate, Pool, Route, Scene
from sandbox.traffic.told import KEPT, Failure, Seen, Visited, told


def report(sent: int, failures: list[list[object]], **answered: int) -> dict[str, object]:
    visits = {"sent": sent, "answered": answered, "failed": {"500": len(failures)}, "failures": failures}
    return {"ports": {"front": 4000}, "visits": {"front": visits}}


def test_failures_add_up_and_numbers_are_the_latest() -> None:
    seen = Seen().after(report(5, [[1.0, "500", "bad"]], good=4)).after(report(9, [[2.0, "timeout", ""]], good=7))
    assert seen.failures == (Failure(1.0, "front", "500", "bad"), Failure(2.0, "front", "timeout", ""))
    assert seen.visits["front"] == Visited(9, {"good": 7}, {"500": 1})
    assert (seen.url("front"), seen.url("back")) == ("http://127.0.0.1:4000/", None)


def test_of_very_many_failures_the_latest_are_kept() -> None:
    seen = Seen().after(report(1, [[float(number), "500", "bad"] for number in range(KEPT + 5)]))
    assert (len(seen.failures), seen.failures[0].at) == (KEPT, 5.0)


def test_what_came_since_leaves_out_what_did_not() -> None:
    before, now = Visited(5, {"old": 5}, {}), Visited(9, {"old": 5, "new": 3}, {"500": 1})
    assert now.since(before) == Visited(4, {"new": 3}, {"500": 1})


def test_all_of_it_is_told_by_names() -> None:
    gate = Gate("front", "arn:front", "front:80", False, 0.0, (Route(shares=(("b1", 90), ("gone", 10))),))
    scene = Scene((gate,), (Pool("b1", "arn:b1", "blue", "blue", ()),))
    whole = told(scene, Seen(), {"b1": (7, 2, 1), "nowhere-front": (0, 0, 3)})
    listener, group = whole["listeners"][0], whole["targetGroups"][0]
    assert (listener["role"], listener["url"], listener["unanswered"]) == ("test", None, 3)
    assert listener["weights"] == {"blue": 90, "gone": 10}
    assert (group["requests"], group["errors"], group["unanswered"], group["serving"]) == (7, 2, 1, 0)
