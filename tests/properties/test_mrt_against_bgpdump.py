"""MRT files are read as bgpdump, a program of others, reads them: line by line what ``bgpdump -m`` prints.

A line: ``BGP4MP|time|A|peer|peer AS|prefix|AS path|origin|next hop|LOCAL_PREF|MED|communities|AG or NAG|aggregator|``,
with a path identifier behind the prefix under ADD-PATH. What two programs of one mind print is not the same
everywhere: `DEVIATIONS` has it all.
"""

import gzip
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from ipaddress import ip_address

import pytest

from bgpkit.errors import UpdateError
from bgpkit.mrt import (
    Bgp4mpMessage,
    Bgp4mpStateChange,
    Bgp4mpSubtype,
    EntryReader,
    PeerIndexTable,
    RibEntries,
    TableDump,
    read_mrt,
)
from bgpkit.wire import ROWS, AttributeInputs, UpdateContext, UpdateDecoder, decode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from bgpkit_rib import NO_ADVERTISE, NO_EXPORT, NO_EXPORT_SUBCONFED, Community, Origin, Prefix
from tests.support.skips import require_package
from tests.support.sources import PROJECT

FOLDER = PROJECT / "tests" / "data" / "mrt"
UPDATE = 2
FAMILIES = frozenset({IPV4_UNICAST, IPV6_UNICAST})
ORIGINS = {Origin.IGP: "IGP", Origin.EGP: "EGP", Origin.INCOMPLETE: "INCOMPLETE"}
NO_NEXT_HOP = "255.255.255.255"
"""What bgpdump prints for a route without a next hop."""
NAMES = {NO_EXPORT: "no-export", NO_ADVERTISE: "no-advertise", NO_EXPORT_SUBCONFED: "local-AS"}

DEVIATIONS = (
    # An AGGREGATOR with AS number 0 is malformed, and discarded. RFC 7607, section 2; RFC 7606, section 7.7.
    (r"\|0 0\.0\.0\.0\|$", "||"),
    # OpenBGPD dumps AGGREGATOR with a 4-octet AS number into a TABLE_DUMP, which has two octets for it: it is
    # malformed, and discarded (RFC 7606, section 7.7). bgpdump takes the first six of its eight octets.
    (r"^(TABLE_DUMP\|.*\|)0 253\.232\.192\.168\|$", r"\1|"),
)
"""What bgpdump prints, and what is right instead."""

STORED = {
    "bgpdump_bview.20020722.2337": 8,
    "bgpdump_bview.64k_stream_overflow": 0,
    "bgpdump_bview.ipv4_unicast_add_path": 0,
    "bgpdump_updates.20071015.1505": 0,
    "bgpdump_updates.20100722.2015": 0,
    "bgpdump_updates.long_withdrawal": 0,
}
"""Files with bgpdump's text beside them, and how many of its lines deviate."""
OTHERS = {
    "bgpkit-parser_updates.20100227.1610.gz": 0,
    "bgpkit-parser_updates.bz2": 0,
    "libbgpstream_routeviews.route-views.jinx.updates.1427846400.bz2": 0,
    "mrtparse_samples_bird-mrtdump_rib": 0,
    "mrtparse_samples_bird6-mrtdump_bgp": 0,
    "mrtparse_samples_bird6-mrtdump_rib": 0,
    "mrtparse_samples_openbgpd_bgp": 0,
    "mrtparse_samples_openbgpd_rib_table": 1,
    "mrtparse_samples_openbgpd_rib_table-v2": 0,
    "mrtparse_samples_quagga_bgp": 0,
    "mrtparse_samples_quagga_rib": 0,
    "os-ken_rib.20161101.0000_pick.bz2": 0,
    "os-ken_updates.20161101.0000.bz2": 0,
}
"""Files that bgpdump is asked about, and how many of its lines deviate."""


