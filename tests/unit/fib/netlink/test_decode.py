"""What the kernel says, read from octets that Linux 6.18 sent when ``ip`` was called as the comments say."""

import struct

import pytest

from bgpkit.fib.form import Form, Hop, make_form
from bgpkit.fib.netlink.decode import (
    AddressNotice,
    LinkNotice,
    Message,
    RouteNotice,
    RouteReader,
    alike,
    decode_address,
    decode_link,
    decode_refusal,
    messages,
    terminator,
)
from bgpkit.fib.operation import Refusal

UNICAST, BLACKHOLE, UNREACHABLE = 1, 6, 7
A = Hop(b"\x0a\0\0\2", 3, onlink=False, weight=1)
B = Hop(b"\x0a\0\1\2", 5, onlink=False, weight=3)
A6 = Hop(bytes.fromhex("20010db8000000000000000000000002"), 3, onlink=False, weight=1)
B6 = Hop(bytes.fromhex("20010db8000100000000000000000002"), 5, onlink=False, weight=3)
LINK_LOCAL = bytes.fromhex("fe800000000000000000000000000001")

# ip route add 10.1.0.0/16 via 10.0.0.2 proto 12 metric 50
GATEWAY = (
    "44000000180000065eee026b743b000002100000fe0c00010000000008000f00fe000000"
    "080001000a0100000800060032000000080005000a0000020800040003000000"
)
# ip route replace 10.1.0.0/16 via 10.0.0.3 proto 12 metric 50
REPLACED = (
    "44000000180000015fee026b753b000002100000fe0c00010000000008000f00fe000000"
    "080001000a0100000800060032000000080005000a0000030800040003000000"
)
# ip route add 10.2.0.0/15 proto 12 mtu 1400 src 10.0.0.1 nexthop via 10.0.0.2 nexthop via 10.0.1.2 weight 3
ECMP = (
    "64000000180000065fee026b783b0000020f0000fe0c00010000000008000f00fe000000080001000a020000"
    "0c0008000800020078050000080007000a000001240009001000000003000000080005000a000002"
    "1000000205000000080005000a000102"
)
# ip route add blackhole 10.4.0.0/26 proto 12
DROPPED = "2c000000180000065fee026b793b0000021a0000fe0c00060000000008000f00fe000000080001000a040000"
# ip route add 10.6.0.0/16 via inet6 fe80::1 dev e0 proto 12
VIA_V6 = (
    "4c0000001800000660ee026b7a3b000002100000fe0c00010000000008000f00fe000000080001000a060000"
    "160012000a00fe80000000000000000000000000000100000800040003000000"
)
# ip route add 10.7.0.0/16 via 172.16.0.1 dev e0 onlink table 1000 proto 12
ONLINK_1000 = (
    "3c0000001800000661ee026b7b3b000002100000fc0c00010400000008000f00e8030000"
    "080001000a07000008000500ac1000010800040003000000"
)
# ip route add default via 10.0.0.9 proto 12
DEFAULT = "340000001800000661ee026b7c3b000002000000fe0c00010000000008000f00fe000000080005000a0000090800040003000000"
# ip -6 route add 2001:db8:3::/48 proto 12 nexthop via 2001:db8::2 nexthop via 2001:db8:1::2 weight 3
ECMP_V6 = (
    "a80000001800000461ee026b7d3b00000a300000fe0c00010000000008000f00fe000000"
    "1400010020010db8000300000000000000000000080006000004000"
    "03c0009001c000000030000001400050020010db8000000000000000000000002"
    "1c000002050000001400050020010db8000100000000000000000002"
    "24000c0000000000000000000000000000000000000000000000000000000000000000000500140000000000"
)
# ip -6 route del unreachable 2001:db8:4::/48 proto 12
UNREACHABLE_GONE = (
    "740000001900000062ee026b7f3b00000a300000fe0c00070000000008000f00fe000000"
    "1400010020010db800040000000000000000000008000600000400000800040001000000"
    "24000c0000000000000000000000000000000000000000000000000000000000000000000500140000000000"
)
# ip route add 10.9.0.0/16 via 10.0.0.2 proto 12 tos 4
WITH_TOS = (
    "3c0000001800000662ee026b823b000002100004fe0c00010000000008000f00fe000000"
    "080001000a090000080005000a0000020800040003000000"
)
# ip route add 10.9.0.0/16 via 10.0.0.2 proto 12 initcwnd 20
WITH_WINDOW = (
    "480000001800000662ee026b833b000002100000fe0c00010000000008000f00fe000000"
    "080001000a0900000c00080008000b0014000000080005000a0000020800040003000000"
)


