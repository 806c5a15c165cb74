"""What a session has agreed on, as far as it changes the meaning of an UPDATE's octets."""

from dataclasses import dataclass

from bgpkit.wire.families import ROWS
from bgpkit.wire.framing import EXTENDED_MAXIMUM_LENGTH, MAXIMUM_LENGTH
from bgpkit_fsm import Family
from bgpkit_fsm.negotiation import Negotiated

_NONE: frozenset[Family] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateContext:
    """What a session has agreed on, as far as it changes the meaning of an UPDATE's octets.

    The same octets say different things in different sessions: nothing here is ever guessed.
    """

    families: frozenset[Family]
    four_octet_as: bool
    """AS numbers in AS_PATH and AGGREGATOR have four octets. RFC 6793, section 4.1."""
    internal: bool
    """The peer is in the own AS."""
    maximum: int = MAXIMUM_LENGTH
    """The longest message, in octets with the header. RFC 8654, section 4."""
    add_path_receive: frozenset[Family] = _NONE
    """Families whose NLRI come with a Path Identifier. RFC 7911, section 4."""
    add_path_send: frozenset[Family] = _NONE
    """Families whose NLRI are sent with a Path Identifier. RFC 7911, section 4."""
    extended_next_hop: frozenset[Family] = _NONE
    """IPv4 families that may have an IPv6 next hop. RFC 8950, section 4."""
    accepted_from_external: frozenset[int] = frozenset()
    """Type codes of attributes that an external peer may send although by default they end at the border of an AS.

    AIGP: RFC 7311, section 3.3; PREFIX_SID: RFC 8669, section 4; TUNNEL_ENCAPSULATION: RFC 9012, section 11.
    """
    accept_as_sets: bool = True
    """Whether routes with an AS_SET or AS_CONFED_SET are taken; a speaker does not. RFC 9774, section 3."""
    disable_family: bool = False
    """Whether an MP attribute that cannot be read disables its family, where only that is at fault.

    Otherwise it resets the session. RFC 4760, section 7; RFC 7606, section 2, "AFI/SAFI disable".
    """
    strict: bool = False
    """Whether everything malformed resets the session, as before RFC 7606: for tools that test conformance."""

    @classmethod
    def of(cls, negotiated: Negotiated) -> "UpdateContext":
        """Return the context of a session that has been established."""
        return cls(
            families=frozenset(family for family in negotiated.families if family in ROWS),
            four_octet_as=negotiated.four_octet_as,
            internal=negotiated.internal,
            maximum=EXTENDED_MAXIMUM_LENGTH if negotiated.extended_message else MAXIMUM_LENGTH,
            add_path_receive=negotiated.add_path_receive,
            add_path_send=negotiated.add_path_send,
            extended_next_hop=negotiated.extended_next_hop,
        )
