"""A speaker and its peers for people."""

from datetime import UTC, datetime, timedelta

import pytest

from bgpkit.command.speaker_text import cache_text, now, peer_facts, peer_row, since, status_facts

NOW = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
PEER: dict[str, object] = {
    "address": "192.0.2.2",
    "asn": 64513,
    "state": "established",
    "since": "2026-01-02T11:00:00+00:00",
    "bgp_identifier": "192.0.2.9",
    "local_address": "192.0.2.1",
    "families": ["ipv4-unicast", "ipv6-unicast"],
    "hold_time": 90,
    "prefixes_received": 7,
    "octets_received": 100,
    "octets_sent": 200,
    "stale": [],
    "established_count": 2,
    "last_error": "the hold timer ran out",
    "description": "transit",
}
DOWN = {**PEER, "state": "active", "prefixes_received": 0}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0s"), (42, "42s"), (187, "3m07s"), (3600, "1h00m"), (18_720, "5h12m"), (86_400 * 9 + 4 * 3600, "9d04h")],
)
def test_times_are_told_in_two_units(seconds: int, text: str) -> None:
    """At most; a clock that was set back is no reason to fail."""
    assert since((NOW - timedelta(seconds=seconds)).isoformat(), NOW) == text


def test_a_row_tells_what_matters_of_a_peer() -> None:
    """Its description while it is up, else why it is not."""
    assert peer_row(PEER, NOW) == ("192.0.2.2", "64513", "established", "1h00m", "7", "transit")
    assert peer_row(DOWN, NOW) == ("192.0.2.2", "64513", "active", "1h00m", "-", "the hold timer ran out")
    assert peer_row({**DOWN, "last_error": "", "prefixes_received": 3}, NOW)[4:] == ("3", "transit")


def test_facts_tell_all_of_a_peer() -> None:
    """What a session has, only while there is one."""
    up, down = dict(peer_facts(PEER, NOW)), dict(peer_facts(DOWN, NOW))
    assert (up["state"], up["hold time"], up["octets"]) == ("established, for 1h00m", "90 s", "100 received, 200 sent")
    assert up["families"] == "ipv4-unicast, ipv6-unicast"
    assert (down["hold time"], down["octets"]) == ("", "")


def test_status_tells_who_how_long_and_how_many() -> None:
    """What a program adds, too."""
    status: dict[str, object] = {
        "version": "1",
        "asn": 64512,
        "bgp_identifier": "192.0.2.1",
        "listen": [],
        "started": "2026-01-02T11:59:00+00:00",
        "peers": 2,
        "peers_established": 1,
        "routes": {"ipv4-unicast": 1, "ipv6-unicast": 2},
        "pid": 9,
        "rpki": [{"cache": "a:323", "state": "ready", "roas": 5, "serving": True, "problem": ""}],
    }
    assert dict(status_facts(status, NOW)) == {
        "speaker": "AS 64512, BGP Identifier 192.0.2.1, bgpkit 1",
        "running": "1m00s, process 9",
        "listening": "no",
        "configuration": "",
        "last reload": "",
        "peers": "1 of 2 established",
        "ipv4-unicast": "1 route",
        "ipv6-unicast": "2 routes",
        "rpki cache": "a:323: ready, 5 ROAs, in use",
        "kernel": "",
    }
    bare = dict(status_facts({**status, "pid": None, "rpki": None, "routes": None}, NOW))
    assert bare["running"] == "1m00s"


def test_a_cache_tells_its_problem() -> None:
    """Behind its state."""
    cache: dict[str, object] = {"cache": "a:323", "state": "closed", "roas": 0, "serving": False, "problem": "refused"}
    assert cache_text(cache) == "a:323: closed, 0 ROAs; refused"
    assert now().tzinfo is UTC
