"""What a session has agreed on, as far as it changes the meaning of an UPDATE's octets."""

from dataclasses import dataclass

from bgpkit.wire.framing import EXTENDED_MAXIMUM_LENGTH, MAXIMUM_LENGTH
from bgpkit_fsm import Family
from bgpkit_fsm.negotiation import Negotiated


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateContext:
    """What a session has agreed on, as far as it changes the meaning of an UPDATE's octets."""

    families: frozenset[Family]
    four_octet_as: bool
    """AS numbers in AS_PATH and AGGREGATOR have four octets. RFC 6793, section 4.1."""
    internal: bool
    """The peer is in the own AS."""
    maximum: int = MAXIMUM_LENGTH
    """The longest message, in octets with the header. RFC 8654, section 4."""

    @classmethod
    def of(cls, negotiated: Negotiated) -> "UpdateContext":
        """Return the context of a session that has been established."""
        return cls(
            families=frozenset(negotiated.families),
            four_octet_as=negotiated.four_octet_as,
            internal=negotiated.internal,
            maximum=EXTENDED_MAXIMUM_LENGTH if negotiated.extended_message else MAXIMUM_LENGTH,
        )
