"""What a peer asks for of VPN routes, against the sentences of RFC 4684."""

import pytest

from bgpkit.adj_rib_out import Interest, interest_of, is_constrained, route_targets
from bgpkit_fsm import IPV4_FLOWSPEC, IPV4_ROUTE_TARGET, IPV4_UNICAST, IPV4_VPN, L2VPN_EVPN, Family
from tests.support.octets import attribute

ONE, TWO, SIXTEEN = (bytes.fromhex("0002fc00") + number.to_bytes(4) for number in (1, 2, 16))
ORIGIN = bytes.fromhex("0000fc00")


def membership(target: bytes, length: int = 96) -> bytes:
    """Return the NLRI that asks for the leading bits of a target."""
    return bytes((length,)) + (ORIGIN + target)[: (length + 7) // 8]


def with_targets(*targets: bytes) -> bytes:
    """Return an attribute block with these extended communities."""
    return attribute(0x40, 1, b"\0") + attribute(0xC0, 16, b"".join(targets))


def test_only_route_targets_count_among_the_extended_communities() -> None:
    """AS, IPv4 address, 4-octet AS and ES-Import (RFC 7432, section 7.6) have the subtype 2; others are no targets."""
    targets = [bytes((first, 2)) + bytes(6) for first in (0, 1, 2, 6)]
    others = [bytes.fromhex(text) for text in ("0003fc0000000001", "030c000000000008", "4002fc0000000001")]
    assert route_targets(with_targets(*targets, *others)) == set(targets)
    assert route_targets(attribute(0x40, 1, b"\0")) == frozenset()


def test_one_target_in_common_is_enough() -> None:
    """Any of the targets contained in the extended communities: RFC 4684, section 6."""
    interest = interest_of([membership(ONE), membership(SIXTEEN)])
    assert interest is not None
    assert interest.meets(with_targets(TWO, ONE))
    assert not interest.meets(with_targets(TWO))
    assert not interest.meets(with_targets())


@pytest.mark.parametrize("nlri", [b"\0", membership(ONE, 32)])
def test_the_default_and_a_whole_as_ask_for_everything(nlri: bytes) -> None:
    """Neither says anything of the target; section 4."""
    assert interest_of([membership(ONE), nlri]) is None


def test_without_memberships_nothing_is_asked_for() -> None:
    """An empty interest is not the absence of one."""
    assert interest_of([]) == Interest()
    assert not Interest().meets(with_targets(ONE))


@pytest.mark.parametrize(("length", "wanted"), [(95, {TWO}), (92, {ONE, TWO}), (33, {ONE, TWO, SIXTEEN})])
def test_a_prefix_asks_for_the_targets_that_it_covers(length: int, wanted: set[bytes]) -> None:
    """The length counts from the AS on; bits behind it do not matter."""
    cleared = int.from_bytes(TWO) >> 96 - length << 96 - length
    interest = interest_of([membership(cleared.to_bytes(8), length)])
    assert interest is not None
    assert {target for target in (ONE, TWO, SIXTEEN) if interest.asks_for(target)} == wanted
    assert interest.meets(with_targets(SIXTEEN)) is (SIXTEEN in wanted)
    assert interest.meets(with_targets(SIXTEEN, ONE)) is bool({SIXTEEN, ONE} & wanted)


def test_the_order_and_the_as_of_memberships_do_not_matter() -> None:
    """So that peers that ask for the same are of one group."""
    other_as = bytes((96, 0, 0, 0, 9)) + ONE
    assert interest_of([membership(TWO), other_as]) == interest_of([membership(ONE), membership(TWO)])


def test_the_difference_is_what_only_one_asks_for() -> None:
    """Routes that meet no part of it are alike to both."""
    one, both = interest_of([membership(ONE)]), interest_of([membership(ONE), membership(TWO), membership(ONE, 48)])
    assert one is not None
    assert both is not None
    assert one.difference(both) == both.difference(one) == Interest(frozenset({TWO}), frozenset({(48, 0x0002)}))


def test_families_of_vpns_go_by_route_targets() -> None:
    """The memberships themselves and what belongs to no VPN do not."""
    assert all(map(is_constrained, (IPV4_VPN, L2VPN_EVPN, Family(2, 134), Family(25, 65), Family(2, 5))))
    assert not any(map(is_constrained, (IPV4_UNICAST, IPV4_ROUTE_TARGET, IPV4_FLOWSPEC)))
