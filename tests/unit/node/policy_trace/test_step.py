"""Steps read from the kernel's messages, which the test puts together as linux/netfilter/nf_tables.h has them."""

import struct

import pytest

from bgpkit_node.nft.answers import Answer
from bgpkit_node.nft.octets import attribute
from bgpkit_node.policy_trace.step import Fate, Step, step_of
from tests.unit.node.policy_trace.test_head import PORTS, ipv4

TRACE = 10 << 8 | 17


def message(*parts: bytes, family: int = 1, kind: int = TRACE) -> Answer:
    """Return a message with these attributes and those that all have."""
    named = attribute(1, b"bgpkit\0") + attribute(2, b"to_pods\0") + attribute(6, struct.pack(">I", 7))
    return Answer(kind, 0, 0, bytes([family, 0, 0, 0]) + named + b"".join(parts))


def rule(code: int, chain: bytes = b"") -> bytes:
    """Return the attributes of a rule and its verdict."""
    verdict = attribute(1, struct.pack(">i", code)) + (attribute(2, chain + b"\0") if chain else b"")
    return attribute(3, struct.pack(">Q", 99)) + attribute(5 | 0x8000, verdict)


@pytest.mark.parametrize(
    ("code", "chain", "fate"),
    [
        (0, b"", Fate.DROP),
        (1 << 16, b"", Fate.DROP),
        (1, b"", Fate.ACCEPT),
        (3, b"", Fate.ELSEWHERE),
        (-1, b"", Fate.ON),
        (-2, b"", Fate.ON),
        (-3, b"x", Fate.JUMP),
        (-4, b"x", Fate.GOTO),
        (-5, b"", Fate.RETURN),
    ],
)
def test_a_rule_has_a_handle_and_a_fate(code: int, chain: bytes, fate: Fate) -> None:
    """A drop also with its reason above the verdict; of a jump the chain is told."""
    expected = Step(7, "inet", "bgpkit", "to_pods", 99, fate, chain.decode())
    assert step_of(message(rule(code, chain))) == expected


def test_the_end_of_a_base_chain_has_its_policy() -> None:
    """It is no rule's, so that the handle is 0; the family is that of the table."""
    (dropped, passed) = (step_of(message(attribute(16, struct.pack(">I", code)), family=2)) for code in (0, 1))
    assert dropped == Step(7, "ip", "bgpkit", "to_pods", 0, Fate.DROP)
    assert passed == Step(7, "ip", "bgpkit", "to_pods", 0, Fate.ACCEPT)


def test_the_first_step_has_the_packets_head() -> None:
    """Read from both headers."""
    step = step_of(message(rule(1), attribute(8, ipv4(6)), attribute(9, PORTS)))
    assert step is not None
    assert step.head is not None
    assert (str(step.head.source), step.head.port) == ("10.0.0.1", 80)


def test_other_messages_are_no_steps() -> None:
    """Whatever else the kernel tells."""
    assert step_of(message(kind=10 << 8 | 6)) is None
    assert step_of(Answer(TRACE, 0, 0, b"")) is None
