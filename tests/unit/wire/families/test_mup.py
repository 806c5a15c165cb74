"""Mobile user plane routes as NLRI."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire.families.mup import MUP_ROWS
from bgpkit.wire.families.mup_routes import (
    MupDirectSegment,
    MupInterworkSegment,
    MupRoute,
    MupType1Session,
    MupType2Session,
)
from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit.wire.families.row import FamilyRow
from bgpkit_rib import Prefix, RouteDistinguisher

IPV4, IPV6 = MUP_ROWS
RD = RouteDistinguisher.parse("100:100")
RD_OCTETS = "0000006400000064"
ONE, OTHER = IPv4Address("10.0.0.1"), IPv4Address("10.0.1.1")
ONE6 = IPv6Address("2001::1")


def session(prefix: str, endpoint: IPv4Address | IPv6Address, source: IPv4Address | None = None) -> MupType1Session:
    """Return a Type 1 route with TEID 12345 and QFI 9."""
    return MupType1Session(
        route_distinguisher=RD, prefix=Prefix.parse(prefix), teid=12345, qfi=9, endpoint=endpoint, source=source
    )


OLD_SESSION = MupType1Session(
    route_distinguisher=RD,
    prefix=Prefix.parse("2001:db8:1:1::1/128"),
    teid=12345,
    qfi=9,
    endpoint=ONE6,
    source_length=False,
)
SESSION = f"010003 1c {RD_OCTETS} 20 c0a80002 00003039 09 20 0a000001 20 0a000101"


@pytest.mark.parametrize(
    ("row", "octets", "route", "text"),
    [
        (
            IPV6,
            f"010001 11 {RD_OCTETS} 40 2001000000000000",
            MupInterworkSegment(RD, Prefix.parse("2001::/64")),
            "isd rd 100:100 2001::/64",
        ),
        (IPV4, f"010002 0c {RD_OCTETS} 0a000001", MupDirectSegment(RD, ONE), "dsd rd 100:100 10.0.0.1"),
        (
            IPV4,
            SESSION,
            session("192.168.0.2/32", ONE, OTHER),
            "t1st rd 100:100 192.168.0.2/32 teid 12345 qfi 9 endpoint 10.0.0.1 source 10.0.1.1",
        ),
        (
            IPV6,
            f"010003 2f {RD_OCTETS} 80 20010db8000100010000000000000001 00003039 09 80 2001{'00' * 13}01",
            OLD_SESSION,
            "t1st rd 100:100 2001:db8:1:1::1/128 teid 12345 qfi 9 endpoint 2001::1",
        ),
        (
            IPV4,
            f"010004 10 {RD_OCTETS} 37 0a000001 003039",
            MupType2Session(RD, ONE, 23, bytes.fromhex("003039")),
            "t2st rd 100:100 endpoint 10.0.0.1 teid 0x003039/23",
        ),
        (IPV4, f"010004 0d {RD_OCTETS} 20 0a000001", MupType2Session(RD, ONE), "t2st rd 100:100 endpoint 10.0.0.1"),
        (
            IPV6,
            f"010004 1d {RD_OCTETS} a0 2001{'00' * 13}01 00003039",
            MupType2Session(RD, ONE6, 32, bytes.fromhex("00003039")),
            "t2st rd 100:100 endpoint 2001::1 teid 0x00003039/32",
        ),
    ],
)
def test_routes_of_exabgp_are_read_as_it_means_them(row: FamilyRow, octets: str, route: MupRoute, text: str) -> None:
    """Octets and meaning from the exabgp vectors (conf-srv6-mup.ci, conf-srv6-mup-v3.ci)."""
    raw = bytes.fromhex(octets)
    assert row.nlri(raw, add_path=False, withdrawn=False) == (route,)
    assert row.octets([route], add_path=False) == [raw]
    assert str(route) == text


@pytest.mark.parametrize(
    ("row", "octets"),
    [
        (IPV4, f"010001 09 {RD_OCTETS} 00"),
        (IPV4, f"010001 0c {RD_OCTETS} 14 c000f0"),
        (IPV6, f"010002 18 {RD_OCTETS} 2001{'00' * 13}01"),
        (IPV4, f"010003 14 {RD_OCTETS} 00 00000001 00 20 0a000001 00"),
        (IPV4, f"010003 25 {RD_OCTETS} 08 0a ffffffff ff 20 0a000001 80 2001{'00' * 13}01"),
        (IPV4, f"010004 11 {RD_OCTETS} 40 0a000001 ffffffff"),
    ],
)
def test_routes_come_back_as_the_same_octets(row: FamilyRow, octets: str) -> None:
    """Put together from the figures of draft-ietf-bess-mup-safi-00, section 3.1."""
    raw = bytes.fromhex(octets)
    values = row.nlri(raw, add_path=False, withdrawn=False)
    assert not any(isinstance(value, OpaqueNlri) for value in values)
    assert row.octets(values, add_path=False) == [raw]


def test_the_session_of_a_user_is_beside_the_key() -> None:
    """Only route distinguisher and prefix are "part of the prefix in the NLRI". Section 3.1.3 of the draft."""
    key, rest = IPV4.encode(session("192.168.0.2/32", ONE, OTHER))
    assert key == bytes.fromhex(f"010003 {RD_OCTETS} 20 c0a80002")
    assert rest == bytes.fromhex("00003039 09 20 0a000001 20 0a000101")
    other = bytes.fromhex(SESSION.replace("00003039", "0000303a"))
    (block,), _ = IPV4.blocks(bytes.fromhex(SESSION) + other, add_path=False, withdrawn=False)
    assert block.keys == [key]
    assert block.rest == rest.replace(b"\x39", b"\x3a", 1)


def test_a_key_alone_is_enough_for_a_withdrawal() -> None:
    """The fields of a session are all there, with values of no meaning, since no field may be missing."""
    key = IPV4.encode(session("192.168.0.2/32", ONE))[0]
    octets = IPV4.wire(key)
    assert octets == bytes.fromhex(f"010003 18 {RD_OCTETS} 20 c0a80002 ffffffff 00 20 00000000 00")
    assert IPV4.blocks(octets, add_path=False, withdrawn=True)[0][0].keys == [key]
    assert IPV4.blocks(octets, add_path=False, withdrawn=False)[0][0].keys == [key]
    assert IPV4.decode(key, b"") == IPV4.nlri(octets, add_path=False, withdrawn=True)[0]
    direct = IPV4.encode(MupDirectSegment(RD, ONE))[0]
    assert IPV4.wire(direct) == bytes.fromhex(f"010002 0c {RD_OCTETS} 0a000001")


@pytest.mark.parametrize("rest", ["", "00000000 00", "00003039 09 20 0a000001"])
def test_a_withdrawn_session_is_known_by_its_prefix(rest: str) -> None:
    """Whatever follows."""
    octets = bytes.fromhex(f"{RD_OCTETS} 20 c0a80002 {rest}")
    nlri = bytes.fromhex("010003") + bytes((len(octets),)) + octets
    (block,), unknown = IPV4.blocks(nlri, add_path=False, withdrawn=True)
    assert (block.keys, unknown) == ([bytes.fromhex(f"010003 {RD_OCTETS} 20 c0a80002")], [])
    assert "192.168.0.2/32" in str(IPV4.nlri(nlri, add_path=False, withdrawn=True)[0])


def test_bits_behind_a_prefix_are_irrelevant() -> None:
    """They become zero, so that equal prefixes are equal keys. RFC 4271, section 4.3."""
    octets = bytes.fromhex(f"010001 0c {RD_OCTETS} 14 c000ff")
    assert IPV4.blocks(octets, add_path=False, withdrawn=False)[0][0].keys == [
        bytes.fromhex(f"010001 {RD_OCTETS} 14 c000f0")
    ]


@pytest.mark.parametrize(
    ("row", "octets"),
    [
        (IPV4, "010005 01 00"),
        (IPV4, f"020002 0c {RD_OCTETS} 0a000001"),
        (IPV4, "010001 00"),
        (IPV4, f"010001 0e {RD_OCTETS} 21 0a00000100"),
        (IPV4, f"010001 0b {RD_OCTETS} 18 0a00"),
        (IPV4, f"010001 0d {RD_OCTETS} 18 0a000000"),
        (IPV4, f"010002 18 {RD_OCTETS} 2001{'00' * 13}01"),
        (IPV6, f"010002 0c {RD_OCTETS} 0a000001"),
        (IPV4, f"010003 18 {RD_OCTETS} 20 c0a80002 00000000 09 20 0a000001 00"),
        (IPV4, f"010003 18 {RD_OCTETS} 20 c0a80002 00003039 09 18 0a000001 00"),
        (IPV4, f"010003 19 {RD_OCTETS} 20 c0a80002 00003039 09 20 0a000001 08 0a"),
        (IPV4, f"010003 19 {RD_OCTETS} 20 c0a80002 00003039 09 20 0a000001 00 00"),
        (IPV4, f"010003 16 {RD_OCTETS} 20 c0a80002 00003039 09 20 0a0000"),
        (IPV4, f"010003 0d {RD_OCTETS} 20 c0a80002"),
        (IPV4, "010004 00"),
        (IPV4, f"010004 0c {RD_OCTETS} 18 0a0000"),
        (IPV4, f"010004 12 {RD_OCTETS} 41 0a000001 0000303900"),
        (IPV4, f"010004 11 {RD_OCTETS} 40 0a000001 00000000"),
        (IPV4, f"010004 10 {RD_OCTETS} 40 0a000001 003039"),
        (IPV6, f"010004 1e {RD_OCTETS} a1 2001{'00' * 13}01 0000303900"),
    ],
)
def test_what_is_unknown_or_malformed_is_skipped(row: FamilyRow, octets: str) -> None:
    """A speaker "MUST skip such NLRIs and continue", so what follows is read. Sections 3.1 to 3.1.4.1 of the draft."""
    raw = bytes.fromhex(octets)
    good = IPV4.wire(IPV4.encode(MupDirectSegment(RD, ONE))[0])
    if row is IPV6:
        good = IPV6.wire(IPV6.encode(MupDirectSegment(RD, ONE6))[0])
    blocks, unknown = row.blocks(raw + good, add_path=False, withdrawn=False)
    assert len(blocks) == 1
    assert unknown == [raw]
    assert row.nlri(raw, add_path=False, withdrawn=False) == (OpaqueNlri(raw),)


@pytest.mark.parametrize("octets", ["010002", "010002 0c", f"010002 0c {RD_OCTETS} 0a0000"])
def test_a_route_cut_short_is_refused(octets: str) -> None:
    """The length goes beyond the field."""
    with pytest.raises(ValueError, match="cut short"):
        IPV4.blocks(bytes.fromhex(octets), add_path=False, withdrawn=False)


@pytest.mark.parametrize(("teid", "qfi"), [(0, 0), (1 << 32, 0), (-1, 0), (1, 256), (1, -1)])
def test_numbers_of_a_session_must_fit(teid: int, qfi: int) -> None:
    """TEID 0 is "invalid", section 3.1.3.1 of the draft."""
    with pytest.raises(ValueError, match="identifier"):
        MupType1Session(route_distinguisher=RD, prefix=Prefix.parse("10.0.0.1/32"), teid=teid, qfi=qfi, endpoint=ONE)


def test_a_source_has_a_length() -> None:
    """Only a session without a source can be of the form of early drafts."""
    with pytest.raises(ValueError, match=r"a session with source 10\.0\.1\.1 has a length octet for it"):
        MupType1Session(
            route_distinguisher=RD,
            prefix=Prefix.parse("10.0.0.1/32"),
            teid=1,
            qfi=0,
            endpoint=ONE,
            source=OTHER,
            source_length=False,
        )


@pytest.mark.parametrize(
    ("bits", "teid"), [(33, bytes(5)), (-1, b""), (8, b""), (0, b"\1"), (17, b"\1\1"), (16, b"\0\0")]
)
def test_the_identifier_of_a_type_2_route_must_fit_its_bits(bits: int, teid: bytes) -> None:
    """0 to 32 bits in the fewest octets, not all zero. Section 3.1.4.1 of the draft."""
    with pytest.raises(ValueError, match="a tunnel endpoint identifier of"):
        MupType2Session(RD, ONE, bits, teid)


@pytest.mark.parametrize(
    "value",
    [
        MupInterworkSegment(RD, Prefix.parse("2001::/64")),
        MupDirectSegment(RD, ONE6),
        OLD_SESSION,
        MupType2Session(RD, ONE6),
        Prefix.parse("192.0.2.0/24"),
    ],
)
def test_values_of_another_family_are_refused(value: object) -> None:
    """IPv6 routes, and a prefix, in the IPv4 family."""
    with pytest.raises(ValueError, match="it takes mobile user plane routes of 32 bits"):
        IPV4.encode(value)


def test_next_hops_are_of_either_address_family() -> None:
    """IPv4 or IPv6 whatever the family of the routes, with a link-local address or without."""
    for row in (IPV4, IPV6):
        assert row.next_hop_lengths == {4, 16, 32}
