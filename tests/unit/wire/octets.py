"""Messages put together octet by octet, without the encoder that is under test."""

from dataclasses import dataclass

from bgpkit.errors import MessageError
from bgpkit.wire import AttributeInputs, FaultAction, Update, UpdateContext, UpdateDecoder
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family, Notification

ORIGIN = bytes.fromhex("40010100")
AS_PATH = bytes.fromhex("40020a0202 0000fc00 0000fc01".replace(" ", ""))
"""64512 64513"""
NEXT_HOP = bytes.fromhex("400304c0000201")
"""192.0.2.1"""
MANDATORY = ORIGIN + AS_PATH + NEXT_HOP
NLRI = bytes.fromhex("18cb0071")
"""203.0.113.0/24"""
V6_HOP = bytes.fromhex("20010db8000000000000000000000001")
V6_NLRI = bytes.fromhex("2020010db8")
"""2001:db8::/32"""


def attribute(flags: int, code: int, value: bytes) -> bytes:
    """Return an attribute whose length field is as long as ``flags`` says."""
    size = 2 if flags & 0x10 else 1
    return bytes((flags, code)) + len(value).to_bytes(size, "big") + value


def mp_reach(nlri: bytes = V6_NLRI, next_hop: bytes = V6_HOP, afi: int = 2, safi: int = 1) -> bytes:
    """Return an MP_REACH_NLRI."""
    return attribute(0x80, 14, afi.to_bytes(2, "big") + bytes((safi, len(next_hop))) + next_hop + b"\0" + nlri)


def mp_unreach(nlri: bytes = V6_NLRI, afi: int = 2, safi: int = 1) -> bytes:
    """Return an MP_UNREACH_NLRI."""
    return attribute(0x80, 15, afi.to_bytes(2, "big") + bytes((safi,)) + nlri)


def message(kind: int, body: bytes) -> bytes:
    """Return a whole message."""
    return b"\xff" * 16 + (19 + len(body)).to_bytes(2, "big") + bytes((kind,)) + body


def update(attributes: bytes = b"", nlri: bytes = b"", withdrawn: bytes = b"") -> bytes:
    """Return a whole UPDATE."""
    lengths = [len(part).to_bytes(2, "big") for part in (withdrawn, attributes)]
    return message(2, lengths[0] + withdrawn + lengths[1] + attributes + nlri)


def context(*families: Family, four_octet_as: bool = True, internal: bool = True) -> UpdateContext:
    """Return the terms of a session, of both unicast families unless told otherwise."""
    return UpdateContext(
        families=frozenset(families or (IPV4_UNICAST, IPV6_UNICAST)), four_octet_as=four_octet_as, internal=internal
    )


def decoder(*families: Family, four_octet_as: bool = True, internal: bool = True) -> UpdateDecoder[AttributeInputs]:
    """Return a decoder for both unicast families unless told otherwise, that makes nothing of the inputs."""
    terms = context(*families, four_octet_as=four_octet_as, internal=internal)
    return UpdateDecoder(terms, lambda inputs: inputs)


def decode(octets: bytes, *, four_octet_as: bool = True, internal: bool = True) -> Update[AttributeInputs]:
    """Return what a new decoder reads in a whole UPDATE."""
    return decoder(four_octet_as=four_octet_as, internal=internal).decode(octets, 19, len(octets))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an UPDATE leads to."""

    action: str
    """In the words of RFC 7606: accept, attribute-discard, treat-as-withdraw, session-reset."""
    notification: Notification | None = None
    texts: tuple[str, ...] = ()


def verdict(octets: bytes, *, four_octet_as: bool = True, internal: bool = True) -> Verdict:
    """Return what a new decoder does with a whole UPDATE; ignored families are no fault of attributes."""
    try:
        found = decode(octets, four_octet_as=four_octet_as, internal=internal)
    except MessageError as error:
        return Verdict("session-reset", error.notification, (str(error),))
    faults = [fault for fault in found.faults if fault.action is not FaultAction.IGNORE]
    strongest = max((fault.action for fault in faults), default=None)
    return Verdict("accept" if strongest is None else strongest.title, None, tuple(fault.text for fault in faults))
