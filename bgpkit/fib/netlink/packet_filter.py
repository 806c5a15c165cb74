"""Filters by which the kernel itself drops notices that nobody wants to read: classic BPF programs. Pure.

bpf(4); linux/filter.h. Loads are in network order, fields of netlink messages in that of the machine.
"""

import struct
import sys
from collections.abc import Iterable, Sequence
from typing import Final

from bgpkit.fib.netlink import uapi

_LOAD_WORD: Final = 0x20
_LOAD_HALF: Final = 0x28
_LOAD_OCTET: Final = 0x30
_JUMP_IF_EQUAL: Final = 0x15
_RETURN: Final = 0x06
_DROP: Final = (_RETURN, 0, 0, 0)
_TAKE: Final = (_RETURN, 0, 0, 0xFFFFFFFF)
_TYPE_AT: Final = 4
_PORT_AT: Final = 12
_PROTOCOL_AT: Final = 21
"""The protocol of a route, five octets into its header."""

Step = tuple[int, int, int, int]
"""Code, steps to skip when it holds and when not, operand."""


def drop_port(port: int) -> tuple[Step, ...]:
    """Return the program that drops notices of changes that the socket ``port`` asked for, and takes all others."""
    return ((_LOAD_WORD, 0, 0, _PORT_AT), (_JUMP_IF_EQUAL, 0, 1, _swapped(port, 4)), _DROP, _TAKE)


def drop_protocols(protocols: Iterable[int]) -> tuple[Step, ...]:
    """Return the program that drops notices of routes of ``protocols``, 1 to 200 of them, and takes all others."""
    numbers = sorted(set(protocols))
    count = len(numbers)
    return (
        (_LOAD_HALF, 0, 0, _TYPE_AT),
        (_JUMP_IF_EQUAL, 1, 0, _swapped(uapi.RTM_NEWROUTE, 2)),
        (_JUMP_IF_EQUAL, 0, count + 1, _swapped(uapi.RTM_DELROUTE, 2)),
        (_LOAD_OCTET, 0, 0, _PROTOCOL_AT),
        *((_JUMP_IF_EQUAL, count - place, 0, number) for place, number in enumerate(numbers)),
        _TAKE,
        _DROP,
    )


def assemble(program: Sequence[Step]) -> bytes:
    """Return a program as an array of ``struct sock_filter``."""
    return b"".join(struct.pack("=HBBI", *step) for step in program)


def _swapped(number: int, octets: int) -> int:
    return int.from_bytes(number.to_bytes(octets, sys.byteorder), "big")
