"""``bgpkit-node version``: which version this is, and what the cluster says of its own."""

import asyncio
import json
from importlib.metadata import version as version_of

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import NodeError
from bgpkit_node.resources import ClusterInformation
from bgpkit_node.startup.cluster_identity import VERSION


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON: empty strings for what is not known.")
@datastore_option
def version(as_json: bool, datastore: DatastoreSettings) -> None:
    """Print the version of this command, and that of the cluster as its ClusterInformation tells it."""
    if not as_json:
        click.echo(f"Client Version:    {version_of('bgpkit')}")

    async def read() -> ClusterInformation | None:
        """Read the one ClusterInformation."""
        async with opened_store(datastore) as store:
            return await store.get(ClusterInformation, "default")

    try:
        information = asyncio.run(read())
    except NodeError:
        if as_json:
            click.echo(_as_json(None))
        raise
    if as_json:
        click.echo(_as_json(information))
    if information is None:
        raise NodeError("unable to retrieve Cluster Version or Type: ClusterInformation(default) does not exist")
    if as_json:
        return
    click.echo(f"Cluster Version:   {_cluster_version(information) or 'unknown'}")
    click.echo(f"Cluster Type:      {information.spec.cluster_type or 'unknown'}")


def _cluster_version(information: ClusterInformation) -> str:
    """Return the version of Calico's nodes, if there are any, else of the agents; empty when nobody has told it."""
    return information.spec.calico_version or information.metadata.annotations.get(VERSION, "")


def _as_json(information: ClusterInformation | None) -> str:
    told = {
        "clientVersion": version_of("bgpkit"),
        "clusterVersion": "" if information is None else _cluster_version(information),
        "clusterType": "" if information is None else information.spec.cluster_type,
        "clusterGUID": "" if information is None else information.spec.cluster_guid,
    }
    return json.dumps(told, indent=2)
