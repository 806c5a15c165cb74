"""What the answers of the nodes' agents tell: who is silent, and whose clock is wrong. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bgpkit_node.doctor.finding import Finding, failure, unknown, warning, well
from bgpkit_node.node_status import Told

_WRONG: Final = timedelta(seconds=1)
"""A clock that is further off than this, and the time that an answer took, is told of."""
_HARMFUL: Final = timedelta(seconds=60)
_CURE: Final = "let the node's clock follow a time server (chronyc tracking, timedatectl)"


def agent_findings(told: Told) -> Iterator[Finding]:
    """Yield who does not answer, and how the clocks of the others differ from this machine's."""
    for node, why in told.silent.items():
        yield failure("agent", node, why, f"start the agent on {node}; see its log")
    if told.answers:
        yield well("agent", ", ".join(told.answers), "answers")
    off = [finding for node, answer in told.answers.items() for finding in _clock(told, node, answer)]
    yield from off
    if told.answers and not off:
        yield well("clock", ", ".join(told.answers), "no more than a second from this machine's")


def _clock(told: Told, node: str, answer: dict[str, object]) -> Iterator[Finding]:
    try:
        theirs = datetime.fromisoformat(str(answer.get("time", "")))
        skew = _skew(theirs, told.asked, told.arrived[node])
    except (ValueError, KeyError, TypeError):
        yield unknown("clock", node, "its agent does not tell the time")
        return
    if abs(skew) <= _WRONG:
        return
    said = f"is {abs(skew).total_seconds():.1f} s {'ahead of' if skew > timedelta() else 'behind'} this machine's"
    if abs(skew) > _HARMFUL:
        yield failure("clock", node, f"{said}: certificates and cooldowns of addresses go wrong", _CURE)
    else:
        yield warning("clock", node, said, _CURE)


def _skew(theirs: datetime, asked: datetime, arrived: datetime) -> timedelta:
    """Return by how much a clock is certainly off: it was read at some moment between two of ours."""
    if theirs < asked:
        return theirs - asked
    return theirs - arrived if theirs > arrived else timedelta()
