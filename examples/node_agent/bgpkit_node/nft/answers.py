"""What nf_tables answers, read.

linux/netfilter/nf_tables.h, netlink(7).
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from bgpkit_node.nft import uapi
from bgpkit_node.nft.element import Element, SetType
from bgpkit_node.nft.uapi import Attribute

_HEADER: Final = struct.Struct("=IHHII")
_ATTRIBUTE: Final = struct.Struct("=HH")
_BODY: Final = 4
"""Octets of nfgenmsg, before the attributes."""

Attributes = Mapping[int, bytes]


class Answer(NamedTuple):
    """A message; of an acknowledgement ``errno`` is the error, 0 for none."""

    kind: int
    flags: int
    sequence: int
    body: bytes

    @property
    def errno(self) -> int:
        """The error of an acknowledgement or of the end of a dump."""
        return -struct.unpack_from("=i", self.body)[0] if len(self.body) >= 4 else 0

    @property
    def attributes(self) -> Attributes:
        """The attributes of an object."""
        return dict(attributes(self.body[_BODY:]))


def answers(data: bytes) -> Iterator[Answer]:
    """Give the messages of a datagram."""
    place = 0
    while place + _HEADER.size <= len(data):
        length, kind, flags, sequence, _ = _HEADER.unpack_from(data, place)
        yield Answer(kind, flags, sequence, data[place + _HEADER.size : place + length])
        place += max(_HEADER.size, length + 3 & ~3)


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the attributes of a body."""
    place = 0
    while place + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, place)
        yield kind & uapi.KIND, data[place + _ATTRIBUTE.size : place + length]
        place += max(_ATTRIBUTE.size, length + 3 & ~3)


def text(content: bytes) -> str:
    """Return a name."""
    return content.rstrip(b"\0").decode(errors="replace")


def comment_of(userdata: bytes) -> str:
    """Return the comment, of a table or an element, among what nft wrote for itself: kind, length, octets."""
    place = 0
    while place + 2 <= len(userdata):
        kind, length = userdata[place], userdata[place + 1]
        if kind == 0:
            return text(userdata[place + 2 : place + 2 + length])
        place += 2 + length
    return ""


def elements(kind: SetType, bodies: Iterable[Attributes]) -> set[Element]:
    """Return the elements of a set from the answers of its dump."""
    items = [
        dict(attributes(content)) for body in bodies for _, content in attributes(body.get(Attribute.ELEMENTS, b""))
    ]
    return _intervals(items) if kind.is_interval else {_element(item) for item in items}


def _element(item: Attributes) -> Element:
    chain = ""
    if Attribute.DATA in item:
        verdict = dict(attributes(dict(attributes(item[Attribute.DATA])).get(Attribute.VERDICT, b"")))
        chain = text(verdict.get(Attribute.VERDICT_CHAIN, b""))
    said = comment_of(item.get(Attribute.ELEMENT_USERDATA, b""))
    return Element(_value(item, Attribute.KEY), _value(item, Attribute.KEY_END), chain, said)


def _value(item: Attributes, kind: int) -> bytes:
    return dict(attributes(item.get(kind, b""))).get(Attribute.VALUE, b"")


def _intervals(items: Iterable[Attributes]) -> set[Element]:
    """Return intervals; each begins at an element and ends before the next, which the end of the space replaces."""
    bounds = sorted(
        (_value(item, Attribute.KEY), not int.from_bytes(item.get(Attribute.FLAGS, b"")) & uapi.INTERVAL_END)
        for item in items
    )
    found: set[Element] = set()
    for place, (key, begins) in enumerate(bounds):
        if begins:
            following = int.from_bytes(bounds[place + 1][0]) if place + 1 < len(bounds) else 1 << 8 * len(key)
            found.add(Element(key, (following - 1).to_bytes(len(key))))
    return found
