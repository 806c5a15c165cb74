"""Another decoder reads every message of the real MRT files as we do: tshark, from captures made of them.

Compared are all of OPEN, ROUTE-REFRESH and NOTIFICATION that tshark has a field for, and of UPDATEs the routes with
their lengths, path identifiers, labels and route distinguishers, and flags, type code and value of each attribute, as
received.
"""

from collections.abc import Iterable
from ipaddress import IPv6Address
from pathlib import Path
from typing import Final

import pytest

from bgpkit.errors import UpdateError
from bgpkit.mrt import Bgp4mpMessage, Bgp4mpStateChange, read_mrt
from bgpkit.wire import ROWS, Codec, MpUnreach, UpdateContext, UpdateMessage
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from tests.support.sources import PROJECT
from tests.support.tshark import Fields, read_fields
from tests.support.tshark_facts import FAULTS, FIELDS, fields_of

FOLDER: Final = PROJECT / "tests" / "data" / "mrt"
COMPARED: Final = {
    "bgpdump_updates.20071015.1505.gz": (4256, 41),
    "bgpdump_updates.20100722.2015.gz": (789, 1364),
    "bgpkit-parser_updates.20100227.1610.gz": (631, 1306),
    "bgpkit-parser_updates.bz2": (0, 85),
    "libbgpstream_routeviews.route-views.jinx.updates.1427846400.bz2": (0, 1756),
    "mrtparse_samples_bird6-mrtdump_bgp": (1, 14),
    "mrtparse_samples_bird_bgp": (1, 16),
    "mrtparse_samples_openbgpd_bgp": (4, 67),
    "mrtparse_samples_quagga_bgp": (4, 43),
    "os-ken_updates.20161101.0000.bz2": (0, 2623),
}
"""Messages of sessions with AS numbers of two octets and of four, as mrtparse counts them."""
TOO_LONG: Final = "bgpdump_updates.long_withdrawal.gz"
CUT_SHORT: Final = "bgpdump_updates.nlri_mask_trailing_bits.gz"
UNSAID_ADD_PATH: Final = "mrtparse_samples_bird_bgp"
"""NLRI have path identifiers, as the OPENs in the file agree, under a subtype that does not say so."""
REMARKS: Final = frozenset({"Graceful Restart Capability supported in Helper mode only"})
"""What tshark notes where nothing is wrong: a graceful restart capability that lists no families."""


def messages(name: str) -> list[Bgp4mpMessage]:
    """Return the records of a file that hold BGP messages."""
    return [record for record in read_mrt(FOLDER / name) if isinstance(record, Bgp4mpMessage)]


def codec(*, four_octet_as: bool, add_path: bool) -> Codec:
    """Return a codec that takes everything."""
    context = UpdateContext(
        families=frozenset(ROWS),
        four_octet_as=four_octet_as,
        internal=True,
        maximum=65535,
        add_path_receive=frozenset({IPV4_UNICAST, IPV6_UNICAST} if add_path else ()),
    )
    return Codec(context)


def compared(theirs: Fields) -> Fields:
    """Return what tshark has read in the spelling of ours, without its remarks."""
    kept = {name: values for name, values in theirs.items() if not (name in FAULTS and REMARKS.issuperset(values))}
    return {
        name: tuple(str(IPv6Address(value)) for value in values) if ".ipv6" in name or "_ipv6" in name else values
        for name, values in kept.items()
    }


def differences(records: Iterable[Bgp4mpMessage], theirs: Iterable[Fields], *, add_path: bool) -> list[str]:
    """Return each message that we read otherwise, with the fields in which we do."""
    codecs = {
        (wide, paths): codec(four_octet_as=wide, add_path=paths) for wide in (False, True) for paths in (False, True)
    }
    found: list[str] = []
    for record, read in zip(records, theirs, strict=True):
        message = codecs[record.four_octet_as, record.add_path or add_path].decode(record.message)
        ours, other = fields_of(message, four_octet_as=record.four_octet_as), compared(read)
        if ours != other:
            names = sorted(name for name in ours.keys() | other.keys() if ours.get(name) != other.get(name))
            pairs = [f"{name}: {ours.get(name)}, tshark {other.get(name)}" for name in names]
            found.append(f"{record.message.hex()}: {'; '.join(pairs)}")
    return found


