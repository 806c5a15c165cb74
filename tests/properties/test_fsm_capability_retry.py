"""Laws of a peer whose OPENs are refused for their capabilities."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.wire import encode_capability
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    Capability,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    FourOctetAsCapability,
    GracefulRestartCapability,
    KeepaliveReceived,
    MultiprotocolCapability,
    Notification,
    NotificationReceived,
    Open,
    OpenReceived,
    Peer,
    RouteRefreshCapability,
    Slot,
    Started,
    Timer,
    TransportOpened,
    UnknownCapability,
    families_of,
)
from tests.unit.fsm.driver import CheckingDriver
from tests.unit.fsm.sessions import CONFIG, LOCAL_ASN, REMOTE_OPEN, sent

_ALL: tuple[Capability, ...] = (
    MultiprotocolCapability(IPV4_UNICAST),
    MultiprotocolCapability(IPV6_UNICAST),
    RouteRefreshCapability(),
    EnhancedRouteRefreshCapability(),
    ExtendedMessageCapability(),
    FourOctetAsCapability(LOCAL_ASN),
    GracefulRestartCapability(),
    UnknownCapability(200, b"\1"),
)
_MANNERS = ("names all", "names one", "names none", "knows no parameters")


def _refusal(refused: list[Capability], manner: str) -> Notification:
    """Return how the peer refuses capabilities, by its manners."""
    named = {"names all": refused, "names one": refused[:1]}.get(manner, [])
    subcode = 4 if manner == "knows no parameters" else 7
    return Notification(2, subcode, b"".join(map(encode_capability, named)))


@settings(deadline=None)
@given(
    offered=st.lists(st.sampled_from(_ALL), unique=True).map(tuple),
    liked=st.sets(st.sampled_from(_ALL)),
    manner=st.sampled_from(_MANNERS),
)
def test_a_fussy_peer_gets_a_session_after_few_attempts_or_is_damped(
    offered: tuple[Capability, ...], liked: set[Capability], manner: str
) -> None:
    """Each refusal leaves something out, so that at most as many attempts as capabilities fail without damping.

    Nothing is ever offered that was not configured, no family among it.
    """
    driver = CheckingDriver(Peer(replace(CONFIG, capabilities=offered)))
    driver.give(Started())
    families = set(families_of(driver.peer.config.open))
    for _ in range(len(offered) + 1):
        (message,) = sent(driver.give(TransportOpened()))
        assert isinstance(message, Open)
        assert set(message.capabilities) <= {*offered}
        assert set(families_of(message)) <= families
        refused = [c for c in message.capabilities if c not in liked or manner == "knows no parameters"]
        if not refused:
            same = tuple(c for c in message.capabilities if isinstance(c, MultiprotocolCapability))
            driver.give(OpenReceived(replace(REMOTE_OPEN, capabilities=same)))
            driver.give(KeepaliveReceived())
            assert driver.peer.session_slot is Slot.OUTGOING
            return
        driver.give(NotificationReceived(_refusal(refused, manner)))
        assert driver.timers == {(Slot.OUTGOING, Timer.IDLE_HOLD): 1}
        if not driver.peer.admits_incoming:
            assert not driver.peer.withheld, "damped: the next time everything is offered again"
            return
        driver.expire(Slot.OUTGOING, Timer.IDLE_HOLD)
    raise AssertionError("more refusals than there are capabilities")
