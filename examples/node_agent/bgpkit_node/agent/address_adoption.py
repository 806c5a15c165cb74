"""Addresses of pods that live and that the datastore does not know: it was emptied, or another was put in its place."""

from collections.abc import Mapping
from typing import Protocol

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.cni import Attachment
from bgpkit_node.datastore import Datastore
from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import IPAddress, Ipam, load_snapshot

_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.ipam")


class Routed(Protocol):
    """What the kernel knows of the node's pods."""

    async def attachments(self) -> tuple[Attachment, ...]:
        """Return the attachments of all networks."""
        ...

    async def routed(self) -> Mapping[str, tuple[IPAddress, ...]]:
        """Return the addresses that routes lead to out of the interfaces of each handle."""
        ...


async def adopt_addresses(node: str, datastore: Datastore, ipam: Ipam, kernel: Routed) -> None:
    """Give pods of ``node`` the addresses that their routes say they have, before others are given them.

    To be called before CNI calls are answered. Of the pod only the handle is known, so that no endpoint is made of it.
    What cannot be given, as when another node has it by now, is logged.
    """
    try:
        snapshot = await load_snapshot(datastore)
        known = {owned.owner.handle for block in snapshot.blocks.values() for _, owned in block.allocations()}
        strange = {each.handle for each in await kernel.attachments()} - known
        routed: Mapping[str, tuple[IPAddress, ...]] = await kernel.routed() if strange else {}
    except NodeError as error:
        _log.warning("addresses.not_adopted", reason=str(error))
        return
    for handle in sorted(strange):
        for address in routed.get(handle, ()):
            try:
                await ipam.assign_address(address, node=node, handle=handle, attributes={})
                _log.info("address.adopted", address=str(address), handle=handle)
            except NodeError as error:
                _log.warning("address.not_adopted", address=str(address), handle=handle, reason=str(error))
