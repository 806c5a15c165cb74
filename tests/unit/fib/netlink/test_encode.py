"""Requests as octets, against octets laid out by hand from linux/rtnetlink.h (of a little-endian machine)."""

import struct
from ipaddress import IPv4Address

import pytest

from bgpkit.fib import IpEncap, MplsEncap
from bgpkit.fib.form import Form, Hop, make_form
from bgpkit.fib.netlink.encode import Encoder, encode_address_dump, encode_link_dump, encode_probe, fits
from bgpkit.fib.operation import Operation, Verb
from tests.unit.fib.model_kernel import batch_of

A = Hop(b"\x0a\0\0\2", 3, onlink=False, weight=1)
B = Hop(b"\x0a\0\1\2", 5, onlink=False, weight=3)
A6 = Hop(bytes.fromhex("20010db8000000000000000000000002"), 3, onlink=False, weight=1)
B6 = Hop(bytes.fromhex("20010db8000100000000000000000002"), 5, onlink=False, weight=3)
LINK_LOCAL = bytes.fromhex("fe800000000000000000000000000001")
MPLS = MplsEncap((100,))
KEY, KEY6 = b"\x10\x0a\x01", bytes.fromhex("3020010db80003")
UNICAST, BLACKHOLE = 1, 6

DST = "08000100 0a010000"
DST6 = "14000100 20010db8000300000000000000000000"
VIA_A = "08000400 03000000 08000500 0a000002"
LABEL_100 = "06001500 01000000 0c001600 08000100 00064100"


def encoded(verb: Verb, form: Form, *, table: int = 254) -> str:
    """Return one request, numbered 7, in hexadecimal."""
    wide = any(len(hop.gateway) == 16 for hop in form.hops) and form.source != b"v4"
    width, key = (128, KEY6) if wide else (32, KEY)
    plain = form._replace(source=b"") if form.source == b"v4" else form
    return Encoder(width, 12, table).encode(batch_of(Operation(verb, width, key, (plain,))), 7).hex()


def octets(*parts: str) -> str:
    """Join hexadecimal parts and put the length of the whole in front."""
    rest = bytes.fromhex("".join(parts).replace(" ", ""))
    return (struct.pack("<I", 4 + len(rest)) + rest).hex()


@pytest.mark.parametrize(
    ("form", "route_header", "attributes"),
    [
        (make_form(UNICAST, [A], 0), "02100000 fe0c0001 00000000", DST + VIA_A),
        (make_form(UNICAST, [A], 50), "02100000 fe0c0001 00000000", DST + "08000600 32000000" + VIA_A),
        (make_form(UNICAST, [A._replace(onlink=True)], 0), "02100000 fe0c0001 04000000", DST + VIA_A),
        (make_form(UNICAST, [A._replace(gateway=b"")], 0), "02100000 fe0cfd01 00000000", DST + VIA_A[:17]),
        (make_form(UNICAST, [A._replace(ifindex=0)], 0), "02100000 fe0c0001 00000000", DST + VIA_A[17:]),
        (
            make_form(UNICAST, [A], 0, source=b"\x0a\0\0\1", mtu=1400),
            "02100000 fe0c0001 00000000",
            DST + "08000700 0a000001" + "0c000800 08000200 78050000" + VIA_A,
        ),
        (
            make_form(UNICAST, [A, B], 0),
            "02100000 fe0c0001 00000000",
            DST + "24000900 10000000 03000000 08000500 0a000002 10000002 05000000 08000500 0a000102",
        ),
        (make_form(BLACKHOLE, [], 0), "02100000 fe0c0006 00000000", DST),
        (
            Form(UNICAST, (Hop(LINK_LOCAL, 3, onlink=False, weight=1),), 0, source=b"v4"),
            "02100000 fe0c0001 00000000",
            DST + "08000400 03000000" + "16001200 0a00" + LINK_LOCAL.hex() + "0000",
        ),
        (make_form(UNICAST, [A._replace(encap=MPLS)], 0), "02100000 fe0c0001 00000000", DST + VIA_A + LABEL_100),
        (
            make_form(UNICAST, [A._replace(encap=MPLS), B], 0),
            "02100000 fe0c0001 00000000",
            DST + "38000900 24000000 03000000 08000500 0a000002" + LABEL_100 + "10000002 05000000 08000500 0a000102",
        ),
        (
            make_form(UNICAST, [A6], 1024),
            "0a300000 fe0c0001 00000000",
            DST6 + "08000600 00040000 08000400 03000000 14000500" + A6.gateway.hex(),
        ),
    ],
    ids=[
        "gateway",
        "metric",
        "onlink",
        "device",
        "any-device",
        "source-mtu",
        "ecmp",
        "blackhole",
        "via-v6",
        "encap",
        "ecmp-encap",
        "ipv6",
    ],
)
def test_each_form_of_a_new_route(form: Form, route_header: str, attributes: str) -> None:
    """RTM_NEWROUTE with CREATE, EXCL and ACK; route header, destination, attributes as the kernel's headers say."""
    assert encoded(Verb.ADD, form) == octets("1800 0506 07000000 00000000", route_header, attributes)


