"""Peers and groups."""

from dataclasses import fields
from pathlib import Path

import pytest

from bgpkit import PeerConfig
from bgpkit.configuration import PeerRange
from bgpkit.configuration.document import Place
from bgpkit.configuration.keys import keys_of
from bgpkit.configuration.peers import refused
from bgpkit.errors import ConfigError
from bgpkit.transport import Secret
from tests.unit.configuration.files import configuration, faults

GROUP = """\
[groups.clients]
asn = 64512
hold_time = 30
transport = { dscp = 40, md5_key = "one" }
[[peers]]
address = "192.0.2.2"
group = "clients"
"""


def test_a_peer_has_what_its_group_has_and_its_own_goes_before(tmp_path: Path) -> None:
    """Tables inside, too."""
    text = f'{GROUP}hold_time = 9\ntransport.dscp = 8\n[[peers]]\naddress = "2001:DB8::2"\nasn = 64513\n'
    one, two = configuration(tmp_path, text).peers.named
    assert (one.asn, one.hold_time, one.transport.dscp, one.transport.md5_key) == (64512, 9, 8, Secret("one"))
    assert (two.address, two.asn, two.hold_time, two.transport.md5_key) == ("2001:db8::2", 64513, 90, None)


def test_every_field_of_a_peer_is_a_key() -> None:
    """A field that is added to `PeerConfig` is one, without more."""
    assert set(keys_of(PeerConfig)) == {field.name for field in fields(PeerConfig)}


def test_ranges_and_interfaces_are_peers_to_come(tmp_path: Path) -> None:
    """With a limit; of an interface one peer, unless more are allowed."""
    text = (
        '[[peers]]\nrange = "10.0.0.0/8"\nlimit = 5\nrate = 2\nasn = 64512\n'
        '[[peers]]\ninterface = "eth0"\nasn = 64513\n'
        '[[peers]]\nrange = "2001:db8::/32"\nasn = 64512\n'
    )
    ranges = configuration(tmp_path, text).peers.ranges
    assert [(each.name, each.interface, each.limit, config.asn) for each, config in ranges.items()] == [
        ("10.0.0.0/8", False, 5, 64512),
        ("eth0", True, 1, 64513),
        ("2001:db8::/32", False, 10_000, 64512),
    ]
    assert next(iter(ranges)) == PeerRange(name="10.0.0.0/8", limit=5, rate=2.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[peers]]\nasn = 1", "4: peers[1]: a peer has an address, a range or an interface; give one of the three"),
        ("[[peers]]\nasn = 1\naddress = '192.0.2.2'\nrange = '10.0.0.0/8'", "4: peers[1]: a peer has an address, a"),
        ("[[peers]]\nasn = 1\naddress = '192.0.2.2'\nlimit = 2", "7: peers[1]: limit is for a range of peers"),
        ("[[peers]]\nasn = 1\ninterface = 'eth0'\nrate = 2", "7: peers[1]: rate 2.0 is not more than 0"),
        ("[[peers]]\nasn = 1\nrange = '10.0.0.0/8'\nlimit = 0", "7: peers[1]: limit 0 is less than 1 peer"),
        ("[[peers]]\nasn = 1\nrange = '10.0.0.1/8'", "6: peers[1].range: prefix '10.0.0.1/8' has host bits set"),
        ("[[peers]]\naddress = '192.0.2.2'", "4: peer 192.0.2.2: 'asn' is missing"),
        ("[[peers]]\naddress = 'x'\nasn = 1", "5: peer address 'x' is not an IPv4 or IPv6 address"),
        (
            "[[peers]]\naddress = '192.0.2.2'\nasn = 1\ngroup = 'g'",
            "7: peers[1].group: there is no group 'g'; known: none",
        ),
        ("[[peers]]\naddress = '192.0.2.2'\nasn = 1\nhold_time = 2", "7: peer 192.0.2.2: hold_time 2 is neither 0"),
        (
            "[[peers]]\naddress = '192.0.2.2'\nasn = 1\nmd5_key = 'x'",
            "7: unknown key 'md5_key' in peers[1]; it belongs",
        ),
        ("[groups.g]\nholdtime = 3", "5: unknown key 'holdtime' in groups.g; did you mean 'hold_time'?"),
        ("[groups]\ng = 3", "5: groups.g: this is no table"),
        ("groups = 3\npeers = 4", "4: groups: this is no table; write each group as [groups.NAME]"),
        ("peers = 4", "4: peers: this is a list; write each peer as [[peers]]"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(tmp_path: Path, text: str, said: str) -> None:
    """Of peers, groups and ranges."""
    speaker = 'speaker = { asn = 64512, bgp_identifier = "192.0.2.1" }\n\n\n'
    assert faults(tmp_path, text, speaker=speaker)[0].startswith(said)


def test_a_fault_of_a_group_is_told_once_and_there(tmp_path: Path) -> None:
    """However many peers share it."""
    text = f'{GROUP}[[peers]]\naddress = "192.0.2.3"\ngroup = "clients"\n'.replace("hold_time = 30", "hold_time = 'x'")
    assert faults(tmp_path, text) == ['6: groups.clients.hold_time: "x" stands where an integer is wanted']


def test_a_peer_that_is_there_twice_is_told_with_both_lines(tmp_path: Path) -> None:
    """However its address is written."""
    text = '[[peers]]\naddress = "2001:db8::1"\nasn = 1\n[[peers]]\naddress = "2001:DB8:0::1"\nasn = 1\n'
    assert faults(tmp_path, text) == ["7: peers[2]: 2001:db8::1 is there already, in line 4; name each peer once"]


def test_all_faults_of_a_peer_are_told(tmp_path: Path) -> None:
    """Those that hints tell, and those that the peer itself refuses, one after the other."""
    text = "[[peers]]\naddress = '192.0.2.2'\nasn = 1\nhold_time = 2\nweight = -1\npassive = 3\nport = 0\n"
    assert [line.partition(":")[0] for line in faults(tmp_path, text)] == ["7", "8", "9", "10"]


def test_a_speakers_refusal_is_found_again() -> None:
    """By the address with which it begins."""
    places = {"192.0.2.2": Place("a", 7)}
    assert refused(ConfigError("peer 192.0.2.2: no"), places) == Place("a", 7)
    assert refused(ConfigError("peer 192.0.2.3: no"), places) is None
    assert refused(ConfigError("no"), places) is None
