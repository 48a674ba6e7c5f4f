"""What of a change may be seen."""

import pytest

from reconcilers.diff import Change, masked
from reconcilers.json_value import Json
from reconcilers.masking import MASK

CONTAINER = "/taskDefinition/containerDefinitions/app"


def shown(path: str, declared: Json, live: Json) -> tuple[Json, Json]:
    seen = masked(Change(path, "changed", declared, live))
    return seen.declared, seen.live


def test_a_variable_shows_that_it_changed_and_nothing_else() -> None:
    assert masked(Change(f"{CONTAINER}/environment/PORT", "changed", "80", "8080")) == Change(
        f"{CONTAINER}/environment/PORT", "changed", MASK, MASK
    )


def test_a_variable_that_one_side_lacks_stays_absent_there() -> None:
    assert shown(f"{CONTAINER}/environment/PORT", "80", None) == (MASK, None)
    assert shown(f"{CONTAINER}/environment/PORT", None, "") == (None, MASK)


@pytest.mark.parametrize(
    "path",
    [
        f"{CONTAINER}/logConfiguration/options/splunk-token",
        f"{CONTAINER}/firelensConfiguration/options/apiKey",
        f"{CONTAINER}/dockerLabels/DB_PASSWORD",
        "/taskDefinition/volumes/data/dockerVolumeConfiguration/driverOpts/secret",
        "/serviceDefinition/tags/auth-hash",
    ],
)
def test_an_option_whose_name_speaks_of_a_secret_is_masked(path: str) -> None:
    assert shown(path, "one", "two") == (MASK, MASK)


@pytest.mark.parametrize(
    "path",
    [
        f"{CONTAINER}/image",
        f"{CONTAINER}/logConfiguration/options/awslogs-group",
        f"{CONTAINER}/secrets/DB_PASSWORD",
        f"{CONTAINER}/repositoryCredentials/credentialsParameter",
        "/taskDefinition/volumes/data/efsVolumeConfiguration/authorizationConfig/iam",
    ],
)
def test_references_and_plain_fields_are_shown(path: str) -> None:
    assert shown(path, "one", "two") == ("one", "two")


def test_a_number_is_shown() -> None:
    assert shown(f"{CONTAINER}/cpu", 0, 10) == (0, 10)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("postgres://shop:hunter2@db/shop", f"postgres://{MASK}@db/shop"),
        ("run --password=hunter2 --fast", f"run --password={MASK} --fast"),
        ("https://example.com/?token=abc&x=1", f"https://example.com/?token={MASK}&x=1"),
        ("shop:1@sha256:abc", "shop:1@sha256:abc"),
    ],
)
def test_credentials_inside_a_text_are_masked(text: str, seen: str) -> None:
    assert shown(f"{CONTAINER}/command/0", text, None) == (seen, None)


def test_a_container_that_was_added_shows_the_names_of_its_variables_and_no_value() -> None:
    container: Json = {
        "name": "app",
        "image": "shop:1",
        "command": ["serve", "--token=abc"],
        "environment": [{"name": "PASSWORD", "value": "hunter2"}],
        "secrets": [{"name": "KEY", "valueFrom": "arn:key"}],
        "logConfiguration": {"options": {"splunk-token": "abc", "tag": "x"}, "logDriver": "splunk"},
        "portMappings": [{"containerPort": 80}],
    }
    _, live = shown(CONTAINER, None, container)
    assert live == {
        "name": "app",
        "image": "shop:1",
        "command": ["serve", f"--token={MASK}"],
        "environment": [{"name": "PASSWORD", "value": MASK}],
        "secrets": [{"name": "KEY", "valueFrom": "arn:key"}],
        "logConfiguration": {"options": {"splunk-token": MASK, "tag": "x"}, "logDriver": "splunk"},
        "portMappings": [{"containerPort": 80}],
    }