@lru_cache(maxsize=100_000)
def columns(canonical: bytes) -> str:
    """Return what bgpdump prints of attributes."""
    values = decode_attributes(canonical)
    aggregator = values.aggregator
    parts = (
        str(values.as_path),
        ORIGINS[values.origin],
        str(values.next_hop or NO_NEXT_HOP),
        str(values.local_pref or 0),
        str(values.med or 0),
        " ".join(map(community, values.communities)),
        "AG" if values.atomic_aggregate else "NAG",
        f"{aggregator.asn} {aggregator.address}" if aggregator else "",
        "",
    )
    return "|".join(parts)


def community(value: Community) -> str:
    """Return a community; the well-known ones have bgpdump's names."""
    return NAMES.get(value, f"{value >> 16}:{value & 0xFFFF}")


class Printer:
    """Prints the records of one file as bgpdump does."""

    def __init__(self) -> None:
        """Start without peers."""
        self._entries = EntryReader()
        self._peers: PeerIndexTable | None = None
        self._decoders: dict[tuple[bool, bool], UpdateDecoder[AttributeInputs]] = {}

    def lines(self, name: str) -> Iterator[str]:
        """Yield the lines of a file."""
        for record in read_mrt(FOLDER / name):
            match record:
                case PeerIndexTable():
                    self._peers = record
                case TableDump():
                    block = self._entries.read(record.attributes, record.family, four_octet_as=False)
                    head = f"TABLE_DUMP|{record.timestamp}|B|{record.peer_address}|{record.peer_as}|{record.prefix}"
                    yield f"{head}|{columns(block.octets)}"
                case RibEntries() if not record.generic:
                    yield from self._rib(record)
                case Bgp4mpStateChange():
                    head = f"BGP4MP|{record.timestamp}|STATE|{record.peer_address}|{record.peer_as}"
                    yield f"{head}|{record.old_state}|{record.new_state}"
                case Bgp4mpMessage() if record.message[18] == UPDATE:
                    yield from self.update(record)
                case _:
                    pass

    def _rib(self, record: RibEntries) -> Iterator[str]:
        assert self._peers is not None
        kind = "TABLE_DUMP2_AP" if record.add_path else "TABLE_DUMP2"
        for entry in record.entries:
            peer = self._peers.peers[entry.peer_index]
            block = self._entries.read(entry.attributes, record.family)
            path_id = f"|{entry.path_id}" if record.add_path else ""
            head = f"{kind}|{record.timestamp}|B|{peer.address}|{peer.asn}|{record.prefix}{path_id}"
            yield f"{head}|{columns(block.octets)}"

    def update(self, record: Bgp4mpMessage) -> Iterator[str]:
        """Yield the lines of an UPDATE."""
        kind = "BGP4MP" if record.microseconds is None else "BGP4MP_ET"
        time = "" if record.microseconds is None else f".{record.microseconds:06}"
        head = f"{kind}{'_AP' if record.add_path else ''}|{record.timestamp}{time}"
        who = f"{record.peer_address}|{record.peer_as}"
        update = self._decoder(record).decode(record.message, 19, len(record.message))
        for family, keys, path_id in update.withdrawn:
            suffix = f"|{path_id}" if record.add_path else ""
            yield from (f"{head}|W|{who}|{Prefix(key, ROWS[family].width)}{suffix}" for key in keys)
        for family, inputs, keys, _ in update.announced:
            suffix = (f"|{inputs.path_id}" if record.add_path else "") + f"|{columns(inputs.raw)}"
            yield from (f"{head}|A|{who}|{Prefix(key, ROWS[family].width)}{suffix}" for key in keys)

    def _decoder(self, record: Bgp4mpMessage) -> UpdateDecoder[AttributeInputs]:
        """Return the decoder of messages in the form that the record's subtype names."""
        key = (record.four_octet_as, record.add_path)
        if key not in self._decoders:
            context = UpdateContext(
                families=FAMILIES,
                four_octet_as=record.four_octet_as,
                internal=True,
                add_path_receive=FAMILIES if record.add_path else frozenset(),
            )
            self._decoders[key] = UpdateDecoder(context, lambda inputs: inputs)
        return self._decoders[key]


