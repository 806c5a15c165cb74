"""``bgpkit-node agent``: run the agent of a node."""

import asyncio
import logging
import os
import socket
import sys
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Final

import click
import structlog

from bgpkit import BgpError
from bgpkit_node.agent import AgentOptions, NodeAgent, OnlookerOptions
from bgpkit_node.agent.health_listener import parse_health_address
from bgpkit_node.bird_socket import Layout
from bgpkit_node.command.options import datastore_option, run_dir_option
from bgpkit_node.datastore.settings import DatastoreSettings, SqliteSettings
from bgpkit_node.errors import NodeError
from bgpkit_node.paths import BIRD_SOCKET, BIRD_SOCKET_NAME, HEALTH_ADDRESS, RUN_DIR


class _Address(click.ParamType[IPv4Interface]):
    name = "ADDRESS/LENGTH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> IPv4Interface:
        if isinstance(value, IPv4Interface):
            return value
        try:
            return IPv4Interface(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an IPv4 address with its subnet, such as 10.4.7.11/24", param, ctx)


_NONE: Final = "none"


class _HealthAddress(click.ParamType[tuple[str, int] | None]):
    name = "ADDRESS:PORT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int] | None:
        if value == _NONE:
            return None
        try:
            return parse_health_address(str(value))
        except ValueError as error:
            self.fail(f"{value!r} is not an address and a port, such as {HEALTH_ADDRESS}: {error}", param, ctx)


@click.command()
@click.option("--node", envvar="NODENAME", show_envvar=True, help="Name of this node.  [default: the host's name]")
@click.option("--ip", "address", type=_Address(), help="Address of this node with its subnet.  [default: found out]")
@click.option(
    "--bird-socket",
    envvar="BGPKIT_NODE_BIRD_SOCKET",
    show_envvar=True,
    metavar="PATH",
    help=f"Where birdc and calicoctl find the agent, or none.  [default: {BIRD_SOCKET}, "
    f"with another --run-dir {BIRD_SOCKET_NAME} in that]",
)
@click.option(
    "--bird-layout",
    type=click.Choice([layout.value for layout in Layout]),
    default=Layout.BIRD_1_6.value,
    show_default=True,
    help="The version of BIRD as which the agent answers there.",
)
@click.option(
    "--health-address",
    type=_HealthAddress(),
    default=HEALTH_ADDRESS,
    envvar="BGPKIT_NODE_HEALTH_ADDRESS",
    show_default=True,
    show_envvar=True,
    help="Where /liveness, /readiness and /metrics are served, or none.",
)
@click.option("--verbose", is_flag=True, help="Log more.")
@datastore_option
@run_dir_option
def agent(
    node: str | None,
    address: IPv4Interface | None,
    bird_socket: str | None,
    bird_layout: str,
    health_address: tuple[str, int] | None,
    verbose: bool,
    datastore: DatastoreSettings,
    run_dir: Path,
) -> None:
    """Run the agent of this node, in the foreground, until SIGTERM or Ctrl-C; kernel routes stay then.

    The log goes to standard error, a JSON object a line. A service manager that asks for it is told when the agent is
    ready, how it does, and that it is alive (sd_notify).
    """
    if os.geteuid() != 0:
        raise NodeError("the agent writes kernel routes and listens on port 179: run it as root")
    _log_json(verbose=verbose)
    try:
        if isinstance(datastore, SqliteSettings):
            datastore.path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NodeError(f"{error.filename}: cannot be made: {error.strerror}") from error
    name = (node or socket.gethostname()).lower()
    looking = OnlookerOptions(
        bird_socket=_bird_socket(bird_socket, run_dir), bird_layout=Layout(bird_layout), health_address=health_address
    )
    options = AgentOptions(node=name, datastore=datastore, run_dir=run_dir, address=address, onlookers=looking)
    try:
        asyncio.run(NodeAgent(options).run())
    except BgpError as error:
        raise NodeError(str(error)) from error


def _bird_socket(wanted: str | None, run_dir: Path) -> Path | None:
    """Return where BIRD's clients look, but where several agents are on one machine, each in its own directory."""
    if wanted == _NONE:
        return None
    if wanted is not None:
        return Path(wanted)
    return BIRD_SOCKET if run_dir == RUN_DIR else run_dir / BIRD_SOCKET_NAME


def _log_json(*, verbose: bool) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