def read(text: str, table: int = 254) -> RouteNotice | None:
    """Read the only message of a datagram."""
    data = bytes.fromhex(text)
    (message,) = messages(data)
    return RouteReader(table).read(data, message)


@pytest.mark.parametrize(
    ("text", "key", "form"),
    [
        (GATEWAY, b"\x10\x0a\x01", make_form(UNICAST, [A], 50)),
        (ECMP, b"\x0f\x0a\x02", make_form(UNICAST, [A, B], 0, source=b"\x0a\0\0\1", mtu=1400)),
        (DROPPED, b"\x1a\x0a\x04\0\0", make_form(BLACKHOLE, [], 0)),
        (VIA_V6, b"\x10\x0a\x06", make_form(UNICAST, [A._replace(gateway=LINK_LOCAL)], 0)),
        (DEFAULT, b"\0", make_form(UNICAST, [A._replace(gateway=b"\x0a\0\0\x09")], 0)),
    ],
    ids=["gateway", "ecmp", "blackhole", "via-v6", "default"],
)
def test_ipv4_routes(text: str, key: bytes, form: Form) -> None:
    """Prefix, protocol and form are those that ``ip`` was called with."""
    assert read(text) == RouteNotice(True, 32, key, 12, (form,))


def test_ipv6_ecmp() -> None:
    """An IPv6 route of two next hops under the metric that the kernel gives when none is asked for."""
    key = bytes.fromhex("3020010db80003")
    assert read(ECMP_V6) == RouteNotice(True, 128, key, 12, (make_form(UNICAST, [A6, B6], 1024),))


def test_ipv6_route_that_goes() -> None:
    """A deletion; the device lo that the kernel shows for an unreachable route is no next hop."""
    key = bytes.fromhex("3020010db80004")
    assert read(UNREACHABLE_GONE) == RouteNotice(False, 128, key, 12, (Form(UNREACHABLE, (), 1024),))


def test_replacement_is_told_as_such() -> None:
    """The notice of ``ip route replace`` says that another route has gone with it."""
    notice = read(REPLACED)
    assert notice is not None
    assert notice.replaced


def test_routes_of_other_tables_are_skipped() -> None:
    """A reader sees its own table only, also where the number does not fit the header."""
    assert read(ONLINK_1000) is None
    assert read(GATEWAY, 1000) is None
    notice = read(ONLINK_1000, 1000)
    assert notice is not None
    assert notice.forms[0].hops == (Hop(b"\xac\x10\0\1", 3, onlink=True, weight=1),)


def test_routes_by_tos_are_skipped() -> None:
    """A route for one type of service is another lookup's: it is not in the way of ours."""
    assert read(WITH_TOS) is None


def test_attributes_not_understood_are_kept_in_mind() -> None:
    """A route with a congestion window is not what we would have written: RTA_METRICS (8) is named."""
    notice = read(WITH_WINDOW)
    assert notice is not None
    assert notice.forms[0].unread == (8,)


def test_a_dump_reads_as_the_single_messages_do() -> None:
    """Reading a whole page gives the same routes as message after message, of one address width."""
    texts = (GATEWAY, ECMP, DROPPED, VIA_V6, ONLINK_1000, DEFAULT, ECMP_V6, WITH_TOS, WITH_WINDOW)
    page = b"".join(map(bytes.fromhex, texts))
    single = [notice for text in texts if (notice := read(text)) is not None]
    for width in (32, 128):
        expected = [(each.key, each.protocol, each.forms) for each in single if each.width == width]
        assert list(RouteReader(254).read_dump(page, width)) == expected


