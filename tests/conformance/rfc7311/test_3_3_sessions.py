"""RFC 7311, section 3.3, and its like in RFC 8669 and RFC 9012: attributes that end at the border of an AS."""

from dataclasses import replace

import pytest

from bgpkit.wire import AttributeInputs, FaultAction, Update, UpdateContext, UpdateDecoder
from tests.unit.wire.octets import MANDATORY, NLRI, attribute, context, update

AIGP = attribute(0x80, 26, bytes.fromhex("01000b0000000000000064"))
PREFIX_SID = attribute(0xC0, 40, bytes.fromhex("0100070000000000000a"))
TUNNELS = attribute(0xC0, 23, bytes.fromhex("0008 000c 06 0a 00000000 0001 c0000201".replace(" ", "")))


def decode(block: bytes, terms: UpdateContext) -> Update[AttributeInputs]:
    """Return what an UPDATE with the attributes says in a session."""
    octets = update(block, NLRI)
    return UpdateDecoder(terms, lambda inputs: inputs).decode(octets, 19, len(octets))


@pytest.mark.rfc("7311", "3.3")
@pytest.mark.rfc("8669", "4")
@pytest.mark.rfc("9012", "11")
@pytest.mark.parametrize("extra", [AIGP, PREFIX_SID, TUNNELS])
def test_an_external_peer_may_not_send_it_unless_that_is_enabled(extra: bytes) -> None:
    """It is left out, which is no fault; enabled, and from an internal peer, it stays."""
    outside = context(internal=False)
    found = decode(MANDATORY + extra, outside)
    assert [(fault.action, fault.malformed) for fault in found.faults] == [(FaultAction.IGNORE, False)]
    assert found.announced[0][1].raw == MANDATORY
    enabled = decode(MANDATORY + extra, replace(outside, accepted_from_external=frozenset({extra[1]})))
    inside = decode(MANDATORY + extra, context())
    for found in (enabled, inside):
        assert (found.faults, found.announced[0][1].raw) == ([], MANDATORY + extra)


@pytest.mark.rfc("7311", "3.3")
def test_what_it_holds_does_not_matter_then() -> None:
    """A malformed one of an external peer is ignored all the same, as an unrecognized one is."""
    found = decode(MANDATORY + attribute(0x80, 26, b"\1"), context(internal=False))
    assert [fault.action for fault in found.faults] == [FaultAction.IGNORE]
