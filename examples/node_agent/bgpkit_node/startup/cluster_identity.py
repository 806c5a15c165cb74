"""ClusterInformation: made when nobody has made it, and told the version of the agents."""

import uuid
from contextlib import suppress
from importlib.metadata import version
from typing import Final

import msgspec

from bgpkit_node.errors import AlreadyExistsError, ConflictError, NotFoundError, ResourceError
from bgpkit_node.resources import ClusterInformation, ClusterInformationSpec, Metadata, ResourceStore

VERSION: Final = "bgpkit-node/version"
"""The annotation with the version of the agent that started last.

Not ``calicoVersion``: a calicoctl of another version than that refuses every command.
"""


async def make_cluster_information(store: ResourceStore) -> None:
    """Make ``ClusterInformation(default)`` where there is none, with an identifier of its own and nothing locked.

    Of agents that start together one makes it; of one that is there only the version of the agents changes. Raises
    DatastoreError.
    """
    with suppress(ResourceError, AlreadyExistsError, ConflictError, NotFoundError):
        present = await store.get(ClusterInformation, "default")  # one that cannot be read is somebody's all the same
        if present is None:
            spec = ClusterInformationSpec(cluster_guid=uuid.uuid4().hex, cluster_type="bgp", datastore_ready=True)
            metadata = Metadata(name="default", annotations={VERSION: version("bgpkit")})
            await store.create(ClusterInformation(metadata=metadata, spec=spec))
        elif present.metadata.annotations.get(VERSION) != version("bgpkit"):
            annotations = {**present.metadata.annotations, VERSION: version("bgpkit")}
            metadata = msgspec.structs.replace(present.metadata, annotations=annotations)
            await store.replace(msgspec.structs.replace(present, metadata=metadata))
