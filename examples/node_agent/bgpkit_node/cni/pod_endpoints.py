"""The WorkloadEndpoints of a node's pods in the resource store."""

import asyncio
from typing import Final

import msgspec
import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.cni.endpoint import NETWORK, beside, with_facts
from bgpkit_node.cni.pod_facts import PodFacts
from bgpkit_node.errors import AlreadyExistsError, ConflictError, DatastoreError, NotFoundError, ResourceError
from bgpkit_node.ipam.told_endpoints import ToldEndpoints
from bgpkit_node.resources import Applied, Metadata, ResourceStore, WorkloadEndpoint, WriteMode
from bgpkit_node.resources.workload_endpoint import CNI
from bgpkit_node.to_the_end import to_the_end

_ATTEMPTS: Final = 50
_RACES: Final = (AlreadyExistsError, ConflictError, NotFoundError)
_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.endpoints")


class PodEndpoints:
    """Keeps the endpoints of the pods of one node (``bgpkit_node.cni.Endpoints``)."""

    def __init__(self, node: str, store: ResourceStore) -> None:
        """Serve ``node``."""
        self._node = node
        self._store = store

    async def stored(self, endpoint: WorkloadEndpoint) -> WorkloadEndpoint | None:
        """Return the stored endpoint of the name of ``endpoint``; None when there is none, or it cannot be read."""
        try:
            return await self._store.get(WorkloadEndpoint, endpoint.name, namespace=endpoint.namespace)
        except ResourceError as error:
            _log.warning("endpoint.unreadable", endpoint=endpoint.qualified_name, reason=str(error))
            return None

    async def write(self, endpoint: WorkloadEndpoint, facts: PodFacts | None = None) -> WorkloadEndpoint:
        """Store ``endpoint``, keeping what others have written on one of its name, and return it as stored.

        What it takes from its pod comes from ``facts``, where they are known. One that cannot be read is written over.
        DatastoreError when others come first all the time. A write that has begun is over when a cancellation is
        raised, so that what undoes it finds it.
        """
        for attempt in range(_ATTEMPTS):
            old = await self.stored(endpoint) if attempt else None  # most pods are new
            wanted = endpoint if old is None else beside(endpoint, old)
            wanted = wanted if facts is None else with_facts(wanted, facts)
            mode = WriteMode.REPLACE if old is not None else WriteMode.APPLY if attempt else WriteMode.CREATE
            try:
                applied = await to_the_end(self._store.write((wanted,), mode))
            except _RACES:
                await asyncio.sleep(attempt / 1000)
            else:
                return msgspec.structs.replace(wanted, metadata=_written(applied))
        raise DatastoreError(f"{endpoint} is being changed by others all the time: it was not written")

    async def remove(self, endpoint: WorkloadEndpoint, network: str) -> None:
        """Remove the stored endpoint of that name, unless it is another container's; none is no error.

        A runtime may leave a pod's names out of a DEL: then the endpoint is looked for by its container.
        """
        found = await self.stored(endpoint)
        if found is None and endpoint.spec.orchestrator == CNI:
            found = next((one for one in await self.of_network(network) if _is_same(one, endpoint)), None)
        while found is not None and _is_same(found, endpoint):
            try:
                await self._store.delete(WorkloadEndpoint, found.name, found.revision, namespace=found.namespace)
            except ConflictError:  # a label was set meanwhile
                found = await self.stored(found)
            except NotFoundError:
                return
            else:
                return

    async def of_network(self, network: str) -> tuple[WorkloadEndpoint, ...]:
        """Return the endpoints of this node's containers on ``network``."""
        return tuple(
            one
            for one in (await ToldEndpoints.load(self._store.datastore)).on(lambda node: node == self._node)
            if one.metadata.annotations.get(NETWORK) == network
        )


def _is_same(one: WorkloadEndpoint, other: WorkloadEndpoint) -> bool:
    """Tell whether two endpoints are of one interface of one container."""
    return (one.spec.container_id, one.spec.endpoint) == (other.spec.container_id, other.spec.endpoint)


def _written(applied: Applied) -> Metadata:
    (resource,) = (*applied.created, *applied.updated, *applied.unchanged)
    return resource.metadata
