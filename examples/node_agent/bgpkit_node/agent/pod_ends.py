"""The node's end of sessions with its own pods: an address on each pod's interface at the node's side."""

from collections.abc import Iterable
from ipaddress import IPv4Interface, IPv6Interface, ip_interface

import structlog

from bgpkit_node.kernel import Batch, KernelError, Netlink
from bgpkit_node.peering import Peering, PeeringKind
from bgpkit_node.resources import WorkloadEndpoint

_End = tuple[str, IPv4Interface | IPv6Interface]
"""The name of an interface, and the address on it."""


class PodEnds:
    """Keeps the addresses to which pods connect that peer with the node."""

    def __init__(self) -> None:
        """Have none yet."""
        self._present: frozenset[_End] = frozenset()
        self._log = structlog.get_logger("bgpkit_node.peering")

    @property
    def present(self) -> frozenset[_End]:
        """The addresses that have been set, each with its interface."""
        return self._present

    def follow(self, peerings: Iterable[Peering], workloads: Iterable[WorkloadEndpoint]) -> None:
        """Have the addresses that ``peerings`` with pods need, and take back others that were set here."""
        wanted = frozenset(_ends(peerings, workloads))
        if wanted == self._present:
            return
        done: set[_End] = set()
        with Netlink() as netlink:
            for name, address in wanted:
                if _is_set(netlink, name, address) or self._set(netlink, name, address):
                    done.add((name, address))
            for name, address in self._present - wanted:
                link = netlink.link(name)
                if link is not None and _is_set(netlink, name, address):
                    netlink.remove_address(link.index, address)
        self._present = frozenset(done)

    def _set(self, netlink: Netlink, name: str, address: IPv4Interface | IPv6Interface) -> bool:
        """Set an address; False, and a line in the log, when the kernel refuses it or the interface is gone."""
        link = netlink.link(name)
        if link is None:
            return False
        batch = Batch()
        batch.add_address(link.index, address)
        try:
            batch.commit()
        except KernelError as error:
            self._log.warning("peering.pod_end_refused", interface=name, reason=str(error))
            return False
        return True


def _ends(peerings: Iterable[Peering], workloads: Iterable[WorkloadEndpoint]) -> Iterable[_End]:
    interfaces = {str(address): each.spec.interface_name for each in workloads for address in each.spec.addresses}
    for peering in peerings:
        if peering.kind is PeeringKind.WORKLOAD and interfaces.get(peering.address):
            yield interfaces[peering.address], ip_interface(peering.own_address)


def _is_set(netlink: Netlink, name: str, address: IPv4Interface | IPv6Interface) -> bool:
    link = netlink.link(name)
    return link is not None and address.ip in {found.ip for found in netlink.addresses(link.index)}
