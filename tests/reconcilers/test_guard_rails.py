"""What guard rails refuse of a task definition and of a service, and that nothing else is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcilers.guard_rails.globs import any_matches
from reconcilers.guard_rails.judging import findings, of_fields, place
from reconcilers.guard_rails.rails import GuardRails, Rails
from reconcilers.image_reference import Repository
from reconcilers.model import Scope
from tests.reconcilers.builders import wanted

ROLE = "arn:aws:iam::123456789012:role"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret"
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter"
OURS = Repository("ghcr.io", "team")


def rails(**allowed: Any) -> GuardRails:
    return GuardRails((Rails(("prod",), **allowed),))


def refused(given: GuardRails | None, definition: dict[str, Any], **more: Any) -> list[str]:
    return [each.code for each in findings(given, wanted(**more), definition)]


def container(**fields: Any) -> dict[str, Any]:
    return {"family": "notes", "containerDefinitions": [{"name": "web", "image": "ghcr.io/team/web:1", **fields}]}


HOSTILE = container(
    image="evil.example/x",
    privileged=True,
    secrets=[{"name": "A", "valueFrom": "/other"}],
) | {
    "taskRoleArn": f"{ROLE}/admin",
    "executionRoleArn": f"{ROLE}/admin",
    "pidMode": "host",
    "volumes": [{"name": "v", "host": {"sourcePath": "/"}}],
}


def test_without_rails_everything_is_allowed() -> None:
    assert refused(None, HOSTILE) == []


def test_everything_that_is_refused_is_told_at_once() -> None:
    nothing: dict[str, Any] = dict.fromkeys(("images", "task_roles", "execution_roles", "secrets_below"), ())
    assert refused(rails(**nothing), HOSTILE) == [
        "ImageNotAllowed",
        "TaskRoleNotAllowed",
        "ExecutionRoleNotAllowed",
        "SecretNotAllowed",
        "Privileged",
        "HostMount",
        "HostNamespace",
    ]


def test_a_list_that_is_left_out_allows_everything_and_the_host_is_closed_all_the_same() -> None:
    assert refused(rails(), HOSTILE) == ["Privileged", "HostMount", "HostNamespace"]


def test_what_is_allowed_is_not_refused() -> None:
    allowed = rails(
        images=(Repository("evil.example", ""),),
        task_roles=(f"{ROLE}/*",),
        execution_roles=(f"{ROLE}/adm?n",),
        secrets_below=("/",),
        privileged=True,
        host_mounts=True,
        host_namespaces=True,
    )
    assert refused(allowed, HOSTILE) == []


def test_a_refusal_says_what_where_and_what_to_do() -> None:
    finding = findings(rails(images=(OURS,)), wanted(), container(image="nginx:1"))[0]
    assert finding.message == "The guard rails of prod refuse container web, image nginx:1."
    assert finding.remedy == (
        "Allowed are ghcr.io/team. Correct desired/prod/notes.yaml or its chart, or ask whoever keeps the guard rails."
    )
    assert finding.blocking


def test_a_long_list_of_what_is_allowed_is_cut() -> None:
    roles = tuple(f"{ROLE}/r{number}" for number in range(7))
    finding = findings(rails(task_roles=roles), wanted(), {**container(), "taskRoleArn": "x"})[0]
    assert "r4 and 2 more." in finding.remedy


def test_every_entry_that_matches_must_be_kept() -> None:
    loose, tight = Rails(("*",)), Rails(("prod", "staging"), images=())
    assert refused(GuardRails((loose, tight)), container()) == ["ImageNotAllowed"]
    assert refused(GuardRails((tight, loose)), container()) == ["ImageNotAllowed"]


def test_an_environment_without_rails_may_nothing() -> None:
    given = GuardRails((Rails(("staging", "prod-*")),))
    assert refused(given, container()) == ["EnvironmentWithoutRails"]


@pytest.mark.parametrize("allowed", ["prod", "pr*", "eu-west-1/prod", "eu-*/prod"])
def test_a_cluster_is_named_alone_or_with_its_region(allowed: str) -> None:
    assert place(rails(clusters=(allowed,)), wanted()) == ()


@pytest.mark.parametrize("allowed", [(), ("dev",), ("us-east-1/prod",), ("pro",), ("eu-west-1/",)])
def test_an_environment_stays_in_its_clusters(allowed: tuple[str, ...]) -> None:
    assert [each.code for each in place(rails(clusters=allowed), wanted())] == ["ClusterNotAllowed"]


def test_a_manifest_assumes_only_the_roles_that_it_may() -> None:
    scope = Scope("eu-west-1", f"{ROLE}/deploy")
    assert place(rails(role_arns=(f"{ROLE}/deploy",)), wanted(scope=scope)) == ()
    assert [each.code for each in place(rails(role_arns=()), wanted(scope=scope))] == ["RoleArnNotAllowed"]
    assert place(rails(role_arns=()), wanted()) == ()


@pytest.mark.parametrize("image", ["ghcr.io/team/web:1", "ghcr.io/team", "GHCR.IO/team/a/b@sha256:" + "1" * 64])
def test_an_image_below_what_is_allowed_is_allowed(image: str) -> None:
    assert refused(rails(images=(OURS,)), container(image=image)) == []


@pytest.mark.parametrize("image", ["ghcr.io/team-evil/web", "ghcr.io/teamx", "team/web", "ghcr.io/team/../x", "", None])
def test_every_other_image_is_refused(image: str | None) -> None:
    assert refused(rails(images=(OURS,)), container(image=image)) == ["ImageNotAllowed"]


@pytest.mark.parametrize(
    "role",
    [f"{ROLE}/app-1", f"{ROLE}/app-"],
)
def test_a_role_matches_the_whole_pattern(role: str) -> None:
    assert refused(rails(task_roles=(f"{ROLE}/app-*",)), {**container(), "taskRoleArn": role}) == []


@pytest.mark.parametrize(
    "role",
    [
        "app-1",
        f"{ROLE}/app",
        f"{ROLE}/app-1/admin",
        f"x{ROLE}/app-1",
        f"{ROLE}/app-1\n",
        f"{ROLE}/APP-1",
        "arn:aws:iam::999999999999:role/app-1",
    ],
)
def test_every_other_role_is_refused(role: str) -> None:
    assert refused(rails(task_roles=(f"{ROLE}/app-*",)), {**container(), "taskRoleArn": role}) == ["TaskRoleNotAllowed"]


def test_without_a_role_there_is_none_to_refuse() -> None:
    assert refused(rails(task_roles=(), execution_roles=()), container()) == []


ALLOWED = (
    f"{SECRET}:prod/",
    f"{SECRET}:shared-AbCdEf",
    f"{PARAMETER}/prod/",
    "/prod/",
    "flag",
    "arn:aws:s3:::conf/prod/",
)


@pytest.mark.parametrize(
    "reference",
    [
        f"{SECRET}:prod/db-AbCdEf",
        f"{SECRET}:prod/db-AbCdEf:password::",
        f"{SECRET}:prod/db-AbCdEf:password:AWSCURRENT:",
        f"{SECRET}:shared-AbCdEf:key::",
        f"{PARAMETER}/prod/db",
        f"{PARAMETER}/prod/db:3",
        "/prod/db",
        "/prod/db:latest",
        "flag",
        "flag:2",
    ],
)
def test_a_secret_below_what_is_allowed_is_allowed(reference: str) -> None:
    given = container(secrets=[{"name": "A", "valueFrom": reference}])
    assert refused(rails(secrets_below=ALLOWED), given) == []


@pytest.mark.parametrize(
    "reference",
    [
        f"{SECRET}:production/db",
        f"{SECRET}:prod",
        f"{SECRET}:shared-AbCdEf-other",
        f"{SECRET}:dev/x:prod/::",
        f"{SECRET.replace('eu-west-1', 'us-east-1')}:prod/db",
        f"{PARAMETER}/production",
        "/production",
        "prod/db",
        "flags",
        "/aws/reference/secretsmanager/prod/db",
        "arn",
        "arn:aws:s3:::conf/production",
        "",
        "/prod/../dev/db",
        "/prod/db/..",
        "/prod/./db",
        "/prod//db",
        "/prod/db/",
        "/prod/",
        "/prod/../prod/db:2",
        f"{PARAMETER}/prod/../dev/db",
        f"{SECRET}:prod/../dev/db-AbCdEf",
        f"{SECRET}:prod/",
        "arn:aws:s3:::conf/prod/../dev/.env",
    ],
)
def test_every_other_secret_is_refused(reference: str) -> None:
    given = container(secrets=[{"name": "A", "valueFrom": reference}])
    assert refused(rails(secrets_below=ALLOWED), given) == ["SecretNotAllowed"]


def test_two_dots_within_a_step_are_a_name() -> None:
    given = container(secrets=[{"name": "A", "valueFrom": "/prod/v1..2/.env"}])
    assert refused(rails(secrets_below=ALLOWED), given) == []


def test_a_reference_that_is_allowed_as_it_stands_may_hold_anything() -> None:
    given = container(secrets=[{"name": "A", "valueFrom": "/prod//db"}])
    assert refused(rails(secrets_below=("/prod//db",)), given) == []


@pytest.mark.parametrize("allowed", ["arn:aws:ssm:eu-west-1:123456789012:", f"{PARAMETER}/"])
def test_a_whole_account_is_entered_by_no_detour(allowed: str) -> None:
    given = container(secrets=[{"name": "A", "valueFrom": f"{PARAMETER}/prod/../db"}])
    assert refused(rails(secrets_below=(allowed,)), given) == ["SecretNotAllowed"]


FOREIGN = f"{SECRET}:dev/db"
PLACES = {
    "secrets": container(secrets=[{"name": "A", "valueFrom": FOREIGN}]),
    "log": container(logConfiguration={"secretOptions": [{"name": "t", "valueFrom": FOREIGN}]}),
    "registry": container(repositoryCredentials={"credentialsParameter": FOREIGN}),
    "environment file": container(environmentFiles=[{"type": "s3", "value": "arn:aws:s3:::conf/dev/.env"}]),
    "router": container(
        firelensConfiguration={"options": {"config-file-type": "s3", "config-file-value": "arn:aws:s3:::x/y"}}
    ),
    "credential specification": container(credentialSpecs=["credentialspecdomainless:arn:aws:s3:::x/y"]),
    "file on the host": container(credentialSpecs=["credentialspec:file://spec.json"]),
    "windows": {
        "volumes": [
            {
                "name": "v",
                "fsxWindowsFileServerVolumeConfiguration": {"authorizationConfig": {"credentialsParameter": FOREIGN}},
            }
        ]
    },
}


@pytest.mark.parametrize("definition", PLACES.values(), ids=PLACES.keys())
def test_a_secret_is_seen_wherever_a_task_definition_may_name_one(definition: dict[str, Any]) -> None:
    assert refused(rails(secrets_below=ALLOWED), definition) == ["SecretNotAllowed"]
    assert refused(rails(), definition) == []


def test_what_is_allowed_is_allowed_in_a_credential_specification_too() -> None:
    given = container(credentialSpecs=["credentialspec:arn:aws:s3:::conf/prod/a.json", "arn:aws:s3:::conf/prod/b"])
    assert refused(rails(secrets_below=ALLOWED), given) == []


def test_a_routers_file_inside_its_image_is_no_secret() -> None:
    given = container(firelensConfiguration={"options": {"config-file-type": "file", "config-file-value": "/x.conf"}})
    assert refused(rails(secrets_below=()), given) == []


def test_a_secret_of_service_connects_log_is_seen() -> None:
    log = {"secretOptions": [{"name": "t", "valueFrom": FOREIGN}]}
    service = wanted(service_definition={"serviceConnectConfiguration": {"logConfiguration": log}})
    assert [each.code for each in of_fields(rails(secrets_below=ALLOWED), service)] == ["SecretNotAllowed"]
    assert of_fields(None, service) == ()


def test_what_was_written_in_place_of_a_reference_is_not_repeated() -> None:
    given = container(secrets=[{"name": "A", "valueFrom": "/hunter2/"}])
    finding = findings(rails(secrets_below=()), wanted(), given)[0]
    assert "hunter2" not in f"{finding}"
    assert "secrets A" in finding.message


@pytest.mark.parametrize(
    "fields",
    [
        {"privileged": True},
        {"linuxParameters": {"capabilities": {"add": ["SYS_ADMIN"]}}},
        {"linuxParameters": {"capabilities": {"add": ["cap_net_admin"]}}},
        {"linuxParameters": {"capabilities": {"add": ["ALL"]}}},
        {"dockerSecurityOptions": ["label:disable"]},
        {"dockerSecurityOptions": ["apparmor:unconfined"]},
    ],
)
def test_a_privilege_is_refused_unless_allowed(fields: dict[str, Any]) -> None:
    assert refused(rails(), container(**fields)) == ["Privileged"]
    assert refused(rails(privileged=True), container(**fields)) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"privileged": False},
        {"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE", "NET_RAW"], "drop": ["ALL"]}}},
        {"dockerSecurityOptions": ["no-new-privileges"]},
        {"linuxParameters": None, "dockerSecurityOptions": None},
    ],
)
def test_what_every_container_may_is_no_privilege(fields: dict[str, Any]) -> None:
    assert refused(rails(), container(**fields)) == []


@pytest.mark.parametrize(
    "volume",
    [
        {"host": {"sourcePath": "/var/run/docker.sock"}},
        {"dockerVolumeConfiguration": {"driver": "local", "driverOpts": {"type": "none", "o": "bind", "device": "/"}}},
        {"dockerVolumeConfiguration": {"driver": "rexray/ebs", "scope": "task"}},
        {"dockerVolumeConfiguration": {"scope": "shared", "autoprovision": True}},
        {"somethingNewVolumeConfiguration": {"path": "/"}},
    ],
)
def test_a_mount_from_the_host_is_refused_unless_allowed(volume: dict[str, Any]) -> None:
    given = {**container(), "volumes": [{"name": "v", **volume}]}
    assert refused(rails(), given) == ["HostMount"]
    assert refused(rails(host_mounts=True), given) == []


def test_a_device_of_the_host_is_a_mount() -> None:
    given = container(linuxParameters={"devices": [{"hostPath": "/dev/kmsg"}]})
    assert refused(rails(), given) == ["HostMount"]


@pytest.mark.parametrize(
    "volume",
    [
        {},
        {"host": {}},
        {"configuredAtLaunch": True},
        {"dockerVolumeConfiguration": {"driver": "local", "scope": "task"}},
        {"efsVolumeConfiguration": {"fileSystemId": "fs-1"}},
    ],
)
def test_a_volume_that_is_not_the_hosts_is_no_mount(volume: dict[str, Any]) -> None:
    assert refused(rails(), {**container(), "volumes": [{"name": "v", **volume}]}) == []


@pytest.mark.parametrize("field", ["networkMode", "pidMode", "ipcMode"])
def test_a_namespace_of_the_host_is_refused_unless_allowed(field: str) -> None:
    assert refused(rails(), {**container(), field: "host"}) == ["HostNamespace"]
    assert refused(rails(host_namespaces=True), {**container(), field: "host"}) == []
    assert refused(rails(), {**container(), field: "task"}) == []


@pytest.mark.parametrize(
    "volume",
    [
        {"efsVolumeConfiguration": {"fileSystemId": "fs-2"}},
        {"fsxWindowsFileServerVolumeConfiguration": {"fileSystemId": "fs-2"}},
        {"s3filesVolumeConfiguration": {"fileSystemArn": "arn:aws:s3files:eu-west-1:1:file-system/fs-2"}},
    ],
)
def test_only_the_file_systems_that_are_allowed_are_mounted(volume: dict[str, Any]) -> None:
    given = {**container(), "volumes": [{"name": "v", **volume}]}
    assert refused(rails(file_systems=("fs-1",)), given) == ["FileSystemNotAllowed"]
    assert refused(rails(file_systems=("fs-2", "arn:aws:s3files:*:*:file-system/fs-2")), given) == []


TEXT = st.text("ab*?/:.-[", max_size=8)


@given(st.text("ab.-[", max_size=8), TEXT)
def test_a_pattern_without_wildcards_is_the_text_itself(glob: str, text: str) -> None:
    assert any_matches((glob,), text) is (glob == text)


@given(st.text("ab.-", max_size=4), st.text("ab.-", max_size=4), TEXT)
def test_a_star_crosses_no_border_and_no_end(before: str, after: str, middle: str) -> None:
    inside = not {"/", ":"} & set(middle)
    assert any_matches((f"{before}*{after}",), f"{before}{middle}{after}") is inside


@given(TEXT, TEXT)
def test_a_reference_below_nothing_is_never_allowed(secret: str, other: str) -> None:
    given = container(secrets=[{"name": "A", "valueFrom": secret}])
    allowed = refused(rails(secrets_below=(other,)), given) == []
    plain = secret.split(":", maxsplit=1)[0]
    if other.endswith(("/", ":")):
        steps = plain.removeprefix(other).split("/")
        assert allowed is (plain.startswith(other) and not {"", ".", ".."} & set(steps))
    else:
        assert allowed is (plain == other)


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["host", "name"]), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(["linuxParameters", "secrets", "image", "environmentFiles"]), JSON)
def test_an_image_elsewhere_is_refused_whatever_stands_beside_it(field: str, value: Any) -> None:
    beside = {} if field == "image" else {"essential": value}
    assert "ImageNotAllowed" in refused(rails(images=(OURS,)), container(**{**beside, "image": "evil.example/x"}))
