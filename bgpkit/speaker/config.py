"""What a peer is told to be, and what a change of it costs."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import MappingProxyType
from typing import Final, get_args

from bgpkit.adj_rib_out import NextHopSelf, PrivateAs
from bgpkit.errors import ConfigError
from bgpkit.policy import ACCEPT_ALL, REJECT_ALL, Policy
from bgpkit.transport import BGP_PORT
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import BEST, Best, BestExternal, Selection

_ASN_MAX: Final = 2**32 - 1
_AFI_IPV6: Final = 2
_AFI_OF_IP: Final = frozenset({1, _AFI_IPV6})
_RANGES: Final = (
    ("asn", 1, _ASN_MAX, " (AS 0: RFC 7607)"),
    ("port", 1, 65535, ""),
    ("hold_time", 0, 65535, " seconds"),
    ("restart_time", 0, 4095, " seconds"),
    ("weight", 0, 65535, ""),
    ("allow_own_as", 0, 10, " times"),
    ("max_prefixes_out", 1, 2**32 - 1, "; None sets no bound"),
    ("local_asn", 1, _ASN_MAX, ""),
)
"""Numbers of a peer: field, lowest, highest, and what there is to say of them."""


class MaxPrefixesAction(Enum):
    """What happens when there are more routes for a peer than it is to be sent."""

    WARN = "warn"
    """A warning is logged, once; all routes are sent."""
    CLOSE = "close"
    """The session is closed, before the first route beyond the bound is sent."""


_KINDS: Final[Mapping[str, type | tuple[type, ...]]] = MappingProxyType(
    {
        "advertise": get_args(Selection),
        "next_hop_self": NextHopSelf,
        "private_as": PrivateAs,
        "max_prefixes_out_action": MaxPrefixesAction,
        "cluster_id": (IPv4Address, type(None)),
    }
)
"""What fields must be whose fault would show late, and far away."""


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
    passive: bool = False
    """Wait for the peer to connect. RFC 4271, section 8.1.1, PassiveTcpEstablishment."""
    families: tuple[Family, ...] = (IPV4_UNICAST,)
    hold_time: int = 90
    """Seconds; 0 for none, else 3 to 65535. RFC 4271, section 4.2."""
    connect_retry_time: float = 5.0
    """Seconds between attempts to connect."""
    route_reflector_client: bool = False
    """Reflect routes to and from this internal peer. RFC 4456, section 6."""
    cluster_id: IPv4Address | None = None
    """CLUSTER_ID for this peer; None: the speaker's."""
    next_hop_self: NextHopSelf = NextHopSelf.NEVER
    """In which routes we name ourselves as next hop towards this internal peer."""
    next_hops: tuple[IPv4Address | IPv6Address, ...] = ()
    """Our own addresses to name as next hop for families of another IP version than the session's.

    Without one, IPv6 routes on an IPv4 session get the address as ``::ffff:192.0.2.1``, and IPv4 routes are not
    sent on an IPv6 session.
    """
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
    description: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        try:
            address = ip_address(self.address)
        except ValueError:
            raise ConfigError(f"peer address {self.address!r} is not an IPv4 or IPv6 address") from None
        object.__setattr__(self, "address", str(address))
        name = f"peer {self.address}"
        self._check_local_address(name, address.version)
        for field, lowest, highest, hint in _RANGES:
            value: int | None = getattr(self, field)
            if value is not None and not lowest <= value <= highest:
                raise ConfigError(f"{name}: {field} {value} is not between {lowest} and {highest}{hint}")
        if self.hold_time in {1, 2}:
            raise ConfigError(f"{name}: hold_time {self.hold_time} is neither 0 nor between 3 and 65535 seconds")
        if self.connect_retry_time <= 0:
            raise ConfigError(f"{name}: connect_retry_time {self.connect_retry_time} is not more than 0 seconds")
        if self.advertisement_interval < 0:
            raise ConfigError(f"{name}: advertisement_interval {self.advertisement_interval} is less than 0 seconds")
        for field, kind in _KINDS.items():
            if not isinstance(getattr(self, field), kind):
                names = " or ".join(each.__name__ for each in (kind if isinstance(kind, tuple) else (kind,)))
                raise ConfigError(f"{name}: {field} {getattr(self, field)!r} is not a {names}")
        for field, policy in (("import_policy", self.import_policy), ("export_policy", self.export_policy)):
            if policy is not None and not callable(getattr(policy, "apply", None)):
                raise ConfigError(f"{name}: {field} {policy!r} is no policy; see bgpkit.policy")
        if self.local_asn == self.asn:
            raise ConfigError(f"{name}: local_asn {self.local_asn} is the peer's own AS; it is for external peers")
        if not self.families:
            raise ConfigError(f"{name}: families is empty; name at least one, such as ipv4-unicast")
        if len(set(self.families)) < len(self.families):
            raise ConfigError(f"{name}: families names one of them twice; name each once")

    @property
    def sends_add_path(self) -> bool:
        """Whether several paths of a prefix may be sent, so that ADD-PATH is to be agreed on. RFC 7911."""
        return not isinstance(self.advertise, Best | BestExternal)

    def policies(self, *, external: bool) -> tuple[Policy, Policy]:
        """Return the import and the export policy in force for a peer that is ``external`` or is not."""
        default = REJECT_ALL if external else ACCEPT_ALL
        return (
            default if self.import_policy is None else self.import_policy,
            default if self.export_policy is None else self.export_policy,
        )

    def next_hop(self, family: Family, local_address: str) -> bytes | None:
        """Return our own next hop, packed, for ``family`` on a session from ``local_address``; None: there is none."""
        own = ip_address(local_address.partition("%")[0])
        if family.afi not in _AFI_OF_IP:
            return own.packed
        version = 6 if family.afi == _AFI_IPV6 else 4
        chosen = next((address for address in (own, *self.next_hops) if address.version == version), None)
        if chosen is not None:
            return chosen.packed
        return IPv6Address(f"::ffff:{own}").packed if version > own.version else None

    def _check_local_address(self, name: str, version: int) -> None:
        if self.local_address is None:
            return
        try:
            local = ip_address(self.local_address)
        except ValueError:
            raise ConfigError(f"{name}: local_address {self.local_address!r} is not an IPv4 or IPv6 address") from None
        if local.version != version:
            raise ConfigError(f"{name}: local_address {local} is not of the peer's IP version, {version}")


