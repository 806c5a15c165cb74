"""GC: removing what is left of containers that the runtime has no more. CNI specification 1.1.0, section "GC"."""

from collections.abc import Collection
from dataclasses import dataclass

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.cni.attachment import handle_of
from bgpkit_node.cni.locks import NamedLocks, link_lock
from bgpkit_node.cni.netconf import ValidAttachment
from bgpkit_node.cni.ports import Addresses, Endpoints, Plumbing

_log: FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where something of a pod may be left, and the ``locks`` of the calls that are working on pods now."""

    addresses: Addresses
    network: Plumbing
    endpoints: Endpoints
    locks: NamedLocks


async def collect(places: Places, network: str, valid: Collection[ValidAttachment]) -> None:
    """Remove all of ``network`` that is not of a ``valid`` attachment: interfaces, then endpoints, addresses last.

    A pod that a call is working on is let be: that call leaves nothing half done.
    """
    kept = {(item.container_id, item.ifname) for item in valid}
    await _collect_interfaces(places, network, kept)
    for endpoint in await places.endpoints.of_network(network):
        container = endpoint.spec.container_id
        stale = (container, endpoint.spec.endpoint) not in kept
        if stale and not places.locks.held(handle_of(network, container)):
            await places.endpoints.remove(endpoint, network)
    used = {handle_of(network, item.container_id) for item in valid}
    for handle in await places.addresses.handles(f"{network}."):
        of_this_network = "." not in handle.removeprefix(f"{network}.")
        if of_this_network and handle not in used and not places.locks.held(handle):
            await places.addresses.release(handle)


async def _collect_interfaces(places: Places, network: str, kept: Collection[tuple[str, str]]) -> None:
    for attachment in await places.network.attachments(network):
        stale = (attachment.container_id, attachment.interface) not in kept
        if stale and not places.locks.held(attachment.handle):
            await places.network.disconnect(attachment)
            _log.info("cni.collected", handle=attachment.handle, interface=attachment.host_interface)
    for interface in await places.network.half_made():
        if not places.locks.held(link_lock(interface)):
            await places.network.discard(interface)
