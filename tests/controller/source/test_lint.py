from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from controller.source.lint import Finding, lint

Container = dict[str, Any]


def container(name: str = "backend", image: str = "notes-backend:1", **fields: Any) -> Container:
    return {"name": name, "image": image, **fields}


def variables(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def task(*containers: Container, mode: str = "awsvpc", volumes: tuple[Mapping[str, Any], ...] = ()) -> dict[str, Any]:
    return {"networkMode": mode, "containerDefinitions": list(containers), "volumes": list(volumes)}


def findings(
    *containers: Container, mode: str = "awsvpc", volumes: tuple[Mapping[str, Any], ...] = ()
) -> list[Finding]:
    return list(lint(task(*containers, mode=mode, volumes=volumes)))


def addressed(backend: Container, *, mode: str = "awsvpc") -> list[Finding]:
    others = [container(name, f"{name}:1") for name in ("frontend", "db-store")]
    return [found for found in findings(backend, *others, mode=mode) if found.severity == "error"]


ADDRESSES = [
    ("API_URL", "http://frontend:3001"),
    ("API_URL", "http://FRONTEND/path"),
    ("ANYTHING", "http://user@frontend"),
    ("DATABASE_URL", "postgresql://u:p@db-store:5432/notes"),
    ("JDBC", "jdbc:postgresql://db-store/notes"),
    ("BROKERS", "kafka:9092,db-store:9092"),
    ("MONGO", "mongodb://a.example:27017,db-store:27017/x"),
    ("UPSTREAM", "frontend:3000"),
    ("DSN", "u:p@tcp(db-store:3306)/notes"),
    ("TARGET", "u@db-store:5432"),
    ("DB_HOST", "db-store"),
    ("PGHOST", "db-store"),
    ("redisHost", "db-store"),
    ("CLUSTER_NODES", "one.example, db-store"),
]


@pytest.mark.parametrize(("name", "value"), ADDRESSES)
def test_a_variable_that_addresses_a_container_of_the_task_is_an_error(name: str, value: str) -> None:
    (found,) = addressed(container(environment=variables(OTHER="x", **{name: value})))
    assert found.path == ("containerDefinitions", 0, "environment", 1, "value")
    assert found.message.startswith(f"{name} of backend addresses the container ")
    assert "localhost" in found.remedy


@pytest.mark.parametrize(("name", "value"), ADDRESSES)
def test_under_another_network_mode_names_may_resolve(name: str, value: str) -> None:
    assert addressed(container(environment=variables(**{name: value})), mode="bridge") == []


def test_a_fargate_task_shares_its_network_whatever_else_it_says() -> None:
    definition = task(container(environment=variables(U="http://web:1")), container("web", "web:1"), mode="")
    definition["requiresCompatibilities"] = ["FARGATE"]
    assert [found.severity for found in lint(definition)] == ["error"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_URL", "http://localhost:3001"),
        ("API_URL", "http://frontend.example.com:3001"),
        ("API_URL", "http://my-frontend:3001"),
        ("API_URL", "https://example.com/frontend:3001"),
        ("APP_NAME", "frontend"),
        ("IMAGE", "frontend:12"),
        ("GREETING", "the frontend: 12 of them"),
        ("PATHS", "/srv/frontend:30"),
        ("DB_HOST", "db-store.internal"),
        ("BUILD", "frontend:12ab"),
        ("SELF_HOST", "backend"),
        ("ECR", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/frontend:3000"),
        ("EMPTY_HOST", ""),
    ],
)
def test_what_only_looks_like_an_address_is_none(name: str, value: str) -> None:
    assert addressed(container(environment=variables(**{name: value}))) == []


def test_an_image_variable_with_a_url_is_looked_at() -> None:
    assert len(addressed(container(environment=variables(IMAGE_API="http://frontend:80/x")))) == 1


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("command", ["serve", "--upstream", "http://frontend:3000"]),
        ("command", ["sh", "-c", "wait-for-it db-store:5432 -- node app"]),
        ("command", ["pg_isready", "-h", "db-store"]),
        ("command", ["psql", "--host=db-store"]),
        ("command", ["redis-cli --db-host 'db-store'"]),
        ("entryPoint", ["nc", "-z", "db-store", "5432"]),
        ("entryPoint", ["sh", "-c", "until ping -c1 x; do nc -zv db-store 5432; done"]),
    ],
)
def test_a_command_that_addresses_a_container_of_the_task_is_an_error(field: str, words: list[str]) -> None:
    (found,) = addressed({**container(), field: words})
    assert found.path == ("containerDefinitions", 0, field)


