"""Making ClusterInformation, when nobody has made it."""

import uuid
from contextlib import suppress

from bgpkit_node.errors import AlreadyExistsError, ResourceError
from bgpkit_node.resources import ClusterInformation, ClusterInformationSpec, Metadata, ResourceStore


async def make_cluster_information(store: ResourceStore) -> None:
    """Make ``ClusterInformation(default)`` where there is none, with an identifier of its own and nothing locked.

    Of agents that start together one makes it, and one that is there stays as it is. Raises DatastoreError.
    """
    with suppress(ResourceError):  # one that cannot be read is somebody's all the same
        if await store.get(ClusterInformation, "default") is not None:
            return
        spec = ClusterInformationSpec(cluster_guid=uuid.uuid4().hex, cluster_type="bgp", datastore_ready=True)
        with suppress(AlreadyExistsError):
            await store.create(ClusterInformation(metadata=Metadata(name="default"), spec=spec))
