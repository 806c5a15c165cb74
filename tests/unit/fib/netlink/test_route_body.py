"""What is said of a route beside its prefix, from octets that Linux 6.18 sent when ``ip`` was called as is said.

The interface e0 has the index 3, e1 the index 5.
"""

from ipaddress import IPv4Address, IPv6Address
from sys import byteorder

import pytest

from bgpkit.fib import IpEncap, Seg6Encap, Seg6Mode
from bgpkit.fib.form import Form, Hop, make_form
from bgpkit.fib.netlink.attributes import attribute
from bgpkit.fib.netlink.route_body import decode_body

UNICAST = 1
A = Hop(b"\x0a\0\0\2", 3, onlink=False, weight=1)
B = Hop(b"\x0a\0\1\2", 5, onlink=False, weight=3)
A6 = Hop(bytes.fromhex("20010db8000000000000000000000002"), 3, onlink=False, weight=1)
DEVICE = A6._replace(gateway=b"")
FAR, FAR6 = IPv4Address("10.9.9.9"), IPv6Address("2001:db8:9::9")
SEGMENTS = (IPv6Address("2001:db8:9::1"), IPv6Address("2001:db8:9::2"))
# ip route add 10.1.0.0/16 encap ip id 77 dst 10.9.9.9 ttl 64 via 10.0.0.2 proto 12
IP = (
    "02100000fe0c00010000000008000f00fe000000080001000a010000080005000a0000020800040003000000380016000c00"
    "0100000000000000004d080002000a0909090800030000000000050005000000000005000400400000000600060000000000"
    "0600150002000000"
)
# ip -6 route add 2001:db8:7::/48 encap ip6 id 5 dst 2001:db8:9::9 hoplimit 3 via 2001:db8::2 proto 12
IP6 = (
    "0a300000fe0c00010000000008000f00fe0000001400010020010db800070000000000000000000008000600000400001400"
    "050020010db80000000000000000000000020800040003000000500016000c00010000000000000000051400020020010db8"
    "0009000000000000000000091400030000000000000000000000000000000000050005000000000005000400030000000600"
    "060000000000060015000400000024000c000000000000000000000000000000000000000000000000000000000000000000"
    "0500140000000000"
)
# ip -6 route add 2001:db8:8::/48 encap seg6 mode inline segs 2001:db8:9::1,2001:db8:9::2 dev e0 proto 12
INLINE = (
    "0a300000fe0c00010000000008000f00fe0000001400010020010db800080000000000000000000008000600000400000800"
    "04000300000044001600400001000000000000060402020000000000000000000000000000000000000020010db800090000"
    "000000000000000220010db8000900000000000000000001060015000500000024000c000000000000000000000000000000"
    "0000000000000000000000000000000000000500140000000000"
)
# ip route add 10.4.0.0/16 proto 12 nexthop encap ip id 7 dst 10.9.9.9 via 10.0.0.2 nexthop via 10.0.1.2 weight 3
SEVERAL = (
    "02100000fe0c00010000000008000f00fe000000080001000a040000640009005000000003000000080005000a0000023800"
    "16000c0001000000000000000007080002000a09090908000300000000000500050000000000050004000000000006000600"
    "0000000006001500020000001000000205000000080005000a000102"
)
# ip nexthop add id 1 via 2001:db8::2 dev e0; id 10 group 1; ip -6 route add 2001:db8:5::/48 nhid 10 proto 12
OBJECT6 = (
    "0a300000fe0c00010000000008000f00fe0000001400010020010db800050000000000000000000008000600000400000800"
    "1e000a000000200009001c000000030000001400050020010db800000000000000000000000224000c000000000000000000"
    "0000000000000000000000000000000000000000000000000500140000000000"
)
# ip route add 10.7.0.0/16 nhid 10 proto 12
OBJECT_VIA_V6 = (
    "02100000fe0c00010000000008000f00fe000000080001000a07000008001e000a000000160012000a0020010db800000000"
    "000000000000000200000800040003000000"
)
# ip nexthop add id 3 encap ip id 5 dst 10.9.9.9 via 10.0.0.2 dev e0; id 4 via 10.0.1.2 dev e1;
# id 12 group 3/4,9; ip route add 10.6.0.0/16 nhid 12 proto 12
OBJECT_ENCAP = (
    "02100000fe0c00010000000008000f00fe000000080001000a06000008001e000c0000006400090050000000030000000800"
    "05000a000002380016000c0001000000000000000005080002000a0909090800030000000000050005000000000005000400"
    "00000000060006000000000006001500020000001000000805000000080005000a000102"
)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (IP, make_form(UNICAST, [A._replace(encap=IpEncap(destination=FAR, tunnel_id=77, ttl=64))], 0)),
        (IP6, make_form(UNICAST, [A6._replace(encap=IpEncap(destination=FAR6, tunnel_id=5, ttl=3))], 1024)),
        (INLINE, make_form(UNICAST, [DEVICE._replace(encap=Seg6Encap(SEGMENTS, Seg6Mode.INLINE))], 1024)),
        (SEVERAL, make_form(UNICAST, [A._replace(encap=IpEncap(destination=FAR, tunnel_id=7)), B], 0)),
    ],
    ids=["ip", "ip6", "seg6-inline", "several"],
)
def test_routes_that_wrap(text: str, form: Form) -> None:
    """Protocol and form are those that ``ip`` was called with; what the kernel adds makes no difference."""
    data = bytes.fromhex(text)
    assert decode_body(data, 0, len(data), 254) == (12, (form,))


