"""What a NOTIFICATION of the peer's means, and what is to be done."""

import pytest

from bgpkit.speaker import Obstacle
from bgpkit.speaker.notification_finding import finding_of_notification
from bgpkit.speaker.peer_obstacle import Finding
from bgpkit_fsm import CeaseSubcode, ErrorCode, Notification, OpenSubcode
from tests.unit.speaker.ends import PEER


def finding(notification: Notification) -> Finding:
    """Return what a NOTIFICATION means to AS 64512."""
    return finding_of_notification(notification, PEER, 64512, "10.0.0.1")


@pytest.mark.parametrize(
    ("notification", "obstacle", "phrase"),
    [
        (Notification(2, 2), Obstacle.WRONG_AS, "the peer refuses our AS number 64512: it expects another one"),
        (Notification(2, 3), Obstacle.IDENTIFIER_CLASH, "the peer refuses our BGP Identifier 10.0.0.1"),
        (Notification(2, 6), Obstacle.HOLD_TIME, "the peer refuses our hold time of 90 s"),
        (Notification(2, 7), Obstacle.CAPABILITY, "we offer ipv4-unicast"),
        (Notification(2, 11), Obstacle.ROLE_MISMATCH, "roles do not correspond"),
        (Notification(2, 99), Obstacle.PROTOCOL_ERROR, "the peer cannot accept our OPEN"),
        (Notification(4), Obstacle.HOLD_TIMER_EXPIRED, "the peer heard nothing from us for its hold time"),
        (Notification(8), Obstacle.SEND_HOLD_TIMER_EXPIRED, "could not send us anything"),
        (Notification(6, 1), Obstacle.TOO_MANY_ROUTES, "more routes from us than it allows"),
        (Notification.shutdown("lunch"), Obstacle.SHUT_DOWN, "Administrative Shutdown: 'lunch'"),
        (Notification(6, 3), Obstacle.REJECTED, "removed us from its configuration"),
        (Notification(6, 5), Obstacle.REJECTED, "the peer rejects the connection"),
        (Notification(6, 7), Obstacle.COLLISION, "the other of two connections"),
        (Notification(6, 10), Obstacle.BFD_DOWN, "BFD"),
        (Notification(6, 77), Obstacle.RESET, "the peer has ended the session"),
        (Notification.hard_reset(Notification(6, 1)), Obstacle.TOO_MANY_ROUTES, "Hard Reset (Cease / Maximum"),
        (Notification(3, 5), Obstacle.PROTOCOL_ERROR, "UPDATE of ours"),
        (Notification(200, 1), Obstacle.PROTOCOL_ERROR, "a reason that is not known here"),
    ],
)
def test_each_notification_has_its_meaning(notification: Notification, obstacle: Obstacle, phrase: str) -> None:
    """With the facts of ours that the peer objects to."""
    found = finding(notification)
    assert found.obstacle is obstacle
    assert phrase in found.phrase


def test_every_code_of_the_registry_has_a_phrase_of_its_own() -> None:
    """With its name at the end, and no placeholder left."""
    codes = [Notification(ErrorCode.CEASE, each) for each in CeaseSubcode]
    codes += [Notification(ErrorCode.OPEN_MESSAGE_ERROR, each) for each in OpenSubcode]
    codes += [Notification(each) for each in ErrorCode]
    for notification in codes:
        phrase = finding(notification).phrase
        assert phrase.endswith(f"(NOTIFICATION {notification})")
        assert "{" not in phrase