@pytest.mark.parametrize(
    "text", [GATEWAY, REPLACED, ECMP, DROPPED, VIA_V6, ONLINK_1000, DEFAULT, ECMP_V6, WITH_TOS, WITH_WINDOW]
)
def test_a_page_of_routes_that_are_alike_reads_as_the_single_messages_do(text: str) -> None:
    """Destinations of many lengths, a message that differs somewhere in the middle, one cut off at the end."""
    message = bytes.fromhex(text)
    width = 128 if message[16] == 10 else 32
    destinations = [bytearray(message) for _ in range(4)]
    for each, bits in zip(destinations, (1, 8, 23, 32), strict=True):
        each[17] = bits if each[17] else 0
        each[40] = 0x80 | bits if each[17] else each[40]
    pages = [b"".join(map(bytes, destinations))]
    for at in range(len(message)):
        other = bytearray(message)
        other[at] ^= 0x05 if 4 <= at < 6 else 0x40
        pages.append(b"".join(map(bytes, (*destinations[:2], other, *destinations[2:]))))
    pages.append(pages[0][:-4])
    for page in pages:
        reader = RouteReader(254)
        single = [reader.read(page, each) for each in messages(page) if each.kind == 24]
        expected = [(one.key, one.protocol, one.forms) for one in single if one is not None and one.width == width]
        assert list(RouteReader(254).read_dump(page, width)) == expected


def test_only_messages_of_one_kind_and_length_are_alike() -> None:
    """Anything else in a page is noticed, wherever it stands."""
    message = bytes.fromhex(GATEWAY)
    assert alike(message, 24) == alike(3 * message, 24) == len(message)
    assert (
        alike(3 * message, 25) == alike(b"", 24) == alike(message[:5], 24) == alike(message * 2 + message[:-4], 24) == 0
    )
    for at in range(6):
        other = bytearray(message)
        other[at] ^= 1
        assert alike(message + bytes(other) + message, 24) == 0
    assert alike(struct.pack("=IHHII2s", 18, 24, 0, 0, 0, b"") * 2, 24) == 0  # the next would begin at 20


def test_equal_forms_are_one_object() -> None:
    """Routes that differ in the prefix only share their form."""
    other = GATEWAY.replace("080001000a010000", "080001000a020000")
    page = bytes.fromhex(GATEWAY + other)
    (first, _, form), (second, _, twin) = RouteReader(254).read_dump(page, 32)
    assert first != second
    assert form is twin


@pytest.mark.parametrize("cut", [1, 20, 40, 67])
def test_a_cut_off_message_is_left_out(cut: int) -> None:
    """What does not fit its length is not read, and nothing is raised."""
    assert list(messages(bytes.fromhex(GATEWAY)[:-cut])) == []


@pytest.mark.parametrize("bits", [33, 200])
def test_a_prefix_that_cannot_be_is_left_out(bits: int) -> None:
    """An IPv4 prefix of more than 32 bits; a reader of one message and one of pages agree."""
    text = GATEWAY.replace("0210", f"02{bits:02x}", 1)
    assert read(text) is None
    assert list(RouteReader(254).read_dump(bytes.fromhex(text), 32)) == []


def test_a_prefix_without_its_address_is_left_out() -> None:
    """A destination shorter than the prefix says, or none, is not taken for zeros."""
    text = DEFAULT.replace("0200", "0208", 1)
    assert read(text) is None


def error_message(body: bytes, flags: int = 0) -> tuple[bytes, Message]:
    """Return an NLMSG_ERROR with ``body``."""
    data = struct.pack("=IHHII", 16 + len(body), 2, flags, 7, 0) + body
    (message,) = messages(data)
    return data, message


def test_an_acknowledgement_is_no_refusal() -> None:
    """Error number 0 is the plain ACK (netlink(7))."""
    assert decode_refusal(*error_message(struct.pack("=i", 0) + bytes(16))) is None


