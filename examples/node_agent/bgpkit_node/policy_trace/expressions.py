"""Expressions of nf_tables, of which rules are made, as the kernel reads them. linux/netfilter/nf_tables.h."""

import struct
from enum import IntEnum
from typing import Final

from bgpkit_node.nft import uapi
from bgpkit_node.nft.octets import attribute
from bgpkit_node.nft.uapi import Attribute

_NUMBER: Final = struct.Struct(">I")
_LONG: Final = struct.Struct(">Q")
_REGISTER: Final = _NUMBER.pack(1)
_TRANSPORT: Final = 2
_CONNECTION_STATE: Final = 0
_EQUAL: Final = 0
_NOT_EQUAL: Final = 1


class _MetaKey(IntEnum):
    """NFT_META_*."""

    NFTRACE = 12
    L4PROTO = 16


class _Meta(IntEnum):
    """NFTA_META_*; NFTA_CT_* and NFTA_IMMEDIATE_* begin likewise."""

    INTO = 1
    KEY = 2
    FROM = 3


class _Payload(IntEnum):
    """NFTA_PAYLOAD_*."""

    INTO = 1
    HEADER = 2
    OFFSET = 3
    LENGTH = 4


class _Bitwise(IntEnum):
    """NFTA_BITWISE_*."""

    FROM = 1
    INTO = 2
    LENGTH = 3
    MASK = 4
    XOR = 5


class _Comparison(IntEnum):
    """NFTA_CMP_*."""

    FROM = 1
    OPERATOR = 2
    DATA = 3


class _Limit(IntEnum):
    """NFTA_LIMIT_*."""

    RATE = 1
    SECONDS = 2
    BURST = 3


def protocol(number: int, *, other: bool = False) -> bytes:
    """Return what holds for packets of an IP protocol, or with ``other`` for all others."""
    load = _expression("meta", _plain(_Meta.INTO, _REGISTER), _number(_Meta.KEY, _MetaKey.L4PROTO))
    return load + _compared(bytes([number]), _NOT_EQUAL if other else _EQUAL)


def transport_octet(offset: int, mask: int, wanted: int) -> bytes:
    """Return what holds where an octet of the transport header, masked, is ``wanted``."""
    load = _expression(
        "payload",
        _plain(_Payload.INTO, _REGISTER),
        _number(_Payload.HEADER, _TRANSPORT),
        _number(_Payload.OFFSET, offset),
        _number(_Payload.LENGTH, 1),
    )
    return load + _masked(bytes([mask])) + _compared(bytes([wanted]), _EQUAL)


def connection_state(states: int) -> bytes:
    """Return what holds for packets whose connection is in one of the states, bits as the kernel has them."""
    load = _expression("ct", _plain(_Meta.INTO, _REGISTER), _number(_Meta.KEY, _CONNECTION_STATE))
    return load + _masked(struct.pack("=I", states)) + _compared(bytes(4), _NOT_EQUAL)


def at_most(packets: int) -> bytes:
    """Return what holds for so many packets a second."""
    return _expression(
        "limit",
        _plain(_Limit.RATE, _LONG.pack(packets)),
        _plain(_Limit.SECONDS, _LONG.pack(1)),
        _number(_Limit.BURST, packets),
    )


def trace() -> bytes:
    """Return what has the kernel tell of every rule that a packet meets from now on."""
    one = _expression("immediate", _plain(_Meta.INTO, _REGISTER), _data(_Meta.KEY, b"\1"))
    return one + _expression("meta", _number(_Meta.KEY, _MetaKey.NFTRACE), _plain(_Meta.FROM, _REGISTER))


def _masked(mask: bytes) -> bytes:
    return _expression(
        "bitwise",
        _plain(_Bitwise.FROM, _REGISTER),
        _plain(_Bitwise.INTO, _REGISTER),
        _number(_Bitwise.LENGTH, len(mask)),
        _data(_Bitwise.MASK, mask),
        _data(_Bitwise.XOR, bytes(len(mask))),
    )


def _compared(value: bytes, operator: int) -> bytes:
    return _expression(
        "cmp",
        _plain(_Comparison.FROM, _REGISTER),
        _number(_Comparison.OPERATOR, operator),
        _data(_Comparison.DATA, value),
    )


def _expression(name: str, *data: bytes) -> bytes:
    said = attribute(Attribute.EXPRESSION_NAME, name.encode() + b"\0")
    content = attribute(Attribute.EXPRESSION_DATA | uapi.NESTED, b"".join(data))
    return attribute(Attribute.LIST_ITEM | uapi.NESTED, said + content)


def _plain(kind: int, content: bytes) -> bytes:
    return attribute(kind, content)


def _number(kind: int, number: int) -> bytes:
    return attribute(kind, _NUMBER.pack(number))


def _data(kind: int, value: bytes) -> bytes:
    return attribute(kind | uapi.NESTED, attribute(Attribute.VALUE, value))
