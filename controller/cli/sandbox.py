"""``trueup sandbox``: an AWS to try things on, for boto3, the aws CLI and the daemon."""

import importlib.util
import signal
import threading
from typing import Annotated

import typer


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to serve on; 0 takes a free one.")] = 4666,
    host: Annotated[str, typer.Option(help="Address to serve on. Whoever reaches it may do everything.")] = "127.0.0.1",
    speed: Annotated[
        float, typer.Option(min=0.1, max=10000, help="How many times as fast AWS's durations pass.")
    ] = 1.0,
    empty: Annotated[bool, typer.Option("--empty", help="Start with nothing in it.")] = False,
) -> None:
    """Serve an AWS with ECS, CodeDeploy, load balancers and alarms, with a service in it, until Ctrl-C."""
    need_sandbox()
    from sandbox.blueprints import blue_green, rolling
    from sandbox.clock import HostClock
    from sandbox.server import serve
    from sandbox.world.world import World

    world = World(HostClock(), speed=speed)
    if not empty:
        blue_green(world)
        rolling(world)
    try:
        server = serve(world, host, port)
    except OSError as error:
        remedy = "Name a free port with --port 0, or an address of this machine with --host."
        typer.echo(f"trueup: cannot serve on {host}:{port}: {error.strerror}. {remedy}", err=True)
        raise typer.Exit(1) from None
    asked = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: asked.set())
    typer.echo(f"AWS answers at {server.url}, durations pass {speed:g} times as fast. For example:")
    # boto3 and the first aws CLI do not look at AWS_REGION; the second one looks there first.
    where = f"AWS_ENDPOINT_URL={server.url} AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1"
    typer.echo(f"  export {where} AWS_ACCESS_KEY_ID=me AWS_SECRET_ACCESS_KEY=x")
    typer.echo("  aws ecs list-clusters")
    with server:
        asked.wait()
    typer.echo("Good bye.")


def need_sandbox() -> None:
    """End clearly where the sandbox's extra is not installed."""
    if importlib.util.find_spec("moto") is None:
        typer.echo("trueup: the sandbox is not installed. Install it: pip install 'trueup[sandbox]'", err=True)
        raise typer.Exit(1)
