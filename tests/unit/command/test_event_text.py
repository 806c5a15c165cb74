"""Events for people."""

from bgpkit.command.event_text import event_line

AT = "2026-01-02T12:00:00+00:00"


def test_an_event_is_a_line_with_its_facts() -> None:
    """What happened, to whom, and what there is to say of it; nothing that a terminal would obey."""
    assert event_line({"type": "peer-added", "peer": "a", "asn": 1, "at": AT})[10:] == "peer-added  a  asn 1"
    up = {"type": "peer-up", "peer": "a", "terms": {"peer_asn": 7, "hold_time": 90, "families": ["x", "y"]}, "at": AT}
    assert event_line(up)[10:] == "peer-up  a  AS 7, hold time 90 s, x, y"
    down = {"type": "peer-down", "peer": "a", "end": {"text": "gone\x1b"}, "seconds": 1.6, "kept": ["x"], "at": AT}
    assert event_line(down)[10:] == "peer-down  a  gone\\x1b  seconds 2  kept x"
    assert event_line({"type": "missed", "count": 7}) == "missed  count 7"
    assert (
        event_line({"type": "refresh-received", "peer": "a", "family": "x", "at": AT})[10:]
        == "refresh-received  a  family x"
    )
