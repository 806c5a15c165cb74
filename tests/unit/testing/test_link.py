"""The way between two hosts: its dice, and its interruptions."""

import asyncio
from typing import Any

from bgpkit.testing import Dice, Link, LinkConditions, Simulation
from tests.unit.testing.ends import CLIENT, SERVER, connected


def link(**conditions: Any) -> Link:
    """Return a link."""
    return Link(LinkConditions(delay=1.0, **conditions), Dice.of(1, "a link"))


def test_delays_lie_between_delay_and_delay_with_jitter() -> None:
    """Of segments and of connects, each with its own bound; without jitter they are all alike."""
    shaken = link(jitter=0.5, connect_jitter=3.0)
    segments, connects = ([one() for _ in range(200)] for one in (shaken.segment_delay, shaken.connect_delay))
    assert 1.0 <= min(segments) < 1.1 < 1.4 < max(segments) <= 1.5
    assert 1.0 <= min(connects) < 1.5 < 3.5 < max(connects) <= 4.0
    assert {link().segment_delay() for _ in range(10)} == {1.0}


def test_chances_come_true_as_often_as_they_say() -> None:
    """About; never at 0, always at 1."""
    thrown = link()
    assert 250 < sum(thrown.chance(0.3) for _ in range(1000)) < 350
    assert not any(thrown.chance(0.0) for _ in range(100))
    assert all(thrown.chance(1.0) for _ in range(100))


def test_a_link_is_plain_unless_something_can_befall_a_segment() -> None:
    """A delay alone befalls all alike."""
    assert link().is_plain
    assert link(black_hole=0.5, connect_jitter=1.0).is_plain
    assert not any(each.is_plain for each in (link(jitter=1), link(reset=0.1), link(half_open=0.1)))
    changed = link()
    changed.conditions = LinkConditions(bandwidth=1000)
    assert not changed.is_plain


def test_what_is_sent_in_an_interruption_arrives_after_it_in_its_order() -> None:
    """TCP sends it again; what was under way waits, too."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        near.transport.write(b"one ")
        lab.network.interrupt(CLIENT, SERVER)
        near.transport.write(b"two ")
        await asyncio.sleep(100)
        assert far.octets == b""
        lab.network.restore(CLIENT, SERVER)
        near.transport.write(b"three")
        await asyncio.sleep(1)
        assert far.octets == b"one two three"
        assert [time for time, word in far.told if word.startswith("octets")] == [102.0, 102.0, 102.0]

    Simulation(conditions=LinkConditions(delay=0.5)).run(main)


def test_a_connection_that_ends_in_an_interruption_ends_after_it() -> None:
    """The end waits as well."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        lab.network.interrupt(CLIENT, SERVER)
        near.transport.close()
        await asyncio.sleep(50)
        assert (near.words, far.words) == (["made", "lost NoneType"], ["made"])
        lab.network.restore(CLIENT, SERVER)
        await asyncio.sleep(1)
        assert far.words == ["made", "end", "lost NoneType"]

    Simulation().run(main)
