"""Files that we write are read by bgpdump, a program of others, and say what was meant."""

import subprocess
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest

from bgpkit.mrt import (
    Bgp4mpMessage,
    Bgp4mpStateChange,
    PeerEntry,
    PeerIndexTable,
    Record,
    RibEntries,
    RibEntry,
    TableDump,
    encode_entry_attributes,
    open_mrt,
)
from bgpkit.wire import encode_announcements, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Aggregator, AsPath, Community, Origin, PathAttributes, Prefix
from tests.support.skips import require_package

TIME = 1_700_000_000
PEER4, LOCAL4 = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
PEER6, LOCAL6 = IPv6Address("2001:db8::1"), IPv6Address("2001:db8::2")
V4 = PathAttributes(
    origin=Origin.EGP,
    as_path=AsPath.of(4_200_000_000, 64512),
    next_hop=PEER4,
    med=20,
    local_pref=300,
    atomic_aggregate=True,
    aggregator=Aggregator(4_200_000_001, IPv4Address("198.51.100.7")),
    communities=(Community.parse("64512:1"), Community.parse("64512:2")),
)
V4_TEXT = "4200000000 64512|EGP|192.0.2.1|300|20|64512:1 64512:2|AG|4200000001 198.51.100.7|"
V6 = PathAttributes(origin=Origin.IGP, as_path=AsPath.of(64513), next_hop=PEER6)
V6_TEXT = "64513|IGP|2001:db8::1|0|0||NAG||"
PEERS = PeerIndexTable(
    timestamp=TIME,
    collector_bgp_id=IPv4Address("198.51.100.1"),
    view_name="our view",
    peers=(
        PeerEntry(bgp_id=IPv4Address("10.0.0.1"), address=PEER4, asn=4_200_000_000),
        PeerEntry(bgp_id=IPv4Address("10.0.0.2"), address=PEER6, asn=64513, four_octet_as=False),
    ),
)


