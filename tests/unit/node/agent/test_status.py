"""The rows of a status answer: words, and times as operators know them. walkthrough 14."""

from datetime import UTC, datetime, timedelta

import pytest

from bgpkit import IPV4_UNICAST, PeerStatus, State
from bgpkit_node.agent.status import down_row, peer_row, prefixes_sent, service_status
from bgpkit_node.errors import DatastoreError
from bgpkit_node.peering import Peering, PeeringKind
from bgpkit_node.running import RunningNode
from tests.support.running_nodes import DOWN, UP, looked_at

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


async def test_a_row_says_why_and_what_to_do() -> None:
    """In the speaker's own sentences; without them the fields are empty."""
    async with looked_at() as agent:
        speaker = agent.serving.speaker
        (down,) = [peer for peer in speaker.peers() if peer.address == DOWN]
        why = speaker.explain_peer(DOWN)
        row = peer_row(down, agent.serving.peerings[DOWN], why, lingering=False, now=NOW)
        assert (row["why"], row["advice"]) == (why.sentence, why.advice)
        assert DOWN in str(row["why"])
    assert peer_row(_status(), None, lingering=False, now=NOW)["why"] == ""


async def test_a_row_tells_the_facts_of_the_session() -> None:
    """What has come, what has gone, what the peer is capable of, and why the last attempt failed."""
    async with looked_at() as agent:
        speaker = agent.serving.speaker
        up, down = speaker.peers()
        sent = [await prefixes_sent(speaker, peer) for peer in (up, down)]
        rows = [
            peer_row(peer, None, lingering=False, now=NOW, sent=count)
            for peer, count in zip((up, down), sent, strict=True)
        ]
    assert [(row["prefixes_received"], row["prefixes_sent"]) for row in rows] == [(2, 1), (0, 0)]
    assert (rows[0]["identifier"], rows[0]["hold_time"], rows[0]["families"]) == (UP, 90, ["ipv4-unicast"])
    capabilities = str(rows[0]["capabilities"])
    assert all(f"'{name}" in capabilities for name in ("route-refresh", "graceful-restart", "four-octet-as"))
    assert "refused" in str(rows[1]["last_error"])


async def test_a_service_manager_is_told_in_one_line() -> None:
    """How many sessions are up, and an outage of the datastore."""
    assert service_status(RunningNode(name="a")) == "starting"
    async with looked_at() as agent:
        assert service_status(agent.running) == "1 of 2 sessions Established"
        agent.running.outages.began("resources", DatastoreError("etcd does not answer"))
        assert service_status(agent.running) == "1 of 2 sessions Established; etcd does not answer"
        await agent.serving.sessions.follow((), agent.terms, frozenset({"a"}))
        agent.running.outages.over("resources")
        assert service_status(agent.running) == "no peers"


def test_a_session_that_cannot_be_has_a_row_with_the_reason() -> None:
    """The same fields as others have, so that whoever reads rows needs to know no other kind."""
    peering = _peering(PeeringKind.GLOBAL)
    row = down_row(peering, "password /etc/x cannot be read")
    other = peer_row(_status(), peering, lingering=False, now=NOW)
    assert row.keys() == other.keys()
    assert (row["address"], row["type"], row["state"]) == (peering.address, "global", "start")
    assert row["info"] == "Idle password /etc/x cannot be read"
    assert row["why"] == "password /etc/x cannot be read"
