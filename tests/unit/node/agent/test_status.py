"""The rows of a status answer: words, and times as operators know them. walkthrough 14."""

from datetime import UTC, datetime, timedelta

import pytest

from bgpkit import IPV4_UNICAST, PeerStatus, State
from bgpkit_node.agent.status import peer_row
from bgpkit_node.peering import Peering, PeeringKind

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def _status(state: State = State.ESTABLISHED, *, age: timedelta = timedelta(0), error: str = "") -> PeerStatus:
    return PeerStatus(
        address="10.4.7.12",
        asn=63400,
        state=state,
        since=NOW - age,
        bgp_identifier="10.4.7.12",
        local_address="10.4.7.11",
        families=(IPV4_UNICAST,),
        hold_time=90,
        prefixes_received=3,
        octets_received=0,
        octets_sent=0,
        stale=(),
        established_count=1,
        last_error=error,
        description="k8s-node1",
    )


def _peering(kind: PeeringKind) -> Peering:
    return Peering(address="10.4.7.12", port=179, asn=63400, kind=kind, node="k8s-node1", client=False, resource="")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (PeeringKind.MESH, "node-to-node mesh"),
        (PeeringKind.NODE, "node specific"),
        (PeeringKind.GLOBAL, "global"),
    ],
)
def test_an_established_session_is_up(kind: PeeringKind, words: str) -> None:
    """Its type is said in the words that the table prints; what ended an earlier session does not matter."""
    row = peer_row(_status(error="reset"), _peering(kind), lingering=False, now=NOW)
    assert (row["type"], row["state"], row["info"], row["node"]) == (words, "up", "Established", "k8s-node1")
    assert (row["address"], row["asn"], row["local_address"], row["prefixes_received"]) == (
        "10.4.7.12",
        63400,
        "10.4.7.11",
        3,
    )


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (State.IDLE, "Idle"),
        (State.CONNECT, "Connect"),
        (State.ACTIVE, "Active"),
        (State.OPEN_SENT, "OpenSent"),
        (State.OPEN_CONFIRM, "OpenConfirm"),
    ],
)
def test_any_other_state_is_start_with_the_reason(state: State, word: str) -> None:
    """The state's name, then why there is no session, if that is known."""
    silent = peer_row(_status(state), None, lingering=False, now=NOW)
    assert (silent["state"], silent["info"], silent["type"]) == ("start", word, "")
    row = peer_row(_status(state, error="Connection refused"), None, lingering=False, now=NOW)
    assert row["info"] == f"{word} Connection refused"


def test_since_is_a_time_for_twenty_hours_and_then_a_date() -> None:
    """In the machine's own time zone."""
    for age, written in (
        (timedelta(0), "%H:%M:%S"),
        (timedelta(hours=20) - timedelta(seconds=1), "%H:%M:%S"),
        (timedelta(hours=20), "%Y-%m-%d"),
        (timedelta(days=400), "%Y-%m-%d"),
    ):
        row = peer_row(_status(age=age), None, lingering=False, now=NOW)
        assert row["since"] == (NOW - age).astimezone().strftime(written)


def test_a_lingering_session_says_so() -> None:
    """It is still up, and of its former type."""
    row = peer_row(_status(), _peering(PeeringKind.MESH), lingering=True, now=NOW)
    assert (row["lingering"], row["type"]) == (True, "node-to-node mesh")
