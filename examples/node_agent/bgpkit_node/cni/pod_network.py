"""The pods' network of this node: the blocking kernel work, run by threads so that the event loop stays free."""

import asyncio
from collections.abc import Callable, Collection, Mapping

from bgpkit_node.cni import pod_check, pod_plumbing, pod_remains
from bgpkit_node.cni.attachment import Attachment
from bgpkit_node.cni.own_thread import in_own_thread
from bgpkit_node.cni.ports import Connected, Wiring
from bgpkit_node.cni.uplinks import Uplinks
from bgpkit_node.ipam import IPAddress
from bgpkit_node.to_the_end import to_the_end


class PodNetwork:
    """Plumbing in the network namespace that the process runs in.

    A call that is cancelled ends first in the kernel and is then cancelled, so that what follows finds it at rest.
    """

    def __init__(self) -> None:
        """Know nothing of the node's interfaces yet."""
        self._uplinks = Uplinks()

    async def prepare(
        self, attachment: Attachment, wiring: Wiring, versions: Collection[int], made: Callable[[], None]
    ) -> Connected:
        """Make veth and sysctls for these IP ``versions``; CniError when there is no namespace, or no place for it.

        From the call of ``made`` on a CniError leaves what was made to ``disconnect``.
        """
        loop = asyncio.get_running_loop()

        def work() -> Connected:
            """Work in the thread."""
            return pod_plumbing.prepare(attachment, wiring, versions, lambda: loop.call_soon_threadsafe(made))

        return await to_the_end(in_own_thread(work))

    async def connect(self, attachment: Attachment, wiring: Wiring) -> None:
        """Make addresses, routes, neighbours, and set it up; a CniError leaves what was made to ``disconnect``."""
        await to_the_end(in_own_thread(lambda: pod_plumbing.connect(attachment, wiring)))

    async def disconnect(self, attachment: Attachment) -> bool:
        """Remove everything that is there; True when the container has no other interface left on the network."""
        return await to_the_end(asyncio.to_thread(pod_remains.remove, attachment))

    async def check(self, attachment: Attachment, wiring: Wiring) -> tuple[str, ...]:
        """Return one sentence for each damage; MTU 0 and an empty MAC address are not compared."""
        return await to_the_end(asyncio.to_thread(pod_check.check, attachment, wiring))

    async def attachments(self, network: str = "") -> tuple[Attachment, ...]:
        """Return the attachments of ``network``, or of all, that the kernel holds."""
        return await to_the_end(asyncio.to_thread(pod_remains.attachments, network))

    async def handles(self) -> frozenset[str]:
        """Return the handles of the containers that the kernel holds an interface of."""
        return frozenset(attachment.handle for attachment in await self.attachments())

    async def reached(self, addresses: Collection[IPAddress]) -> frozenset[IPAddress]:
        """Return those of ``addresses`` to which a route out of a pod's interface leads."""
        return await to_the_end(asyncio.to_thread(pod_remains.reached, addresses))

    async def routed(self) -> Mapping[str, tuple[IPAddress, ...]]:
        """Return the addresses that routes lead to out of the interfaces of each handle."""
        return await to_the_end(asyncio.to_thread(pod_remains.routed))

    async def half_made(self) -> tuple[str, ...]:
        """Return the pods' interfaces that nobody has, made by an agent that was killed over it."""
        return await to_the_end(asyncio.to_thread(pod_remains.half_made))

    async def discard(self, interface: str) -> None:
        """Remove one of those, unless it has an owner by now."""
        await to_the_end(asyncio.to_thread(pod_remains.discard, interface))

    async def link_mtu(self, address: IPAddress) -> int:
        """Return the MTU of the node's interface that has ``address``, 1500 when none has."""
        return self._uplinks.known_mtu(address) or await to_the_end(asyncio.to_thread(self._uplinks.mtu, address))
