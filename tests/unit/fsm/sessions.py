"""Configurations, OPENs and connections in a wanted state, for the tests of the machine."""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Final

from bgpkit_fsm import (
    Capability,
    Connection,
    Effect,
    KeepaliveReceived,
    Message,
    Notification,
    Open,
    OpenReceived,
    Peer,
    SendMessage,
    SessionConfig,
    Slot,
    Started,
    State,
    TransportAccepted,
    TransportFailed,
    TransportOpened,
)

LOCAL_ASN: Final = 64512
REMOTE_ASN: Final = 64513

CONFIG: Final = SessionConfig(local_asn=LOCAL_ASN, bgp_identifier=IPv4Address("10.0.0.1"), peer_asn=REMOTE_ASN)
PASSIVE: Final = replace(CONFIG, passive=True)
DELAYED: Final = replace(CONFIG, delay_open_time=5.0)
REMOTE_OPEN: Final = Open(my_as=REMOTE_ASN, hold_time=30, bgp_identifier=IPv4Address("10.0.0.2"))
LOWER_OPEN: Final = replace(REMOTE_OPEN, bgp_identifier=IPv4Address("9.255.255.255"))
"""An OPEN of a peer whose identifier is lower than ours."""


def remote_open(*capabilities: Capability, hold_time: int = 30) -> Open:
    """Return the peer's OPEN with these capabilities."""
    return replace(REMOTE_OPEN, capabilities=capabilities, hold_time=hold_time)


def connection_in(
    state: State, *, config: SessionConfig = CONFIG, slot: Slot = Slot.OUTGOING, remote: Open = REMOTE_OPEN
) -> Connection:
    """Return a connection that legal events have brought to ``state``."""
    connection = Connection(config, slot)
    transport = TransportOpened() if slot is Slot.OUTGOING else TransportAccepted()
    steps = (Started(), transport, OpenReceived(remote), KeepaliveReceived())
    counts = {State.IDLE: 0, State.CONNECT: 1, State.OPEN_SENT: 2, State.OPEN_CONFIRM: 3, State.ESTABLISHED: 4}
    if state is State.ACTIVE:
        connection.handle(Started())
        connection.handle(TransportFailed("connection refused"))
    else:
        for event in steps[: counts[state]]:
            connection.handle(event)
    if connection.state is not state:
        raise AssertionError(f"wanted {state}, got {connection.state}")
    return connection


def established_peer(slot: Slot = Slot.OUTGOING, *, config: SessionConfig = CONFIG, remote: Open = REMOTE_OPEN) -> Peer:
    """Return a peer whose session is Established on ``slot``."""
    peer = Peer(config)
    peer.handle(Started())
    peer.handle(TransportOpened() if slot is Slot.OUTGOING else TransportAccepted(), slot)
    peer.handle(OpenReceived(remote), slot)
    peer.handle(KeepaliveReceived(), slot)
    if peer.session_slot is not slot:
        raise AssertionError(f"not established: {peer!r}")
    return peer


def sent(effects: Sequence[Effect], slot: Slot | None = None) -> list[Message]:
    """Return the messages that ``effects`` send, on ``slot`` or on any."""
    return [e.message for e in effects if isinstance(e, SendMessage) and slot in (None, e.slot)]


def notifications(effects: Sequence[Effect], slot: Slot | None = None) -> list[tuple[int, int, bytes]]:
    """Return code, subcode and data of the NOTIFICATIONs that ``effects`` send."""
    found = [message for message in sent(effects, slot) if isinstance(message, Notification)]
    return [(n.code, n.subcode, n.data) for n in found]
