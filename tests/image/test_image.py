"""The image does its work with nothing it does not need: no root, no capability, nothing writable but its state."""

import json
import re
from collections.abc import Iterator
from importlib.metadata import version

import pytest

from controller.demo.stage import KEY
from controller.demo.waiting import until
from controller.web.client import Daemon
from tests.controller.daemons import silence
from tests.image.container import Container, await_status, container
from tests.image.surroundings import TAG, world
from tests.image.tools import podman

pytestmark = pytest.mark.timeout(
    1800
)  # the first to run waits for the image: from nothing, minutes; on a busy machine, many

MODELS = """
from dataclasses import fields
from botocore.session import Session
from reconcilers.aws.gateways import gateways
from reconcilers.aws.session import AwsClients
from reconcilers.model import Scope
scope = Scope("eu-west-1")
made = gateways(AwsClients("1", lambda _: None), scope)
clients = [getattr(made, each.name)._client for each in fields(made)]
print(*sorted({each.meta.service_model.service_name for each in clients}), Session().create_client("sts"))
"""


@pytest.fixture(scope="module")
def ready(image: str) -> Iterator[Container]:
    """A container whose daemon has read Git, and AWS a few times over."""
    with world() as around, container(image, around.settings) as found:
        await_status(found, "/readyz")
        looks = around.stage.sweeps()
        until("a few sweeps", lambda: around.stage.sweeps() > looks + 3, 60)
        yield found


def test_its_process_is_nobody_and_may_nothing(ready: Container) -> None:
    process = ready.process()
    assert {process["Uid"], process["Gid"]} == {"\t".join(["10001"] * 4)}
    assert {process[each] for each in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert process["NoNewPrivs"] == "1"


@pytest.mark.parametrize("folder", ["/", "/tmp", "/opt/trueup", "/root", "/run"])
def test_nothing_is_writable_but_its_state(ready: Container, folder: str) -> None:
    assert re.search("Read-only file system|Permission denied", ready.fails("touch", f"{folder}/written"))


def test_its_state_is_where_the_mirror_is(ready: Container) -> None:
    assert re.search(r"\.git$", ready.runs("ls", "/var/lib/trueup"), re.MULTILINE)
    assert ready.runs("stat", "--format=%u:%g %a", "/var/lib/trueup") == "10001:10001 750"


def test_no_program_lends_its_owners_rights(ready: Container) -> None:
    """Programs with a set-user-id bit are of no use to anybody here."""
    assert ready.runs("sh", "-c", "find / -xdev -perm /6000 -type f 2>/dev/null || true") == ""


def test_the_health_check_it_declares_tells_well_from_unwell(image: str, ready: Container) -> None:
    declared = json.loads(podman("image", "inspect", "--format", "{{json .HealthCheck}}", image))["Test"]
    assert declared[0] == "CMD"
    ready.runs(*declared[1:])
    assert "nobody answers at 127.0.0.1:1" in ready.fails(*declared[1:], TRUEUP_PORT="1")


def test_what_git_leaves_behind_is_buried(ready: Container) -> None:
    assert [each for each in ready.children() if each[1] == "Z"] == []


def test_everything_that_it_needs_is_in_it(ready: Container) -> None:
    assert ready.runs("trueup", "--version") == f"trueup {version('trueup')}"
    assert ready.runs("git", "--version").startswith("git version")
    assert ready.runs("sh", "-c", "ssh -V 2>&1").startswith("OpenSSH")
    authorities = "import ssl; print(len(ssl.create_default_context().get_ca_certs()))"
    assert int(ready.runs("python", "-c", authorities)) > 50


def test_every_aws_service_that_it_speaks_to_has_its_model(ready: Container) -> None:
    assert ready.runs("python", "-c", MODELS).startswith(
        "application-autoscaling cloudtrail cloudwatch codedeploy ecr "
    )


@pytest.mark.parametrize("program", ["pip", "perl", "curl", "gcc"])
def test_what_only_an_intruder_would_use_is_not_in_it(ready: Container, program: str) -> None:
    ready.fails("sh", "-c", f"command -v {program}")


def test_modules_were_compiled_when_it_was_built(ready: Container) -> None:
    """Else each start compiles them again: its file system keeps nothing."""
    code = "import sys, controller.wiring, os; print(*[m.__cached__ for m in list(sys.modules.values()) "
    code += "if getattr(m, '__cached__', None) and not os.path.exists(m.__cached__)])"
    assert ready.runs("python", "-c", code) == ""


def test_it_says_which_version_it_is(image: str) -> None:
    labels = json.loads(podman("image", "inspect", "--format", "{{json .Labels}}", image))
    assert labels["org.opencontainers.image.version"] == "tested"


def test_it_stays_small(image: str) -> None:
    assert int(podman("image", "inspect", "--format", "{{.Size}}", image)) < 260e6


def test_it_ends_well_while_git_does_not_answer(image: str) -> None:
    with silence() as host, container(image, {"TRUEUP_REPOSITORY": f"{host.url}/gitops.git"}) as found:
        until("git to wait", lambda: host.connections, 60)
        await_status(found, "/healthz")
        assert (found.stop(), found.log()[-1]["event"]) == (0, "ended")


def test_it_ends_well_while_aws_does_not_answer(image: str) -> None:
    with (
        silence() as aws,
        world() as around,
        container(image, around.settings | {"TRUEUP_ENDPOINT_URL": aws.url}) as found,
    ):
        until("a sweep to wait", lambda: aws.connections, 60)
        assert found.stop() == 0
        assert found.log()[-1]["event"].startswith("ended")


def test_it_ends_well_before_it_has_begun(image: str) -> None:
    with container(image, {"TRUEUP_REPOSITORY": "https://127.0.0.1:1/none.git"}) as found:
        until("it to listen", lambda: int(found.process()["SigCgt"], 16) & 1 << 14, 60)
        assert found.stop() == 0


def test_a_commit_ships_though_the_container_is_replaced_on_the_way(image: str) -> None:
    with world() as around:
        witness = around.stage.witness
        known = witness.deployments()
        with container(image, around.settings) as first:
            await_status(first, "/readyz")
            commit = around.commit()
            shipped = until("a deployment", lambda: _new(witness.deployments(), known), 90)
            until("its traffic to move", lambda: witness.seen(shipped).traffic, 90)
            assert first.stop() == 0
        assert not witness.seen(shipped).shift_over
        with container(image, around.settings) as second:
            await_status(second, "/readyz")
            until("the shift to be over", lambda: witness.seen(shipped).shift_over, 120)
            until("production to be in sync", lambda: _state(second) == "in-sync", 120)
            assert second.stop() == 0
        assert commit in witness.seen(shipped).description
        assert set(witness.images().values()) == {TAG}
        assert [each for each in witness.deployments() if each not in known] == [shipped]


def _state(of: Container) -> str:
    return Daemon(of.url).service(KEY.environment, KEY.name).sync


def _new(deployments: list[str], known: list[str]) -> str | None:
    return next((each for each in deployments if each not in known), None)