def test_a_health_check_that_addresses_a_container_of_the_task_is_an_error() -> None:
    probe = {"command": ["CMD-SHELL", "curl -f http://frontend:3000/health || exit 1"]}
    (found,) = addressed(container(healthCheck=probe))
    assert found.path == ("containerDefinitions", 0, "healthCheck", "command")


@pytest.mark.parametrize(
    "words", [["node", "frontend"], ["curl", "-h", "localhost"], ["serve", "-p", "3000", "frontend"]]
)
def test_a_command_that_only_names_a_container_is_fine(words: list[str]) -> None:
    assert addressed(container(command=words)) == []


def test_a_name_that_is_mapped_to_an_address_resolves() -> None:
    hosts = [{"hostname": "frontend", "ipAddress": "127.0.0.1"}]
    assert addressed(container(environment=variables(U="http://frontend:1"), extraHosts=hosts)) == []


SECRETS = [
    ("DB_PASSWORD", "hunter2"),
    ("PGPASSWORD", "hunter2"),
    ("dbPassword", "hunter2"),
    ("MYSQL_PWD", "hunter2"),
    ("API_KEY", "abcdef"),
    ("STRIPE_APIKEY", "abcdef"),
    ("JWT_SECRET", "abcdef"),
    ("GITHUB_TOKEN", "abcdef"),
    ("ENCRYPTION_KEY", "abcdef"),
    ("DATABASE_URL", "postgresql://notes:hunter2@db.internal:5432/notes"),
    ("REDIS_URL", "redis://:hunter2@cache.internal"),
    ("ANYTHING", "AKIAIOSFODNN7EXAMPLE"),
    ("ANYTHING", "ghp_" + "a1" * 20),
    ("ANYTHING", "-----BEGIN RSA PRIVATE KEY-----\nabc"),
]


@pytest.mark.parametrize(("name", "value"), SECRETS)
def test_a_secret_in_plain_text_is_warned_of_and_not_repeated(name: str, value: str) -> None:
    (found,) = findings(container(environment=variables(**{name: value})))
    assert found.message == f"{name} of backend looks like a secret in plain text"
    assert found.severity == "warning"
    assert "valueFrom" in found.remedy
    assert value not in f"{found.message} {found.remedy}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD_FILE", "/run/secrets/db"),
        ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x"),
        ("TOKEN_TTL", "3600"),
        ("MAX_TOKENS", "100"),
        ("PASSWORD_MIN_LENGTH", "12"),
        ("USE_TOKEN", "true"),
        ("DB_PASSWORD", ""),
        ("DB_PASSWORD", "${PASSWORD}"),
        ("NEXT_PUBLIC_API_KEY", "abc"),
        ("PWD", "/srv"),
        ("KEY", "abc"),
        ("SORT_KEY", "name"),
        ("_", "abc"),
        ("DATABASE_URL", "postgresql://notes@db.internal/notes"),
        ("DATABASE_URL", "postgresql://notes:${PASSWORD}@db.internal/notes"),
        ("PATTERN", "https://example.com/a:b@c"),
    ],
)
def test_what_is_about_a_secret_is_none(name: str, value: str) -> None:
    assert findings(container(environment=variables(**{name: value}))) == []


@pytest.mark.parametrize(
    "words",
    [["redis-server", "--requirepass", "hunter2"], ["app", "--db-password=hunter2"], ["app", "pg://u:hunter2@h/d"]],
)
def test_a_command_that_passes_a_secret_is_warned_of(words: list[str]) -> None:
    (found,) = findings(container(command=words))
    assert found.message == "command of backend looks like it passes a secret in plain text"
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    "words", [["app", "--password", "$PASSWORD"], ["app", "--token-file", "/run/t"], ["app", "--secret"]]
)
def test_a_command_that_refers_to_a_secret_is_fine(words: list[str]) -> None:
    assert findings(container(command=words)) == []