@pytest.mark.parametrize(
    ("text", "hops", "metric", "number"),
    [
        (OBJECT6, [A6], 1024, 10),
        (OBJECT_VIA_V6, [A._replace(gateway=A6.gateway)], 0, 10),
        (OBJECT_ENCAP, [A._replace(encap=IpEncap(destination=FAR, tunnel_id=5)), B._replace(weight=9)], 0, 12),
    ],
    ids=["IPv6", "IPv4-via-IPv6", "several-that-wrap"],
)
def test_routes_of_next_hop_objects(text: str, hops: list[Hop], metric: int, number: int) -> None:
    """The number of the object (RTA_NH_ID) and the next hops that the kernel shows beside it."""
    data = bytes.fromhex(text)
    assert decode_body(data, 0, len(data), 254) == (12, (make_form(UNICAST, hops, metric)._replace(nhid=number),))


HEADER = bytes.fromhex("02100000fe0c000100000000")
VIA_A = attribute(4, b"\x03\0\0\0") + attribute(5, A.gateway)


@pytest.mark.parametrize(
    ("octets", "unread"),
    [
        (VIA_A + attribute(22, b"\x04\0\x01\0") + attribute(21, b"\x06\0"), (22,)),
        (VIA_A + attribute(22, attribute(2, FAR.packed)), (22,)),
        (VIA_A + attribute(99, b""), (99,)),
        (attribute(4, b"\x03\0\0\0") + attribute(5, b"\x0a\0\0"), (5,)),
        (attribute(4, b"\x03\0\0\0") + attribute(18, b"\x0a\0" + bytes(15)), (18,)),
        (VIA_A + attribute(7, b"\x0a"), (7,)),
        (attribute(9, bytes.fromhex("10000000 03000000") + attribute(5, A.gateway) + bytes(4)), (9,)),
        (attribute(9, bytes.fromhex("0c000000 03000000") + attribute(19, b"")), (19,)),
        (attribute(9, bytes.fromhex("10000000 03000000") + attribute(22, b"\x04\0\x01\0")), (22,)),
    ],
    ids=[
        "encap-bpf",
        "encap-of-no-kind",
        "a-newer-attribute",
        "short-gateway",
        "short-via",
        "short-source",
        "several-cut-off",
        "newer-attribute-of-a-next-hop",
        "encap-of-a-next-hop",
    ],
)
def test_what_is_not_understood_is_kept_in_mind(octets: bytes, unread: tuple[int, ...]) -> None:
    """A route with anything that we would not write is not what we want, whatever else it has."""
    data = HEADER + octets
    found = decode_body(data, 0, len(data), 254)
    assert found is not None
    assert found[1][0].unread == unread


def cache_info(hundredths: int) -> bytes:
    """Return an RTA_CACHEINFO with the time that a route has left."""
    return attribute(12, bytes(8) + hundredths.to_bytes(4, byteorder, signed=True) + bytes(20))


@pytest.mark.parametrize(("hundredths", "seconds"), [(0, 0), (1, 1), (100, 1), (101, 2), (-1, -1), (-9999, -1)])
def test_the_time_that_is_left_is_told_in_seconds(hundredths: int, seconds: int) -> None:
    """Rounded up, so that the route is over by then; a route of ours has no end, and so is none of these."""
    data = HEADER + cache_info(hundredths)
    found = decode_body(data, 0, len(data), 254)
    assert found is not None
    assert (found[1][0].expires, found[1][0].unread) == (seconds, ())


@pytest.mark.parametrize(("preference", "unread"), [(0, ()), (1, (20,)), (3, (20,))])
def test_only_the_medium_router_preference_is_ours(preference: int, unread: tuple[int, ...]) -> None:
    """RFC 4191, section 2.1: 1 is high, 3 is low; the kernel names it for each route of IPv6."""
    data = HEADER + attribute(20, bytes((preference,)))
    found = decode_body(data, 0, len(data), 254)
    assert found is not None
    assert found[1][0].unread == unread
