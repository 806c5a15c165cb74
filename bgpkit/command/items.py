"""What the command prints, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from bgpkit.command.verdict import Judged
from bgpkit.mrt import Bgp4mpStateChange, PeerIndexTable, UnknownRecord
from bgpkit.wire import Attribute, AttributeFault
from bgpkit_fsm import Family, State

_STATES: Final = {state.value: str(state) for state in State}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a session, as far as the input tells it."""

    address: str
    port: int | None = None
    asn: int | None = None

    def __str__(self) -> str:
        """Return address, port and AS number: ``192.0.2.1:179``, ``[2001:db8::1]:179``, ``192.0.2.1 AS64512``."""
        text = f"[{self.address}]" if self.port is not None and ":" in self.address else self.address
        text = text if self.port is None else f"{text}:{self.port}"
        return text if self.asn is None else f"{text} AS{self.asn}"


@dataclass(frozen=True, slots=True)
class Time:
    """A moment of the input."""

    seconds: int
    """Since 1970."""
    microseconds: int | None = None
    """None when the input has seconds only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in the input, as far as that applies."""

    offset: int | None = None
    """Octets before it: of the input, or of one direction of a TCP connection."""
    packet: int | None = None
    """The packet that completes it, counted from 1 as other programs do."""
    record: int | None = None
    """The record of an MRT file, from 1."""
    time: Time | None = None
    sender: Endpoint | None = None
    receiver: Endpoint | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about what follows, or about what is missing."""

    text: str
    unreadable: bool = False
    """Whether octets could not be read as what they should be."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message."""

    place: Place
    judged: Judged


@dataclass(frozen=True, slots=True)
class StateChange:
    """A state change of an MRT file."""

    place: Place
    change: Bgp4mpStateChange


@dataclass(frozen=True, slots=True, eq=False)
class DumpedAttributes:
    """The path attributes of routes in a table dump; routes with the same ones share the object."""

    octets: bytes
    """As dumped."""
    values: Sequence[Attribute]
    """In canonical form; as dumped where they cannot stand."""
    faults: Sequence[AttributeFault] = ()
    problem: str = ""
    """Why a route with them cannot stand; empty when it can."""


@dataclass(frozen=True, slots=True)
class DumpedRoute:
    """One route of a table dump."""

    peer: Endpoint | None
    """None when the dump does not say who that is."""
    originated: Time
    path_id: int | None
    attributes: DumpedAttributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Dumped:
    """The routes to one destination of a table dump."""

    place: Place
    subtype: str
    family: Family
    nlri: str
    """The destination in text."""
    routes: Sequence[DumpedRoute]


@dataclass(frozen=True, slots=True)
class OtherRecord:
    """A record of an MRT file that holds neither messages nor routes."""

    place: Place
    record: PeerIndexTable | UnknownRecord


Item: TypeAlias = Note | Heard | StateChange | Dumped | OtherRecord


def state_name(number: int) -> str:
    """Return the name of a state of BGP4MP: ``OpenSent``; its number for one that has none.

    RFC 6396, section 4.4.1.
    """
    return _STATES.get(number, f"state {number}")
