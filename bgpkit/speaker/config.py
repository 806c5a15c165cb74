"""What a peer is told to be, and what a change of it costs."""

from dataclasses import dataclass, fields
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.policy import ACCEPT_ALL, REJECT_ALL, Policy
from bgpkit.transport import BGP_PORT
from bgpkit_fsm import IPV4_UNICAST, Family

_ASN_MAX: Final = 2**32 - 1
_AFI_IPV6: Final = 2


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
    next_hop_self: bool = False
    """Name ourselves as next hop towards this internal peer in routes from external peers."""
    next_hops: tuple[IPv4Address | IPv6Address, ...] = ()
    """Our own addresses to name as next hop for families of another IP version than the session's.

    Without one, IPv6 routes on an IPv4 session get the address as ``::ffff:192.0.2.1``, and IPv4 routes are not
    sent on an IPv6 session.
    """
    import_policy: Policy | None = None
    """What comes in; None: everything from internal peers, nothing from external ones. RFC 8212, section 2."""
    export_policy: Policy | None = None
    """What goes out; None as for ``import_policy``."""
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
        if not 1 <= self.asn <= _ASN_MAX:
            raise ConfigError(f"{name}: asn {self.asn} is not between 1 and {_ASN_MAX} (AS 0: RFC 7607)")
        if not 1 <= self.port <= 65535:
            raise ConfigError(f"{name}: port {self.port} is not between 1 and 65535")
        if self.hold_time != 0 and not 3 <= self.hold_time <= 65535:
            raise ConfigError(f"{name}: hold_time {self.hold_time} is neither 0 nor between 3 and 65535 seconds")
        if self.connect_retry_time <= 0:
            raise ConfigError(f"{name}: connect_retry_time {self.connect_retry_time} is not more than 0 seconds")
        if not 0 <= self.restart_time <= 4095:
            raise ConfigError(f"{name}: restart_time {self.restart_time} is not between 0 and 4095 seconds")
        for field, policy in (("import_policy", self.import_policy), ("export_policy", self.export_policy)):
            if policy is not None and not callable(getattr(policy, "apply", None)):
                raise ConfigError(f"{name}: {field} {policy!r} is no policy; see bgpkit.policy")
        if not self.families:
            raise ConfigError(f"{name}: families is empty; name at least one, such as ipv4-unicast")
        if len(set(self.families)) < len(self.families):
            raise ConfigError(f"{name}: families names one of them twice; name each once")

    def policies(self, local_asn: int) -> tuple[Policy, Policy]:
        """Return the import and the export policy in force for a speaker of ``local_asn``."""
        default = ACCEPT_ALL if self.asn == local_asn else REJECT_ALL
        return (
            default if self.import_policy is None else self.import_policy,
            default if self.export_policy is None else self.export_policy,
        )

    def next_hop(self, family: Family, local_address: str) -> bytes | None:
        """Return our own next hop, packed, for ``family`` on a session from ``local_address``; None: there is none."""
        own = ip_address(local_address.partition("%")[0])
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


_SOFT: Final = frozenset(
    {"route_reflector_client", "cluster_id", "next_hop_self", "next_hops", "import_policy", "export_policy"}
)
_FREE: Final = frozenset({"description", "connect_retry_time", "passive", "restart_time"})
"""Taken up by the next session, if any."""


def plan_change(old: PeerConfig, new: PeerConfig) -> ChangePlan:
    """Tell what replacing ``old`` by ``new`` does to the session of the peer."""
    changed = {field.name for field in fields(PeerConfig) if getattr(old, field.name) != getattr(new, field.name)}
    if changed - _SOFT - _FREE:
        return ChangePlan.RESET
    return ChangePlan.SOFT if changed & _SOFT else ChangePlan.NONE
