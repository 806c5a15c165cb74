"""One rule that a traced packet has met, or the end of a chain, as the kernel tells it. linux/netfilter/nf_tables.h."""

from enum import Enum, IntEnum
from typing import Final, NamedTuple

from bgpkit_node.nft import uapi
from bgpkit_node.nft.answers import Answer, attributes, text
from bgpkit_node.nft.uapi import Attribute, Message
from bgpkit_node.policy_trace.head import Head, head_of

_KIND: Final = uapi.SUBSYSTEM << 8 | Message.TRACE
_FAMILIES: Final = {1: "inet", 2: "ip", 3: "arp", 5: "netdev", 7: "bridge", 10: "ip6"}
_CODE: Final = 0xFF
"""The bits of a verdict that say what becomes of the packet; above them a dropped one may have its reason."""


class Fate(Enum):
    """What a step does with the packet."""

    ACCEPT = "accept"
    DROP = "drop"
    ELSEWHERE = "queue, stolen or repeated"
    ON = "the next rule"
    JUMP = "jump"
    GOTO = "goto"
    RETURN = "return"

    @property
    def is_last(self) -> bool:
        """Tell whether no chain that belongs to the same base chain sees the packet any more."""
        return self in {Fate.ACCEPT, Fate.DROP, Fate.ELSEWHERE}


_ON_THE_WAY: Final = {-1: Fate.ON, -2: Fate.ON, -3: Fate.JUMP, -4: Fate.GOTO, -5: Fate.RETURN}
"""NFT_CONTINUE and so on."""
_AT_THE_END: Final = {0: Fate.DROP, 1: Fate.ACCEPT}
"""NF_DROP and NF_ACCEPT."""


class Step(NamedTuple):
    """A step of the packet ``packet``; ``handle`` is 0 at the end of a base chain.

    ``head`` is told with the first step in each base chain. ``leads_to`` is the chain of a jump.
    """

    packet: int
    family: str
    table: str
    chain: str
    handle: int
    fate: Fate
    leads_to: str = ""
    head: Head | None = None


class _Trace(IntEnum):
    """NFTA_TRACE_*."""

    TABLE = 1
    CHAIN = 2
    RULE_HANDLE = 3
    VERDICT = 5
    ID = 6
    NETWORK_HEADER = 8
    TRANSPORT_HEADER = 9
    POLICY = 16


def step_of(answer: Answer) -> Step | None:
    """Read a step; None for any other message."""
    if answer.kind != _KIND or not answer.body:
        return None
    told = answer.attributes
    verdict = dict(attributes(told.get(_Trace.VERDICT, b"")))
    code = verdict.get(Attribute.VERDICT_CODE, told.get(_Trace.POLICY, b""))
    return Step(
        packet=int.from_bytes(told.get(_Trace.ID, b"")),
        family=_FAMILIES.get(answer.body[0], str(answer.body[0])),
        table=text(told.get(_Trace.TABLE, b"")),
        chain=text(told.get(_Trace.CHAIN, b"")),
        handle=int.from_bytes(told.get(_Trace.RULE_HANDLE, b"")),
        fate=_fate(int.from_bytes(code, signed=True)),
        leads_to=text(verdict.get(Attribute.VERDICT_CHAIN, b"")),
        head=head_of(told.get(_Trace.NETWORK_HEADER, b""), told.get(_Trace.TRANSPORT_HEADER, b"")),
    )


def _fate(code: int) -> Fate:
    known = _ON_THE_WAY.get(code)
    return known or _AT_THE_END.get(code & _CODE, Fate.ELSEWHERE)
