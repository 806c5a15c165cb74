"""MP_REACH_NLRI and MP_UNREACH_NLRI of a session's families."""

from ipaddress import IPv4Address, IPv6Address

from bgpkit.testing import strategies as bgp
from bgpkit.wire import AttributeCode, MpReach, PathNlri, UpdateContext, VpnAddress
from bgpkit_fsm import IPV4_FLOWSPEC, IPV4_UNICAST, IPV4_VPN, IPV6_UNICAST
from tests.unit.testing.strategies.drawn import drawn


def test_next_hops_are_those_that_a_family_may_have() -> None:
    """One or two addresses, of VPNs with a route distinguisher, IPv6 ones of IPv4 routes only when asked for."""
    forms = {tuple(map(type, hops)) for hops in drawn(bgp.next_hops(IPV6_UNICAST))}
    assert forms == {(IPv6Address,), (IPv6Address, IPv6Address)}
    assert {tuple(map(type, hops)) for hops in drawn(bgp.next_hops(IPV4_UNICAST))} == {(IPv4Address,)}
    extended = {tuple(map(type, hops)) for hops in drawn(bgp.next_hops(IPV4_UNICAST, extended=True))}
    assert extended == forms | {(IPv4Address,)}
    assert {type(hop) for hops in drawn(bgp.next_hops(IPV4_VPN)) for hop in hops} == {VpnAddress}
    assert set(drawn(bgp.next_hops(IPV4_FLOWSPEC), 10)) == {()}


def test_path_identifiers_are_those_of_the_sender() -> None:
    """Under ADD-PATH every route has one, without it none."""
    families = frozenset({IPV4_UNICAST})
    for sends in (frozenset[object](), families):
        context = UpdateContext(
            families=families, four_octet_as=True, internal=True, add_path_send=families if sends else frozenset()
        )
        found = drawn(bgp.attribute_values(AttributeCode.MP_REACH_NLRI, context), 50)
        kinds = {isinstance(each, PathNlri) for value in found if isinstance(value, MpReach) for each in value.nlri}
        assert kinds == {bool(sends)}


def test_routes_are_told_once() -> None:
    """As many as were asked for."""
    found = drawn(bgp.routes(IPV4_UNICAST, add_path=False, min_size=2, max_size=3))
    assert {len(each) for each in found} == {2, 3}
    assert all(len(set(each)) == len(each) for each in found)
