"""One direction of a connection: order, window, bandwidth, and what befalls a segment."""

import asyncio

from bgpkit.testing import LinkConditions, NetworkEventKind, Simulation
from tests.unit.testing.ends import CLIENT, SERVER, connected


def test_octets_never_overtake_each_other() -> None:
    """However long each segment takes."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        for number in range(200):
            near.transport.write(bytes((number,)))
            await asyncio.sleep(0.01)
        near.transport.close()
        await asyncio.sleep(10)
        assert far.octets == bytes(range(200))
        assert far.words[-2:] == ["end", "lost NoneType"]

    Simulation(conditions=LinkConditions(delay=0.1, jitter=2.0)).run(main)


def test_octets_arrive_after_the_delay() -> None:
    """One way, exactly."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        began = lab.now
        near.transport.write(b"octets")
        await asyncio.sleep(1)
        assert far.told[-1] == (round(began + 0.25, 6), "octets 6")

    Simulation(conditions=LinkConditions(delay=0.25)).run(main)


def test_bandwidth_bounds_how_much_arrives_in_a_second() -> None:
    """Ten thousand octets at a thousand in a second take ten; the next ones queue behind them."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        began = lab.now
        near.transport.write(bytes(10_000))
        near.transport.write(bytes(5_000))
        await asyncio.sleep(100)
        arrivals = [round(time - began, 6) for time, word in far.told if word.startswith("octets")]
        assert arrivals == [11.0, 16.0]

    Simulation(conditions=LinkConditions(delay=1.0, bandwidth=1000)).run(main)


def test_what_does_not_fit_the_window_waits_with_the_sender() -> None:
    """It is sent as the reader reads."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        far.transport.pause_reading()
        near.transport.write(bytes(900))
        near.transport.write(bytes(300))
        await asyncio.sleep(1)
        assert near.transport.get_write_buffer_size() == 200
        far.transport.resume_reading()
        await asyncio.sleep(1)
        assert (near.transport.get_write_buffer_size(), far.octets) == (0, bytes(1200))

    Simulation(conditions=LinkConditions(window=1000)).run(main)


def test_a_segment_may_reset_the_connection() -> None:
    """Both ends get the error, and the octets do not arrive."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        near.transport.write(b"fatal")
        await asyncio.sleep(1)
        assert near.words == far.words == ["made", "lost ConnectionResetError"]
        assert lab.network.connections == 0
        assert [event.kind for event in lab.log[2:]] == [NetworkEventKind.RESET]

    Simulation(conditions=LinkConditions(reset=1.0)).run(main)


def test_a_segment_may_be_the_last_that_anybody_hears_of() -> None:
    """Both ends stay open and hear nothing more, from either side."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        near.transport.write(b"lost")
        far.transport.write(b"lost as well")
        near.transport.close()
        await asyncio.sleep(1000)
        assert far.words == ["made"]
        assert near.words == ["made", "lost NoneType"]
        assert not far.transport.is_closing()
        assert {event.kind for event in lab.log[2:]} == {NetworkEventKind.SILENT}

    Simulation(conditions=LinkConditions(half_open=1.0)).run(main)


def test_a_silent_connection_fills_the_senders_buffer() -> None:
    """Nothing is acknowledged, so that the writer is paused in the end."""

    async def main(lab: Simulation) -> None:
        near, _ = await connected(lab)
        assert lab.network.silence(CLIENT, SERVER) == 2
        for _ in range(400):
            near.transport.write(bytes(1000))
        assert near.paused == 1
        await asyncio.sleep(1000)
        assert near.words == ["made", "pause"]

    Simulation().run(main)


def test_all_that_happens_is_written_down() -> None:
    """Connect, opening, octets and ends, in order, with times and names."""

    async def main(lab: Simulation) -> None:
        near, _ = await connected(lab)
        near.transport.write(b"\x01\x02")
        near.transport.close()
        await asyncio.sleep(5)

    lab = Simulation(conditions=LinkConditions(delay=1.0))
    lab.run(main)
    assert [str(event) for event in lab.log] == [
        "0.000000 connect 192.0.2.1:49152 > 192.0.2.2:49152",
        "3.000000 opened 192.0.2.1:49152 > 192.0.2.2:49152",
        "4.000000 octets 192.0.2.1:49152 > 192.0.2.2:49152 0102",
        "4.000000 end 192.0.2.1:49152 > 192.0.2.2:49152",
        "5.000000 end 192.0.2.2:49152 > 192.0.2.1:49152",
    ]


def test_a_shorter_delay_does_not_hurry_what_is_under_way() -> None:
    """What is sent behind it waits for it."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        began = lab.now
        near.transport.write(b"first")
        lab.network.shape(CLIENT, SERVER, LinkConditions(delay=0.0))
        near.transport.write(b"second")
        await asyncio.sleep(20)
        assert far.told[1:] == [(began + 10, "octets 5"), (began + 10, "octets 6")]

    Simulation(conditions=LinkConditions(delay=10.0)).run(main)
