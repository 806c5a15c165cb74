"""The text of a peer's explanation."""

from bgpkit.speaker import Obstacle, PastEnd, PeerExplanation, SessionEnd, SessionTerms, TcpCounters
from bgpkit_fsm import Slot, State, TransportFailed, negotiate
from tests.unit.speaker.ends import NOW, open_message, reason

TERMS = SessionTerms.of(
    negotiate(open_message(64512), open_message(64513)),
    local_address="192.0.2.1",
    remote_address="192.0.2.7",
    opened_by_us=False,
)


def explanation(terms: SessionTerms | None, *ends: PastEnd) -> PeerExplanation:
    """Return an explanation."""
    return PeerExplanation(
        peer="192.0.2.7",
        state=State.IDLE,
        obstacle=Obstacle.NO_ANSWER,
        sentence="192.0.2.7 is not Established (Idle): nobody answers.",
        advice="" if terms is not None else "See whether it is up.",
        since=NOW,
        failures=2,
        terms=terms,
        ends=ends,
        refused_open=None if terms is not None else open_message(64999),
        dropped=TcpCounters(),
    )


def test_the_text_tells_the_sentence_the_advice_and_what_happened() -> None:
    """A line each."""
    closed = SessionEnd.of(reason(TransportFailed("the peer closed the connection"), slot=Slot.INCOMING))
    session = SessionEnd.of(reason(None, slot=Slot.OUTGOING))
    told = explanation(
        None, PastEnd(end=closed, at=NOW, established=False), PastEnd(end=session, at=NOW, established=True)
    )
    assert str(told).splitlines() == [
        "192.0.2.7 is not Established (Idle): nobody answers.",
        "See whether it is up.",
        "Attempt ended at 2026-01-31 12:00:00 UTC on a connection of the peer's: the end.",
        "Session ended at 2026-01-31 12:00:00 UTC on a connection of ours: the end.",
        f"The peer's OPEN: {open_message(64999)}.",
    ]


def test_the_text_of_a_session_tells_its_terms() -> None:
    """Both ends, both AS numbers, both OPENs."""
    assert str(explanation(TERMS)).splitlines()[1:] == [
        "From 192.0.2.1 to 192.0.2.7; the peer connected.",
        "AS 64512 (identifier 10.0.0.7), AS 64513 (10.0.0.7).",
        "Families ipv4-unicast; hold time 90 s.",
        "We announced: multiprotocol ipv4-unicast, four-octet-as 64512.",
        "The peer announced: multiprotocol ipv4-unicast, four-octet-as 64513.",
    ]
