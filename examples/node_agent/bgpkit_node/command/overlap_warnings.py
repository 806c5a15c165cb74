"""What a change of resources makes overlap, for the commands that write them."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from bgpkit_node.errors import NodeError
from bgpkit_node.resources import Document, Resource
from bgpkit_node.startup.host_interface import HostInterface
from bgpkit_node.startup.overlaps import Overlap, overlaps
from bgpkit_node.startup.ranges import cluster_ranges, local_ranges


async def overlaps_of(documents: Sequence[Document], resources: Iterable[Resource]) -> tuple[Overlap, ...]:
    """Return the overlaps that a range in ``documents`` has a part in; ``resources`` are all, as they stand afterwards.

    Ranges on this machine's own interfaces count.
    """
    touched = {network for _, network in cluster_ranges(document.resource for document in documents)}
    if not touched:
        return ()
    known = tuple(resources)
    interfaces = await asyncio.to_thread(_interfaces)
    named = (*cluster_ranges(known, interfaces), *local_ranges(interfaces, known))
    return tuple(overlap for overlap in overlaps(named) if touched & {overlap.network, overlap.other_network})


def _interfaces() -> tuple[HostInterface, ...]:
    from bgpkit_node.startup.interfaces import host_interfaces  # a quarter of a second, only where it is wanted

    with suppress(NodeError):  # a warning less is no reason to fail
        return host_interfaces()
    return ()
