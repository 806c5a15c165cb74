"""What the CNI commands need of others: addresses, and a pod's network in the kernel."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Protocol

from bgpkit_node.cni.attachment import Attachment

Readiness = Callable[[], Awaitable[str]]
"""Says in one sentence why no pod can be added now; empty when one can."""


class Addresses(Protocol):
    """Gives pods their addresses. Errors are NodeError; the caller answers them as "try again later"."""

    async def assign(self, handle: str, attributes: dict[str, str]) -> IPv4Address:
        """Take one address for ``handle``; when cancelled, it is taken and kept under ``handle``, or not at all."""
        ...

    async def release(self, handle: str) -> tuple[IPv4Address, ...]:
        """Give all addresses of ``handle`` back and return them; none is no error."""
        ...

    async def assigned(self, handle: str) -> tuple[IPv4Address, ...]:
        """Return the addresses of ``handle``."""
        ...

    async def handles(self, prefix: str) -> tuple[str, ...]:
        """Return the handles on this node that begin with ``prefix``."""
        ...


@dataclass(frozen=True, slots=True)
class Connected:
    """What was made of an attachment: the MAC addresses of both sides, as the kernel prints them."""

    host_mac: str
    pod_mac: str


class Plumbing(Protocol):
    """Makes, removes and checks the pods' network in the kernel. Errors are CniError."""

    async def inspect(self, attachment: Attachment) -> None:
        """Raise when ``attachment`` cannot be made: no namespace, or an interface in its place."""
        ...

    async def connect(self, attachment: Attachment, address: IPv4Address, mtu: int) -> Connected:
        """Make everything; when it fails or is cancelled, what was made stays for ``disconnect``."""
        ...

    async def disconnect(self, attachment: Attachment) -> bool:
        """Remove everything; True when the container has no other interface left on the network."""
        ...

    async def check(self, attachment: Attachment, address: IPv4Address, mtu: int, pod_mac: str) -> tuple[str, ...]:
        """Return one sentence for each damage; 0 and empty for what is not known."""
        ...

    async def attachments(self, network: str) -> tuple[Attachment, ...]:
        """Return the attachments of ``network`` that the kernel holds, as far as it knows them."""
        ...
