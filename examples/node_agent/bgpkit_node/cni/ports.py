"""What the CNI commands need of others: addresses, a pod's network in the kernel, and its endpoint."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from bgpkit_node.cni.attachment import Attachment
from bgpkit_node.cni.pod_facts import PodFacts
from bgpkit_node.cni.wish import Wish
from bgpkit_node.ipam import Go, IPAddress
from bgpkit_node.resources import WorkloadEndpoint

Readiness = Callable[[Collection[int]], Awaitable[str]]
"""Says in one sentence why no pod can be added now that is to have these IP versions; empty when one can."""
PodMtu = Callable[[], Awaitable[int]]
"""Says which MTU pods get whose configuration names none."""
Committed = Callable[[WorkloadEndpoint], Awaitable[None]]
"""Returns when the rules of a pod with this stored endpoint are in force; a NodeError: they cannot be."""

Told = Callable[[str, str], Awaitable[PodFacts | None]]
"""Says what is known of a pod, given as ``namespace/name`` and its uid (empty: whichever); waits a little for it."""


class Addresses(Protocol):
    """Gives pods their addresses. Errors are NodeError; the caller answers them as "try again later"."""

    async def assign(self, handle: str, attributes: dict[str, str], wish: Wish, go: Go) -> tuple[IPAddress, ...]:
        """Take the addresses of the ``wish`` for ``handle``: all of them, or an error.

        Nothing is changed before ``go`` has returned. What ``handle`` has by then, which an agent that was killed has
        left, is given back. When it fails or is cancelled, what was taken is kept under ``handle``.
        """
        ...

    async def release(self, handle: str) -> tuple[IPAddress, ...]:
        """Give all addresses of ``handle`` back and return them; none is no error."""
        ...

    async def assigned(self, handle: str) -> tuple[IPAddress, ...]:
        """Return the addresses of ``handle``."""
        ...

    async def handles(self, prefix: str) -> tuple[str, ...]:
        """Return the handles on this node that begin with ``prefix``."""
        ...


class Endpoints(Protocol):
    """Keeps the WorkloadEndpoints of the node's pods. Errors are NodeError."""

    async def stored(self, endpoint: WorkloadEndpoint) -> WorkloadEndpoint | None:
        """Return the stored endpoint of the name of ``endpoint``, or None."""
        ...

    async def write(self, endpoint: WorkloadEndpoint, facts: PodFacts | None) -> WorkloadEndpoint:
        """Store ``endpoint``, keeping what others have written on one of its name, and return it as stored.

        What it takes from its pod comes from ``facts``, where they are known.
        """
        ...

    async def remove(self, endpoint: WorkloadEndpoint, network: str) -> None:
        """Remove the stored endpoint of that name, unless it is another container's; none is no error."""
        ...

    async def of_network(self, network: str) -> tuple[WorkloadEndpoint, ...]:
        """Return the endpoints of this node's containers on ``network``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """How the network of one pod is to be."""

    addresses: tuple[IPAddress, ...]
    """At most one of each family."""
    mtu: int
    """Of both sides; 0 in a check: not compared."""
    mac: str = ""
    """Of the pod's side; empty: the kernel's choice, and in a check not compared."""
    forwarding: bool = False
    """Whether the pod may be a router."""
    queues: int = 1
    any_sender: bool = False
    """Whether the pod may send as others; in a check: the kernel's own test of senders may be off."""

    @property
    def versions(self) -> frozenset[int]:
        """The IP versions of the addresses."""
        return frozenset(address.version for address in self.addresses)


@dataclass(frozen=True, slots=True)
class Connected:
    """What was made of an attachment: the MAC addresses of both sides, as the kernel prints them."""

    host_mac: str
    pod_mac: str


class Plumbing(Protocol):
    """Makes, removes and checks the pods' network in the kernel. Errors are CniError."""

    async def prepare(
        self, attachment: Attachment, wiring: Wiring, versions: Collection[int], made: Callable[[], None]
    ) -> Connected:
        """Make the interface, down and without addresses, for addresses of these IP ``versions``.

        When there is no namespace, or an interface stands in its place, it raises and nothing was made. As soon as it
        has made anything it calls ``made``: when it fails or is cancelled after, that stays for ``disconnect``; so it
        does below.
        """
        ...

    async def connect(self, attachment: Attachment, wiring: Wiring) -> None:
        """Give the interface its addresses and routes, and set it up."""
        ...

    async def disconnect(self, attachment: Attachment) -> bool:
        """Remove everything; True when the container has no other interface left on the network."""
        ...

    async def check(self, attachment: Attachment, wiring: Wiring) -> tuple[str, ...]:
        """Return one sentence for each damage."""
        ...

    async def attachments(self, network: str) -> tuple[Attachment, ...]:
        """Return the attachments of ``network`` that the kernel holds, as far as it knows them."""
        ...

    async def half_made(self) -> tuple[str, ...]:
        """Return the names of the pods' interfaces that an agent was killed over, before they had an owner."""
        ...

    async def discard(self, interface: str) -> None:
        """Remove one of those."""
        ...
