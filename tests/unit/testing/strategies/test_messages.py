"""Messages of all types."""

from bgpkit.testing import strategies as bgp
from bgpkit.wire import UpdateMessage
from bgpkit_fsm import Keepalive, Notification, Open, RouteRefresh
from tests.unit.testing.strategies.drawn import drawn


def test_messages_are_of_all_types() -> None:
    """Whatever the session."""
    kinds = {type(each) for each in drawn(bgp.messages(bgp.SESSION))}
    assert kinds == {Open, Keepalive, Notification, RouteRefresh, UpdateMessage}
    assert {type(each) for each in drawn(bgp.keepalives())} == {Keepalive}


def test_opens_come_in_all_forms() -> None:
    """Without capabilities, in one parameter and in several, short and extended. RFC 5492; RFC 9072."""
    found = drawn(bgp.opens(), 150)
    assert {bool(each.capabilities) for each in found} == {True, False}
    assert {len(each.capability_groups) for each in found} > {0, 2}
    assert {each.extended_parameters for each in found} == {True, False}
    assert not {each.hold_time for each in found} & {1, 2}
    assert all(each.my_as and int(each.bgp_identifier) for each in found)


def test_notifications_have_communications() -> None:
    """Some have one, and some have codes that nobody has defined. RFC 9003."""
    found = drawn(bgp.notifications(), 150)
    assert any(each.shutdown_communication for each in found)
    assert max(each.code for each in found) > 20


def test_only_requests_have_filters() -> None:
    """Beginning and End of Route Refresh are four octets. RFC 7313, section 5."""
    found = drawn(bgp.route_refreshes(), 150)
    assert {0, 1, 2} < {each.subtype for each in found}
    assert not any(each.orf for each in found if each.subtype in {1, 2})
    assert any(each.orf for each in found)
