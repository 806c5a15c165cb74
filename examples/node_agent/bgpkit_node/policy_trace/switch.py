"""The switch of a trace: a table that belongs to a socket of ours, and that the kernel drops with it.

It marks the first packets of connections, on their way in and out: the kernel then tells of each rule that they meet.
No rule of policies changes for that. Before connections are tracked, where pods that send as somebody else are
stopped, TCP without a SYN is passed over, and of the rest only so much is marked as does not slow down others.
"""

import os
import secrets
import struct
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Final

from bgpkit_node.nft import KernelTable, uapi
from bgpkit_node.nft.octets import Request, attribute
from bgpkit_node.nft.uapi import Attribute, Message
from bgpkit_node.policy_trace import expressions

_OWNED: Final = 2
"""NFT_TABLE_F_OWNER: only the socket that made the table can change it, and the table goes with the socket."""
_TABLE_FLAGS: Final = 2
_CHAIN_HOOK: Final = 4
_CHAIN_TYPE: Final = 7
_HOOK_NUMBER: Final = 1
_HOOK_PRIORITY: Final = 2
_HOOKS: Final = {"in": 0, "out": 3}
"""NF_INET_PRE_ROUTING and NF_INET_LOCAL_OUT."""
_BEFORE_TRACKING: Final = -301
_AFTER_TRACKING: Final = -199
_INVALID_OR_NEW: Final = 1 | 8
_TCP: Final = 6
_FLAGS: Final = 13
"""Where the flags of TCP are in its header."""
_SYN: Final = 0x02
_ACK: Final = 0x10
_AT_MOST: Final = 200
"""Packets a second, other than TCP, that are traced before connections are tracked."""


@contextmanager
def switched_on() -> Generator[None]:
    """Have the kernel trace first packets of this network namespace for as long as the context lasts.

    NftError when that is not allowed. However the process ends, nothing is left.
    """
    table = f"bgpkit-trace-{secrets.token_hex(4)}"
    with KernelTable(table) as kernel:
        kernel.commit(list(_requests(table)))
        yield


def _requests(table: str) -> Iterator[Request]:
    owner = attribute(Attribute.TABLE, _text(table))
    said = _text(f"bgpkit-node policy trace, process {os.getpid()}")
    comment = attribute(Attribute.TABLE_USERDATA, bytes((0, len(said))) + said)
    flags = attribute(_TABLE_FLAGS, struct.pack(">I", _OWNED))
    yield Request(Message.NEW_TABLE, owner + flags + comment, f"table {table} made", uapi.CREATE)
    early = (
        expressions.protocol(_TCP, other=True) + expressions.at_most(_AT_MOST),
        expressions.protocol(_TCP) + expressions.transport_octet(_FLAGS, _SYN | _ACK, _SYN),
    )
    for way, hook in _HOOKS.items():
        yield from _chain(owner, f"before_tracking_{way}", hook, _BEFORE_TRACKING, early)
        late = (expressions.connection_state(_INVALID_OR_NEW),)
        yield from _chain(owner, f"after_tracking_{way}", hook, _AFTER_TRACKING, late)


def _chain(owner: bytes, name: str, hook: int, priority: int, conditions: tuple[bytes, ...]) -> Iterator[Request]:
    place = attribute(_HOOK_NUMBER, struct.pack(">I", hook)) + attribute(_HOOK_PRIORITY, struct.pack(">i", priority))
    body = owner + attribute(Attribute.CHAIN_NAME, _text(name)) + attribute(_CHAIN_HOOK | uapi.NESTED, place)
    yield Request(Message.NEW_CHAIN, body + attribute(_CHAIN_TYPE, _text("filter")), f"chain {name} made", uapi.CREATE)
    for condition in conditions:
        rule = owner + attribute(Attribute.RULE_CHAIN, _text(name))
        rule += attribute(Attribute.RULE_EXPRESSIONS | uapi.NESTED, condition + expressions.trace())
        yield Request(Message.NEW_RULE, rule, f"rule added to chain {name}", uapi.CREATE | uapi.APPEND)


def _text(words: str) -> bytes:
    return words.encode() + b"\0"
