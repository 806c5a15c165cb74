"""BGPPeer: sessions that some nodes keep with an address, with other nodes, or with their pods."""

from collections.abc import Iterator
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_address, parse_duration, parse_peer
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_conflict, check_duration, check_selector, check_text
from bgpkit_node.resources.field_types import PeerAsNumber, SelectorText
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import Part
from bgpkit_node.resources.secret_ref import BgpPassword

_LONGEST_RESTART: Final = 4095
_LONGEST_KEEPALIVE: Final = 21845


class SourceAddress(Enum):
    """What address a node connects from: its own, or whatever the kernel chooses."""

    USE_NODE_IP = "UseNodeIP"
    NONE = "None"


class NextHopMode(Enum):
    """What next hop is sent: what the protocol says, the node itself, or the one that was received."""

    AUTO = "Auto"
    SELF = "Self"
    KEEP = "Keep"


class ReversePeering(Enum):
    """Whether the other side of a peering between nodes is made by itself."""

    AUTO = "Auto"
    MANUAL = "Manual"


class BGPPeerSpec(Part, frozen=True, kw_only=True):
    """Who keeps the sessions (``node``, ``node_selector``, or all), with whom, and how.

    ``as_number`` 0 is none given; a ``source_address`` of None is USE_NODE_IP, a ``reverse_peering`` of None is AUTO.
    """

    node: Annotated[str, msgspec.Meta(max_length=253)] = ""
    node_selector: SelectorText = ""
    peer_ip: Annotated[str, msgspec.Meta(max_length=64)] = msgspec.field(default="", name="peerIP")
    as_number: PeerAsNumber = 0
    local_as_number: PeerAsNumber | None = msgspec.field(default=None, name="localASNumber")
    peer_selector: SelectorText = ""
    local_workload_selector: SelectorText = ""
    keep_original_next_hop: bool = False
    next_hop_mode: NextHopMode | None = None
    password: BgpPassword | None = None
    source_address: SourceAddress | None = None
    max_restart_time: str | None = None
    keepalive_time: str | None = None
    num_allowed_local_as_numbers: Annotated[int, msgspec.Meta(ge=0, le=255)] | None = msgspec.field(
        default=None, name="numAllowedLocalASNumbers"
    )
    ttl_security: Annotated[int, msgspec.Meta(ge=1, le=255)] | None = None
    reachable_by: Annotated[str, msgspec.Meta(max_length=64)] = ""
    filters: tuple[str, ...] = ()
    reverse_peering: ReversePeering | None = None


class BGPPeer(Resource, frozen=True, kw_only=True):
    """Sessions that some nodes keep."""

    kind: ClassVar[str] = "BGPPeer"
    spec: BGPPeerSpec = BGPPeerSpec()

    @property
    def is_global(self) -> bool:
        """Whether all nodes keep the sessions."""
        return not self.spec.node and not self.spec.node_selector

    @property
    def peer_address(self) -> IPv4Address | IPv6Address | None:
        """The address of the peer, when the peering is with an address."""
        return parse_peer(self.spec.peer_ip)[0] if self.spec.peer_ip else None

    @property
    def peer_port(self) -> int | None:
        """The port of the peer, when the peering gives one."""
        return parse_peer(self.spec.peer_ip)[1] if self.spec.peer_ip else None

    @property
    def keepalive_seconds(self) -> float | None:
        """The keepalive time in seconds, when given."""
        return parse_duration(self.spec.keepalive_time) if self.spec.keepalive_time else None

    @property
    def restart_seconds(self) -> float | None:
        """The longest time a restart may take, in seconds, when given."""
        return parse_duration(self.spec.max_restart_time) if self.spec.max_restart_time else None


def check_bgp_peer(peer: BGPPeer) -> Iterator[Fault]:
    """Yield what is wrong with one BGPPeer."""
    yield from check_metadata(peer.metadata)
    spec = peer.spec
    yield from check_selector("spec.nodeSelector", spec.node_selector)
    yield from check_selector("spec.peerSelector", spec.peer_selector)
    yield from check_selector("spec.localWorkloadSelector", spec.local_workload_selector)
    yield from _check_conflicts(spec)
    yield from _check_addresses(spec)
    yield from check_duration("spec.maxRestartTime", spec.max_restart_time, 0, _LONGEST_RESTART)
    yield from check_duration("spec.keepaliveTime", spec.keepalive_time, 1, _LONGEST_KEEPALIVE)


def warn_bgp_peer(peer: BGPPeer) -> Iterator[str]:
    """Yield what is allowed and does nothing."""
    spec = peer.spec
    if not spec.peer_ip and not spec.peer_selector and not spec.local_workload_selector:
        yield f"{peer} makes no session: it has neither peerIP nor peerSelector nor localWorkloadSelector"


def _check_conflicts(spec: BGPPeerSpec) -> Iterator[Fault]:
    yield from check_conflict("spec.node", spec.node, "spec.nodeSelector", spec.node_selector)
    yield from check_conflict("spec.peerIP", spec.peer_ip, "spec.peerSelector", spec.peer_selector)
    yield from check_conflict("spec.peerSelector", spec.peer_selector, "spec.asNumber", spec.as_number)
    workload = spec.local_workload_selector
    yield from check_conflict("spec.peerIP", spec.peer_ip, "spec.localWorkloadSelector", workload)
    yield from check_conflict("spec.peerSelector", spec.peer_selector, "spec.localWorkloadSelector", workload)
    if workload and not spec.as_number:
        yield Fault("spec.asNumber", "is required with spec.localWorkloadSelector")
    if spec.keep_original_next_hop and spec.next_hop_mode:
        yield Fault("spec.keepOriginalNextHop", "cannot be set together with spec.nextHopMode, which replaces it")


def _check_addresses(spec: BGPPeerSpec) -> Iterator[Fault]:
    yield from check_text("spec.peerIP", spec.peer_ip, parse_peer)
    yield from check_text("spec.reachableBy", spec.reachable_by, parse_address)
    if not spec.reachable_by:
        return
    if not spec.peer_ip:
        yield Fault("spec.reachableBy", "can only be set together with spec.peerIP")
        return
    try:
        peer, gateway = parse_peer(spec.peer_ip)[0], parse_address(spec.reachable_by)
    except ValueError:
        return
    if peer.version != gateway.version:
        yield Fault("spec.reachableBy", f"must be an IPv{peer.version} address, as spec.peerIP is")
    elif gateway.is_unspecified or gateway.is_multicast:
        yield Fault("spec.reachableBy", f"must be the address of a router, which {gateway} cannot be")


def _who(peer: BGPPeer, _inherited: int) -> str:
    return peer.spec.node or peer.spec.node_selector or "(global)"


_COLUMNS: Final[tuple[Column[BGPPeer], ...]] = (
    Column("NAME", lambda peer, _: peer.name),
    Column("PEERIP", lambda peer, _: peer.spec.peer_ip),
    Column("NODE", _who),
    Column("ASN", lambda peer, _: str(peer.spec.as_number)),
)

BGP_PEER: Final[ResourceKind[BGPPeer]] = ResourceKind(
    name="BGPPeer",
    plural="bgppeers",
    aliases=frozenset({"bgpp", "bgpps", "bp", "bps"}),
    type=BGPPeer,
    narrow=_COLUMNS,
    wide=_COLUMNS,
    check=check_bgp_peer,
    warn=warn_bgp_peer,
)
