"""RFC 7911, section 4: the ADD-PATH capability, and section 5: what two of them agree on."""

from dataclasses import replace

import pytest

from bgpkit.wire import decode_capabilities
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV4_VPN,
    IPV6_UNICAST,
    AddPathCapability,
    AddPathMode,
    Capability,
    MultiprotocolCapability,
    Negotiated,
    UnknownCapability,
    negotiate,
)
from tests.unit.fsm.sessions import CONFIG, remote_open

FAMILIES = (MultiprotocolCapability(IPV4_UNICAST), MultiprotocolCapability(IPV6_UNICAST))
BOTH = AddPathCapability(((IPV4_UNICAST, AddPathMode.BOTH), (IPV6_UNICAST, AddPathMode.BOTH)))


def _terms(*theirs: Capability) -> Negotiated:
    return negotiate(replace(CONFIG, capabilities=(*FAMILIES, BOTH)).open, remote_open(*FAMILIES, *theirs))


@pytest.mark.rfc("7911", "4")
def test_a_capability_has_tuples_of_four_octets() -> None:
    """AFI, SAFI and Send/Receive: 1 receives, 2 sends, 3 does both."""
    assert decode_capabilities(bytes.fromhex("45 0c 0001 01 01 0002 01 02 0001 80 03")) == (
        AddPathCapability(
            (
                (IPV4_UNICAST, AddPathMode.RECEIVE),
                (IPV6_UNICAST, AddPathMode.SEND),
                (IPV4_VPN, AddPathMode.BOTH),
            )
        ),
    )


@pytest.mark.rfc("7911", "4")
@pytest.mark.parametrize("mode", [0, 4, 255])
def test_with_another_value_the_capability_is_not_understood(mode: int) -> None:
    """It should be ignored as a whole, the family with a good value, too."""
    octets = bytes.fromhex("45 08 0001 01 03 0002 01") + bytes((mode,))
    assert decode_capabilities(octets) == (UnknownCapability(69, octets[2:]),)
    assert _terms(*decode_capabilities(octets)).add_path_receive == frozenset()


@pytest.mark.rfc("7911", "4")
def test_several_capabilities_are_read_as_one() -> None:
    """A speaker MUST put all families into one instance; of one that did not, all are taken."""
    four = AddPathCapability(((IPV4_UNICAST, AddPathMode.SEND),))
    six = AddPathCapability(((IPV6_UNICAST, AddPathMode.BOTH),))
    terms = _terms(four, six)
    assert terms.add_path_receive == {IPV4_UNICAST, IPV6_UNICAST}
    assert terms.add_path_send == {IPV6_UNICAST}


@pytest.mark.rfc("7911", "4")
def test_of_two_entries_for_a_family_the_later_counts() -> None:
    """The RFC does not say; within a capability and across several, what was said last is meant."""
    within = AddPathCapability(((IPV4_UNICAST, AddPathMode.BOTH), (IPV4_UNICAST, AddPathMode.SEND)))
    across = (BOTH, AddPathCapability(((IPV4_UNICAST, AddPathMode.SEND),)))
    assert IPV4_UNICAST not in _terms(within).add_path_send
    assert _terms(*across).add_path_send == {IPV6_UNICAST}


@pytest.mark.rfc("7911", "5")
def test_several_paths_are_sent_to_whoever_receives_them() -> None:
    """A speaker MUST have announced 2 or 3 and MUST have received 1 or 3 for the family."""
    receiver = AddPathCapability(((IPV4_UNICAST, AddPathMode.RECEIVE),))
    assert _terms(receiver).add_path_send == {IPV4_UNICAST}
    assert _terms(receiver).add_path_receive == frozenset()
    assert _terms().add_path_send == frozenset()
