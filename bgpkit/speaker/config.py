"""What a peer is told to be."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from bgpkit.adj_rib_out import NextHopSelf, PrivateAs
from bgpkit.errors import ConfigError
from bgpkit.policy import ACCEPT_ALL, Policy
from bgpkit.speaker.config_checks import ASN_MAX, check_peer, peer_address
from bgpkit.speaker.default_reject import NO_POLICY
from bgpkit.speaker.liveness import BfdOptions
from bgpkit.speaker.prefix_limit import MaxPrefixesAction, PrefixLimit
from bgpkit.transport import BGP_PORT, DEFAULT_OPTIONS, TransportOptions, check_kinds
from bgpkit_fsm import IPV4_UNICAST, BgpRole, Family
from bgpkit_rib import BEST, Best, BestExternal, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerConfig:
    """One peer. ConfigError names the field that cannot be."""

    address: str
    """The peer's address, which is also its name; an IPv6 address is kept in its shortest form."""
    asn: int
    """The peer's AS number, 1 to 4294967295; equal to the speaker's own for an internal peer."""
    port: int = BGP_PORT
    local_address: str | None = None
    """Our own address for outgoing connections; None leaves it to the kernel."""
    transport: TransportOptions = DEFAULT_OPTIONS
    """What is wanted of the TCP connections, such as keys (RFC 2385) and the least TTL (RFC 5082)."""
    passive: bool = False
    """Wait for the peer to connect. RFC 4271, section 8.1.1, PassiveTcpEstablishment."""
    families: tuple[Family, ...] = (IPV4_UNICAST,)
    hold_time: int = 90
    """Seconds; 0 for none, else 3 to 65535. RFC 4271, section 4.2."""
    connect_retry_time: float = 5.0
    """Seconds between attempts to connect."""
    delay_open_time: float | None = None
    """Seconds, up to 240, to wait with our OPEN for the peer's; None: none. RFC 4271, section 8.1.1, DelayOpen."""
    idle_hold_time: float = 1.0
    """Seconds without a new attempt after a failure. RFC 4271, section 8.1.1."""
    damp_oscillations: bool = True
    """Double ``idle_hold_time`` for each further failure, up to a minute, and take no connection meanwhile."""
    collision_detect_established: bool = False
    """Let a new connection of the peer end an Established one if the BGP Identifiers say so.

    Both speakers should have it, or none. RFC 4271, section 6.8.
    """
    send_hold_time: float | None = None
    """Seconds after which a peer whose TCP takes nothing is given up: more than ``hold_time``, or 0 for never.

    None: 8 minutes or twice the negotiated hold time, whichever is more. RFC 9687, section 6.
    """
    route_reflector_client: bool = False
    """Reflect routes to and from this internal peer. RFC 4456, section 6."""
    cluster_id: IPv4Address | None = None
    """CLUSTER_ID for this peer; None: the speaker's."""
    next_hop_self: NextHopSelf = NextHopSelf.NEVER
    """In which routes we name ourselves as next hop towards this internal peer."""
    next_hops: tuple[IPv4Address | IPv6Address, ...] = ()
    """Our own addresses to name as next hop for families of another IP version than the session's.

    Without one, IPv6 routes on an IPv4 session get the address as ``::ffff:192.0.2.1``, and IPv4 routes on an IPv6
    session get an IPv6 one if the peer takes that, and else are not sent. On a link-local session the IPv6 address
    is named beside the link-local one. RFC 2545, section 3; RFC 8950, section 4.
    """
    extended_next_hop: bool | None = None
    """Offer IPv6 next hops for IPv4 families; None: to link-local peers. RFC 8950, section 4."""
    import_policy: Policy | None = None
    """What comes in; None: everything from internal peers, nothing from external ones. RFC 8212, section 2."""
    export_policy: Policy | None = None
    """What goes out; None as for ``import_policy``."""
    advertise: Selection = BEST
    """Which paths of a prefix are sent: the best one, the best external one, or with ADD-PATH several."""
    add_path_receive: bool = False
    """Take several paths of a prefix from the peer. RFC 7911."""
    advertisement_interval: float = 0.0
    """Seconds between two UPDATEs for one prefix, at least; 0: none. RFC 4271, section 9.2.1.1."""
    max_prefixes_out: int | None = None
    """The most routes of a family that the peer is ever sent; None: no bound."""
    max_prefixes_out_action: MaxPrefixesAction = MaxPrefixesAction.WARN
    max_prefixes_in: PrefixLimit | None = None
    """The most routes of a family that the peer may send; None: no bound. RFC 4271, section 6.7.

    Another bound is looked at with the next routes that come.
    """
    role: BgpRole | None = None
    """What we are to this external peer; routes then carry OTC, and leaks are found by it. RFC 9234."""
    strict_role: bool = False
    """Refuse the peer's OPEN when it tells no role. RFC 9234, section 4.2."""
    enforce_first_as: bool = True
    """Do not choose a route of this external peer unless AS_PATH begins with its AS number; a route server's does not.

    RFC 4271, section 6.3.
    """
    accept_as_sets: bool = False
    """Take routes with an AS_SET or AS_CONFED_SET in AS_PATH; else they count as withdrawn. RFC 9774, section 3."""
    honor_graceful_shutdown: bool = True
    """Give LOCAL_PREF 0 to what this external peer sends with the community GRACEFUL_SHUTDOWN. RFC 8326, section 4."""
    graceful_shutdown: bool = False
    """Prepare to end the session: routes go out with GRACEFUL_SHUTDOWN, and come in with it and LOCAL_PREF 0.

    To an internal peer they go out with LOCAL_PREF 0, too, and those that come from it stay as they are.
    RFC 8326, section 4.
    """
    weight: int = 0
    """Preference before all else of the peer's routes, in this speaker only, 0 to 65535; higher is better."""
    local_asn: int | None = None
    """Speak to this external peer as another AS; None: as the speaker's own. RFC 7705, section 3."""
    local_asn_alone: bool = False
    """The true AS number does not stand in AS_PATH behind ``local_asn``."""
    local_asn_on_import: bool = True
    """``local_asn`` stands in AS_PATH of what comes in, too; a change of that opens the session anew."""
    allow_own_as: int = 0
    """How often each of our own AS numbers may stand in AS_PATH of what comes in, 0 to 10."""
    as_override: bool = False
    """Replace the peer's AS number in AS_PATH by ours in what goes out. RFC 4364 deployments with one AS per VPN."""
    private_as: PrivateAs = PrivateAs.KEEP
    """What becomes of private AS numbers in AS_PATH of what goes out to this external peer."""
    default_originate: bool = False
    """Send the peer a default route of our own in place of whatever the table holds; no policy is asked of it."""
    graceful_restart: bool = True
    """Negotiate graceful restart. RFC 4724."""
    restart_time: int = 120
    """Seconds that the peer is asked to wait for our return, 0 to 4095."""
    notification_support: bool = False
    """Set the N bit: where the peer does, too, routes are kept through a NOTIFICATION and a hold timer that expired.

    What ends the session for good goes in a Hard Reset then. RFC 8538.
    """
    long_lived_stale_time: int = 0
    """Seconds, up to 16777215, that the peer is asked to keep our routes as the last resort after ``restart_time``.

    0: no long-lived graceful restart. RFC 9494.
    """
    long_lived_families: tuple[Family, ...] = ()
    """The families with long-lived graceful restart, each to be named. RFC 9494, section 5."""
    long_lived_longest: int | None = None
    """The most seconds that the peer's own routes are kept so, whatever it asks for; None: no bound."""
    long_lived_last_resort: bool = False
    """Send long-lived stale routes to this internal peer even if it does not know them: LOCAL_PREF is 0 then.

    RFC 9494, section 4.6.
    """
    bfd: BfdOptions | None = None
    """How the path to the peer is watched, by the speaker's ``liveness``; None: it is not. RFC 5880, RFC 5882."""
    description: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        check_kinds(self, f"peer {self.address}")
        object.__setattr__(self, "address", peer_address(self.address))
        check_peer(self)

    @property
    def sends_add_path(self) -> bool:
        """Whether several paths of a prefix may be sent, so that ADD-PATH is to be agreed on. RFC 7911."""
        return not isinstance(self.advertise, Best | BestExternal)

    def policies(self, *, external: bool) -> tuple[Policy, Policy]:
        """Return the import and the export policy in force for a peer that is ``external`` or is not."""
        default = NO_POLICY if external else ACCEPT_ALL
        return (
            default if self.import_policy is None else self.import_policy,
            default if self.export_policy is None else self.export_policy,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Confederation:
    """The confederation that the speaker's AS is a member of. RFC 5065."""

    identifier: int
    """The AS number that the confederation has to the outside."""
    members: frozenset[int] = frozenset()
    """The AS numbers of the other members."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for asn in (self.identifier, *self.members):
            if not 1 <= asn <= ASN_MAX:
                raise ConfigError(f"confederation: AS number {asn} is not between 1 and {ASN_MAX}")
