"""What a collector's sessions saw: BGP messages and state changes, BGP4MP (RFC 6396, section 4.4; RFC 8050)."""

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from typing import Final

from bgpkit.mrt.codes import Bgp4mpSubtype
from bgpkit.mrt.fields import AFI_OF_WIDTH, IPAddress, address, moment, unsigned
from bgpkit_fsm import State

# Peer AS, local AS, interface index, AFI; then the addresses, whose length depends on the AFI.
_HEADS: Final = {False: Struct(">HHHH"), True: Struct(">IIHH")}
_ADDRESS_LENGTHS: Final = {1: 4, 2: 16}
_STATES: Final = {state.value: str(state) for state in State}

MESSAGES: Final[Mapping[int, tuple[bool, bool, bool]]] = {
    Bgp4mpSubtype.MESSAGE: (False, False, False),
    Bgp4mpSubtype.MESSAGE_AS4: (True, False, False),
    Bgp4mpSubtype.MESSAGE_LOCAL: (False, True, False),
    Bgp4mpSubtype.MESSAGE_AS4_LOCAL: (True, True, False),
    Bgp4mpSubtype.MESSAGE_ADDPATH: (False, False, True),
    Bgp4mpSubtype.MESSAGE_AS4_ADDPATH: (True, False, True),
    Bgp4mpSubtype.MESSAGE_LOCAL_ADDPATH: (False, True, True),
    Bgp4mpSubtype.MESSAGE_AS4_LOCAL_ADDPATH: (True, True, True),
}
"""Whether AS numbers have four octets, the message is the collector's own, and NLRI have path identifiers."""
_MESSAGE_SUBTYPES: Final[Mapping[tuple[bool, bool, bool], Bgp4mpSubtype]] = {
    meaning: Bgp4mpSubtype(subtype) for subtype, meaning in MESSAGES.items()
}
STATE_CHANGES: Final[Mapping[int, bool]] = {Bgp4mpSubtype.STATE_CHANGE: False, Bgp4mpSubtype.STATE_CHANGE_AS4: True}
"""Whether AS numbers have four octets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bgp4mpMessage:
    """One BGP message of a session.

    RFC 6396, sections 4.4.2, 4.4.3, 4.4.5 and 4.4.6; RFC 8050, section 3.
    """

    timestamp: int
    """When it was received or sent, in seconds since 1970."""
    peer_as: int
    local_as: int
    peer_address: IPAddress
    local_address: IPAddress
    """Of the same kind as the peer's."""
    message: bytes
    """The whole message with its header, octet for octet."""
    microseconds: int | None = None
    """What ``timestamp`` lacks, in BGP4MP_ET; None in BGP4MP. RFC 6396, section 3."""
    interface_index: int = 0
    """0 when not known."""
    four_octet_as: bool = True
    """AS numbers have four octets, here and in the message's AS_PATH and AGGREGATOR."""
    local: bool = False
    """The collector has made the message itself, and sent it to the peer."""
    add_path: bool = False
    """The NLRI in the message have Path Identifiers. RFC 8050, section 3."""

    @property
    def subtype(self) -> Bgp4mpSubtype:
        """The subtype that says ``four_octet_as``, ``local`` and ``add_path``."""
        return _MESSAGE_SUBTYPES[self.four_octet_as, self.local, self.add_path]

    def __str__(self) -> str:
        """Return subtype, peer and size in a line."""
        who = f"{'to' if self.local else 'from'} {self.peer_address} AS{self.peer_as}"
        when = moment(self.timestamp, self.microseconds)
        return f"{when} BGP4MP_{self.subtype.name} {who}: {len(self.message)} octets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bgp4mpStateChange:
    """One change of the state of a session.

    RFC 6396, sections 4.4.1 and 4.4.4.
    """

    timestamp: int
    """Seconds since 1970."""
    peer_as: int
    """0 when not known."""
    local_as: int
    peer_address: IPAddress
    local_address: IPAddress
    """Of the same kind as the peer's."""
    old_state: int
    """From 1, Idle, to 6, Established: the values of `bgpkit_fsm.State`; some programs write others of their own."""
    new_state: int
    """As ``old_state``."""
    microseconds: int | None = None
    """What ``timestamp`` lacks, in BGP4MP_ET; None in BGP4MP. RFC 6396, section 3."""
    interface_index: int = 0
    """0 when not known."""
    four_octet_as: bool = True
    """AS numbers have four octets."""

    @property
    def subtype(self) -> Bgp4mpSubtype:
        """The subtype that says ``four_octet_as``."""
        return Bgp4mpSubtype.STATE_CHANGE_AS4 if self.four_octet_as else Bgp4mpSubtype.STATE_CHANGE

    def __str__(self) -> str:
        """Return peer and states in a line."""
        old, new = (_STATES.get(state, str(state)) for state in (self.old_state, self.new_state))
        when = moment(self.timestamp, self.microseconds)
        return f"{when} BGP4MP_{self.subtype.name} {self.peer_address} AS{self.peer_as}: {old} to {new}"


