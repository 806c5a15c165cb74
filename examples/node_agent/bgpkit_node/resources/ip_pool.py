"""IPPool: a range of addresses for pods, cut into blocks that nodes claim."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_interface, parse_network
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_selector
from bgpkit_node.resources.field_types import SelectorText
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import Part

_BLOCK_SIZES: Final = {4: range(20, 33), 6: range(116, 129)}
_DEFAULT_BLOCK_SIZE: Final = {4: 26, 6: 122}
_LINK_LOCAL: Final = (IPv4Network("169.254.0.0/16"), IPv6Network("fe80::/10"))
_UNUSABLE: Final[dict[IPv4Network | IPv6Network, str]] = {
    IPv4Network("127.0.0.0/8"): "loopback addresses",
    IPv4Network("224.0.0.0/4"): "multicast groups",
    IPv6Network("::1/128"): "the loopback address",
    IPv6Network("ff00::/8"): "multicast groups",
    IPv6Network("::ffff:0:0/96"): "IPv4 addresses as IPv6 ones",
}
"""What the store of a Calico may hold, and no pod can have as its address (RFC 6890, section 2.2; RFC 4291)."""


class EncapsulationMode(Enum):
    """When packets between nodes are wrapped; CROSS_SUBNET: when a router stands between."""

    NEVER = "Never"
    ALWAYS = "Always"
    CROSS_SUBNET = "CrossSubnet"


class PoolUse(Enum):
    """What the addresses of a pool are given to."""

    WORKLOAD = "Workload"
    TUNNEL = "Tunnel"
    LOAD_BALANCER = "LoadBalancer"


class AssignmentMode(Enum):
    """Whether addresses are taken from a pool by themselves, or only when the pool is asked for by name."""

    AUTOMATIC = "Automatic"
    MANUAL = "Manual"


class Condition(Part, frozen=True, kw_only=True):
    """One aspect of the present state of a pool."""

    type: str
    status: str
    observed_generation: int = 0
    last_transition_time: str = ""
    reason: str = ""
    message: str = ""


class IPPoolStatus(Part, frozen=True, kw_only=True):
    """What is reported of a pool."""

    conditions: tuple[Condition, ...] = ()


class IPPoolSpec(Part, frozen=True, kw_only=True):
    """A range and what it is for; ``block_size`` and ``allowed_uses`` are filled in when left out."""

    cidr: Annotated[str, msgspec.Meta(max_length=48)]
    vxlan_mode: EncapsulationMode = EncapsulationMode.NEVER
    ipip_mode: EncapsulationMode = EncapsulationMode.NEVER
    nat_outgoing: bool = False
    disabled: bool = False
    disable_bgp_export: bool = msgspec.field(default=False, name="disableBGPExport")
    block_size: Annotated[int, msgspec.Meta(ge=0, le=128)] = 0
    node_selector: SelectorText = "all()"
    namespace_selector: SelectorText = ""
    allowed_uses: Annotated[tuple[PoolUse, ...], msgspec.Meta(max_length=10)] = ()
    assignment_mode: AssignmentMode = AssignmentMode.AUTOMATIC

    def __post_init__(self) -> None:
        """Fill in what depends on other fields: the size of blocks on the IP version, the uses on the selectors.

        The range is written as Calico writes it, ``fd00::/64`` for ``FD00:0::/64``.
        """
        with suppress(ValueError):
            if "/" in self.cidr:
                msgspec.structs.force_setattr(self, "cidr", str(parse_network(self.cidr)))
        if not self.block_size:
            msgspec.structs.force_setattr(self, "block_size", _DEFAULT_BLOCK_SIZE[6 if ":" in self.cidr else 4])
        if not self.node_selector:
            msgspec.structs.force_setattr(self, "node_selector", "all()")
        if not self.allowed_uses:
            uses = (PoolUse.WORKLOAD,) if self.namespace_selector else (PoolUse.WORKLOAD, PoolUse.TUNNEL)
            msgspec.structs.force_setattr(self, "allowed_uses", uses)


class IPPool(Resource, frozen=True, kw_only=True):
    """A range of addresses for pods."""

    kind: ClassVar[str] = "IPPool"
    spec: IPPoolSpec
    status: IPPoolStatus | None = None

    @property
    def network(self) -> IPv4Network | IPv6Network:
        """The range."""
        return ip_network(self.spec.cidr)


def check_ip_pool(pool: IPPool) -> Iterator[Fault]:
    """Yield what is wrong with one pool."""
    yield from check_metadata(pool.metadata)
    yield from check_selector("spec.nodeSelector", pool.spec.node_selector)
    yield from check_selector("spec.namespaceSelector", pool.spec.namespace_selector)
    yield from _check_uses(pool.spec)
    ipip = pool.spec.ipip_mode is not EncapsulationMode.NEVER
    if ipip and pool.spec.vxlan_mode is not EncapsulationMode.NEVER:
        yield Fault("spec.vxlanMode", "ipipMode and vxlanMode cannot both be enabled")
    network = yield from _check_network(pool.spec)
    if network is None:
        return
    if network.version == 6 and ipip:
        yield Fault("spec.ipipMode", "IPIP is not supported on an IPv6 pool")
    sizes = _BLOCK_SIZES[network.version]
    if pool.spec.block_size not in sizes:
        text = f"must be between {sizes[0]} and {sizes[-1]} for an IPv{network.version} pool"
        yield Fault("spec.blockSize", f"{text}, not {pool.spec.block_size}")
    elif network.prefixlen > pool.spec.block_size and not pool.spec.disabled:
        yield Fault("spec.cidr", f"{network} is smaller than a block of the pool, /{pool.spec.block_size}")


def check_written_pool(pool: IPPool) -> Iterator[Fault]:
    """Yield what is wrong with a pool that someone writes: addresses that no pod can have."""
    try:
        network = pool.network
    except ValueError:
        return  # which check_ip_pool says
    for other, what in _UNUSABLE.items():
        if network.version == other.version and network.overlaps(other):
            yield Fault("spec.cidr", f"{network} holds {what}, {other}, which no pod can have")


def check_ip_pools(after: Iterable[IPPool], before: Iterable[IPPool]) -> Iterator[tuple[str, Fault]]:
    """Yield a fault for each pool that overlaps another, or whose range or block size was changed."""
    old = {pool.name: pool.spec for pool in before}
    seen: list[IPPool] = []
    for pool in sorted(after, key=lambda pool: (pool.name not in old, pool.name)):
        spec = old.get(pool.name, pool.spec)
        if ip_network(spec.cidr) != pool.network:
            text = f"IPPool CIDR cannot be modified: it is {spec.cidr}; make another pool instead"
            yield pool.name, Fault("spec.cidr", text)
        elif spec.block_size != pool.spec.block_size:
            text = f"IPPool BlockSize cannot be modified: it is {spec.block_size}; make another pool instead"
            yield pool.name, Fault("spec.blockSize", text)
        for other in seen:
            if pool.network.overlaps(other.network):
                text = f"{pool} CIDR overlaps with {other} CIDR {other.network}"
                yield pool.name, Fault("spec.cidr", text)
        seen.append(pool)


def _check_network(spec: IPPoolSpec) -> Generator[Fault, None, IPv4Network | IPv6Network | None]:
    try:
        interface = parse_interface(spec.cidr)
    except ValueError:
        interface = None
    if interface is None or "/" not in spec.cidr:
        yield Fault("spec.cidr", f"{spec.cidr!r} is not a range of addresses: write it as 10.244.0.0/16")
        return None
    network = interface.network
    if interface.ip != network.network_address:
        yield Fault("spec.cidr", f"IPPool CIDR is not strictly masked: {spec.cidr} lies in {network}")
        return None
    for other in _LINK_LOCAL:
        if network.version == other.version and network.overlaps(other):
            yield Fault("spec.cidr", f"{network} touches the link-local range {other}")
    return network


def _check_uses(spec: IPPoolSpec) -> Iterator[Fault]:
    uses = spec.allowed_uses
    if len(set(uses)) != len(uses):
        yield Fault("spec.allowedUses", "names a use twice")
    if PoolUse.TUNNEL in uses and spec.namespace_selector:
        yield Fault("spec.namespaceSelector", "cannot be set on a pool whose allowedUses hold Tunnel")
    if PoolUse.LOAD_BALANCER not in uses:
        return
    if set(uses) != {PoolUse.LOAD_BALANCER}:
        yield Fault("spec.allowedUses", "LoadBalancer cannot be combined with Workload or Tunnel")
    for field, mode in (("spec.ipipMode", spec.ipip_mode), ("spec.vxlanMode", spec.vxlan_mode)):
        if mode is not EncapsulationMode.NEVER:
            yield Fault(field, "must be Never for a LoadBalancer pool")
    if spec.disable_bgp_export:
        yield Fault("spec.disableBGPExport", "cannot be true for a LoadBalancer pool")
    if spec.node_selector != "all()":
        yield Fault("spec.nodeSelector", "must be all() for a LoadBalancer pool")


def _flag(value: bool) -> str:
    return "true" if value else "false"


_NAME: Final[Column[IPPool]] = Column("NAME", lambda pool, _: pool.name)
_CIDR: Final[Column[IPPool]] = Column("CIDR", lambda pool, _: pool.spec.cidr)
_SELECTOR: Final[Column[IPPool]] = Column("SELECTOR", lambda pool, _: pool.spec.node_selector)

IP_POOL: Final[ResourceKind[IPPool]] = ResourceKind(
    name="IPPool",
    plural="ippools",
    aliases=frozenset({"ipp", "ipps", "pool", "pools"}),
    type=IPPool,
    narrow=(_NAME, _CIDR, _SELECTOR),
    wide=(
        _NAME,
        _CIDR,
        Column("NAT", lambda pool, _: _flag(pool.spec.nat_outgoing)),
        Column("IPIPMODE", lambda pool, _: pool.spec.ipip_mode.value),
        Column("VXLANMODE", lambda pool, _: pool.spec.vxlan_mode.value),
        Column("DISABLED", lambda pool, _: _flag(pool.spec.disabled)),
        Column("DISABLEBGPEXPORT", lambda pool, _: _flag(pool.spec.disable_bgp_export), recent=True),
        _SELECTOR,
        Column("ASSIGNMENTMODE", lambda pool, _: pool.spec.assignment_mode.value, recent=True),
    ),
    check=check_ip_pool,
    check_written=check_written_pool,
    check_all=check_ip_pools,
)
