"""Which routes are leaks in which role, and which are marked; sentence by sentence in tests/conformance/rfc9234."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, AsPath, Family, PathAttributes
from bgpkit.speaker.role_rules import lacks_mark, leak, marks
from bgpkit.wire import AttributeInputs, canonical_inputs, encode_attributes
from bgpkit_fsm import IPV4_LABELED_UNICAST, BgpRole

PEER_ASN, OTHER = 64600, 64700


def inputs(otc: int | None, family: Family = IPV4_UNICAST) -> AttributeInputs:
    """Return a route of ``family``, with OTC or without."""
    hop = IPv6Address("2001:db8::1") if family.afi == 2 else IPv4Address("192.0.2.1")
    attributes = PathAttributes(as_path=AsPath.of(PEER_ASN), next_hop=hop)
    raw = encode_attributes(attributes, family)
    if otc is not None:
        raw += bytes((0xC0, 35, 4)) + otc.to_bytes(4, "big")
    return canonical_inputs(raw)


@pytest.mark.parametrize("family", [IPV4_UNICAST, IPV6_UNICAST])
@pytest.mark.parametrize(
    ("role", "otc", "leaked"),
    [
        (BgpRole.PROVIDER, None, False),
        (BgpRole.PROVIDER, PEER_ASN, True),
        (BgpRole.PROVIDER, OTHER, True),
        (BgpRole.RS, OTHER, True),
        (BgpRole.RS, None, False),
        (BgpRole.PEER, None, False),
        (BgpRole.PEER, PEER_ASN, False),
        (BgpRole.PEER, OTHER, True),
        (BgpRole.CUSTOMER, OTHER, False),
        (BgpRole.RS_CLIENT, OTHER, False),
    ],
)
def test_a_leak_has_a_reason(role: BgpRole, otc: int | None, family: Family, *, leaked: bool) -> None:
    """Which names the number and who sent it."""
    reason = leak(role, PEER_ASN, inputs(otc, family))
    assert bool(reason) is leaked
    assert not leaked or (str(otc) in reason and "RFC 9234" in reason)


def test_other_families_are_left_alone() -> None:
    """The procedures are for IPv4 and IPv6 unicast."""
    labeled = inputs(OTHER, IPV4_LABELED_UNICAST)
    assert leak(BgpRole.PROVIDER, PEER_ASN, labeled) == ""
    assert not lacks_mark(inputs(None, IPV4_LABELED_UNICAST))


def test_what_comes_from_above_or_beside_is_marked() -> None:
    """A provider, a lateral peer, a route server; without OTC only."""
    assert {role for role in BgpRole if marks(role)} == {BgpRole.CUSTOMER, BgpRole.PEER, BgpRole.RS_CLIENT}
    assert not marks(None)
    assert lacks_mark(inputs(None))
    assert lacks_mark(inputs(None, IPV6_UNICAST))
    assert not lacks_mark(inputs(OTHER))
