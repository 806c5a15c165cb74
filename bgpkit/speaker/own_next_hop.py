"""Which address of our own stands as next hop in what a peer is sent. RFC 4760, section 3; RFC 2545; RFC 8950."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from bgpkit.speaker.config import PeerConfig
from bgpkit.wire import ROWS
from bgpkit_fsm import Family

_AFI_IPV4: Final = 1
_AFI_IPV6: Final = 2


def takes_ipv6_next_hop(config: PeerConfig, family: Family) -> bool:
    """Tell whether the peer is offered IPv6 next hops for a family that else has IPv4 ones. RFC 8950, section 4."""
    row = ROWS.get(family)
    if family.afi != _AFI_IPV4 or row is None or not row.ipv6_next_hop_lengths:
        return False
    if config.extended_next_hop is None:
        address = ip_address(config.address)
        return address.version == 6 and address.is_link_local
    return config.extended_next_hop


def own_next_hop(config: PeerConfig, family: Family, local_address: str, *, extended: bool = False) -> bytes | None:
    """Return our own next hop, packed, for ``family`` on a session from ``local_address``; None: there is none.

    ``extended`` says that IPv6 next hops have been agreed on for this IPv4 family. RFC 8950, section 4.
    """
    own = ip_address(local_address.partition("%")[0])
    if family.afi == _AFI_IPV4:
        four = next((address for address in (own, *config.next_hops) if isinstance(address, IPv4Address)), None)
        if four is not None:
            return four.packed
        return _ipv6(config, own) if extended else None
    return _ipv6(config, own) if family.afi == _AFI_IPV6 else own.packed


def _ipv6(config: PeerConfig, own: IPv4Address | IPv6Address) -> bytes:
    """Return an IPv6 next hop: a global address, a link-local one behind it where the session has one.

    RFC 2545, section 3, asks for a global address. Where there is none the link-local one stands in its place, too,
    for a field of 16 octets with it alone is what not all take.
    """
    known = (own, *config.next_hops)
    six = next((each for each in known if isinstance(each, IPv6Address) and not each.is_link_local), None)
    if own.version == 6 and own.is_link_local:
        return (six or own).packed + own.packed
    return (six or IPv6Address(f"::ffff:{own}")).packed
