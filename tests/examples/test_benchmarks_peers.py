"""The benchmark beside other daemons: its feeder and sinks say and read what others do, and it runs."""

import json
import struct
import subprocess
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from benchmarks._peers_daemon import Settings
from benchmarks._peers_daemons_others import Bird
from benchmarks._peers_feed import BOGONS, Feed, distinct_prefixes, make_feed
from benchmarks._peers_octets import (
    CLUSTER_LIST,
    COMMUNITIES,
    IPV4,
    IPV6,
    LARGE_COMMUNITIES,
    ORIGINATOR_ID,
    UPDATE,
    Family,
    announcement,
    attribute,
    attributes_of,
    keys_of,
    message,
)
from benchmarks._peers_tracking import ABSENT, Goal, Sink, numbered, rivals_won
from bgpkit_setup.packages import Package
from tests.support.skips import has_package
from tests.support.sources import PROJECT
from tests.support.tshark import read_fields, read_layers, texts

PROGRAM = PROJECT / "benchmarks" / "peers.py"
CLUSTER = ip_address("10.200.0.99").packed
ORIGINATOR = ip_address("10.201.0.1").packed
HOP = "10.200.0.11"

pytestmark = pytest.mark.timeout(120)


def feed_of(count: int, family: Family = IPV4, seed: int = 1, hop: str = HOP) -> Feed:
    """Return a small feed."""
    return make_feed(distinct_prefixes(family, count), family, hop, seed=seed)


def reflected(feed: Feed, **changed: bytes) -> bytes:
    """Return what a reflector makes of a feed; ``changed`` names one attribute by its code, ``a2``, and its value."""
    octets = b""
    for (start, stop), block in zip(feed.groups, feed.blocks, strict=True):
        values = {**attributes_of(block), ORIGINATOR_ID: ORIGINATOR, CLUSTER_LIST: CLUSTER}
        values |= {int(name[1:]): value for name, value in changed.items()}
        whole = b"".join(attribute(code, value) for code, value in sorted(values.items()))
        octets += announcement(whole, feed.keys[start:stop], feed.family, feed.next_hop)
    return octets


def sink_after(goal: Goal, *reads: bytes) -> Sink:
    """Return a sink that has got octets, those of the second read at second 2 and so on."""
    sink = Sink(goal)
    for time, octets in enumerate(reads, 1):
        sink.take(time, octets)
    while sink.unread:
        sink.read()
    return sink


def all_of(feed: Feed) -> Goal:
    """Return the goal of everything."""
    return Goal(numbered(feed.keys), b"\1" * len(feed.keys), [feed])


def test_the_feed_is_as_a_full_table_is() -> None:
    """61.6 % of the prefixes are /24, 4.2 share a block; attributes are as frequent as they are to be; no bogons."""
    feed = feed_of(40_000)
    networks = [ip_network((bytes(key[1:]).ljust(4, b"\0"), key[0])) for key in feed.keys]
    assert len(set(feed.keys)) == 40_000
    assert mean(net.prefixlen == 24 for net in networks) == pytest.approx(0.616, abs=0.01)
    assert mean(stop - start for start, stop in feed.groups) == pytest.approx(4.2, abs=0.1)
    assert len(set(feed.blocks)) == len(feed.blocks)
    values = [attributes_of(block) for block in feed.blocks]
    shares = [mean(code in each for each in values) for code in (4, 7, COMMUNITIES, LARGE_COMMUNITIES)]
    assert shares == pytest.approx([0.30, 0.08, 0.75, 0.10], abs=0.02)
    bogons = [ip_network(text) for text in BOGONS]
    assert not [net for net in networks[:3000] for bogon in bogons if net.network_address in bogon]


@pytest.mark.parametrize(("family", "hop"), [(IPV4, HOP), (IPV6, "2001:db8:200::11")], ids=("ipv4", "ipv6"))
def test_tshark_reads_the_prefixes_that_are_fed(tmp_path: Path, family: Family, hop: str) -> None:
    """Prefixes and next hops are, to tshark, those that the sink looks for."""
    feed = feed_of(300, family, hop=hop)
    name = "bgp.nlri_prefix" if family is IPV4 else "bgp.mp_reach_nlri_ipv6_prefix"
    width = 4 if family is IPV4 else 16
    expected = [str(ip_address(bytes(key[1:]).ljust(width, b"\0"))) for key in feed.keys]
    assert [text for layer in read_layers(tmp_path, feed.stream()) for text in texts(layer, name)] == expected


def test_tshark_reads_what_is_withdrawn(tmp_path: Path) -> None:
    """Packed, a few UPDATEs withdraw everything; otherwise each withdraws one prefix."""
    feed = feed_of(2000)
    expected = [str(ip_address(bytes(key[1:]).ljust(4, b"\0"))) for key in feed.keys]
    layers = read_layers(tmp_path, feed.withdrawn())
    assert [text for layer in layers for text in texts(layer, "bgp.withdrawn_prefix")] == expected
    assert len(layers) == 2
    single = feed.withdrawn(packed=False)
    assert len(single) == 2000 * 23 + sum(map(len, feed.keys))
    (fields,) = read_fields(tmp_path, [single[: 23 + len(feed.keys[0])]], ["bgp.withdrawn_prefix"])
    assert fields == {"bgp.withdrawn_prefix": (expected[0],)}


def test_a_sink_knows_by_which_read_all_was_there() -> None:
    """Completion is where the last missing prefix came; what comes after does not matter while nothing is lost."""
    feed = feed_of(500)
    octets = reflected(feed)
    sink = sink_after(all_of(feed), octets[:1001], octets[1001:-1], octets[-1:], octets[:1001])
    assert (sink.complete_at, sink.right, sink.octets) == (3, 500, len(octets) + 1001)
    assert sink.faults(CLUSTER, [ORIGINATOR]) == []
    assert sink_after(all_of(feed), octets[:-1]).complete_at is None


