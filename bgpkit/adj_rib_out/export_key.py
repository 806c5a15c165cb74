"""Everything that changes the octets sent to a peer."""

from dataclasses import dataclass
from enum import Enum

from bgpkit.adj_rib_out.interest import Interest
from bgpkit.adj_rib_out.long_lived import LongLivedStale
from bgpkit.policy import Policy
from bgpkit.wire.as_path_rewrite import PrivateAs
from bgpkit_fsm import IPV4_ROUTE_TARGET, BgpRole, Family
from bgpkit_rib import BEST, Selection, SourceKind


class NextHopSelf(Enum):
    """Where we name ourselves as next hop towards an internal peer. RFC 4271, section 5.1.3; RFC 4456, section 10."""

    NEVER = "never"
    """Only where there is no other next hop."""
    EXTERNAL = "external"
    """In routes learned from external peers."""
    ALL = "all"
    """In reflected routes, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportKey:
    """Everything that changes the octets sent to a peer; peers that share it share an update group."""

    family: Family
    kind: SourceKind
    """What the peers are to us."""
    peer_asn: int = 0
    """The peers' AS number, where it counts: for ``as_override`` and ``private_as``; else 0."""
    local_asn: int
    """Our AS number to the peers: our own, a member AS's, that of our confederation, or a local AS."""
    replaced_asn: int = 0
    """Our true AS number, to stand in AS_PATH behind a local AS; 0 where ``local_asn`` stands alone."""
    bgp_identifier: int = 0
    cluster_id: int
    next_hop: bytes
    """Our own address on the session, packed: the next hop where we are it."""
    next_hop_self: NextHopSelf = NextHopSelf.NEVER
    client_to_client: bool = True
    """Routes go from client to client. RFC 4456, section 10, the end."""
    as_override: bool = False
    """The peer's AS number is replaced by ours in AS_PATH, so that its sites take each other's routes."""
    private_as: PrivateAs = PrivateAs.KEEP
    two_octet_as: bool = False
    maximum: int = 4096
    """Longest message, in octets."""
    selection: Selection = BEST
    """Which paths of a prefix are sent."""
    add_path: bool = False
    """NLRI are sent with a Path Identifier. RFC 7911."""
    default_originate: bool = False
    """A default route of our own is sent in place of whatever default route the table holds."""
    summaries: frozenset[bytes] = frozenset()
    """Keys of prefixes of which only aggregates are sent: no route that is more specific."""
    advertisement_interval: float = 0.0
    """Seconds between two UPDATEs for one prefix, at least; 0: none. RFC 4271, section 9.2.1.1."""
    extended_next_hop: bool = False
    """The peers take IPv6 next hops in this IPv4 family. RFC 8950, section 4."""
    long_lived_stale: LongLivedStale = LongLivedStale.WITHHELD
    """Whether long-lived stale routes are sent. RFC 9494, section 4.3."""
    route_targets: Interest | None = None
    """What the peers ask for of a VPN family; None: everything. RFC 4684, section 6."""
    role: BgpRole | None = None
    """What we are to the peers, in families with OTC; None: OTC is not looked at. RFC 9234, section 5."""
    graceful_shutdown: bool = False
    """Everything goes out with GRACEFUL_SHUTDOWN, and to internal peers with LOCAL_PREF 0. RFC 8326, section 4."""
    own_only: bool = False
    """Only routes of our own are sent: after a restart the others are yet to be chosen. RFC 4724, section 4.1."""
    policy: Policy

    @property
    def marks_customers(self) -> bool:
        """Whether OTC is put on what goes out without it: to a customer, a peer, a client. RFC 9234, section 5."""
        return self.role in {BgpRole.PROVIDER, BgpRole.PEER, BgpRole.RS}

    @property
    def closed_to_marked(self) -> bool:
        """Whether what has OTC must not go out: not to a provider, a peer, a route server. RFC 9234, section 5."""
        return self.role in {BgpRole.CUSTOMER, BgpRole.PEER, BgpRole.RS_CLIENT}

    @property
    def vouches_for_memberships(self) -> bool:
        """Whether we name ourselves as originator of Route Target memberships, and echo a client's own.

        So a client does not drop what is reflected to it, and learns that we want such routes. RFC 4684, section 3.2.
        """
        return self.family == IPV4_ROUTE_TARGET and self.kind is SourceKind.CLIENT
