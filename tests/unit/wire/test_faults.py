"""Faults are ordered, and become the NOTIFICATION that says them."""

from bgpkit.wire import AttributeFault, FaultAction
from bgpkit.wire.faults import reset
from bgpkit_fsm import Notification


def test_actions_are_ordered_by_strength() -> None:
    """RFC 7606, section 2 lists them from session reset down."""
    assert FaultAction.DISCARD < FaultAction.WITHDRAW < FaultAction.DISABLE < FaultAction.RESET


def test_a_fault_can_reset_the_session() -> None:
    """Code 3, the fault's subcode and the attribute."""
    fault = AttributeFault(FaultAction.WITHDRAW, 8, "COMMUNITIES of 3 octets", "RFC 7606, section 7.8", 5, b"abc")
    error = fault.error()
    assert str(error) == "COMMUNITIES of 3 octets"
    assert error.notification == Notification(3, 5, b"abc")


def test_data_stays_within_a_notification() -> None:
    """An attribute of an extended message may be longer than a NOTIFICATION."""
    assert len(reset("long", 5, bytes(65000), section="RFC 4271, section 6.3").notification.data) == 4096 - 21
