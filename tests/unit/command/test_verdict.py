"""A message and the verdict on it."""

import pytest

from bgpkit.command.assumptions import Assumptions
from bgpkit.command.verdict import Judged, judge
from bgpkit.wire import FaultAction, UpdateMessage
from tests.unit.command.messages import CEASE, FATAL, FAULTY, KEEPALIVE, PLAIN, message


def judged(octets: bytes) -> Judged:
    """Return the verdict under the usual terms."""
    return judge(Assumptions().codec(), octets)


@pytest.mark.parametrize(
    ("octets", "kind"),
    [(KEEPALIVE, "KEEPALIVE"), (PLAIN, "UPDATE"), (CEASE, "NOTIFICATION"), (message(5, b"\0\1\0\1"), "ROUTE-REFRESH")],
)
def test_a_good_message_has_no_action(octets: bytes, kind: str) -> None:
    """Type and octets are kept, no fault is found."""
    found = judged(octets)
    assert (found.type, found.octets, found.action, found.faults, found.notification) == (kind, octets, None, (), None)
    assert found.message is not None


@pytest.mark.rfc("7606", "7.8")
def test_faults_that_the_session_survives_come_with_the_message() -> None:
    """COMMUNITIES of 3 octets are treat-as-withdraw; section and octets are there."""
    found = judged(FAULTY)
    (fault,) = found.faults
    assert isinstance(found.message, UpdateMessage)
    assert found.action is FaultAction.WITHDRAW
    assert (fault.section, fault.octets.hex()) == ("RFC 7606, section 7.8", "c00803010203")
    assert found.notification is None


@pytest.mark.parametrize(
    ("octets", "section", "codes"),
    [
        (FATAL, "RFC 7606, section 5.3", (3, 10)),
        (message(7, b"ab"), "RFC 4271, section 6.1", (1, 3)),
        (message(4, b"\0"), "RFC 4271, section 6.1", (1, 2)),
        (message(3, b"\6"), "RFC 4271, section 6.1", (1, 2)),
        (message(1, bytes((3,)) + bytes(9)), "RFC 4271, section 6.2", (2, 1)),
        (message(5, b"\0\1\1\1\0"), "RFC 7313, section 5", (7, 1)),
    ],
    ids=["prefix", "type", "length", "notification", "version", "refresh"],
)
def test_a_session_reset_has_section_and_notification(octets: bytes, section: str, codes: tuple[int, int]) -> None:
    """Codes are those of RFC 4271, sections 6.1 to 6.3, and RFC 7313, section 5."""
    found = judged(octets)
    assert (found.message, found.action) == (None, FaultAction.RESET)
    assert [fault.section for fault in found.faults] == [section]
    assert found.notification is not None
    assert (found.notification.code, found.notification.subcode) == codes


def test_what_was_only_ignored_is_no_action() -> None:
    """An UPDATE of a family that is not known stays accepted; the fault is told all the same."""
    unknown = bytes.fromhex("800f03 00c8 01".replace(" ", ""))
    found = judged(message(2, b"\0\0" + len(unknown).to_bytes(2, "big") + unknown))
    assert [fault.action for fault in found.faults] == [FaultAction.IGNORE]
    assert found.action is None
