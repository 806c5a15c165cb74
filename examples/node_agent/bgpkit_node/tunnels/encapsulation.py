"""How packets to the addresses of pools travel between nodes: as they are, or wrapped. Pure."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from bgpkit_node.resources import EncapsulationMode, IPPool
from bgpkit_node.tunnels.tunnel import TUNNELS, Tunnel


class Encapsulation(NamedTuple):
    """What is done with packets to some addresses."""

    tunnel: Tunnel | None = None
    """How they are wrapped; None: not at all."""
    cross_subnet: bool = False
    """Wrapped only where a router stands between."""


DIRECT: Final = Encapsulation()
ENCAPSULATIONS: Final = (DIRECT, *(Encapsulation(tunnel, cross) for tunnel in TUNNELS for cross in (False, True)))
"""All that there are."""


def encapsulation_of(pool: IPPool) -> Encapsulation:
    """Return what is done with packets to addresses of ``pool``; a disabled one may still have pods."""
    for tunnel in TUNNELS:
        if tunnel.version == pool.network.version and tunnel.is_on(pool):
            return Encapsulation(tunnel, tunnel.mode(pool) is EncapsulationMode.CROSS_SUBNET)
    return DIRECT


class _Range(NamedTuple):
    """The addresses of a pool, so that a key is quickly compared with them."""

    length: int
    octets: int
    shift: int
    value: int
    encapsulation: Encapsulation


class PoolEncapsulations:
    """Sorts prefixes by the pool that they are in."""

    def __init__(self, pools: Iterable[IPPool] = ()) -> None:
        """Know of ``pools``, which do not overlap."""
        self._ranges: dict[int, list[_Range]] = {4: [], 6: []}
        for pool in sorted(pools, key=lambda pool: pool.name):
            encapsulation = encapsulation_of(pool)
            if encapsulation != DIRECT:
                network = pool.network
                octets = (network.prefixlen + 7) // 8
                shift = 8 * octets - network.prefixlen
                value = int.from_bytes(network.network_address.packed[:octets]) >> shift
                self._ranges[network.version].append(_Range(network.prefixlen, octets, shift, value, encapsulation))

    def __eq__(self, other: object) -> bool:
        """Tell whether all prefixes are sorted alike."""
        return isinstance(other, PoolEncapsulations) and self._ranges == other._ranges

    def __hash__(self) -> int:
        """Return a number that is the same for equal ones."""
        return hash(tuple(tuple(ranges) for ranges in self._ranges.values()))

    @property
    def present(self) -> frozenset[Encapsulation]:
        """All that is done with packets to some prefix."""
        return frozenset({DIRECT}.union(each.encapsulation for ranges in self._ranges.values() for each in ranges))

    def of(self, key: bytes, version: int) -> Encapsulation:
        """Return what is done with packets to the prefix ``key``: its length, then as many octets as that needs."""
        for length, octets, shift, value, encapsulation in self._ranges[version]:
            if key[0] >= length and int.from_bytes(key[1 : 1 + octets]) >> shift == value:
                return encapsulation
        return DIRECT

    def sorted(self, keys: list[bytes], version: int) -> dict[Encapsulation, list[bytes]]:
        """Return ``keys`` by what is done with packets to them."""
        if not self._ranges[version]:
            return {DIRECT: keys}
        found: dict[Encapsulation, list[bytes]] = {}
        for key in keys:
            found.setdefault(self.of(key, version), []).append(key)
        return found
