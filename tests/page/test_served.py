"""How the page is served: what may run in it, what browsers keep, and how much there is to load."""

import gzip
import re
from pathlib import Path

import httpx
import pytest

from controller.web.assets import FOLDER, STYLES, assets
from controller.web.page import FOR_EVER, REVALIDATED
from tests.page.fleets import snapshot
from tests.page.stage import Stage

ADDRESSES = ("/", "/activity", "/services/prod/notes-app")
FILES = tuple(f"/static/{assets().digest}/{name}" for name in assets().files)
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MOST_BYTES = 60_000
MOST_LINES = 300


def asked(stage: Stage, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    return httpx.request(
        method, stage.url + path, headers={name.replace("_", "-"): each for name, each in headers.items()}
    )


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_address_of_the_page_is_the_same_document(stage: Stage, path: str) -> None:
    answer = asked(stage, path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.content == assets().document.body


@pytest.mark.parametrize("path", [*ADDRESSES, *FILES, "/nowhere"])
def test_nothing_inline_runs_and_nothing_is_loaded_from_elsewhere(stage: Stage, path: str) -> None:
    headers = asked(stage, path, **BROWSER).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "connect-src", "img-src")} == {"'self'"}
    assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'none'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_document_holds_no_script_and_no_style() -> None:
    document = assets().document.body.decode()
    assert re.findall(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)", document) == []
    assert re.findall(r"(?:src|href)=\"(?!/)[^#]", document) == []


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_kept_for_ever_under_the_digest_of_what_it_holds(stage: Stage, path: str) -> None:
    answer = asked(stage, path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, FOR_EVER)


def test_the_document_is_asked_for_again_and_not_sent_again(stage: Stage) -> None:
    first = asked(stage, "/")
    again = asked(stage, "/", if_none_match=first.headers["etag"])
    assert first.headers["cache-control"] == REVALIDATED
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


def test_a_document_that_was_compressed_on_the_way_is_known_again(stage: Stage) -> None:
    etag = asked(stage, "/").headers["etag"]
    assert asked(stage, "/", if_none_match=f'"other", W/{etag}').status_code == 304


def test_another_versions_file_is_not_mixed_with_this_ones(stage: Stage) -> None:
    assert asked(stage, "/static/0123456789ab/page.js").status_code == 404
    assert asked(stage, f"/static/{assets().digest}/other.js").status_code == 404


def test_a_browser_that_is_lost_gets_the_page_and_is_told_so_by_its_status(stage: Stage) -> None:
    answer = asked(stage, "/nowhere", **BROWSER)
    assert (answer.status_code, answer.content) == (404, assets().document.body)


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [("/nowhere", "GET", {}), ("/nowhere", "POST", BROWSER), ("/api/v1/nowhere", "GET", BROWSER),
     ("/api/v1/services/a/b", "GET", BROWSER)],
)  # fmt: skip
def test_whoever_is_no_reader_of_the_page_gets_the_api_s_own_404(
    stage: Stage, path: str, method: str, headers: dict[str, str]
) -> None:
    stage.adopt(snapshot())
    answer = asked(stage, path, method, **headers)
    assert answer.status_code == 404
    assert isinstance(answer.json()["detail"], str)


def test_a_head_is_answered_like_a_get_without_its_body(stage: Stage) -> None:
    answer = asked(stage, "/", "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")


def test_large_files_are_compressed_on_the_way(stage: Stage) -> None:
    for path in (each for each in FILES if each.endswith(("page.js", "page.css"))):
        assert asked(stage, path, accept_encoding="gzip").headers["content-encoding"] == "gzip"


def test_all_that_is_loaded_is_small() -> None:
    bodies = [assets().document.body, *(each.body for each in assets().files.values())]
    assert sum(len(gzip.compress(body, 5)) for body in bodies) < MOST_BYTES


def test_the_digest_names_what_the_files_hold() -> None:
    assert f"/static/{assets().digest}/page.js" in assets().document.body.decode()
    assert len({each.etag for each in assets().files.values()}) == len(assets().files)


def test_no_style_is_left_behind() -> None:
    assert sorted(each.stem for each in (FOLDER / "styles").glob("*.css")) == sorted(STYLES)


def test_no_module_is_left_behind() -> None:
    script = assets().files["page.js"].body.decode()
    for each in (FOLDER / "modules").glob("*.js"):
        assert f"const ${each.stem.replace('-', '_')} = " in script, each.name


@pytest.mark.parametrize(
    "file", sorted(each for each in FOLDER.rglob("*") if each.is_file()), ids=lambda each: each.name
)
def test_a_file_is_short_and_asks_nobody_else(file: Path) -> None:
    text = file.read_text("utf-8")
    assert len(text.splitlines()) < MOST_LINES
    assert re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|new Function", text) == []
    assert re.findall(r"https?://(?!www\.w3\.org/)", text) == []
