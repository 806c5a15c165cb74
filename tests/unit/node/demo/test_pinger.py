"""The pinger tells the truth about losses."""

import json
import signal
import sys

import pytest

from bgpkit_node.demo.pinger import Stream
from tests.support.netns import Namespace, Namespaces

PROGRAM = [sys.executable, "-P", "-m", "bgpkit_node.demo.pinger"]


def test_a_reply_counts_once() -> None:
    """A duplicate, and a reply to what was never sent, are no replies."""
    stream = Stream("192.0.2.1", sent=2, waiting={1: 10.0, 2: 11.0})
    for sequence in (1, 1, 7):
        stream.replied(sequence)
    assert (stream.received, stream.lost, stream.waiting) == (1, 0, {2: 11.0})


def test_what_waits_too_long_is_lost() -> None:
    """A ping without a reply counts as lost when its time is over, and a late reply does not change that."""
    stream = Stream("192.0.2.1", sent=2, waiting={1: 10.0, 2: 11.0})
    stream.expire(10.5)
    assert (stream.lost, stream.waiting) == (1, {2: 11.0})
    stream.replied(1)
    assert stream.summary() == {"target": "192.0.2.1", "sent": 2, "received": 0, "lost": 1}


@pytest.mark.netns
def test_one_round_tells_the_ttl_or_nothing(namespaces: Namespaces) -> None:
    """An address that answers has its TTL; one whose packets vanish, and one without a route, have none."""
    node = _lonely(namespaces)
    answer = node.run([*PROGRAM, "--once", "127.0.0.1", "198.51.100.1", "203.0.113.1"])
    assert json.loads(answer.stdout) == {"127.0.0.1": 64, "198.51.100.1": None, "203.0.113.1": None}


@pytest.mark.netns
def test_a_stream_counts_every_loss(namespaces: Namespaces) -> None:
    """Against a target that swallows all, every ping is lost; beside it none of a living one; sent is the sum."""
    node = _lonely(namespaces)
    process = node.popen([*PROGRAM, "--interval", "0.02", "127.0.0.1", "198.51.100.1", "203.0.113.1"])
    assert process.stdout is not None
    reports = [json.loads(process.stdout.readline()) for _ in range(3)]
    process.send_signal(signal.SIGTERM)
    reports += [json.loads(line) for line in process.stdout]
    assert [report["final"] for report in reports] == [False] * (len(reports) - 1) + [True]
    living, swallowed, unroutable = reports[-1]["streams"]
    assert living["sent"] == swallowed["sent"] == unroutable["sent"] > 20
    assert (living["received"], living["lost"]) == (living["sent"], 0)
    assert (swallowed["received"], swallowed["lost"]) == (0, swallowed["sent"])
    assert (unroutable["received"], unroutable["lost"]) == (0, unroutable["sent"])


@pytest.mark.netns
def test_a_loss_in_the_middle_is_seen(namespaces: Namespaces) -> None:
    """A route that is a blackhole for a while: some pings are lost, and exactly the others answered."""
    node = namespaces.node("pinger")
    process = node.popen([*PROGRAM, "--interval", "0.01", "127.0.0.2"])
    assert process.stdout is not None
    process.stdout.readline()
    node.ip("addr", "del", "127.0.0.1/8", "dev", "lo")
    node.ip("route", "add", "blackhole", "127.0.0.2/32")
    process.stdout.readline()
    node.ip("route", "del", "127.0.0.2/32")
    node.ip("addr", "add", "127.0.0.1/8", "dev", "lo")
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    (stream,) = [json.loads(line) for line in process.stdout][-1]["streams"]
    assert stream["lost"] > 0
    assert stream["received"] > 0
    assert stream["lost"] + stream["received"] == stream["sent"]


def _lonely(namespaces: Namespaces) -> Namespace:
    """Return a namespace in which 127.0.0.1 answers, 198.51.100.1 swallows, and nothing else has a route."""
    node = namespaces.node("pinger")
    node.ip("link", "add", "hole", "type", "veth", "peer", "name", "bottom")
    node.ip("addr", "add", "198.51.100.2/24", "dev", "hole")
    node.ip("link", "set", "hole", "up")
    node.ip("link", "set", "bottom", "up")
    node.ip("neigh", "add", "198.51.100.1", "lladdr", "02:00:00:00:00:01", "dev", "hole")
    return node
