"""``trueup sandbox``: an AWS to try things on, for boto3, the aws CLI and the daemon."""

import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from controller import ending

if TYPE_CHECKING:
    from sandbox.server.serving import Server
    from sandbox.traffic import Traffic
    from sandbox.world.world import World


def sandbox(  # noqa: PLR0913,PLR0917 - a flag each
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to serve on; 0 takes a free one.")] = 4666,
    host: Annotated[str, typer.Option(help="Address to serve on. Whoever reaches it may do everything.")] = "127.0.0.1",
    speed: Annotated[
        float, typer.Option(min=0.1, max=10000, help="How many times as fast AWS's durations pass.")
    ] = 1.0,
    empty: Annotated[bool, typer.Option("--empty", help="Start with nothing in it.")] = False,
    traffic: Annotated[
        bool, typer.Option("--traffic", help="Let tasks answer real HTTP behind a real Envoy that splits it.")
    ] = False,
    policy: Annotated[
        list[Path] | None,
        typer.Option(dir_okay=False, exists=True, metavar="FILE", help="IAM policy; whoever it is for may do no more."),
    ] = None,
    policy_for: Annotated[
        str, typer.Option(metavar="NAME", help="Access key or role that --policy is for; others may do everything.")
    ] = "trueup",
) -> None:
    """Serve an AWS with ECS, CodeDeploy, load balancers and alarms, with services in it, until Ctrl-C."""
    need_sandbox()
    from sandbox.clock import HostClock
    from sandbox.world.world import World

    policies = _policies(policy or [], policy_for)
    world = World(HostClock(), speed=speed)
    if not empty:
        _furnish(world, speed, traffic=traffic)
    with ExitStack() as exits:
        touched = exits.enter_context(_touchable(world)) if traffic else None
        server = exits.enter_context(_open(world, (host, port), touched, policies))
        _until_asked(lambda: _introduce(server.url, speed, touched))
    typer.echo("Good bye.")


def _furnish(world: "World", speed: float, *, traffic: bool) -> None:
    """Build what the services of desired/ need, and them; with real traffic the alarms count in its measure."""
    from controller.bundle import bundled
    from controller.cli.offline import read
    from controller.demo.building import build
    from sandbox.blueprints import BlueGreen
    from sandbox.traffic import alarm_threshold

    services = read(bundled("desired").parent, "desired").services
    build(world, services, alarm_threshold(speed) if traffic else BlueGreen().alarm_threshold)


def _open(world: "World", at: tuple[str, int], traffic: "Traffic | None", policies: dict[str, list[Any]]) -> "Server":
    """A server of the world on a host and port; ends clearly where that cannot be had, or a policy is none."""
    from sandbox.server import serve
    from sandbox.server.permissions.policy import PolicyError

    host, port = at
    try:
        return serve(world, host, port, traffic=traffic.told if traffic else None, policies=policies)
    except PolicyError as error:
        typer.echo(f"trueup: {error}", err=True)
    except OSError as error:
        remedy = "Name a free port with --port 0, or an address of this machine with --host."
        typer.echo(f"trueup: cannot serve on {host}:{port}: {error.strerror}. {remedy}", err=True)
    raise typer.Exit(1)


def _policies(files: list[Path], name: str) -> dict[str, list[Any]]:
    """The documents of the files: one each, or several by name as ``trueup iam-policy`` prints them."""
    documents: list[Any] = []
    for file in files:
        try:
            found = json.loads(file.read_text("utf-8"))
        except ValueError as error:
            typer.echo(f"trueup: {file} is no JSON: {error}", err=True)
            raise typer.Exit(1) from None
        documents += [found] if "Statement" in found else found.values()
    return {name: documents} if documents else {}


def _until_asked(introduce: Callable[[], None]) -> None:
    """Say what is here, and stay until Ctrl-C or SIGTERM."""
    ending.listen()
    introduce()
    ending.wait()


def _introduce(url: str, speed: float, traffic: "Traffic | None") -> None:
    typer.echo(f"AWS answers at {url}, durations pass {speed:g} times as fast. For example:")
    # boto3 and the first aws CLI do not look at AWS_REGION; the second one looks there first.
    where = f"AWS_ENDPOINT_URL={url} AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1"
    typer.echo(f"  export {where} AWS_ACCESS_KEY_ID=me AWS_SECRET_ACCESS_KEY=x")
    typer.echo("  aws ecs list-clusters")
    if traffic is not None:
        traffic.wait_until_open()
        typer.echo(f"Its load balancers are an Envoy; what it counts: {url}/_sandbox/traffic")
        for listener in traffic.told()["listeners"]:
            typer.echo(f"  {listener['url']}  {listener['name']}, {listener['role']}")


@contextmanager
def _touchable(world: "World") -> "Iterator[Traffic]":
    """Real traffic around a world; ends clearly where Envoy is not to be had."""
    from sandbox.traffic import TrafficError, real_traffic

    try:
        with real_traffic(world) as traffic:
            yield traffic
    except TrafficError as error:
        typer.echo(f"trueup: no real traffic: {error}", err=True)
        raise typer.Exit(1) from None


def need_sandbox() -> None:
    """End clearly where the sandbox's extra is not installed."""
    if importlib.util.find_spec("moto") is None:
        typer.echo("trueup: the sandbox is not installed. Install it: pip install 'trueup[sandbox]'", err=True)
        raise typer.Exit(1)
