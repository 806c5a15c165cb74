"""Real MRT files of collectors and daemons: as many records as another program finds, and written as they were."""

import bz2
import gzip
from collections import Counter
from ipaddress import ip_address

import pytest

from bgpkit.mrt import PeerIndexTable, RibEntries, TableDump, encode_record, read_mrt, read_routes
from tests.support.sources import PROJECT

FOLDER = PROJECT / "tests" / "data" / "mrt"
COUNTS = {
    "bgpdump_bview.20020722.2337.gz": {(12, 1): 115521},
    "bgpdump_bview.64k_stream_overflow.gz": {(13, 1): 1, (13, 4): 1},
    "bgpdump_bview.ipv4_unicast_add_path.gz": {(13, 1): 1, (13, 8): 31},
    "bgpdump_updates.20071015.1505.gz": {(16, 1): 4256, (16, 4): 41},
    "bgpdump_updates.20100722.2015.gz": {(16, 4): 1364, (16, 1): 789, (16, 5): 40},
    "bgpdump_updates.long_withdrawal.gz": {(16, 4): 1},
    "bgpdump_updates.nlri_mask_trailing_bits.gz": {(16, 1): 1},
    "bgpkit-parser_updates.20100227.1610.gz": {(16, 4): 1306, (16, 5): 16, (16, 1): 631},
    "bgpkit-parser_updates.bz2": {(17, 4): 85},
    "libbgpstream_routeviews.route-views.jinx.updates.1427846400.bz2": {(16, 4): 1756},
    "mrtparse_samples_bird-mrtdump_rib": {(13, 1): 2, (13, 2): 4, (13, 8): 8},
    "mrtparse_samples_bird6-mrtdump_bgp": {(16, 5): 12, (16, 1): 1, (16, 9): 14},
    "mrtparse_samples_bird6-mrtdump_rib": {(13, 1): 2, (13, 4): 2, (13, 10): 5},
    "mrtparse_samples_bird_bgp": {(16, 5): 12, (16, 1): 1, (16, 4): 16},
    "mrtparse_samples_openbgpd_bgp": {(16, 0): 8, (16, 1): 4, (16, 5): 8, (16, 4): 67},
    "mrtparse_samples_openbgpd_rib_table": {(12, 1): 11, (12, 2): 20},
    "mrtparse_samples_openbgpd_rib_table-v2": {(13, 1): 1, (13, 2): 11, (13, 4): 10, (13, 6): 2},
    "mrtparse_samples_quagga_bgp": {(16, 5): 20, (16, 1): 4, (16, 4): 43},
    "mrtparse_samples_quagga_rib": {(13, 1): 1, (13, 2): 3, (13, 4): 3},
    "os-ken_rib.20161101.0000_pick.bz2": {(13, 1): 1, (13, 2): 2},
    "os-ken_updates.20161101.0000.bz2": {(16, 4): 2623},
}
"""Records by type and subtype, as mrtparse counts them.

The one of ``nlri_mask_trailing_bits`` mrtparse refuses for its prefix with bits beyond the mask; bgpdump reads it.
"""
TABLES = {
    "bgpdump_bview.20020722.2337.gz": (112988, 115521, 20934, 0),
    "bgpdump_bview.64k_stream_overflow.gz": (1, 23, 23, 0),
    "bgpdump_bview.ipv4_unicast_add_path.gz": (31, 62, 32, 2),
    "mrtparse_samples_bird-mrtdump_rib": (6, 18, 3, 6),
    "mrtparse_samples_bird6-mrtdump_rib": (5, 10, 3, 10),
    "mrtparse_samples_openbgpd_rib_table": (21, 31, 11, 0),
    "mrtparse_samples_openbgpd_rib_table-v2": (21, 33, 13, 0),
    "mrtparse_samples_quagga_rib": (6, 9, 7, 0),
    "os-ken_rib.20161101.0000_pick.bz2": (2, 4, 2, 0),
}
"""Different prefixes (those of RIB_GENERIC aside), routes, and different attribute blocks, as mrtparse counts them.

It counts 12 blocks, not 13, in the second file of OpenBGPD: of the two in RIB_GENERIC it reads nothing. The last are
routes without a next hop: BIRD dumps routes of its own without attributes, and IPv6 routes without MP_REACH_NLRI.
"""


def plain(name: str) -> bytes:
    """Return a file's octets, decompressed by the standard library's own reader."""
    octets = (FOLDER / name).read_bytes()
    if name.endswith(".gz"):
        return gzip.decompress(octets)
    return bz2.decompress(octets) if name.endswith(".bz2") else octets


def test_every_file_of_the_folder_is_counted() -> None:
    """No file is there for nothing."""
    files = {path.name for path in FOLDER.iterdir() if path.name != "README.md"}
    assert {name for name in files if not name.endswith(".txt.gz")} == set(COUNTS)


@pytest.mark.parametrize("name", COUNTS)
def test_every_record_is_read_and_written_as_it_was(name: str) -> None:
    """No error, the counts of another program, and record by record the same octets."""
    octets = plain(name)
    offset = 0
    found: Counter[tuple[int, int]] = Counter()
    for record in read_mrt(FOLDER / name):
        written = encode_record(record)
        assert written == octets[offset : offset + len(written)], f"{record} at octet {offset}"
        found[int.from_bytes(written[4:6], "big"), int.from_bytes(written[6:8], "big")] += 1
        offset += len(written)
    assert offset == len(octets)
    assert found == COUNTS[name]


@pytest.mark.parametrize("name", TABLES)
def test_tables_hold_as_many_prefixes_routes_and_attributes_as_another_program_finds(name: str) -> None:
    """Each route is read, with its peer and its attributes, and none has a fault that withdraws it."""
    prefixes: set[tuple[int, bytes]] = set()
    attributes: set[bytes] = set()
    routes = 0
    for record in read_mrt(FOLDER / name):
        match record:
            case RibEntries():
                routes += len(record.entries)
                attributes.update(entry.attributes for entry in record.entries)
                if not record.generic:
                    prefixes.add((record.family.afi, record.key))
            case TableDump():
                routes += 1
                attributes.add(record.attributes)
                prefixes.add((record.family.afi, record.key))
            case _:
                assert isinstance(record, PeerIndexTable)
    found = list(read_routes(FOLDER / name))
    without = sum(1 for route in found if route.attributes.next_hop is None)
    assert (len(prefixes), len(found), len(attributes), without) == TABLES[name]
    assert routes == len(found)


def test_vpn_routes_of_openbgpd_are_read_from_a_generic_record() -> None:
    """RIB_GENERIC of VPNv4: OpenBGPD dumps the next hop in NEXT_HOP."""
    routes = read_routes(FOLDER / "mrtparse_samples_openbgpd_rib_table-v2")
    found = [route for route in routes if route.family.safi == 128]
    assert [route.nlri.hex() for route in found] == ["680001010000fdf20000000fc0a8", "700001010000fdf20000000fc0a807"]
    assert [str(route.destination).split()[0] for route in found] == ["192.168.0.0/16", "192.168.7.0/24"]
    assert [route.attributes.next_hop for route in found] == [ip_address("192.168.0.15")] * 2
