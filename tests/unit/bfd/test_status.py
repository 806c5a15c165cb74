"""bgpkit.bfd.status: what a session tells of itself."""

from tests.unit.bfd.loopback import ONE, OTHER, Listener, path, service, state_of, way_back


async def test_a_status_has_what_an_operator_asks_for() -> None:
    """States of both sides, intervals in seconds, counters."""
    async with service(independent=True) as one, service(OTHER, independent=True) as two:
        two.watch(way_back(receive_interval=0.1), Listener())
        one.watch(path(), Listener())
        await state_of(one, "Up")
        await state_of(two, "Up")
        (status,) = two.sessions()
        assert (status.remote, status.local, status.state, status.diagnostic) == (ONE, OTHER, "Up", "")
        assert (status.interface, status.multihop, status.independent, status.authenticated) == (
            None,
            False,
            True,
            False,
        )
        assert (status.up_count, status.watchers, status.packets_discarded) == (1, 1, 0)
        assert status.packets_sent > 0
        assert status.packets_received > 0
        (other,) = one.sessions()
        assert (other.discriminator, other.remote_discriminator) == (
            status.remote_discriminator,
            status.discriminator,
        )
        assert other.transmit_interval == 0.1
