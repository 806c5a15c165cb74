"""Encapsulations as octets: those that ip(8) of iproute2 6.1 sends, and those that Linux 6.18 answers."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.fib import Encap, IpEncap, MplsEncap, Seg6Encap, Seg6Mode
from bgpkit.fib.netlink.attributes import attribute
from bgpkit.fib.netlink.encap_octets import decode_encap, encode_encap

MPLS, IP, IP6, SEG6 = 1, 2, 4, 5
FAR, FAR6 = IPv4Address("10.9.9.9"), IPv6Address("2001:db8:9::9")
SEGMENTS = (IPv6Address("2001:db8:9::1"), IPv6Address("2001:db8:9::2"))
S1, S2 = (segment.packed.hex() for segment in SEGMENTS)

ID_77 = "0c000100 000000000000004d"
SENT: dict[str, tuple[Encap, int, str]] = {
    "ip id 77 src 10.0.0.1 dst 10.9.9.9 ttl 3 tos 0x10 key csum seq": (
        IpEncap(
            destination=FAR,
            source=IPv4Address("10.0.0.1"),
            tunnel_id=77,
            ttl=3,
            tos=16,
            key=True,
            checksum=True,
            sequence=True,
        ),
        IP,
        ID_77 + "08000300 0a000001 08000200 0a090909 05000400 03000000 05000500 10000000 06000600 000d0000",
    ),
    "ip6 id 5 dst 2001:db8:9::9 hoplimit 3 tc 0x8": (
        IpEncap(destination=FAR6, tunnel_id=5, ttl=3, tos=8),
        IP6,
        "0c000100 0000000000000005 14000200" + FAR6.packed.hex() + "05000400 03000000 05000500 08000000",
    ),
    "mpls 100/200": (MplsEncap((100, 200)), MPLS, "0c000100 00064000 000c8100"),
    "mpls 100/200 ttl 7": (MplsEncap((100, 200), 7), MPLS, "0c000100 00064000 000c8100 05000200 07000000"),
    "mpls 16/17/1048575": (MplsEncap((16, 17, 1048575)), MPLS, "10000100 00010000 00011000 fffff100"),
    "seg6 mode inline segs 2001:db8:9::1,2001:db8:9::2": (
        Seg6Encap(SEGMENTS, Seg6Mode.INLINE),
        SEG6,
        "40000100 00000000 00060402 02000000" + "00" * 16 + S2 + S1,
    ),
    "seg6 mode encap segs 2001:db8:9::1,2001:db8:9::2": (
        Seg6Encap(SEGMENTS),
        SEG6,
        "30000100 01000000 00040401 01000000" + S2 + S1,
    ),
    "seg6 mode encap.red segs 2001:db8:9::1,2001:db8:9::2": (
        Seg6Encap(SEGMENTS, Seg6Mode.ENCAP_RED),
        SEG6,
        "30000100 03000000 00040401 01000000" + S2 + S1,
    ),
}
"""By the words of ip: the value, the kind and the octets that ip sends for it (on a little-endian machine)."""


def fields(octets: bytes) -> set[bytes]:
    """Take a payload apart: ip and this library string the same attributes together in another order."""
    found: set[bytes] = set()
    while octets:
        length = int.from_bytes(octets[:2], "little")
        found.add(octets[:length])
        octets = octets[(length + 3) & ~3 :]
    return found


@pytest.mark.parametrize("words", SENT)
def test_what_ip_sends_is_what_is_sent(words: str) -> None:
    """Kind and attributes are those of ip, and such octets are read as the value."""
    encap, kind, octets = SENT[words]
    payload = bytes.fromhex(octets)
    assert encode_encap(encap)[0] == kind
    assert fields(encode_encap(encap)[1]) == fields(payload)
    assert decode_encap(kind, payload) == encap
    assert f"encap {words}" == str(encap)


def test_what_the_kernel_adds_makes_no_difference() -> None:
    """Asked for ``id 77 dst 10.9.9.9 ttl 64``, the kernel shows source, TOS and flags of zeros, too."""
    answer = bytes.fromhex(
        "0c000100000000000000004d080002000a0909090800030000000000050005000000000005000400400000000600060000000000"
    )
    assert decode_encap(IP, answer) == IpEncap(destination=FAR, tunnel_id=77, ttl=64)


def test_padding_before_a_64_bit_number_is_skipped() -> None:
    """Where the number would not be aligned the kernel puts an empty attribute before it."""
    octets = attribute(7, b"") + encode_encap(IpEncap(destination=FAR, tunnel_id=77))[1]
    assert decode_encap(IP, octets) == IpEncap(destination=FAR, tunnel_id=77)


DESTINATION = attribute(2, FAR.packed)
LABELS = bytes.fromhex("0c000100 00064000 000c8100")
SEGMENT = bytes.fromhex("20000100 01000000 00020400 00000000" + S1)


@pytest.mark.parametrize(
    ("kind", "octets"),
    [
        (6, b""),
        (IP, b""),
        (IP, attribute(1, bytes(8))),
        (IP, DESTINATION + attribute(8, b"\x04\0\x01\0")),
        (IP, DESTINATION + attribute(6, b"\x10\x00")),
        (IP, DESTINATION + attribute(1, bytes(4))),
        (IP, DESTINATION + attribute(3, bytes(16))),
        (IP, DESTINATION + b"\x05\0"),
        (IP, attribute(2, bytes(4))),
        (IP, attribute(2, FAR6.packed)),
        (IP6, DESTINATION),
        (MPLS, b""),
        (MPLS, LABELS[:4] + LABELS[8:]),
        (MPLS, attribute(1, bytes.fromhex("000641"))),
        (MPLS, attribute(1, bytes.fromhex("00064000"))),
        (MPLS, attribute(1, bytes.fromhex("00064100 000c8100"))),
        (MPLS, attribute(1, bytes.fromhex("00064140"))),
        (MPLS, attribute(1, bytes.fromhex("00003100"))),
        (MPLS, LABELS + attribute(2, b"\x07\0")),
        (MPLS, LABELS + attribute(3, b"")),
        (SEG6, b""),
        (SEG6, SEGMENT + attribute(2, bytes(16))),
        (SEG6, SEGMENT[:4] + b"\x02" + SEGMENT[5:]),
        (SEG6, SEGMENT[:13] + b"\x08" + SEGMENT[14:]),
        (SEG6, SEGMENT[:9] + b"\x04" + SEGMENT[10:]),
        (SEG6, attribute(1, bytes.fromhex("00000000 00000400 00000000"))),
        (SEG6, attribute(1, bytes.fromhex("00000000 00020400 00000000" + S1))),
        (SEG6, attribute(1, SEGMENT[4:] + bytes(8))),
    ],
    ids=[
        "bpf",
        "nothing",
        "no-destination",
        "options",
        "unknown-flag",
        "short-id",
        "source-of-the-other-family",
        "cut-off",
        "destination-of-zeros",
        "destination-too-long",
        "destination-too-short",
        "no-labels",
        "labels-too-long",
        "labels-cut-off",
        "no-bottom",
        "bottom-too-early",
        "label-with-a-ttl",
        "implicit-null",
        "ttl-of-two-octets",
        "unknown-mpls-field",
        "no-header",
        "unknown-seg6-field",
        "l2encap",
        "flag-of-hmac",
        "length-of-header",
        "no-segments",
        "inline-without-a-place",
        "with-tlv",
    ],
)
def test_what_is_not_understood_in_full_is_nothing(kind: int, octets: bytes) -> None:
    """A route that does more, or other, than we could have asked for must not be taken for ours."""
    assert decode_encap(kind, octets) is None
