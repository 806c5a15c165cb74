"""Making the first pools, when nobody has made any."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import structlog

from bgpkit_node.errors import AlreadyExistsError, ConflictError, DatastoreError, NodeError, NotFoundError
from bgpkit_node.ipam import IPNetwork
from bgpkit_node.kernel import Netlink
from bgpkit_node.resources import (
    BGPConfiguration,
    BGPPeer,
    Document,
    IPPool,
    Node,
    Resource,
    ResourceStore,
    WriteMode,
    draft,
    kind_of,
)
from bgpkit_node.resources.watching import read_present
from bgpkit_node.startup.control_plane import KUBERNETES, read_control_plane
from bgpkit_node.startup.first_pools import FirstPool, free_range, ignored
from bgpkit_node.startup.overlaps import overlaps
from bgpkit_node.startup.ranges import cluster_ranges

_ATTEMPTS: Final = 50
"""Where a machine of the control plane has its files."""


async def make_first_pools(store: ResourceStore, wanted: Sequence[FirstPool]) -> tuple[IPPool, ...]:
    """Make each of the ``wanted`` pools whose IP version has no pool yet, and return those that were made.

    One transaction: of agents that start together one makes them, and a pool that an operator makes meanwhile counts.
    Where pools are there already, what ``wanted`` says otherwise is warned of once. Raises NodeError.
    """
    log = structlog.get_logger("bgpkit_node.agent")
    for attempt in range(_ATTEMPTS):
        present = await read_present(store.datastore, kind_of(IPPool))
        known = [pool for pool in present.resources.values() if isinstance(pool, IPPool)]
        # A pool that cannot be read may be of either family.
        broken = len(known) < len(present.stored)
        versions = {4, 6} if broken else {pool.network.version for pool in known}
        absent = [pool for pool in wanted if pool.version not in versions]
        made = await _designed(store, absent)
        writes = [draft.prepare(Document(pool), present, WriteMode.CREATE) for pool in made]
        with suppress(AlreadyExistsError, ConflictError, NotFoundError):
            if made:
                draft.check_together(writes, {IPPool.kind: present})
                await store.datastore.transact(tuple(draft.operations(writes, {IPPool.kind: present})))
                for pool in made:
                    log.info("pool.created", pool=pool.name, cidr=pool.spec.cidr, why="there was none")
            if told := [text for pool in wanted if pool not in absent for text in ignored(pool, known)]:
                log.warning("pool.variables_ignored", why="there are pools already", ignored=told)
            return made
        await asyncio.sleep(attempt * 0.001)
    raise DatastoreError("the pools are being changed by others all the time: no first pool was made")


async def _designed(store: ResourceStore, absent: Sequence[FirstPool]) -> tuple[IPPool, ...]:
    """Return the pools to be made, and warn of what overlaps them by an operator's own choice."""
    if not absent:
        return ()
    kinds: tuple[type[Resource], ...] = (Node, BGPConfiguration, BGPPeer)
    named = cluster_ranges([resource for kind in kinds for resource in await store.list(kind)])
    routes = [(f"the route to {network} on this machine", network) for network in await asyncio.to_thread(_routes)]
    taken = [network for _, network in (*named, *routes)]
    pods: dict[int, IPNetwork] = {network.version: network for network in await asyncio.to_thread(_ranges_of_pods)}
    made = tuple(
        pool.resource(pool.cidr or pods.get(pool.version) or free_range(pool.version, taken)) for pool in absent
    )
    draft.check_each([Document(pool) for pool in made])
    for overlap in overlaps([*((str(pool), pool.network) for pool in made), *named, *routes]):
        if any(str(pool) == overlap.name for pool in made):
            structlog.get_logger("bgpkit_node.agent").warning("pool.overlaps", reason=str(overlap))
    return made


def _routes() -> list[IPNetwork]:
    with Netlink() as netlink:
        return [route.destination for route in netlink.routes() if route.destination.prefixlen]


def _ranges_of_pods() -> tuple[IPNetwork, ...]:
    """Return the ranges of the cluster's pods when this machine knows them, as one of the control plane does."""
    with suppress(NodeError):
        return read_control_plane(KUBERNETES).pods
    return ()