def printed(path: Path, *records: Record) -> list[str]:
    """Write records to a file and return the lines that bgpdump prints of it."""
    require_package("bgpdump")
    with open_mrt(path) as writer:
        for record in records:
            writer.write(record)
    command = ["bgpdump", "-q", "-m", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def rib(family: Family, prefix: str, *entries: RibEntry, add_path: bool = False) -> RibEntries:
    """Return the routes to a prefix."""
    nlri = Prefix.parse(prefix).key
    return RibEntries(timestamp=TIME, family=family, nlri=nlri, entries=entries, add_path=add_path)


def entry(peer: int, attributes: PathAttributes, path_id: int | None = None) -> RibEntry:
    """Return a route."""
    family = IPV4_UNICAST if attributes.next_hop == PEER4 else IPV6_UNICAST
    return RibEntry(peer, TIME - 1, encode_entry_attributes(encode_attributes(attributes, family)), path_id)


def update(attributes: PathAttributes, family: Family, *prefixes: str) -> bytes:
    """Return the UPDATE that announces prefixes."""
    keys = [Prefix.parse(prefix).key for prefix in prefixes]
    (message,) = encode_announcements(encode_attributes(attributes, family), family, keys)
    return message


@pytest.mark.parametrize("name", ["rib", "rib.gz", "rib.bz2"])
def test_a_table_dump_is_read(tmp_path: Path, name: str) -> None:
    """TABLE_DUMP_V2 of both families, with peers of all sizes, compressed or not."""
    lines = printed(
        tmp_path / name,
        PEERS,
        rib(IPV4_UNICAST, "203.0.113.0/24", entry(0, V4)),
        rib(IPV6_UNICAST, "2001:db8:7::/48", entry(1, V6), entry(0, V6)),
        rib(IPV4_UNICAST, "0.0.0.0/0", entry(0, V4)),
    )
    head = f"TABLE_DUMP2|{TIME}|B"
    assert lines == [
        f"{head}|192.0.2.1|4200000000|203.0.113.0/24|{V4_TEXT}",
        f"{head}|2001:db8::1|64513|2001:db8:7::/48|{V6_TEXT}",
        f"{head}|192.0.2.1|4200000000|2001:db8:7::/48|{V6_TEXT}",
        f"{head}|192.0.2.1|4200000000|0.0.0.0/0|{V4_TEXT}",
    ]


def test_a_table_dump_with_path_identifiers_is_read(tmp_path: Path) -> None:
    """The ADDPATH subtypes of RFC 8050."""
    lines = printed(
        tmp_path / "rib",
        PEERS,
        rib(IPV4_UNICAST, "203.0.113.0/25", entry(0, V4, 1), entry(0, V4, 4_000_000_000), add_path=True),
        rib(IPV6_UNICAST, "2001:db8::/128", entry(1, V6, 7), add_path=True),
    )
    head = f"TABLE_DUMP2_AP|{TIME}|B"
    assert lines == [
        f"{head}|192.0.2.1|4200000000|203.0.113.0/25|1|{V4_TEXT}",
        f"{head}|192.0.2.1|4200000000|203.0.113.0/25|4000000000|{V4_TEXT}",
        f"{head}|2001:db8::1|64513|2001:db8::/128|7|{V6_TEXT}",
    ]


def test_the_old_table_dump_is_read(tmp_path: Path) -> None:
    """TABLE_DUMP, whose AS numbers have two octets."""
    attributes = bytes.fromhex("40010100 400206 0202 fc00 fc01 400304c0000201 800404 00000005".replace(" ", ""))
    record = TableDump(
        timestamp=TIME,
        address=IPv4Address("203.0.112.0").packed,
        prefix_length=20,
        peer_address=PEER4,
        peer_as=64512,
        originated_time=TIME - 1,
        attributes=attributes,
    )
    assert printed(tmp_path / "rib", record) == [
        f"TABLE_DUMP|{TIME}|B|192.0.2.1|64512|203.0.112.0/20|64512 64513|IGP|192.0.2.1|0|5||NAG||"
    ]


def test_messages_and_state_changes_are_read(tmp_path: Path) -> None:
    """BGP4MP and BGP4MP_ET, IPv4 and IPv6, with 4-octet AS numbers and with 2-octet ones."""
    v4 = Bgp4mpMessage(
        timestamp=TIME,
        peer_as=4_200_000_000,
        local_as=64496,
        peer_address=PEER4,
        local_address=LOCAL4,
        message=update(V4, IPV4_UNICAST, "203.0.113.0/24", "198.51.100.0/25"),
    )
    v6 = Bgp4mpMessage(
        timestamp=TIME,
        peer_as=64513,
        local_as=64496,
        peer_address=PEER6,
        local_address=LOCAL6,
        message=update(V6, IPV6_UNICAST, "2001:db8:7::/48"),
        microseconds=1234,
    )
    down = Bgp4mpStateChange(
        timestamp=TIME,
        peer_as=64513,
        local_as=64496,
        peer_address=PEER6,
        local_address=LOCAL6,
        old_state=6,
        new_state=1,
        four_octet_as=False,
    )
    assert printed(tmp_path / "updates.gz", v4, v6, down) == [
        f"BGP4MP|{TIME}|A|192.0.2.1|4200000000|203.0.113.0/24|{V4_TEXT}",
        f"BGP4MP|{TIME}|A|192.0.2.1|4200000000|198.51.100.0/25|{V4_TEXT}",
        f"BGP4MP_ET|{TIME}.001234|A|2001:db8::1|64513|2001:db8:7::/48|{V6_TEXT}",
        f"BGP4MP|{TIME}|STATE|2001:db8::1|64513|6|1",
    ]


@pytest.mark.parametrize("four_octet_as", [True, False])
def test_messages_with_path_identifiers_are_read(tmp_path: Path, *, four_octet_as: bool) -> None:
    """The ADDPATH subtypes of RFC 8050; the message is put together by hand."""
    path = "400206 0201 fa56ea00" if four_octet_as else "400204 0201 fc00"
    attributes = bytes.fromhex(f"40010100 {path} 400304c0000201".replace(" ", ""))
    nlri = bytes.fromhex("0000002a 18cb0071 0000002b 18cb0071".replace(" ", ""))
    body = bytes(2) + len(attributes).to_bytes(2, "big") + attributes + nlri
    record = Bgp4mpMessage(
        timestamp=TIME,
        peer_as=64512,
        local_as=64496,
        peer_address=PEER4,
        local_address=LOCAL4,
        message=b"\xff" * 16 + (19 + len(body)).to_bytes(2, "big") + b"\2" + body,
        four_octet_as=four_octet_as,
        add_path=True,
    )
    asn = 4_200_000_000 if four_octet_as else 64512
    assert printed(tmp_path / "updates", record) == [
        f"BGP4MP_AP|{TIME}|A|192.0.2.1|64512|203.0.113.0/24|{path_id}|{asn}|IGP|192.0.2.1|0|0||NAG||"
        for path_id in (42, 43)
    ]
