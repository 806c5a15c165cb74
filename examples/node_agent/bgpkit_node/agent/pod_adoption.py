"""Endpoints of pods that live and have none: an agent before this one wrote none, or someone has deleted them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.cni import Attachment, Connected, Wiring
from bgpkit_node.cni.endpoint import endpoint_of, wired_endpoint
from bgpkit_node.cni.pod_endpoints import PodEndpoints
from bgpkit_node.cni.pod_layout import HOST_MAC
from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import IPAddress, Snapshot, load_snapshot
from bgpkit_node.resources import ResourceStore

_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.endpoints")


class Attached(Protocol):
    """What the kernel knows of the node's pods."""

    async def attachments(self) -> tuple[Attachment, ...]:
        """Return the attachments of all networks."""
        ...


async def adopt_pods(node: str, store: ResourceStore, kernel: Attached) -> None:
    """Write the endpoints that pods of ``node`` should have; what cannot be written is logged.

    To be called before CNI calls are answered: a DEL at the same time would find its endpoint written again. The MAC
    address of the pod's side is not known from outside, and left out.
    """
    endpoints = PodEndpoints(node, store)
    try:
        owners = _owners(await load_snapshot(store.datastore))
        for attachment in await kernel.attachments():
            attributes, addresses = owners.get(attachment.handle, ({}, ()))
            if not addresses or "pod" not in attributes:  # adopted: which pod it is nobody knows
                continue
            names = {key: attributes.get(key, "") for key in ("namespace", "pod")}
            whole = replace(attachment, **names)
            plain = endpoint_of(whole, node)
            stored = await endpoints.stored(plain)
            if stored is None or stored.spec.container_id != plain.spec.container_id:
                wiring = Wiring(addresses=addresses, mtu=0)
                await endpoints.write(wired_endpoint(whole, node, wiring, Connected(HOST_MAC, ""), {}))
                _log.info("endpoint.adopted", endpoint=plain.qualified_name, interface=whole.host_interface)
    except NodeError as error:
        _log.warning("endpoints.not_adopted", reason=str(error))


def _owners(snapshot: Snapshot) -> Mapping[str, tuple[Mapping[str, str], tuple[IPAddress, ...]]]:
    """Return the attributes and the addresses of each handle."""
    attributes: dict[str, Mapping[str, str]] = {}
    addresses: defaultdict[str, list[IPAddress]] = defaultdict(list)
    for block in snapshot.blocks.values():
        for address, allocation in block.allocations():
            if allocation.owner.handle is not None:
                attributes[allocation.owner.handle] = dict(allocation.owner.attributes)
                addresses[allocation.owner.handle].append(address)
    return {handle: (attributes[handle], tuple(found)) for handle, found in addresses.items()}