def test_a_prefix_that_is_withdrawn_later_takes_completion_back() -> None:
    """A withdrawal makes the sink incomplete until the prefix is back, and nothing is left after all of them."""
    feed = feed_of(500)
    octets = reflected(feed)
    once = message(UPDATE, struct.pack("!H", len(feed.keys[7])) + feed.keys[7] + b"\0\0")
    sink = sink_after(all_of(feed), octets, once)
    assert (sink.complete_at, sink.right) == (None, 499)
    sink.aim(Goal(numbered(feed.keys), bytes((ABSENT,)) * 500, [feed]))
    sink.take(9.0, feed.withdrawn())
    sink.read()
    assert (sink.complete_at, sink.is_complete) == (9, True)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"a9": ip_address("10.201.0.2").packed}, "ORIGINATOR_ID"),
        ({"a10": CLUSTER * 2}, "CLUSTER_LIST"),
        ({"a2": bytes.fromhex("02010000fbf0")}, "attribute 2 "),
        ({"a8": bytes.fromhex("fde80001")}, "attribute 8 "),
        ({"a5": bytes(4)}, "attribute 5 "),
        ({"a3": ip_address("10.200.0.1").packed}, "next hop"),
    ],
    ids=("originator", "cluster list", "AS path", "communities", "local preference", "next hop"),
)
def test_altered_attributes_are_found(changed: dict[str, bytes], fault: str) -> None:
    """What RFC 4456 has unaltered, and what it has set, is compared."""
    feed = feed_of(500)
    faults = sink_after(all_of(feed), reflected(feed, **changed)).faults(CLUSTER, [ORIGINATOR])
    assert faults
    assert all(fault in each for each in faults)


def test_a_prefix_that_nobody_announced_is_found() -> None:
    """It is no part of the goal, and told."""
    feed = feed_of(100)
    more = announcement(feed.blocks[0], keys_of(b"\x18\x01\x02\x03"), IPV4, feed.next_hop)
    sink = sink_after(all_of(feed), reflected(feed) + more)
    assert sink.complete_at == 1
    assert "1 prefixes that nobody announced" in sink.faults(CLUSTER, [ORIGINATOR])[0]


def test_of_two_rivals_the_shorter_path_wins_then_the_origin_then_the_first() -> None:
    """The goal of the scenario, computed here in another way."""
    first, second = feed_of(400), feed_of(400, seed=2, hop="10.200.0.12")
    expected: list[int] = []
    for key in first.keys:
        ranks: list[tuple[int, int, int]] = []
        for number, feed in enumerate((first, second), 1):
            place = next(n for n, (start, stop) in enumerate(feed.groups) if key in feed.keys[start:stop])
            values = attributes_of(feed.blocks[place])
            ranks.append((len(values[2]), values[1][0], number))
        expected.append(min(ranks)[2])
    assert list(rivals_won(first, second)) == expected
    assert set(expected) == {1, 2}


def is_absent(_package: Package) -> bool:
    """Say of every package that the machine has it not."""
    return False


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    return subprocess.run([sys.executable, str(PROGRAM), *arguments], capture_output=True, text=True, check=False)


def test_a_run_gives_figures_and_ratios_of_each_daemon(tmp_path: Path) -> None:
    """Octets straight through, bgpkit and BIRD: 20,000 prefixes are complete and compared, on screen and in JSON."""
    file = tmp_path / "figures.json"
    daemons = ["ceiling", "bgpkit", *(["bird"] if has_package("bird2") else [])]
    words = ("--scenario", "reflect-1", "--routes", "20000", "--rounds", "1", "--limit", "20")
    answer = run(*words, "--daemons", ",".join(daemons), "--json", str(file))
    assert (answer.returncode, answer.stderr) == (0, ""), answer.stdout
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    assert [row["daemon"] for row in told["rows"]] == daemons
    assert [row["failure"] for row in told["rows"] if row["failure"] or not 0 < row["seconds"][0] < 20] == []
    assert "| reflect-1: to one client | 20,000 |" in answer.stdout
    assert ("| reflect-1 | bgpkit | wall, to bird |" in answer.stdout) == ("bird" in daemons)


def test_a_daemon_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which programs are missing, and what brings them."""
    monkeypatch.setattr("benchmarks._peers_daemon.DAEMON_CACHE", tmp_path)
    monkeypatch.setattr("bgpkit_setup.daemons.is_present", is_absent)
    reason = Bird.lacks(Settings(IPV4, policy=False))
    assert reason == "bird2 does not bring bird, birdc: make bench unpacks it"


def test_what_is_not_known_ends_it_with_the_names_that_are() -> None:
    """A scenario that does not exist is told with those that do."""
    answer = run("--scenario", "nothing")
    assert answer.returncode == 2
    assert "there is no nothing; there is ingest, reflect-1," in answer.stderr


def test_a_daemon_that_does_not_finish_is_told_with_what_it_reached() -> None:
    """With no time at all, nobody finishes; that is no failure of the run, as long as it is not ours."""
    answer = run("--scenario", "reflect-1", "--routes", "2000", "--rounds", "2", "--daemons", "ceiling", "--limit", "0")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.count("failed: 0 of 1 sinks complete, the last with 0 of 2,000 prefixes after 0 s") == 1
    assert "| reflect-1: to one client | 2,000 | DNF |" in answer.stdout
