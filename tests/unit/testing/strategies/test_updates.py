"""UPDATEs with routes in the body and in the MP attributes."""

from bgpkit.testing import strategies as bgp
from bgpkit.wire import AttributeCode, UpdateContext
from bgpkit_fsm import IPV6_UNICAST
from tests.unit.testing.strategies.drawn import drawn


def test_updates_come_in_all_forms() -> None:
    """Routes come, go, both, neither; in the body, beside it; End-of-RIB."""
    found = drawn(bgp.update_messages(), 150)
    assert {bool(each.nlri) for each in found} == {bool(each.withdrawn) for each in found} == {True, False}
    forms = {(bool(each.announced), bool(each.unreachable)) for each in found}
    assert forms == {(True, True), (True, False), (False, True), (False, False)}
    families = {family for each in found for family, _ in (*each.announced, *each.unreachable)}
    assert len(families) > 9
    assert len({each.end_of_rib for each in found}) > 1
    orders = {tuple(attribute.code for attribute in each.attributes) for each in found}
    assert any(order != tuple(sorted(order)) for order in orders)


def test_routes_that_come_have_what_they_need() -> None:
    """ORIGIN and AS_PATH, and NEXT_HOP for those of the body. RFC 4271, section 6.3."""
    for message in drawn(bgp.update_messages(), 150):
        codes = {attribute.code for attribute in message.attributes}
        if message.announced:
            assert {AttributeCode.ORIGIN, AttributeCode.AS_PATH} <= codes
        assert bool(message.nlri) <= (AttributeCode.NEXT_HOP in codes)


def test_only_families_of_the_session_are_drawn() -> None:
    """The body is empty where IPv4 unicast is not among them; without any family there is nothing but attributes."""
    context = UpdateContext(families=frozenset({IPV6_UNICAST}), four_octet_as=True, internal=False)
    for message in drawn(bgp.update_messages(context), 100):
        assert not message.nlri
        assert not message.withdrawn
        assert {family for family, _ in (*message.announced, *message.unreachable)} <= {IPV6_UNICAST}
    nothing = UpdateContext(families=frozenset(), four_octet_as=True, internal=False)
    assert not any(message.announced or message.unreachable for message in drawn(bgp.update_messages(nothing), 50))
