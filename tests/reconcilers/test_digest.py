"""Digests: what they are made of and what they leave out."""

import re
from datetime import UTC, datetime
from types import MappingProxyType

from reconcilers.digest import Digest, digest_of
from reconcilers.task_definition import release_digest, revision_digest

REVISION = revision_digest({"family": "shop", "containerDefinitions": [{"name": "app", "image": "shop:1"}]})


def test_a_digest_names_its_version_and_fits_a_tag() -> None:
    assert re.fullmatch(r"v1-[0-9a-f]{32}", REVISION)


def test_a_digest_stays_the_same_over_releases_of_trueup() -> None:
    assert REVISION == "v1-2fe653df789290171a72023838c50403"
    assert release_digest(REVISION, {"hooks": {"BeforeInstall": "check"}}) == "v1-38982af6aa4cf35b7084244c82643862"


def test_frozen_and_foreign_values_have_digests() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert digest_of(MappingProxyType({"a": moment})) == digest_of({"a": str(moment)})


def test_a_release_is_its_revision_and_what_ships_beside_it() -> None:
    assert release_digest(REVISION, {"hooks": {"AfterInstall": "a"}}) != release_digest(REVISION, {})
    assert release_digest(REVISION, {}) != release_digest(Digest("v1-other"), {})
    assert release_digest(REVISION, {"percent": 0}) != release_digest(REVISION, {})


def test_an_extra_that_is_not_given_makes_no_other_release() -> None:
    assert release_digest(REVISION, {"hooks": {}, "platformVersion": None}) == release_digest(REVISION, {})


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
