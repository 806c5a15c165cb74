"""Requests to nf_tables as the kernel reads them.

linux/netfilter/nf_tables.h, linux/netfilter/nfnetlink.h, netlink(7).
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from bgpkit_node.nft import uapi
from bgpkit_node.nft.chain import Chain, Leap, Verdict
from bgpkit_node.nft.element import Element, SetType
from bgpkit_node.nft.uapi import Attribute, Message

_HEADER: Final = struct.Struct("=IHHII")
_GENERIC: Final = struct.Struct(">BBH")
_ATTRIBUTE: Final = struct.Struct("=HH")
_AT_ONCE: Final = 400
"""Elements of one message, whose list must be shorter than 64 KiB."""
_ALIGNED: Final = 4
_CODES: Final = {
    Verdict.ACCEPT: uapi.ACCEPT,
    Verdict.DROP: uapi.DROP,
    Verdict.GOTO: uapi.GOTO,
    Verdict.JUMP: uapi.JUMP,
}


class Request(NamedTuple):
    """One message of a batch, and in a person's words what it does."""

    kind: Message
    body: bytes
    what: str
    flags: int = 0


def add_chain(table: str, chain: Chain) -> Iterator[Request]:
    """Give the requests that make a chain of leaps; those that it leads to must be there."""
    owner = attribute(Attribute.TABLE, _text(table))
    body = owner + attribute(Attribute.CHAIN_NAME, _text(chain.name))
    body += attribute(Attribute.CHAIN_USERDATA, _comment(chain.comment))
    yield Request(Message.NEW_CHAIN, body, f"chain {chain.name} made", uapi.CREATE)
    for leap in chain.leaps:
        body = owner + attribute(Attribute.RULE_CHAIN, _text(chain.name))
        body += attribute(Attribute.RULE_EXPRESSIONS | uapi.NESTED, b"".join(_expressions(leap)))
        body += attribute(Attribute.RULE_USERDATA, _comment(leap.comment))
        yield Request(Message.NEW_RULE, body, f"rule added to chain {chain.name}", uapi.CREATE | uapi.APPEND)


def delete_chains(table: str, names: Sequence[str]) -> Iterator[Request]:
    """Give the requests that delete chains that may lead to each other: first all their rules, then the chains."""
    owner = attribute(Attribute.TABLE, _text(table))
    for name in names:
        body = owner + attribute(Attribute.RULE_CHAIN, _text(name))
        yield Request(Message.DELETE_RULES, body, f"rules of chain {name} deleted")
    for name in names:
        body = owner + attribute(Attribute.CHAIN_NAME, _text(name))
        yield Request(Message.DELETE_CHAIN, body, f"chain {name} deleted")


def delete_set(table: str, name: str) -> Request:
    """Return the request that deletes a set with its elements."""
    body = attribute(Attribute.TABLE, _text(table)) + attribute(Attribute.SET_NAME, _text(name))
    return Request(Message.DELETE_SET, body, f"set {name} deleted")


def delete_table(table: str) -> Request:
    """Return the request that deletes a table with all in it."""
    return Request(Message.DELETE_TABLE, attribute(Attribute.TABLE, _text(table)), f"table {table} deleted")


def add_elements(table: str, name: str, kind: SetType, elements: Iterable[Element]) -> Iterator[Request]:
    """Give the requests that add elements to a set."""
    for body, count in _bodies(table, name, kind, elements):
        yield Request(Message.NEW_ELEMENTS, body, f"{count} elements added to {name}", uapi.CREATE)


def delete_elements(table: str, name: str, kind: SetType, elements: Iterable[Element]) -> Iterator[Request]:
    """Give the requests that delete elements of a set."""
    for body, count in _bodies(table, name, kind, elements):
        yield Request(Message.DELETE_ELEMENTS, body, f"{count} elements deleted from {name}")


def batch(requests: Iterable[Request], first: int) -> bytes:
    """Return the requests as one transaction; they are numbered from ``first``, each is acknowledged."""
    parts = [message(uapi.BATCH_BEGIN, uapi.REQUEST, first - 1, b"", uapi.UNSPECIFIED, uapi.SUBSYSTEM)]
    last = first
    for last, request in enumerate(requests, first):
        kind = uapi.SUBSYSTEM << 8 | request.kind
        parts.append(message(kind, uapi.REQUEST | uapi.ACK | request.flags, last, request.body))
    parts.append(message(uapi.BATCH_END, uapi.REQUEST, last + 1, b"", uapi.UNSPECIFIED, uapi.SUBSYSTEM))
    return b"".join(parts)


