"""``bgpkit-node agent``: run the agent of a node."""

import asyncio
import logging
import os
import socket
import sys
from ipaddress import IPv4Interface
from pathlib import Path

import click
import structlog

from bgpkit import BgpError
from bgpkit_node.agent import AgentOptions, NodeAgent
from bgpkit_node.command.options import datastore_option, run_dir_option
from bgpkit_node.errors import NodeError


class _Address(click.ParamType[IPv4Interface]):
    name = "ADDRESS/LENGTH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> IPv4Interface:
        if isinstance(value, IPv4Interface):
            return value
        try:
            return IPv4Interface(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an IPv4 address with its subnet, such as 10.4.7.11/24", param, ctx)


@click.command()
@click.option("--node", envvar="NODENAME", show_envvar=True, help="Name of this node.  [default: the host's name]")
@click.option("--ip", "address", type=_Address(), help="Address of this node with its subnet.  [default: found out]")
@click.option("--verbose", is_flag=True, help="Log more.")
@datastore_option
@run_dir_option
def agent(node: str | None, address: IPv4Interface | None, verbose: bool, datastore: Path, run_dir: Path) -> None:
    """Run the agent of this node, in the foreground, until SIGTERM or Ctrl-C; kernel routes stay then.

    The log goes to standard error, a JSON object a line.
    """
    if os.geteuid() != 0:
        raise NodeError("the agent writes kernel routes and listens on port 179: run it as root")
    _log_json(verbose=verbose)
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        datastore.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NodeError(f"{error.filename}: cannot be made: {error.strerror}") from error
    name = (node or socket.gethostname()).lower()
    options = AgentOptions(node=name, datastore=datastore, run_dir=run_dir, address=address)
    try:
        asyncio.run(NodeAgent(options).run())
    except BgpError as error:
        raise NodeError(str(error)) from error


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
