"""Why we refuse what the peer sends, with what it says and what was expected."""

from dataclasses import replace

import pytest

from bgpkit import IPV6_UNICAST, PeerConfig
from bgpkit.speaker import Obstacle
from bgpkit.speaker.refusal_finding import finding_of_refusal
from bgpkit_fsm import BgpRole, MessageRefused, Notification, Open, RoleCapability
from tests.unit.speaker.ends import PEER, open_message

CUSTOMER = PeerConfig(address="192.0.2.7", asn=64513, role=BgpRole.CUSTOMER)


@pytest.mark.parametrize(
    ("subcode", "message", "config", "obstacle", "phrase"),
    [
        (1, open_message(version=3), PEER, Obstacle.PROTOCOL_ERROR, "the peer speaks BGP version 3, not 4"),
        (
            2,
            open_message(64999),
            PEER,
            Obstacle.WRONG_AS,
            "the peer says that it is AS 64999, but AS 64513 is configured for it here",
        ),
        (2, open_message(64513, my_as=0), PEER, Obstacle.WRONG_AS, "the peer gives AS 64513 and AS 0 in one OPEN"),
        (2, open_message(0), PEER, Obstacle.WRONG_AS, "the peer says that its AS number is 0"),
        (
            3,
            open_message(identifier="10.0.0.1"),
            PEER,
            Obstacle.IDENTIFIER_CLASH,
            "the peer has our own BGP Identifier, 10.0.0.1, in our own AS",
        ),
        (3, open_message(identifier="0.0.0.0"), PEER, Obstacle.IDENTIFIER_CLASH, "BGP Identifier is 0.0.0.0"),
        (6, open_message(hold_time=2), PEER, Obstacle.HOLD_TIME, "offers a hold time of 2 s"),
        (
            7,
            open_message(),
            replace(PEER, families=(IPV6_UNICAST,)),
            Obstacle.NO_COMMON_FAMILY,
            "no address family in common: we offer ipv6-unicast, the peer ipv4-unicast",
        ),
        (
            11,
            open_message(64513, RoleCapability(BgpRole.PEER)),
            CUSTOMER,
            Obstacle.ROLE_MISMATCH,
            "the peer says that it is peer, and we say that we are customer",
        ),
        (11, open_message(64513, RoleCapability(77)), CUSTOMER, Obstacle.ROLE_MISMATCH, "it is role 77,"),
        (11, open_message(), CUSTOMER, Obstacle.ROLE_MISMATCH, "the peer announces no BGP role, and we say"),
        (4, open_message(), PEER, Obstacle.PROTOCOL_ERROR, "we do not accept the peer's OPEN: OPEN version 4"),
    ],
)
def test_a_refused_open_names_both_sides(
    subcode: int, message: Open, config: PeerConfig, obstacle: Obstacle, phrase: str
) -> None:
    """The values that do not fit stand in the sentence."""
    found = finding_of_refusal(MessageRefused(Notification(2, subcode), open=message), config, "10.0.0.1")
    assert found.obstacle is obstacle
    assert phrase in found.phrase
    assert found.advice.endswith(".")


def test_other_messages_tell_what_the_decoder_said() -> None:
    """Or the name of the error, where it said nothing."""
    malformed = finding_of_refusal(MessageRefused(Notification(2, 0), "the OPEN is too short"), PEER, "10.0.0.1")
    assert "the peer's OPEN cannot be read: the OPEN is too short" in malformed.phrase
    header = finding_of_refusal(MessageRefused(Notification(1, 1)), PEER, "10.0.0.1")
    assert header.phrase.endswith("Message Header Error / Connection Not Synchronized")