def test_a_refusal_without_words_has_those_of_the_error() -> None:
    """The error is negative in the message; its name stands for the reason."""
    assert decode_refusal(*error_message(struct.pack("=i", -17) + bytes(16))) == Refusal(17, "File exists")


def test_the_sentence_of_the_kernel_is_kept() -> None:
    """With NETLINK_EXT_ACK the attribute NLMSGERR_ATTR_MSG (1) says why; NLM_F_ACK_TLVS is 0x200, CAPPED 0x100."""
    words = b"Nexthop has invalid gateway\0"
    attribute = struct.pack("=HH", 4 + len(words), 1) + words
    short = struct.pack("=i", -101) + bytes(16) + attribute
    whole = struct.pack("=i", -101) + struct.pack("=IHHII", 28, 24, 5, 7, 0) + bytes(12) + attribute
    expected = Refusal(101, "Nexthop has invalid gateway")
    assert decode_refusal(*error_message(short, 0x300)) == expected
    assert decode_refusal(*error_message(whole, 0x200)) == expected


def test_an_empty_sentence_is_none() -> None:
    """A kernel that says nothing leaves the words of the error."""
    body = struct.pack("=i", -22) + bytes(16) + struct.pack("=HH4s", 8, 1, b"\0\0\0\0")
    data, message = error_message(body, flags=0x300)
    assert decode_refusal(data, message) == Refusal(22, "Invalid argument")


def test_an_interface_has_name_state_and_master() -> None:
    """RTM_NEWLINK: index 5, up, broadcast, running, lower up, enslaved to 9; being a broadcast device is no state."""
    header = struct.pack("=BxHiII", 0, 1, 5, 0x1 | 0x2 | 0x40 | 0x10000, 0)
    attributes = struct.pack("=HH8s", 9, 3, b"eth0\0") + struct.pack("=HHI", 8, 10, 9)
    data = struct.pack("=IHHII", 16 + len(header + attributes), 16, 0, 0, 0) + header + attributes
    (message,) = messages(data)
    assert decode_link(data, message) == LinkNotice(5, ("eth0", 0x10041, 9))
    assert decode_link(data, message._replace(kind=17)) == LinkNotice(5, None)


def test_the_end_of_a_dump_is_found_behind_routes() -> None:
    """NLMSG_DONE may come alone or at the end of a page."""
    done = struct.pack("=IHHIIi", 20, 3, 2, 7, 0, 0)
    assert terminator(bytes.fromhex(GATEWAY + DROPPED)) is None
    last = terminator(bytes.fromhex(GATEWAY + DROPPED) + done)
    assert last is not None
    assert (last.kind, last.sequence, last.end - last.start) == (3, 7, 4)
    assert terminator(done) is not None
    assert terminator(bytes.fromhex(GATEWAY + GATEWAY)) is None
    assert terminator(bytes.fromhex(GATEWAY + GATEWAY) + done) is not None


# ip addr add 10.0.0.1 peer 10.0.0.2 dev e0
TWO_ENDS = (
    "4c00000014000200070000003f1100000220800003000000080001000a000002080002000a0000010700030065300000"
    "080008008000000014000600ffffffffffffffff87e8190087e81900"
)
# the address that lo has
IPV6_ADDRESS = (
    "500000001400020007000000210c00000a8080fe01000000140001000000000000000000000000000000000114000600"
    "ffffffffffffffff0a0000000a000000080008008000000005000b0001000000"
)


@pytest.mark.parametrize(
    ("octets", "address"), [(TWO_ENDS, b"\x0a\0\0\1"), (IPV6_ADDRESS, bytes(15) + b"\1")], ids=["two ends", "IPv6"]
)
def test_an_address_is_the_one_at_our_end(octets: str, address: bytes) -> None:
    """IFA_LOCAL where there is one; IPv6 has only IFA_ADDRESS."""
    data = bytes.fromhex(octets)
    message = Message(20, 0, 7, 0, 16, len(data))
    assert decode_address(data, message) == AddressNotice(True, address)
    assert decode_address(data, message._replace(kind=21)) == AddressNotice(False, address)