def test_a_log_option_that_is_a_secret_is_warned_of() -> None:
    log = {"logDriver": "splunk", "options": {"splunk-token": "abc", "splunk-url": "https://logs.example"}}
    (found,) = findings(container(logConfiguration=log))
    assert found.path == ("containerDefinitions", 0, "logConfiguration", "options", "splunk-token")
    assert "secretOptions" in found.remedy


@pytest.mark.parametrize("image", ["notes", "notes:latest", "registry.example:5000/notes"])
def test_an_image_without_a_fixed_tag_is_warned_of(image: str) -> None:
    (found,) = findings(container(image=image))
    assert found.message == f"What the image of backend is may change without a commit: {image}"


def test_an_image_that_is_none_is_an_error() -> None:
    (found,) = findings(container(image="Not An Image"))
    assert (found.severity, found.path) == ("error", ("containerDefinitions", 0, "image"))


EFS = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}
MOUNT = [{"sourceVolume": "data", "containerPath": "/data"}]


@pytest.mark.parametrize(
    "image",
    ["postgres:16", "bitnami/postgresql:16", "mysql:8", "mongo:7", "my-postgres:1", "mcr.microsoft.com/mssql/server:1"],
)
def test_a_database_without_a_volume_is_warned_of(image: str) -> None:
    (found,) = findings(container("database", image))
    assert found.message == "The container database keeps state that ends with its task"
    assert found.severity == "warning"


@pytest.mark.parametrize(
    "volume",
    [
        EFS,
        {"name": "data", "configuredAtLaunch": True},
        {"name": "data", "fsxWindowsFileServerVolumeConfiguration": {"fileSystemId": "fs-1"}},
        {"name": "data", "dockerVolumeConfiguration": {"scope": "shared"}},
        {"name": "data", "host": {"sourcePath": "/srv/data"}},
    ],
)
def test_a_database_on_a_volume_that_outlives_the_task_is_fine(volume: Mapping[str, Any]) -> None:
    assert findings(container("database", "postgres:16", mountPoints=MOUNT), volumes=(volume,)) == []


@pytest.mark.parametrize(
    ("volume", "mount"),
    [
        ({"name": "data"}, MOUNT),
        ({"name": "data", "dockerVolumeConfiguration": {"scope": "task"}}, MOUNT),
        (EFS, [{"sourceVolume": "data", "containerPath": "/data", "readOnly": True}]),
        (EFS, [{"sourceVolume": "other", "containerPath": "/data"}]),
    ],
)
def test_a_volume_that_ends_with_the_task_does_not_help(volume: Mapping[str, Any], mount: list[Any]) -> None:
    assert len(findings(container("database", "postgres:16", mountPoints=mount), volumes=(volume,))) == 1


def test_a_container_behind_a_databases_port_keeps_state() -> None:
    assert len(findings(container(image="notes-store:1", portMappings=[{"containerPort": 5432}]))) == 1


@pytest.mark.parametrize(
    "image", ["postgres-exporter:1", "mongo-express:1", "edoburu/pgbouncer:1", "redis:7", "notes:1"]
)
def test_what_keeps_no_state_needs_no_volume(image: str) -> None:
    assert findings(container(image=image)) == []


@pytest.mark.parametrize("words", [["--appendonly", "yes"], ["redis-server", "--save", "60", "1"]])
def test_a_cache_that_is_told_to_persist_keeps_state(words: list[str]) -> None:
    assert len(findings(container("cache", "redis:7", command=words))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "x" * 60_000,
        "a://" * 15_000,
        "-" * 60_000,
        " --" * 20_000,
        "nc " * 20_000,
        "a:" * 30_000,
        "a-" * 30_000,
        "@," * 30_000,
    ],
)
def test_a_long_text_is_looked_through_in_little_time(text: str) -> None:
    begun = time.process_time()
    findings(
        container(environment=variables(A_HOST=text, A_PASSWORD_FILE=text), command=[text]), container("web", text)
    )
    # Seconds of this process alone, of which it takes a half; to look back at each character would take minutes.
    assert time.process_time() - begun < 30


def test_an_empty_task_has_nothing_to_find() -> None:
    assert list(lint({})) == []
