"""What Envoy is told of a scene, and when a file is written."""

import json
import re
from pathlib import Path
from typing import Any

from sandbox.traffic.configuration import bootstrap, files, nowhere
from sandbox.traffic.files import Files
from sandbox.traffic.scene import Gate, Member, Pool, Route, Scene, scene_from

MEMBER = Member("10.0.0.1:80", True, False, 0.5, "notes", "abc", "2.0", (("proxy", "2.0"),))
FOLDER = Path("/run/envoy")


def scene(*routes: Route) -> Scene:
    gate = Gate("front", "arn:listener", "front:80", True, 40.0, routes or (Route(shares=(("blue", 1),)),))
    return Scene(
        (gate,), (Pool("blue", "arn:blue", "blue", "blue", (MEMBER,)), Pool("green", "arn:green", "g", "", ()))
    )


def resources(name: str, *routes: Route, ports: dict[str, list[int]] | None = None) -> list[dict[str, Any]]:
    written = json.loads(files(scene(*routes), ports or {}, FOLDER)[f"{name}.json"])
    return list(written["resources"])


def routes(*given: Route) -> list[dict[str, Any]]:
    return list(resources("routes-front", *given)[0]["virtual_hosts"][0]["routes"])


def test_a_scene_survives_its_way_through_json() -> None:
    rule = Route((("path-pattern", ("/a", "/b")),), (), 404, "gone")
    whole = scene(rule, Route(shares=(("blue", 3), ("green", 0))))
    assert scene_from(json.loads(json.dumps(whole.to_json()))) == whole


def test_weights_are_passed_on_as_they_are() -> None:
    told = routes(Route(shares=(("blue", 999), ("green", 0))))[0]["route"]["weighted_clusters"]["clusters"]
    assert told == [{"name": "blue", "weight": 999}, {"name": "green", "weight": 0}]


def test_no_weight_at_all_leads_nowhere() -> None:
    assert routes(Route(shares=(("blue", 0), ("green", 0))))[0]["route"]["cluster"] == nowhere("front")
    assert nowhere("front") in [each["name"] for each in resources("clusters")]


def test_a_fixed_answer_is_given_by_the_proxy_itself() -> None:
    assert routes(Route(status=410, body="gone"))[0]["direct_response"] == {
        "status": 410,
        "body": {"inline_string": "gone"},
    }


def test_paths_and_hosts_are_matched_with_elbs_wildcards() -> None:
    conditions = (("path-pattern", ("/api/*", "/v?")), ("host-header", ("*.example.com",)))
    match = routes(Route((*conditions, ("http-request-method", ("GET",))), (("blue", 1),)))[0]["match"]
    path = match["safe_regex"]["regex"]
    assert [bool(re.fullmatch(path, each)) for each in ("/api/1", "/v2", "/v", "/apix", "/v22")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    host = match["headers"][0]["string_match"]["safe_regex"]["regex"]
    assert re.fullmatch(host, "A.Example.com:8080")
    assert not re.fullmatch(host, "example.org")
    assert match["headers"][1]["name"] == ":method"


def test_a_rule_that_asks_for_something_else_is_passed_over() -> None:
    odd = Route((("source-ip", ("10.0.0.0/8",)),), (("green", 1),))
    assert [each["match"] for each in routes(odd, Route(shares=(("blue", 1),)))] == [{"prefix": "/"}]


def test_the_ports_of_those_who_serve_are_its_endpoints() -> None:
    told = resources("endpoints-blue", ports={"blue": [4001, 4002]})[0]["endpoints"][0]["lb_endpoints"]
    ports = [each["endpoint"]["address"]["socket_address"]["port_value"] for each in told]
    assert ports == [4001, 4002]
    assert resources("endpoints-green")[0]["endpoints"] == [{"lb_endpoints": []}]


def test_everything_listens_on_loopback_alone() -> None:
    text = json.dumps(bootstrap(FOLDER)) + "".join(files(scene(), {"blue": [4001]}, FOLDER).values())
    assert set(re.findall(r'"address": "([^"]*)"', text)) == {"127.0.0.1"}


def test_tasks_are_written_before_who_sends_to_them() -> None:
    names = [name.partition("-")[0].removesuffix(".json") for name in files(scene(), {}, FOLDER)]
    assert list(dict.fromkeys(names)) == ["endpoints", "clusters", "routes", "listeners"]


def test_only_what_has_changed_is_written_and_what_is_gone_goes(tmp_path: Path) -> None:
    folder = Files(tmp_path)
    folder.write({"a.json": "1", "b.json": "1", "c.json": "1"})
    before = {each.name: each.stat().st_ino for each in tmp_path.iterdir()}
    folder.write({"a.json": "1", "b.json": "2"})
    after = {each.name: each.stat().st_ino for each in tmp_path.iterdir()}
    assert after.keys() == {"a.json", "b.json"}
    assert after["a.json"] == before["a.json"]
    assert after["b.json"] != before["b.json"]
    assert (tmp_path / "b.json").read_text() == "2"
