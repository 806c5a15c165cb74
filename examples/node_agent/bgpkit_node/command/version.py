"""``bgpkit-node version``: which version this is, and what the cluster says of its own."""

import asyncio
from importlib.metadata import version as version_of

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import NodeError
from bgpkit_node.resources import ClusterInformation


@click.command()
@datastore_option
def version(datastore: DatastoreSettings) -> None:
    """Print the version of this command, and that of the cluster as its ClusterInformation tells it."""
    click.echo(f"Client Version:    {version_of('bgpkit')}")

    async def read() -> ClusterInformation | None:
        """Read the one ClusterInformation."""
        async with opened_store(datastore) as store:
            return await store.get(ClusterInformation, "default")

    information = asyncio.run(read())
    if information is None:
        raise NodeError("unable to retrieve Cluster Version or Type: ClusterInformation(default) does not exist")
    click.echo(f"Cluster Version:   {information.spec.calico_version or 'unknown'}")
    click.echo(f"Cluster Type:      {information.spec.cluster_type or 'unknown'}")