def dump(kind: Message, sequence: int, table: str, set_name: str = "") -> bytes:
    """Return the request for all objects of a kind in a table, or for all elements of a set."""
    body = attribute(Attribute.TABLE, _text(table))
    if set_name:
        body += attribute(Attribute.ELEMENTS_SET, _text(set_name))
    return message(uapi.SUBSYSTEM << 8 | kind, uapi.REQUEST | uapi.DUMP, sequence, body)


def look_up(table: str, sequence: int) -> bytes:
    """Return the request for one table."""
    body = attribute(Attribute.TABLE, _text(table))
    return message(uapi.SUBSYSTEM << 8 | Message.GET_TABLE, uapi.REQUEST | uapi.ACK, sequence, body)


def attribute(kind: int, content: bytes) -> bytes:
    """Return an attribute, filled up to four octets."""
    length = _ATTRIBUTE.size + len(content)
    return _ATTRIBUTE.pack(length, kind) + content + bytes(-length % _ALIGNED)


def _bodies(table: str, name: str, kind: SetType, elements: Iterable[Element]) -> Iterator[tuple[bytes, int]]:
    start = attribute(Attribute.TABLE, _text(table)) + attribute(Attribute.ELEMENTS_SET, _text(name))
    ordered = sorted(elements)
    for begin in range(0, len(ordered), _AT_ONCE):
        some = ordered[begin : begin + _AT_ONCE]
        items = b"".join(item for element in some for item in _items(kind, element))
        yield start + attribute(Attribute.ELEMENTS | uapi.NESTED, items), len(some)


def _items(kind: SetType, element: Element) -> Iterator[bytes]:
    """Give an element as one item of the list, or an interval as its first address and the one after its last."""
    content = _key(Attribute.KEY, element.key)
    if kind.is_interval:
        yield _item(content)
        after = int.from_bytes(element.last) + 1
        if after < 1 << 8 * len(element.last):
            flags = attribute(Attribute.FLAGS, uapi.INTERVAL_END.to_bytes(4))
            yield _item(_key(Attribute.KEY, after.to_bytes(len(element.last))) + flags)
        return
    if element.last:
        content += _key(Attribute.KEY_END, element.last)
    if element.chain:
        content += _verdict(element)
    yield _item(content)


def _verdict(element: Element) -> bytes:
    data = attribute(Attribute.DATA | uapi.NESTED, _verdict_data(Verdict.GOTO, element.chain))
    return data + attribute(Attribute.ELEMENT_USERDATA, _comment(element.comment))


def _verdict_data(verdict: Verdict, chain: str) -> bytes:
    content = attribute(Attribute.VERDICT_CODE, struct.pack(">i", _CODES[verdict]))
    if chain:
        content += attribute(Attribute.VERDICT_CHAIN, _text(chain))
    return attribute(Attribute.VERDICT | uapi.NESTED, content)


def _expressions(leap: Leap) -> Iterator[bytes]:
    if leap.counted:
        zero = bytes(8)
        yield _expression(
            "counter", attribute(Attribute.COUNTER_BYTES, zero) + attribute(Attribute.COUNTER_PACKETS, zero)
        )
    register = attribute(Attribute.IMMEDIATE_REGISTER, bytes(4))
    data = attribute(Attribute.IMMEDIATE_DATA | uapi.NESTED, _verdict_data(leap.verdict, leap.chain))
    yield _expression("immediate", register + data)


def _expression(name: str, data: bytes) -> bytes:
    said = attribute(Attribute.EXPRESSION_NAME, _text(name))
    return _item(said + attribute(Attribute.EXPRESSION_DATA | uapi.NESTED, data))


def _comment(words: str) -> bytes:
    """Return what nft keeps a comment in: kind, length, octets."""
    said = _text(words)
    return bytes((0, len(said))) + said


def _item(content: bytes) -> bytes:
    return attribute(Attribute.LIST_ITEM | uapi.NESTED, content)


def _key(kind: int, value: bytes) -> bytes:
    return attribute(kind | uapi.NESTED, attribute(Attribute.VALUE, value))


def _text(words: str) -> bytes:
    return words.encode() + b"\0"


def message(kind: int, flags: int, sequence: int, body: bytes, family: int = uapi.INET, resource: int = 0) -> bytes:
    """Return a message of nfnetlink; ``resource`` is the subsystem where a batch begins or ends."""
    length = _HEADER.size + _GENERIC.size + len(body)
    return _HEADER.pack(length, kind, flags, sequence, 0) + _GENERIC.pack(family, 0, resource) + body
