"""The sessions that a row may be of, and what the codec makes of octets in them."""

from dataclasses import dataclass
from functools import cache

from bgpkit.errors import MessageError
from bgpkit.wire import (
    EXTENDED_MAXIMUM_LENGTH,
    MAXIMUM_LENGTH,
    ROWS,
    AnyMessage,
    Codec,
    FaultAction,
    UpdateContext,
    UpdateMessage,
)
from bgpkit_fsm import IPV4_UNICAST, Family
from tests.unit.wire.vector_rows import Context, Row

_ALL = frozenset(ROWS)
_NONE: frozenset[Family] = frozenset()
_INTERNAL_ONLY = frozenset({5, 9, 10})
"""LOCAL_PREF, ORIGINATOR_ID, CLUSTER_LIST: whoever sends them is an internal peer. RFC 4271, section 5.1.5."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a codec makes of octets."""

    codec: Codec
    action: str
    """In the words of RFC 7606: accept, attribute-discard, treat-as-withdraw, session-reset."""
    message: AnyMessage | None
    error: MessageError | None = None


def codecs(row: Row) -> list[list[Codec]]:
    """Return the codecs of the sessions that a row may be of, a list for each size that its AS numbers may have.

    Every family that has a row is agreed on. Where nobody says whether the session is external, it is both, unless
    there are attributes that only internal peers send.
    """
    session, as4 = row.context.get("session"), row.context.get("as4")
    if session is not None:
        internal = [session == "ibgp"]
    else:
        internal = [True] if _INTERNAL_ONLY.intersection(row.tshark.get("attr_codes", [])) else [True, False]
    maximum = EXTENDED_MAXIMUM_LENGTH if len(row.octets) > MAXIMUM_LENGTH else MAXIMUM_LENGTH
    add_path, next_hop = add_path_of(row.context), _extended_next_hop(row.context)
    return [
        [codec_of(four_octet_as, each, maximum, add_path, next_hop) for each in internal]
        for four_octet_as in ([True, False] if as4 is None else [as4])
    ]


@cache
def codec_of(
    four_octet_as: bool,
    internal: bool,
    maximum: int = MAXIMUM_LENGTH,
    add_path: frozenset[Family] = _NONE,
    extended_next_hop: frozenset[Family] = _NONE,
) -> Codec:
    """Return the codec of a session with all families; ADD-PATH counts in both directions."""
    return Codec(
        UpdateContext(
            families=_ALL,
            four_octet_as=four_octet_as,
            internal=internal,
            maximum=maximum,
            add_path_receive=add_path,
            add_path_send=add_path,
            extended_next_hop=extended_next_hop,
        )
    )


def outcome(codec: Codec, octets: bytes) -> Outcome:
    """Return what a codec makes of a whole message; a family that was not agreed on is no fault of attributes."""
    try:
        message = codec.decode(octets)
    except MessageError as error:
        return Outcome(codec, "session-reset", None, error)
    faults = message.faults if isinstance(message, UpdateMessage) else ()
    strongest = max((fault.action for fault in faults), default=FaultAction.IGNORE)
    return Outcome(codec, "accept" if strongest is FaultAction.IGNORE else strongest.title, message)


@cache
def outcomes(row: Row) -> list[list[Outcome]]:
    """Return what each of the codecs makes of a row that is a whole message."""
    return [[outcome(codec, row.octets) for codec in session] for session in codecs(row)]


def right_outcomes(row: Row, actions: frozenset[str]) -> list[Outcome]:
    """Return the outcomes in the sessions whose AS numbers have the size that makes one of the actions come out.

    Nothing when there is no such size. Where the size is known that is all sessions or none.
    """
    for found in outcomes(row):
        if all(each.action in actions for each in found):
            return found
    return []


def add_path_of(context: Context) -> frozenset[Family]:
    """Return the families whose NLRI come with a Path Identifier. RFC 7911, section 4."""
    said = context.get("addpath")
    if said is True:
        return _ALL
    return frozenset({IPV4_UNICAST}) if said == {"ipv4": True} else _NONE


def _extended_next_hop(context: Context) -> frozenset[Family]:
    said = context.get("extended_nexthop", [])
    return frozenset({IPV4_UNICAST}) if said == ["ipv4-unicast/ipv6"] else _NONE