def corrected(line: str) -> tuple[str, int]:
    """Return a line of bgpdump's without what deviates, and how much did.

    An IPv6 address is printed as RFC 5952, section 4.2.2, has it, which is no deviation: bgpdump writes ``::`` for a
    single field, too, and the mapped IPv4 ones with dots.
    """
    if "::" in line:
        line = "|".join(ipv6(part) if "::" in part else part for part in line.split("|"))
    count = 0
    if "|0 " in line:
        for pattern, instead in DEVIATIONS:
            line, changed = re.subn(pattern, instead, line)
            count += changed
    return line, count


def ipv6(text: str) -> str:
    """Return an IPv6 address or prefix as the standard library prints it."""
    host, slash, length = text.partition("/")
    return f"{ip_address(host)}{slash}{length}"


def compare(name: str, text: str, deviating: int) -> None:
    """Assert that each line of bgpdump's is ours, but for so many that deviate."""
    expected = [corrected(line) for line in text.splitlines()]
    found = list(Printer().lines(name))
    different = [(ours, theirs) for ours, (theirs, _) in zip(found, expected, strict=False) if ours != theirs]
    assert different[:10] == []
    assert (len(found), sum(count for _, count in expected)) == (len(expected), deviating)
    assert found


@pytest.mark.parametrize("name", STORED)
def test_a_file_is_read_as_its_text_says(name: str) -> None:
    """All lines of the text that bgpdump's own tests expect, in their order."""
    compare(f"{name}.gz", gzip.decompress((FOLDER / f"{name}.txt.gz").read_bytes()).decode("ascii"), STORED[name])


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_is_read_as_bgpdump_reads_it_now(name: str) -> None:
    """All lines that the installed bgpdump prints, in their order."""
    require_package("bgpdump")
    command = ["bgpdump", "-q", "-m", str(FOLDER / name)]
    compare(name, subprocess.run(command, capture_output=True, text=True, check=True).stdout, OTHERS[name])


def test_a_message_whose_nlri_are_cut_short_is_not_read_halfway() -> None:
    """Bgpdump prints the first prefix, 11.8.0.0/13, and drops the second, which has no octets left.

    The NLRI field as a whole is syntactically incorrect, which resets the session. RFC 7606, section 5.3.
    """
    name = "bgpdump_updates.nlri_mask_trailing_bits"
    text = gzip.decompress((FOLDER / f"{name}.txt.gz").read_bytes()).decode("ascii")
    (record,) = read_mrt(FOLDER / f"{name}.gz")
    assert isinstance(record, Bgp4mpMessage)
    assert record.message[-4:] == bytes.fromhex("0d0b0d0b")
    assert "|11.8.0.0/13|" in text
    with pytest.raises(UpdateError, match="a prefix that is cut short at octet 3 of the NLRI"):
        list(Printer().lines(f"{name}.gz"))


def test_messages_with_path_identifiers_under_an_older_subtype_need_to_be_told() -> None:
    """BIRD once wrote what a session with ADD-PATH brought as BGP4MP_MESSAGE_AS4.

    The octets alone do not tell; bgpdump prints 0.0.0.0/0 for each path identifier. RFC 8050, section 2.
    """
    records = [record for record in read_mrt(FOLDER / "mrtparse_samples_bird_bgp") if isinstance(record, Bgp4mpMessage)]
    updates = [record for record in records if record.message[18] == UPDATE]
    assert {record.subtype for record in updates} == {Bgp4mpSubtype.MESSAGE_AS4}
    with pytest.raises(UpdateError):
        list(Printer().update(updates[0]))
    told = [line for record in updates for line in Printer().update(replace(record, add_path=True))]
    routes = {tuple(line.split("|")[5:7]) for line in told if "|A|" in line}
    dumped = {(f"172.17.{third}.0/24", path_id) for third in range(3) for path_id in "12"}
    assert routes == {("192.168.16.0/24", "1")} | dumped
