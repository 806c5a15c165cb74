"""The agent's side of the CNI path alone, as a program: addresses and endpoints in memory, all else the real thing.

``python -m tests.integration.cni_agent SOCKET [--delay SECONDS]``. Besides ``cni`` it answers ``handles`` with the
addresses that are held, so that a test sees what leaks. A delay falls between taking an address and the answer.
"""

import argparse
import asyncio
import signal
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

from bgpkit_node.cni import AgentSocket, CniService, Wish
from bgpkit_node.cni.pod_endpoints import PodEndpoints
from bgpkit_node.cni.pod_network import PodNetwork
from bgpkit_node.ipam import Go, IPAddress, at_once
from bgpkit_node.resources import ResourceStore
from tests.support.memory_datastore import MemoryDatastore

FIRST: Final = {4: "10.244.113.128", 6: "fd00:10:244::80"}


class MemoryAddresses:
    """10.244.113.128 and fd00:10:244::80 and on, in the order asked for; the lowest free one first."""

    def __init__(self, delay: float) -> None:
        """Hold none."""
        self._delay = delay
        self._held: dict[str, tuple[IPAddress, ...]] = {}
        self._attributes: dict[str, dict[str, str]] = {}

    async def assign(
        self, handle: str, attributes: dict[str, str], wish: Wish, go: Go = at_once
    ) -> tuple[IPAddress, ...]:
        """Take what is wished for, else the lowest free ones; what the handle holds goes back."""
        await go()
        self._held.pop(handle, None)
        taken = {address for addresses in self._held.values() for address in addresses}
        found = wish.addresses or tuple(
            next(a for a in (ip_address(FIRST[version]) + i for i in range(600)) if a not in taken)
            for version in wish.versions
        )
        self._attributes[handle] = attributes
        self._held[handle] = found
        await asyncio.sleep(self._delay)
        return found

    async def release(self, handle: str) -> tuple[IPAddress, ...]:
        """Give back what the handle holds."""
        return self._held.pop(handle, ())

    async def assigned(self, handle: str) -> tuple[IPAddress, ...]:
        """Return what the handle holds."""
        return self._held.get(handle, ())

    async def handles(self, prefix: str) -> tuple[str, ...]:
        """Return the handles that begin with the prefix."""
        return tuple(handle for handle in self._held if handle.startswith(prefix))

    async def show(self, request: Mapping[str, object]) -> dict[str, object]:
        """Answer the request ``handles``; with the key ``of``, what is known of that one's owner."""
        if "of" in request:
            return dict(self._attributes[str(request["of"])])
        return {handle: [str(address) for address in held] for handle, held in self._held.items()}


async def mtu() -> int:
    """Say one that no interface has by itself."""
    return 1440


async def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("socket")
    parser.add_argument("--delay", type=float, default=0.0)
    options = parser.parse_args()
    addresses = MemoryAddresses(options.delay)
    endpoints = PodEndpoints("k8s-master1", ResourceStore(MemoryDatastore()))
    service = CniService(addresses, PodNetwork(), endpoints, node="k8s-master1", mtu=mtu)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with AgentSocket(options.socket, {"cni": service.handle, "handles": addresses.show}):
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())
