"""The pods' network of this node: the blocking kernel work, run by threads so that the event loop stays free."""

import asyncio
from ipaddress import IPv4Address

from bgpkit_node.cni import pod_check, pod_plumbing
from bgpkit_node.cni.attachment import Attachment
from bgpkit_node.cni.ports import Connected
from bgpkit_node.cni.to_the_end import to_the_end


class PodNetwork:
    """Plumbing in the network namespace that the process runs in.

    A call that is cancelled ends first in the kernel and is then cancelled, so that what follows finds it at rest.
    """

    async def inspect(self, attachment: Attachment) -> None:
        """Raise CniError when ``attachment`` cannot be made: no namespace, or an interface in its place."""
        await to_the_end(asyncio.to_thread(pod_plumbing.inspect, attachment))

    async def connect(self, attachment: Attachment, address: IPv4Address, mtu: int) -> Connected:
        """Make veth, address, routes, neighbour and sysctls; a CniError leaves what was made to ``disconnect``."""
        return await to_the_end(asyncio.to_thread(pod_plumbing.make, attachment, address, mtu))

    async def disconnect(self, attachment: Attachment) -> bool:
        """Remove everything that is there; True when the container has no other interface left on the network."""
        return await to_the_end(asyncio.to_thread(pod_plumbing.remove, attachment))

    async def check(self, attachment: Attachment, address: IPv4Address, mtu: int, pod_mac: str) -> tuple[str, ...]:
        """Return one sentence for each damage; ``mtu`` 0 and an empty ``pod_mac`` are not compared."""
        return await to_the_end(asyncio.to_thread(pod_check.check, attachment, address, mtu, pod_mac))

    async def attachments(self, network: str) -> tuple[Attachment, ...]:
        """Return the attachments of ``network`` that the kernel holds."""
        return await to_the_end(asyncio.to_thread(pod_plumbing.attachments, network))
