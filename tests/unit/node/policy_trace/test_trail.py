"""Steps of packets that come one between another, put together."""

from bgpkit_node.policy_trace.head import head_of
from bgpkit_node.policy_trace.step import Fate, Step
from bgpkit_node.policy_trace.trail import Trail, Trails
from tests.unit.node.policy_trace.test_head import PORTS, ipv4

HEAD = head_of(ipv4(6), PORTS)


def step(packet: int, fate: Fate, *, first: bool = False, handle: int = 1) -> Step:
    """Return a step, of which the first has the head."""
    return Step(packet, "inet", "bgpkit", "c", handle, fate, head=HEAD if first else None)


def test_each_packet_has_its_own_trail() -> None:
    """It ends with an accept or a drop, or the end of the base chain."""
    trails = Trails()
    steps = [step(1, Fate.GOTO, first=True), step(2, Fate.JUMP, first=True), step(1, Fate.DROP), step(2, Fate.ACCEPT)]
    told = [trails.take(each) for each in steps]
    assert HEAD is not None
    assert told == [None, None, Trail(HEAD, (steps[0], steps[2])), Trail(HEAD, (steps[1], steps[3]))]
    alone = step(1, Fate.ACCEPT, first=True, handle=0)
    assert trails.take(alone) == Trail(HEAD, (alone,))


def test_another_base_chain_begins_a_trail_anew() -> None:
    """What became of the packet before has been lost."""
    trails = Trails()
    trails.take(step(1, Fate.GOTO, first=True))
    trails.take(step(1, Fate.GOTO, first=True))
    ended = trails.take(step(1, Fate.DROP))
    assert ended is not None
    assert len(ended.steps) == 2


def test_a_trail_without_a_beginning_is_none() -> None:
    """As when steps have been lost."""
    trails = Trails()
    assert trails.take(step(1, Fate.DROP)) is None
    trails.take(step(1, Fate.GOTO, first=True))
    trails.forget()
    assert trails.take(step(1, Fate.DROP)) is None


def test_trails_without_an_end_are_not_kept_for_ever() -> None:
    """The oldest go."""
    trails = Trails()
    for packet in range(10_005):
        trails.take(step(packet, Fate.GOTO, first=True))
    assert trails.take(step(0, Fate.DROP)) is None
    assert isinstance(trails.take(step(10_004, Fate.DROP)), Trail)
