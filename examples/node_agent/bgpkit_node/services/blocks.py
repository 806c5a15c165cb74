"""The ranges in which services have their addresses, and how routers are told of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final, NamedTuple, Self, TypeAlias

from bgpkit_node.resources import BGPConfigurationSpec, Service
from bgpkit_node.resources.address_text import parse_network
from bgpkit_node.resources.bgp_configuration import ServiceAggregation, ServiceBlock

Networks: TypeAlias = tuple[IPv4Network | IPv6Network, ...]


class _Octets(NamedTuple):
    """What the keys of prefixes inside of a block have in common."""

    length: int
    octets: int
    shift: int
    value: int


@dataclass(frozen=True)
class ServiceBlocks:
    """The configured blocks, by what their addresses are to a service; a block of one address is of one service.

    Nothing outside of them is announced for a service. Where load balancers are not ``aggregated``, each of their
    addresses is announced on its own, and their ranges are not.
    """

    cluster: Networks = ()
    external: Networks = ()
    load_balancer: Networks = ()
    aggregated: bool = True

    @classmethod
    def of(cls, spec: BGPConfigurationSpec, cluster_ips: Networks | None = None) -> Self:
        """Return the blocks that a configuration gives; ``cluster_ips`` are in the place of those for cluster IPs."""
        return cls(
            cluster=_networks(spec.service_cluster_ips) if cluster_ips is None else cluster_ips,
            external=_networks(spec.service_external_ips),
            load_balancer=_networks(spec.service_load_balancer_ips),
            aggregated=spec.service_load_balancer_aggregation is ServiceAggregation.ENABLED,
        )

    @property
    def every(self) -> Networks:
        """All blocks, in order, each once."""
        return tuple(dict.fromkeys((*self.cluster, *self.external, *self.load_balancer)))

    @property
    def ranges(self) -> Networks:
        """The blocks that are announced as a whole."""
        found = (*self.cluster, *self.external, *(self.load_balancer if self.aggregated else ()))
        return tuple(dict.fromkeys(block for block in found if not _is_single(block)))

    def addresses(self, service: Service) -> Iterator[tuple[IPv4Address | IPv6Address, bool]]:
        """Yield the addresses of ``service`` in the blocks, each with whether no range stands for it."""
        kinds = (
            (service.cluster_addresses, self.cluster, False),
            (service.external_addresses, self.external, False),
            (service.load_balancer_addresses, self.load_balancer, not self.aggregated),
        )
        for addresses, blocks, apart in kinds:
            for address in addresses:
                around = [block for block in blocks if block.version == address.version and address in block]
                if around:
                    yield address, apart or any(map(_is_single, around))

    def covers(self, key: bytes, version: int) -> bool:
        """Tell whether the prefix ``key``, its length and then as many octets as that needs, lies in a block."""
        return any(
            key[0] >= length and int.from_bytes(key[1 : 1 + octets]) >> shift == value
            for length, octets, shift, value in self._octets[version]
        )

    @cached_property
    def _octets(self) -> dict[int, list[_Octets]]:
        found: dict[int, list[_Octets]] = {4: [], 6: []}
        for block in self.every:
            octets = (block.prefixlen + 7) // 8
            shift = 8 * octets - block.prefixlen
            value = int.from_bytes(block.network_address.packed[:octets]) >> shift
            found[block.version].append(_Octets(block.prefixlen, octets, shift, value))
        return found


NO_BLOCKS: Final = ServiceBlocks()
"""Nothing is announced for services."""


def _networks(blocks: tuple[ServiceBlock, ...]) -> Networks:
    return tuple(parse_network(block.cidr) for block in blocks)


def _is_single(block: IPv4Network | IPv6Network) -> bool:
    return block.prefixlen == block.max_prefixlen
