"""``bgpkit-node agent``: run the agent of a node."""

import asyncio
import os
import socket
from pathlib import Path
from typing import Final

import click

from bgpkit import BgpError
from bgpkit_node.agent import AgentOptions, NodeAgent, OnlookerOptions
from bgpkit_node.agent.backend import Backend
from bgpkit_node.agent.rights import check_rights
from bgpkit_node.bird_socket import Layout
from bgpkit_node.command.address_options import address_options
from bgpkit_node.command.enforcement_options import CUT, deny_option, established_option
from bgpkit_node.command.health_option import health_option
from bgpkit_node.command.log_lines import log_json
from bgpkit_node.command.options import datastore_option, run_dir_option
from bgpkit_node.datastore.settings import DatastoreSettings, SqliteSettings
from bgpkit_node.errors import NodeError
from bgpkit_node.nft import EnforcementSettings, Refusal
from bgpkit_node.paths import BIRD_SOCKET, BIRD_SOCKET_NAME, HEALTH_ADDRESS, PASSWORDS, RUN_DIR
from bgpkit_node.services import read_cluster_ips
from bgpkit_node.startup.address_wish import OwnWish
from bgpkit_node.startup.first_pools import read_first_pools

_NONE: Final = "none"


@click.command()
@click.option("--node", envvar="NODENAME", show_envvar=True, help="Name of this node.  [default: the host's name]")
@click.option(
    "--kubernetes-node",
    envvar="CALICO_K8S_NODE_REF",
    show_envvar=True,
    default="",
    metavar="NAME",
    help="Name that Kubernetes knows this node by.",
)
@address_options
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
@health_option(HEALTH_ADDRESS, "BGPKIT_NODE_HEALTH_ADDRESS")
@click.option(
    "--secrets",
    "passwords",
    type=click.Path(file_okay=False, readable=False, path_type=Path),
    default=PASSWORDS,
    envvar="BGPKIT_NODE_SECRETS",
    show_default=True,
    show_envvar=True,
    metavar="DIR",
    help="Where passwords of sessions are: DIR/NAME/KEY, as Kubernetes mounts Secrets.",
)
@click.option(
    "--backend",
    type=click.Choice([backend.value for backend in Backend]),
    default=Backend.BIRD.value,
    envvar="CALICO_NETWORKING_BACKEND",
    show_default=True,
    show_envvar=True,
    help="Where ways to pods of other nodes come from: BGP (bird), or the datastore (vxlan), without BGP.",
)
@deny_option
@established_option
@click.option("--verbose", is_flag=True, help="Log more.")
@datastore_option
@run_dir_option
def agent(
    node: str | None,
    kubernetes_node: str,
    bird_socket: str | None,
    bird_layout: str,
    health_address: tuple[str, int] | None,
    passwords: Path,
    backend: str,
    deny: str,
    established: str,
    verbose: bool,
    own: OwnWish,
    datastore: DatastoreSettings,
    run_dir: Path,
) -> None:
    """Run the agent of this node, in the foreground, until SIGTERM, SIGHUP or Ctrl-C; kernel routes stay then.

    In a datastore without pools a first one is made: CALICO_IPV4POOL_CIDR, _IPIP, _VXLAN, _BLOCK_SIZE, _NODE_SELECTOR,
    _NAT_OUTGOING and _DISABLE_BGP_EXPORT (and CALICO_IPV6POOL_...) say how, NO_DEFAULT_POOLS=true that it is not.
    CALICO_ADVERTISE_CLUSTER_IPS gives ranges of cluster IPs that are advertised in the place of serviceClusterIPs.

    The log goes to standard error, a JSON object a line; what cannot be written there is lost, and counted. A service
    manager that asks for it is told when the agent is ready, how it does, and that it is alive (sd_notify).
    """
    check_rights()
    level = log_json(verbose=verbose)
    _make_place(datastore)
    looking = OnlookerOptions(
        bird_socket=_bird_socket(bird_socket, run_dir), bird_layout=Layout(bird_layout), health_address=health_address
    )
    options = AgentOptions(
        node=(node or socket.gethostname()).lower(),
        datastore=datastore,
        run_dir=run_dir,
        own=own,
        backend=Backend(backend),
        kubernetes_node=kubernetes_node,
        first_pools=read_first_pools(os.environ),
        cluster_ips=read_cluster_ips(os.environ),
        passwords=passwords,
        onlookers=looking,
        enforcement=EnforcementSettings(refusal=Refusal(deny)),
        cut_denied=established == CUT,
        log_level=level,
    )
    try:
        asyncio.run(NodeAgent(options).run())
    except BgpError as error:
        raise NodeError(str(error)) from error


def _make_place(datastore: DatastoreSettings) -> None:
    """Make the folder of a datastore that is a file."""
    try:
        if isinstance(datastore, SqliteSettings):
            datastore.path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NodeError(f"{error.filename}: cannot be made: {error.strerror}") from error


def _bird_socket(wanted: str | None, run_dir: Path) -> Path | None:
    """Return where BIRD's clients look, but where several agents are on one machine, each in its own directory."""
    if wanted == _NONE:
        return None
    if wanted is not None:
        return Path(wanted)
    return BIRD_SOCKET if run_dir == RUN_DIR else run_dir / BIRD_SOCKET_NAME