def decode_message(timestamp: int, microseconds: int | None, subtype: int, octets: bytes) -> Bgp4mpMessage:
    """Return the record of a MESSAGE subtype whose message is ``octets``; ValueError says what is wrong with it.

    What the BGP message says is not looked at.
    """
    four_octet_as, local, add_path = MESSAGES[subtype]
    head = _HEADS[four_octet_as]
    if len(octets) < head.size:
        raise ValueError(f"a BGP4MP message of {len(octets)} octets is shorter than {head.size}")
    peer_as, local_as, interface, afi = head.unpack_from(octets)
    middle, stop = _addresses(octets, head.size, afi)
    return Bgp4mpMessage(
        timestamp=timestamp,
        peer_as=peer_as,
        local_as=local_as,
        peer_address=address(octets[head.size : middle]),
        local_address=address(octets[middle:stop]),
        message=octets[stop:],
        microseconds=microseconds,
        interface_index=interface,
        four_octet_as=four_octet_as,
        local=local,
        add_path=add_path,
    )


def decode_state_change(timestamp: int, microseconds: int | None, subtype: int, octets: bytes) -> Bgp4mpStateChange:
    """Return the record of a STATE_CHANGE subtype whose message is ``octets``; ValueError says what is wrong."""
    four_octet_as = STATE_CHANGES[subtype]
    head = _HEADS[four_octet_as]
    if len(octets) < head.size:
        raise ValueError(f"a BGP4MP state change of {len(octets)} octets is shorter than {head.size}")
    peer_as, local_as, interface, afi = head.unpack_from(octets)
    middle, stop = _addresses(octets, head.size, afi)
    if len(octets) != stop + 4:
        raise ValueError(f"a BGP4MP state change of {len(octets)} octets, where {stop + 4} belong")
    return Bgp4mpStateChange(
        timestamp=timestamp,
        peer_as=peer_as,
        local_as=local_as,
        peer_address=address(octets[head.size : middle]),
        local_address=address(octets[middle:stop]),
        old_state=int.from_bytes(octets[stop : stop + 2], "big"),
        new_state=int.from_bytes(octets[stop + 2 :], "big"),
        microseconds=microseconds,
        interface_index=interface,
        four_octet_as=four_octet_as,
    )


def encode_message(record: Bgp4mpMessage) -> tuple[int, bytes]:
    """Return subtype and message of a record; ValueError for a field that does not fit."""
    return record.subtype, _session(record) + record.message


def encode_state_change(record: Bgp4mpStateChange) -> tuple[int, bytes]:
    """Return subtype and message of a record; ValueError for a field that does not fit."""
    states = unsigned("old state", record.old_state, 2) + unsigned("new state", record.new_state, 2)
    return record.subtype, _session(record) + states


def _addresses(octets: bytes, start: int, afi: int) -> tuple[int, int]:
    """Return where the peer's address stops and where the local one does."""
    length = _ADDRESS_LENGTHS.get(afi)
    if length is None:
        raise ValueError(f"addresses of AFI {afi}, neither 1 nor 2, at octet {start - 2}")
    stop = start + 2 * length
    if stop > len(octets):
        raise ValueError(f"the addresses end at octet {stop}, the record at {len(octets)}")
    return start + length, stop


def _session(record: Bgp4mpMessage | Bgp4mpStateChange) -> bytes:
    """Return what both kinds of record say of the session."""
    peer, local = record.peer_address, record.local_address
    if peer.version != local.version:
        raise ValueError(f"the addresses {peer} and {local} are not of one kind")
    size = 4 if record.four_octet_as else 2
    parts = (
        unsigned("peer AS", record.peer_as, size),
        unsigned("local AS", record.local_as, size),
        unsigned("interface index", record.interface_index, 2),
        unsigned("AFI", AFI_OF_WIDTH[peer.max_prefixlen], 2),
        peer.packed,
        local.packed,
    )
    return b"".join(parts)
