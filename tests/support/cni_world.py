"""Addresses, kernel and endpoints for the CNI commands, played by the test."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from ipaddress import IPv4Address, IPv6Address

from bgpkit_node.cni import Attachment, Connected, Wiring, Wish
from bgpkit_node.cni.pod_facts import PodFacts
from bgpkit_node.ipam import Go, IPAddress
from bgpkit_node.resources import WorkloadEndpoint

HANDLE = "net.c1"
ADDRESS = IPv4Address("10.244.1.2")
ADDRESS6 = IPv6Address("fd00::2")


class World:
    """Addresses and plumbing that write down what is asked of them, and fail or wait where the test says."""

    def __init__(self) -> None:
        """Hold nothing."""
        self.done: list[str] = []
        self.held: dict[str, tuple[IPAddress, ...]] = {}
        self.wired: dict[str, Attachment] = {}
        self.failing: dict[str, Exception] = {}
        self.waiting: dict[str, asyncio.Event] = {}
        self.began: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.about: dict[str, tuple[object, ...]] = {}
        self.free = True
        self.damages: tuple[str, ...] = ()
        self.ownerless: list[str] = []
        self.endpoints: dict[str, WorkloadEndpoint] = {}
        self.facts: PodFacts | None = None

    async def _step(self, name: str, *about: object) -> None:
        self.done.append(name)
        self.about[name] = about
        self.began[name].set()
        if name in self.waiting:
            await self.waiting[name].wait()
        if name in self.failing:
            raise self.failing[name]

    async def assign(self, handle: str, attributes: dict[str, str], wish: Wish, go: Go) -> tuple[IPAddress, ...]:
        """Take one address of each family."""
        await go()
        self.held[handle] = tuple(address for address in (ADDRESS, ADDRESS6) if address.version in wish.versions)
        self.done.append(f"for {attributes['namespace']}/{attributes['pod']} on {attributes['node']}")
        await self._step("assign", wish)
        return self.held[handle]

    async def release(self, handle: str) -> tuple[IPAddress, ...]:
        """Give back."""
        await self._step("release", handle)
        return self.held.pop(handle, ())

    async def assigned(self, handle: str) -> tuple[IPAddress, ...]:
        """Return what is held."""
        return self.held.get(handle, ())

    async def handles(self, prefix: str) -> tuple[str, ...]:
        """Return the handles."""
        return tuple(handle for handle in self.held if handle.startswith(prefix))

    async def stored(self, endpoint: WorkloadEndpoint) -> WorkloadEndpoint | None:
        """Return what is kept under the name."""
        return self.endpoints.get(endpoint.qualified_name)

    async def write(self, endpoint: WorkloadEndpoint, facts: PodFacts | None) -> WorkloadEndpoint:
        """Keep one."""
        self.endpoints[endpoint.qualified_name] = endpoint
        await self._step("write", endpoint, facts)
        return endpoint

    async def tell(self, pod: str, uid: str) -> PodFacts | None:
        """Tell of a pod what the test has set."""
        await self._step("tell", pod, uid)
        return self.facts

    async def remove(self, endpoint: WorkloadEndpoint, network: str) -> None:
        """Drop one, if it is the container's."""
        await self._step("remove", network)
        stored = self.endpoints.get(endpoint.qualified_name)
        if stored is not None and stored.spec.container_id == endpoint.spec.container_id:
            del self.endpoints[endpoint.qualified_name]

    async def of_network(self, network: str) -> tuple[WorkloadEndpoint, ...]:
        """Return all of the network."""
        kept = self.endpoints.values()
        return tuple(one for one in kept if one.metadata.annotations["bgpkit-node/network"] == network)

    async def commit(self, endpoint: WorkloadEndpoint) -> None:
        """Bring rules into force."""
        await self._step("commit", endpoint)

    async def prepare(
        self, attachment: Attachment, wiring: Wiring, versions: Collection[int], made: Callable[[], None]
    ) -> Connected:
        """Make the interface, if the step before allows it."""
        await self._step("inspect", attachment)
        made()
        self.wired[attachment.handle] = attachment
        await self._step("prepare", attachment, wiring, frozenset(versions))
        return Connected("ee:ee:ee:ee:ee:ee", "02:00:00:00:00:07")

    async def connect(self, attachment: Attachment, wiring: Wiring) -> None:
        """Wire up."""
        await self._step("connect", attachment, wiring)

    async def disconnect(self, attachment: Attachment) -> bool:
        """Take down."""
        await self._step("disconnect", attachment)
        self.wired.pop(attachment.handle, None)
        return self.free

    async def check(self, attachment: Attachment, wiring: Wiring) -> tuple[str, ...]:
        """Return the damages that the test has set."""
        await self._step("check", attachment.handle, wiring)
        return self.damages

    async def attachments(self, network: str) -> tuple[Attachment, ...]:
        """Return what is wired."""
        return tuple(held for held in self.wired.values() if held.network == network)

    async def half_made(self) -> tuple[str, ...]:
        """Return the interfaces without an owner that the test has set."""
        return tuple(self.ownerless)

    async def discard(self, interface: str) -> None:
        """Remove one."""
        self.ownerless.remove(interface)


NOTHING: Mapping[str, object] = {}


def call(
    command: str,
    container: str = "c1",
    interface: str = "eth0",
    keys: Mapping[str, object] = NOTHING,
    pod: str = "web",
    **config: object,
) -> dict[str, object]:
    """Return a request for a pod of the namespace default; keys and keyword arguments go into the configuration."""
    return {
        "command": command,
        "env": {
            "CNI_CONTAINERID": container,
            "CNI_NETNS": "/run/netns/p",
            "CNI_IFNAME": interface,
            "CNI_ARGS": f"K8S_POD_NAMESPACE=default;K8S_POD_NAME={pod}",
        },
        "config": {"cniVersion": "1.1.0", "name": "net", "type": "bgpkit", **config, **keys},
    }