class ChangePlan(Enum):
    """What a change of a peer's configuration does to its session."""

    NONE = "none"
    """Nothing is sent."""
    SOFT = "soft"
    """The session stays; routes are evaluated again, and differences are sent."""
    RESET = "reset"
    """The session must be opened anew."""


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
            if not 1 <= asn <= _ASN_MAX:
                raise ConfigError(f"confederation: AS number {asn} is not between 1 and {_ASN_MAX}")


_SOFT: Final = frozenset(
    {
        "advertisement_interval",
        "allow_own_as",
        "as_override",
        "cluster_id",
        "default_originate",
        "export_policy",
        "import_policy",
        "local_asn_alone",
        "max_prefixes_out",
        "max_prefixes_out_action",
        "next_hop_self",
        "next_hops",
        "private_as",
        "route_reflector_client",
        "weight",
    }
)
_FREE: Final = frozenset({"description", "connect_retry_time", "passive", "restart_time"})
"""Taken up by the next session, if any."""


def plan_change(old: PeerConfig, new: PeerConfig) -> ChangePlan:
    """Tell what replacing ``old`` by ``new`` does to the session of the peer."""
    changed = {field.name for field in fields(PeerConfig) if getattr(old, field.name) != getattr(new, field.name)}
    if "advertise" in changed and old.sends_add_path is new.sends_add_path:
        changed = (changed - {"advertise"}) | {"next_hop_self"}  # the same NLRI form: a change of routes only
    if changed - _SOFT - _FREE:
        return ChangePlan.RESET
    return ChangePlan.SOFT if changed & _SOFT else ChangePlan.NONE
