"""What follows the destination in a message about a route, as a form. Pure.

rtnetlink(7); linux/rtnetlink.h.
"""

from sys import byteorder
from typing import Final

from bgpkit.fib.encap import Encap
from bgpkit.fib.form import Forms, Hop, make_form
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.attributes import attributes, number
from bgpkit.fib.netlink.encap_octets import decode_encap
from bgpkit.fib.netlink.encode import NEXT_HOP, ROUTE

_Found = dict[int, tuple[int, int]]
"""Start and end of the value by the kind of attribute."""

_OF_A_HOP: Final = frozenset({uapi.RTA_GATEWAY, uapi.RTA_VIA, uapi.RTA_ENCAP, uapi.RTA_ENCAP_TYPE})
_ELSEWHERE: Final = _OF_A_HOP | {
    uapi.RTA_DST,
    uapi.RTA_TABLE,
    uapi.RTA_CACHEINFO,
    uapi.RTA_PREF,
    uapi.RTA_PAD,
    uapi.RTA_OIF,
    uapi.RTA_PRIORITY,
    uapi.RTA_NH_ID,
}
_ADDRESS: Final = frozenset({4, 16})


def decode_body(data: bytes, start: int, end: int, wanted_table: int) -> tuple[int, Forms] | None:
    """Return protocol and form of a route, None when it is none of ``wanted_table``'s ordinary routes.

    ``start`` is that of the route header, of which all 12 octets are there.
    """
    _, _, source_length, tos, table, protocol, _, kind, flags = ROUTE.unpack_from(data, start)
    found = {each: (at, stop) for each, at, stop in attributes(data, start + 12, end)}
    table = _number(data, found, uapi.RTA_TABLE) or table
    if table != wanted_table or source_length or tos or flags & uapi.RTM_F_CLONED:
        return None
    hops: list[Hop] = []
    source, mtu, unread, strange = b"", 0, set[int](), set[int]()
    for each, (at, stop) in found.items():
        if each == uapi.RTA_MULTIPATH:
            hops, strange = _multipath(data, at, stop)
        elif each == uapi.RTA_PREFSRC and stop - at in _ADDRESS:
            source = data[at:stop]
        elif each == uapi.RTA_METRICS:
            mtu, more = _metrics(data, at, stop)
            unread |= more
        elif each not in _ELSEWHERE or (each == uapi.RTA_PREF and any(data[at:stop])):
            unread.add(each)
    if not hops:
        gateway, encap, strange = _way(data, found)
        hops = [Hop(gateway, _number(data, found, uapi.RTA_OIF), bool(flags & uapi.RTNH_F_ONLINK), 1, encap)]
    form = make_form(kind, hops, _number(data, found, uapi.RTA_PRIORITY), source, mtu)
    nhid, expires = _number(data, found, uapi.RTA_NH_ID), _expires(data, found)
    if not nhid:  # else they are the object's, not the route's
        unread |= strange
    if unread or nhid or expires:
        form = form._replace(unread=tuple(sorted(unread)), nhid=nhid, expires=expires)
    return protocol, (form,)


def _expires(data: bytes, found: _Found) -> int:
    """Return the seconds that a route has left, rounded up; 0 for ever, -1 when they are over."""
    start, end = found.get(uapi.RTA_CACHEINFO, (0, 0))
    left = int.from_bytes(data[start + 8 : start + 12], byteorder, signed=True) if end - start >= 12 else 0
    return -1 if left < 0 else (left + 99) // 100


def _number(data: bytes, found: _Found, kind: int) -> int:
    return number(data, *found[kind]) if kind in found else 0


def _way(data: bytes, found: _Found) -> tuple[bytes, Encap | None, set[int]]:
    """Return gateway and encapsulation of a next hop, and the numbers of its attributes not understood."""
    gateway, encap = b"", None
    unread: set[int] = set()
    for kind, ahead in ((uapi.RTA_GATEWAY, 0), (uapi.RTA_VIA, 2)):
        if kind in found:
            start, stop = found[kind]
            gateway = data[start + ahead : stop]
            if len(gateway) not in _ADDRESS:
                gateway = b""
                unread.add(kind)
    if uapi.RTA_ENCAP in found:
        start, stop = found[uapi.RTA_ENCAP]
        encap = decode_encap(_number(data, found, uapi.RTA_ENCAP_TYPE) & 0xFFFF, data[start:stop])
        if encap is None:
            unread.add(uapi.RTA_ENCAP)
    return gateway, encap, unread


def _multipath(data: bytes, start: int, end: int) -> tuple[list[Hop], set[int]]:
    """Return the next hops of an RTA_MULTIPATH and the numbers of attributes not understood."""
    hops: list[Hop] = []
    unread: set[int] = set()
    while start + 8 <= end:
        length, flags, weight, index = NEXT_HOP.unpack_from(data, start)
        if length < 8 or start + length > end:
            break
        found = {kind: (at, stop) for kind, at, stop in attributes(data, start + 8, start + length)}
        gateway, encap, strange = _way(data, found)
        unread |= strange | (found.keys() - _OF_A_HOP)
        hops.append(Hop(gateway, index, bool(flags & uapi.RTNH_F_ONLINK), weight + 1, encap))
        start += (length + 3) & ~3
    if start < end:
        unread.add(uapi.RTA_MULTIPATH)
    return hops, unread


def _metrics(data: bytes, start: int, end: int) -> tuple[int, set[int]]:
    """Return the MTU of an RTA_METRICS; any other metric makes it an attribute not understood."""
    mtu = 0
    unread: set[int] = set()
    for kind, at, stop in attributes(data, start, end):
        if kind == uapi.RTAX_MTU:
            mtu = number(data, at, stop)
        else:
            unread.add(uapi.RTA_METRICS)
    return mtu, unread