def test_no_file_with_messages_is_left_out() -> None:
    """Each file of the folder whose first record is about a session is compared below."""
    files = [path for path in FOLDER.iterdir() if path.name != "README.md" and not path.name.endswith(".txt.gz")]
    kinds = {path.name: next(iter(read_mrt(path))) for path in files}
    sessions = {name for name, first in kinds.items() if isinstance(first, Bgp4mpMessage | Bgp4mpStateChange)}
    assert sessions == {*COMPARED, TOO_LONG, CUT_SHORT}


@pytest.mark.parametrize("name", COMPARED)
def test_tshark_reads_every_message_as_we_do(tmp_path: Path, name: str) -> None:
    """All of a file's messages, as many as another program finds in it."""
    records = messages(name)
    found: list[str] = []
    for four_octet_as, count in zip((False, True), COMPARED[name], strict=True):
        part = [record for record in records if record.four_octet_as is four_octet_as]
        assert len(part) == count
        octets = [record.message for record in part]
        theirs = read_fields(tmp_path, octets, FIELDS + FAULTS, four_octet_as=four_octet_as)
        assert all("bgp.type" in read for read in theirs)
        found += differences(part, theirs, add_path=name == UNSAID_ADD_PATH)
    assert found == []


def test_tshark_reads_the_long_withdrawal_in_pieces_as_we_do_whole(tmp_path: Path) -> None:
    """Its 4,096 prefixes of 64 bits are cut by hand into messages of 400: tshark takes none of over 4,096 octets."""
    (record,) = messages(TOO_LONG)
    whole = record.message
    assert read_fields(tmp_path, [whole], FAULTS) == [
        {"_ws.malformed": ("_ws.malformed",), "_ws.expert.message": (f"Length is invalid {len(whole)}",)}
    ]
    head, nlri = bytes.fromhex("0002 01"), whole[30:]
    assert whole[:30] == b"\xff" * 16 + bytes.fromhex("901e 02 0000 9007 900f9003") + head
    pieces: list[bytes] = []
    for start in range(0, len(nlri), 400 * 9):
        value = head + nlri[start : start + 400 * 9]
        attribute = bytes.fromhex("900f") + len(value).to_bytes(2, "big") + value
        body = bytes(2) + len(attribute).to_bytes(2, "big") + attribute
        pieces.append(b"\xff" * 16 + (19 + len(body)).to_bytes(2, "big") + b"\x02" + body)
    theirs = read_fields(tmp_path, pieces, FIELDS + FAULTS)
    prefixes = [text for read in theirs for text in read["bgp.mp_unreach_nlri_ipv6_prefix"]]
    lengths = [text for read in theirs for text in read["bgp.prefix_length"]]
    message = codec(four_octet_as=True, add_path=False).decode(whole)
    assert isinstance(message, UpdateMessage)
    (unreach,) = [attribute.value for attribute in message.attributes]
    assert isinstance(unreach, MpUnreach)
    assert len(unreach.nlri) == 4096
    assert list(map(str, unreach.nlri)) == [f"{a}/{b}" for a, b in zip(prefixes, lengths, strict=True)]


def test_both_refuse_the_prefix_that_is_cut_short_and_read_what_is_before_it(tmp_path: Path) -> None:
    """Without its last octet, the length of a prefix that is not there, both read the message; bits beyond are zero."""
    (record,) = messages(CUT_SHORT)
    whole = record.message
    ours = codec(four_octet_as=False, add_path=False)
    with pytest.raises(UpdateError, match="cut short at octet 3 of the NLRI"):
        ours.decode(whole)
    shorter = whole[:16] + (len(whole) - 1).to_bytes(2, "big") + whole[18:-1]
    refused, read = read_fields(tmp_path, [whole, shorter], FIELDS + FAULTS, four_octet_as=False)
    assert refused["_ws.expert.message"] == ("Malformed Packet (Exception occurred)",)
    assert read == fields_of(ours.decode(shorter), four_octet_as=False)
    assert (read["bgp.nlri_prefix"], read["bgp.prefix_length"]) == (("11.8.0.0",), ("13",))
