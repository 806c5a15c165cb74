"""The rules of our table as the kernel has them: what each says, leads to and has counted. Linux only; blocks."""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from bgpkit_node.nft.answers import Attributes, attributes, comment_of, text
from bgpkit_node.nft.kernel_table import KernelTable
from bgpkit_node.nft.uapi import Attribute, Message

_COUNT: Final = struct.Struct(">Q")


class KernelRule(NamedTuple):
    """A rule by its ``handle``, which no other rule of the table ever has; ``leads_to`` are chains."""

    chain: str
    handle: int
    comment: str = ""
    leads_to: tuple[str, ...] = ()
    logs: bool = False
    packets: int = 0
    octets: int = 0


def rules_of(kernel: KernelTable) -> list[KernelRule]:
    """Return the rules of a table in their order within each chain; none where there is no table."""
    return [_rule(each) for each in kernel.dump(Message.GET_RULE) if _table(each) == kernel.name]


def chain_comments(kernel: KernelTable) -> dict[str, str]:
    """Return what is written at each chain of a table."""
    return {
        text(each[Attribute.CHAIN_NAME]): comment_of(each.get(Attribute.CHAIN_USERDATA, b""))
        for each in kernel.dump(Message.GET_CHAIN)
        if _table(each) == kernel.name
    }


def _table(found: Attributes) -> str:
    return text(found[Attribute.TABLE])


def _rule(found: Attributes) -> KernelRule:
    expressions = list(_expressions(found.get(Attribute.RULE_EXPRESSIONS, b"")))
    none: Attributes = {}
    counted = next((data for name, data in expressions if name == "counter"), none)
    return KernelRule(
        chain=text(found[Attribute.RULE_CHAIN]),
        handle=int.from_bytes(found[Attribute.RULE_HANDLE]),
        comment=comment_of(found.get(Attribute.RULE_USERDATA, b"")),
        leads_to=tuple(chain for name, data in expressions if name == "immediate" for chain in _chains(data)),
        logs=any(name == "log" for name, _ in expressions),
        packets=_count(counted.get(Attribute.COUNTER_PACKETS, b"")),
        octets=_count(counted.get(Attribute.COUNTER_BYTES, b"")),
    )


def _expressions(content: bytes) -> Iterator[tuple[str, Attributes]]:
    for _, item in attributes(content):
        found = dict(attributes(item))
        data = dict(attributes(found.get(Attribute.EXPRESSION_DATA, b"")))
        yield text(found.get(Attribute.EXPRESSION_NAME, b"")), data


def _chains(immediate: Attributes) -> Iterator[str]:
    data = dict(attributes(immediate.get(Attribute.IMMEDIATE_DATA, b"")))
    verdict = dict(attributes(data.get(Attribute.VERDICT, b"")))
    if Attribute.VERDICT_CHAIN in verdict:
        yield text(verdict[Attribute.VERDICT_CHAIN])


def _count(octets: bytes) -> int:
    return _COUNT.unpack(octets)[0] if len(octets) == _COUNT.size else 0
