"""The members of a set that follows its program, as elements of the kernel's, of which none overlaps another."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

from bgpkit_node.nft.element import Element, of_address_port, of_network
from bgpkit_node.policy.model import Network
from bgpkit_node.policy.program import AddressPort, Member


class Members:
    """Those of one IP version."""

    def __init__(self, version: int, members: Iterable[Member] = ()) -> None:
        """Start with these."""
        self._version = version
        self._networks: set[Network] = set()
        self._wide = False
        self.elements: set[Element] = set()
        self.change(members, ())

    def change(self, added: Iterable[Member], removed: Iterable[Member]) -> tuple[set[Element], set[Element]]:
        """Take members in and out; return the elements that come and that go."""
        coming, going = self._single(added), self._single(removed)
        new, old = self._of_version(added), self._of_version(removed)
        if not self._wide and all(_is_host(each) for each in (*new, *old)):
            self._exchange(new, old)
            return self._settled(
                coming | {of_network(each) for each in new}, going | {of_network(each) for each in old}
            )
        before = {of_network(each) for each in outermost(self._networks)}
        self._exchange(new, old)
        self._wide = any(not _is_host(each) for each in self._networks)
        after = {of_network(each) for each in outermost(self._networks)}
        return self._settled(coming | after - before, going | before - after)

    def _exchange(self, new: Iterable[Network], old: Iterable[Network]) -> None:
        self._networks.difference_update(old)
        self._networks.update(new)

    def _settled(self, coming: set[Element], going: set[Element]) -> tuple[set[Element], set[Element]]:
        """Return what really comes and goes, and remember it."""
        added, removed = coming - self.elements, (going - coming) & self.elements
        self.elements -= removed
        self.elements |= added
        return added, removed

    def _single(self, members: Iterable[Member]) -> set[Element]:
        """Return the elements of the members that have a port."""
        found = (each for each in members if isinstance(each, AddressPort))
        return {of_address_port(each) for each in found if each.address.version == self._version}

    def _of_version(self, members: Iterable[Member]) -> list[Network]:
        networks = (each for each in members if isinstance(each, IPv4Network | IPv6Network))
        return [each for each in networks if each.version == self._version]


def _is_host(network: Network) -> bool:
    return network.prefixlen == network.max_prefixlen


def outermost(networks: Iterable[Network]) -> list[Network]:
    """Return the networks that lie in no other."""
    found: list[Network] = []
    end = 0, -1
    for network in sorted(networks, key=lambda each: (each.version, int(each.network_address), each.prefixlen)):
        last = network.version, int(network.broadcast_address)
        if last > end:
            found.append(network)
            end = last
    return found
