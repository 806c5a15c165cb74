"""``bgpkit-node controllers``: copy what Kubernetes has into the datastore."""

import asyncio
import os

import click

from bgpkit_node.command.health_option import health_option
from bgpkit_node.command.log_lines import log_json
from bgpkit_node.command.options import datastore_option
from bgpkit_node.controllers import Controllers, ControllersOptions
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.kubernetes.access import KUBECONFIG, chosen_access
from bgpkit_node.paths import CONTROLLERS_HEALTH_ADDRESS


@click.command()
@click.option(
    "--kubeconfig",
    envvar=KUBECONFIG,
    show_envvar=True,
    default="",
    metavar="FILE",
    help="How to reach Kubernetes' API.  [default: the ServiceAccount of the pod, else ~/.kube/config]",
)
@health_option(CONTROLLERS_HEALTH_ADDRESS, "BGPKIT_CONTROLLERS_HEALTH_ADDRESS")
@click.option("--verbose", is_flag=True, help="Log more.")
@datastore_option
def controllers(
    kubeconfig: str, health_address: tuple[str, int] | None, verbose: bool, datastore: DatastoreSettings
) -> None:
    """Copy what Kubernetes has into the datastore, in the foreground, until SIGTERM, SIGHUP or Ctrl-C.

    Labels of nodes and of pods, Namespaces, ServiceAccounts, NetworkPolicies and those of policy.networking.k8s.io,
    Services and EndpointSlices. One process of a cluster does it; a second one waits for the end of the first.

    The log goes to standard error, a JSON object a line.
    """
    access = chosen_access(kubeconfig, os.environ)
    log_json(verbose=verbose)
    options = ControllersOptions(datastore=datastore, access=access, health_address=health_address)
    asyncio.run(Controllers(options).run())