def test_replace_never_creates() -> None:
    """REPLACE without CREATE: what is gone by then is not made again over whatever took its place."""
    expected = octets("1800 0501 07000000 00000000", "02100000 fe0c0001 00000000", DST + VIA_A)
    assert encoded(Verb.REPLACE, make_form(UNICAST, [A], 0)) == expected


def test_delete_names_table_protocol_and_metric() -> None:
    """RTM_DELROUTE matches protocol 12 and the metric, any scope (255), any kind, any IPv4 next hop."""
    expected = octets("1900 0500 07000000 00000000", "02100000 fe0cff00 00000000", DST + "08000600 32000000")
    assert encoded(Verb.DELETE, make_form(UNICAST, [A], 50)) == expected


def test_delete_of_ipv6_names_the_next_hops() -> None:
    """An IPv6 request without next hops would remove a foreign one that was appended to ours."""
    assert A6.gateway.hex() in encoded(Verb.DELETE, make_form(UNICAST, [A6], 1024))
    both = encoded(Verb.DELETE, make_form(UNICAST, [A6, B6], 1024))
    assert A6.gateway.hex() in both
    assert B6.gateway.hex() in both


def test_large_table_numbers_are_attributes() -> None:
    """A table above 255 is RT_TABLE_COMPAT in the header and RTA_TABLE beside it."""
    expected = octets("1800 0506 07000000 00000000", "02100000 fc0c0006 00000000", DST + "08000f00 e8030000")
    assert encoded(Verb.ADD, make_form(BLACKHOLE, [], 0), table=1000) == expected


def test_only_the_last_of_a_batch_asks_for_an_answer() -> None:
    """Sequence numbers count up; NLM_F_ACK (4) is on the last message only."""
    operations = [Operation(Verb.ADD, 32, bytes((24, 10, 0, n)), (make_form(BLACKHOLE, [], 0),)) for n in range(3)]
    batch = Encoder(32, 12, 254).encode(batch_of(*operations), 100)
    headers = [struct.unpack_from("<IHHI", batch, offset) for offset in range(0, len(batch), 36)]
    assert [(length, flags & 4, number) for length, _, flags, number in headers] == [
        (36, 0, 100),
        (36, 0, 101),
        (36, 4, 102),
    ]


def test_one_batch_mixes_verbs_and_forms() -> None:
    """Each message of a batch is what it would be alone, but for number and answer."""
    form, other = (make_form(UNICAST, [A], 0),), (make_form(BLACKHOLE, [], 0),)
    encoder = Encoder(32, 12, 254)
    operations = [
        Operation(verb, 32, KEY, forms) for verb in (Verb.ADD, Verb.DELETE, Verb.REPLACE) for forms in (form, other)
    ]
    alone = [Encoder(32, 12, 254).encode(batch_of(each), 1)[16:] for each in operations]
    batch, offset = encoder.encode(batch_of(*operations), 1), 0
    for body in alone:
        assert batch[offset + 16 : offset + 16 + len(body)] == body
        offset += 16 + len(body)


@pytest.mark.parametrize(
    ("hop", "width", "most"),
    [(A, 32, 1024), (A6, 128, 585), (A._replace(encap=IpEncap(destination=IPv4Address("10.9.9.9"))), 32, 256)],
    ids=["IPv4", "IPv6", "encap"],
)
def test_next_hops_fit_where_the_kernel_can_show_them(hop: Hop, width: int, most: int) -> None:
    """16 KiB: next hops of 16 or 28 octets, or of 64 with an encapsulation."""
    assert [fits(make_form(UNICAST, [hop] * count, 0), width) for count in (most, most + 1)] == [True, False]


def test_default_route() -> None:
    """The prefix of length 0 is sent with the address of zeros."""
    forms = (make_form(UNICAST, [A], 0),)
    request = Encoder(32, 12, 254).encode(batch_of(Operation(Verb.ADD, 32, b"\0", forms)), 7).hex()
    assert request == octets("1800 0506 07000000 00000000", "02000000 fe0c0001 00000000", "08000100 00000000" + VIA_A)


@pytest.mark.parametrize(("own_only", "protocol"), [(True, "0c"), (False, "00")])
def test_dump_is_filtered_by_the_kernel(own_only: bool, protocol: str) -> None:
    """RTM_GETROUTE with NLM_F_DUMP names the table, and our protocol when no other is of interest."""
    expected = octets("1a00 0103 07000000 00000000", f"0a000000 fe{protocol}0000 00000000", "08000f00 fe000000")
    assert Encoder(128, 12, 254).encode_dump(7, own_only=own_only).hex() == expected


def test_probe_is_too_short_to_change_anything() -> None:
    """The body ends before the route header is complete: 4 of 12 octets."""
    assert encode_probe(7).hex() == octets("1900 0500 07000000 00000000", "02000000")


def test_link_dump() -> None:
    """RTM_GETLINK with NLM_F_DUMP and an empty interface header of 16 octets."""
    assert encode_link_dump(7).hex() == octets("1200 0103 07000000 00000000", "00" * 16)


def test_address_dump() -> None:
    """RTM_GETADDR with NLM_F_DUMP and an empty address header of 8 octets."""
    assert encode_address_dump(7).hex() == octets("1600 0103 07000000 00000000", "00" * 8)
