"""Ends of sessions and attempts as the machine reports them, and who reports them."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import Any

from bgpkit import IPV4_UNICAST, PeerConfig
from bgpkit.speaker.end_finding import Ourselves
from bgpkit.speaker.peer_history import Ended
from bgpkit.speaker.tcp_counters import TcpCounters
from bgpkit.transport import Secret, TransportOptions
from bgpkit_fsm import (
    Capability,
    CloseReason,
    FourOctetAsCapability,
    MultiprotocolCapability,
    Notification,
    Open,
    Slot,
    State,
)
from bgpkit_fsm.event import ConnectionEvent, NotificationReceived

PEER = PeerConfig(address="192.0.2.7", asn=64513)
KEYED = PeerConfig(address="192.0.2.7", asn=64513, transport=TransportOptions(md5_key=Secret("s3cret")))
NEAR = PeerConfig(address="192.0.2.7", asn=64513, transport=TransportOptions(ttl_security=1))
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def ours(**dropped: int) -> Ourselves:
    """Return who we are to the peer, with what the kernel dropped."""
    return Ourselves(asn=64512, identifier="10.0.0.1", dropped=TcpCounters(**dropped))


def reason(
    event: ConnectionEvent | None,
    state: State = State.OPEN_SENT,
    *,
    slot: Slot = Slot.OUTGOING,
    sent: Notification | None = None,
) -> CloseReason:
    """Return why something ended."""
    received = event.notification if isinstance(event, NotificationReceived) else None
    return CloseReason(sent, received, "the end", event=event, state=state, slot=slot)


def ended(event: ConnectionEvent | None, *, ago: float = 0, established: bool = False, **more: Any) -> Ended:
    """Return an end that was so many seconds ago."""
    return Ended(reason=reason(event, **more), at=NOW - timedelta(seconds=ago), established=established)


def open_message(asn: int = 64513, *capabilities: Capability, identifier: str = "10.0.0.7", **fields: Any) -> Open:
    """Return the OPEN of a peer that offers IPv4 unicast."""
    fields = {"my_as": asn if asn < 1 << 16 else 23456, "hold_time": 90} | fields
    return Open(
        bgp_identifier=IPv4Address(identifier),
        capabilities=(MultiprotocolCapability(IPV4_UNICAST), FourOctetAsCapability(asn), *capabilities),
        **fields,
    )
